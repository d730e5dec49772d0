"""One crop in, scores out. Knows no form, file, election or web."""

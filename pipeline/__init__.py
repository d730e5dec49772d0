"""A photo in, a reading out; then many, then totals."""

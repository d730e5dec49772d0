"""The desk: upload, review, results in the browser."""

"""What is kept: photos, an append-only ledger of events, and tables derived from it."""

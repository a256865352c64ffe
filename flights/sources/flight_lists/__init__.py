"""Published flight lists: one file per month, read once and split into UTC days."""

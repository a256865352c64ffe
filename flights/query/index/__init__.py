"""The index of an archive: one folder per month, built once, read by every question."""

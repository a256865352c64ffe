"""The index of an archive: one folder a month, built once, read by every question."""

"""The pages, one script per file."""

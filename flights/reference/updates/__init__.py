"""Newer editions of the reference tables, fetched on request."""

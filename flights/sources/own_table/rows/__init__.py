"""Rows of a table of the user's own: judged, set aside, counted."""

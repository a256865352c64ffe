"""Counts, verdicts and pictures made from flight records."""

"""Flights as rows of the archive tables."""

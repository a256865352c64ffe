"""Flight records from public ADS-B sources: read, kept, and asked about routes."""

__version__ = "0.1.0"

CONTENTS_SENTENCE = (
    "ADS-B shows where an aircraft was heard. What it carried cannot be inferred from it."
)
"""Stands on every page, in every export, report, chart file and command-line result."""

"""Flight records from public ADS-B sources: pulled, stored, and counted by route."""

__version__ = "0.1.0"

CONTENTS_SENTENCE = (
    "ADS-B shows where an aircraft was heard. What it carried cannot be inferred from it."
)
"""Shown on every page and in every export, report, chart file and command-line result."""

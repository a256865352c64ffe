"""Where a flight began and ended, and how good the evidence is."""

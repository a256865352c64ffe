"""Charts of counts, ratios, comparisons and calendars."""

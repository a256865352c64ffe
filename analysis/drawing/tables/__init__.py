"""Tables and lines of text from results."""

"""A study: the question, its file, and the result it ends in."""

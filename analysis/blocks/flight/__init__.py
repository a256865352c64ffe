"""Parts of the page Flight."""

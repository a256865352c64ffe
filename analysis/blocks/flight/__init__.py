"""Parts of the Flight page."""

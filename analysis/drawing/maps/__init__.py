"""Maps, on screen and as still pictures."""

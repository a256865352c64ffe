"""How well places were heard: aircraft and positions by cell and hour."""

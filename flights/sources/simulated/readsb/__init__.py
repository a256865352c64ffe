"""The made-up world as readsb files."""

"""The simulated world as readsb files."""

"""Decoding what readsb writes, and turning its positions into flights."""

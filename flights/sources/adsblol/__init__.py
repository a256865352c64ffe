"""Which release holds a day of adsb.lol, and where its files are."""

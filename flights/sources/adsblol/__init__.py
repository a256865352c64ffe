"""The releases of adsb.lol: the best one of a day, and its files at GitHub."""

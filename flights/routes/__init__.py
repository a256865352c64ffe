"""Flights of a route: lower and upper bound, cover, habits."""

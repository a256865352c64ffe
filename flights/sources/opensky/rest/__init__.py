"""The OpenSky REST interface: requests, credits, replies, tracks."""

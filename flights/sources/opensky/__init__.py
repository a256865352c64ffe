"""Data of OpenSky: its REST interface and its Trino database."""

"""What OpenSky publishes: its REST interface, its Trino database, what it never recorded."""

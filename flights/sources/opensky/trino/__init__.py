"""The OpenSky Trino database: account, queries, days."""

"""Checks the rows of a user's table: flights, rejected rows, repeated rows."""

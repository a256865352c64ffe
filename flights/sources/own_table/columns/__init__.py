"""The meaning of the columns of a table, and the values in them."""

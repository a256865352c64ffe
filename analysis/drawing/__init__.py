"""What pictures and tables are made of: colours, marks, axes, words beside them."""

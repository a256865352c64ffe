"""What the columns of a table mean: guessed, named, read."""

"""Tables of the user's own: opened, understood, judged row by row."""

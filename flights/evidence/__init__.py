"""One flight: where it can have been, who else was heard there, is it ordinary."""

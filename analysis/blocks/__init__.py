"""What the pages are made of: forms, panels, the flight inspector."""

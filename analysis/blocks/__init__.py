"""Parts of the pages: forms, panels, the flight inspector."""

"""Charts, maps and tables of results: colours, marks, axes and captions."""

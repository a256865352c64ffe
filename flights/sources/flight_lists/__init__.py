"""Published flight lists: one file a month, read once, cut into UTC days in bounded memory."""

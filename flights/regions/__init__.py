"""All kinds of region. A new kind is one file and one line here."""

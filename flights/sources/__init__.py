"""All sources, in the order people see them. A new source is one file and one line here."""

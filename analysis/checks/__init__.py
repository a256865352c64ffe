"""All robustness checks, in the order people see them. A new one is one file and one line here."""

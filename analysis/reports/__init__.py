"""Answers as files and text for people: HTML reports, lists, missing days."""

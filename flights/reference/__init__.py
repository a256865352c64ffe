"""Small tables that flights are judged with, each with its SOURCE.md."""

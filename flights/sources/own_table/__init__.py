"""The user's own tables: open the file, find the meaning of columns, check each row."""

"""Members of a tar archive, read from disk or from a server by byte ranges."""

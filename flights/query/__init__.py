"""Route questions over the archive, answered by DuckDB."""

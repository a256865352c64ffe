"""CSV and Parquet files, opened and read in chunks of text."""

"""Opens CSV and Parquet files and reads them in chunks of text."""

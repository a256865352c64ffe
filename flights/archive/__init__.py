"""The archive: Parquet tables by source and day, and the ledger."""

"""The archive: Parquet tables by source and day, and the ledger."""

from flights.archive.store import Archive

__all__ = ["Archive"]

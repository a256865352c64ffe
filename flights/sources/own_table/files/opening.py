"""Opens a table; the content of the file decides, not its name."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from flights.errors import BadPayload, InvalidInput
from flights.sources.own_table.files.chunks import Chunk, Table
from flights.sources.own_table.files.csv_table import FALLBACK, FALLBACK_NOTE, open_csv, read_csv
from flights.sources.own_table.files.parquet_table import open_parquet, read_parquet

_GZIP = b"\x1f\x8b"
_PARQUET = b"PAR1"
_OTHERS = {
    b"PK\x03\x04": "a zip or Excel file; save the sheet as CSV, or unpack it",
    b"\xd0\xcf\x11\xe0": "an old Excel file; save the sheet as CSV",
    b"BZh": "packed with bzip2; unpack it first",
    b"\xfd7zXZ": "packed with xz; unpack it first",
    b"\x28\xb5\x2f\xfd": "packed with zstd; unpack it first",
    b"%PDF": "a PDF; save the table as CSV",
    b"SQLite format 3": "a SQLite database; save the table as CSV",
}


def open_table(path: Path) -> Table:
    """Open a CSV file (also gzip, also tabs or semicolons) or a Parquet file.

    Raises
    ------
    InvalidInput
        It does not exist, is empty, or is another kind of file.
    BadPayload
        It is damaged.
    """
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from error
    if not start:
        raise InvalidInput(f"{path.name} is empty.")
    for mark, what in _OTHERS.items():
        if start.startswith(mark):
            raise InvalidInput(f"{path.name} is {what}.")
    if start.startswith(_PARQUET):
        return open_parquet(path)
    return open_csv(path, packed=start.startswith(_GZIP))


def read_chunks(table: Table) -> Iterator[Chunk]:
    """All rows; raises `NotUtf8` where a later part of the text is not UTF-8.

    Raises
    ------
    BadPayload
        The file is damaged or too large.
    """
    if table.kind == "parquet":
        yield from read_parquet(table)
        return
    try:
        yield from read_csv(table)
    except UnicodeDecodeError as error:
        if table.encoding == "utf-8":
            raise NotUtf8(str(error)) from error
        raise BadPayload(
            f"{table.path.name} begins as {table.encoding} text, but a later part is not: "
            f"{error.reason}. Save it again in one encoding."
        ) from error


class NotUtf8(BadPayload):
    """The text is not UTF-8; read the table that `as_latin` returns."""


def as_latin(table: Table) -> Table:
    """The same table, to be read as Windows-1252, with a note."""
    return replace(table, encoding=FALLBACK, notes=(*table.notes, FALLBACK_NOTE))

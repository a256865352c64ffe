"""Text tables: finds encoding and delimiter, and reads the rows within limits."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from flights.errors import BadPayload, InvalidInput
from flights.sources.own_table.files.chunks import MOST_COLUMNS, Chunk, Table
from flights.sources.own_table.files.csv_rows import Lines, divide_rows

HEAD_BYTES = 262_144
DELIMITERS = (",", ";", "\t", "|")
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
FALLBACK = "cp1252"
FALLBACK_NOTE = "The text is not UTF-8; it was read as Windows-1252 (Latin-1)."


def open_csv(path: Path, *, packed: bool) -> Table:
    """Open a text table: encoding, delimiter and columns.

    Raises
    ------
    InvalidInput
        It has only one column, or too many.
    BadPayload
        It cannot be read as text.
    """
    head = _read_head(path, packed)
    encoding = _find_encoding(head)
    text = head.decode(encoding, errors="ignore")
    lines = text.splitlines(keepends=True)[:60]
    delimiter = _find_delimiter(lines)
    table = Table(path, "csv", (), path.stat().st_size, encoding, delimiter, packed)
    columns = _read_columns(table)
    notes = [FALLBACK_NOTE] if encoding == FALLBACK else []
    if encoding.startswith(("utf-16", "utf-32")):
        notes.append(f"The text was read as {encoding.upper()}.")
    return Table(path, "csv", columns, table.size, encoding, delimiter, packed, notes=tuple(notes))


def read_csv(table: Table) -> Iterator[Chunk]:
    """Rows after the header line; lines are counted from 1, the header line included.

    Raises
    ------
    BadPayload
        The file is incomplete or no text, or a line, a cell or the number of rows is too large.
    UnicodeDecodeError
        The text is not in the table's encoding.
    """
    with _open(table.path, table.packed) as (raw, stream):
        text = io.TextIOWrapper(stream, table.encoding, _on_errors(table.encoding), newline="")
        lines = Lines(text, table.path.name)
        reader = csv.reader(lines, delimiter=table.delimiter, strict=True)
        try:
            next(reader, None)
            yield from divide_rows(reader, lines, table, raw)
        except csv.Error as error:
            raise BadPayload(
                f"{table.path.name}, line {reader.line_num}: {error}. Check that every "
                "quote is closed, correct the line and import the table again."
            ) from error
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise BadPayload(
                f"{table.path.name} is incomplete after line {reader.line_num}: {error}. "
                "Nothing was imported; get the file again."
            ) from error


class _open:  # noqa: N801 - used like the function `open`
    """The file as stored and as unpacked; both are closed together."""

    def __init__(self, path: Path, packed: bool) -> None:
        self._path, self._packed = path, packed

    def __enter__(self) -> tuple[IO[bytes], IO[bytes]]:
        try:
            self._raw = self._path.open("rb")
        except OSError as error:
            raise InvalidInput(f"{self._path.name} cannot be read: {error.strerror}.") from error
        inside = gzip.GzipFile(fileobj=self._raw, mode="rb") if self._packed else self._raw
        return self._raw, inside  # type: ignore[return-value]

    def __exit__(self, *_: object) -> None:
        self._raw.close()


def _read_head(path: Path, packed: bool) -> bytes:
    with _open(path, packed) as (_, stream):
        try:
            return stream.read(HEAD_BYTES)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise BadPayload(f"{path.name} is not a complete gzip file: {error}.") from error


def _find_encoding(head: bytes) -> str:
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    if len(head) >= 8:
        # UTF-16 text of Latin letters has a zero in every second byte.
        odd, even = head[1::2].count(0), head[0::2].count(0)
        if max(odd, even) > 0.4 * len(head) / 2:
            return "utf-16-le" if odd > even else "utf-16-be"
    try:
        # The sample may end inside a character.
        head[: max(0, len(head) - 4)].decode("utf-8")
    except UnicodeDecodeError:
        return FALLBACK
    return "utf-8"


def _on_errors(encoding: str) -> str:
    return "replace" if encoding == FALLBACK else "strict"


def _find_delimiter(lines: list[str]) -> str:
    """The delimiter that gives most lines as many cells as the first line."""
    best, found = (0.0, 0), ","
    for delimiter in DELIMITERS:
        rows = [row for row in _try_rows(lines, delimiter) if row]
        width = len(rows[0]) if rows else 0
        same = sum(len(row) == width for row in rows) / len(rows) if rows else 0.0
        if width > 1 and (same, width) > best:
            best, found = (same, width), delimiter
    return found


def _try_rows(lines: list[str], delimiter: str) -> list[list[str]]:
    rows = []
    try:
        for row in csv.reader(lines, delimiter=delimiter):
            rows.append(row)  # rows before an error count
    except csv.Error:
        pass
    return rows


def _read_columns(table: Table) -> tuple[str, ...]:
    with _open(table.path, table.packed) as (_, stream):
        text = io.TextIOWrapper(stream, table.encoding, _on_errors(table.encoding), newline="")
        lines = Lines(text, table.path.name)
        try:
            head = next(csv.reader(lines, delimiter=table.delimiter, strict=True), [])
        except (csv.Error, UnicodeDecodeError) as error:
            raise BadPayload(
                f"The header line of {table.path.name} cannot be read: {error}."
            ) from error
    return unique_names(head, table.path.name)


def unique_names(head: list[str], file: str) -> tuple[str, ...]:
    """The names, printable and unique.

    Raises
    ------
    InvalidInput
        There is only one column, or there are too many.
    """
    if len(head) > MOST_COLUMNS:
        raise InvalidInput(
            f"{file} has {len(head):,} columns; the limit is {MOST_COLUMNS}. Keep only those that "
            "describe flights."
        )
    if len(head) < 2:
        raise InvalidInput(
            f"{file} has only one column. A table has one header line with column names, then one "
            "line per flight, with commas, semicolons or tabs between cells."
        )
    names: list[str] = []
    for number, text in enumerate(head, start=1):
        plain = "".join(c for c in text if c.isprintable()).strip()[:80] or f"column {number}"
        name, again = plain, 2
        while name in names:
            name, again = f"{plain} ({again})", again + 1
        names.append(name)
    return tuple(names)

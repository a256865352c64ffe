"""Airframes, read from a table that the user supplies or fetches. None is shipped.

The form is tar1090-db's `aircraft.csv`, plain or gzip: no header, fields divided by `;` with
one at the end, no quotes, a backslash before a `;` that is text.
"""

import csv
import gzip
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from flights.errors import BadPayload

FIELDS = 7
"""Address, registration, type designator, flags, type in words, year built, owner."""

_GZIP = b"\x1f\x8b"
_ADDRESS = re.compile("[0-9a-f]{6}")
# Longest text that is kept [characters]: it is untrusted and shown on screens.
_LONGEST = 120


@dataclass(frozen=True)
class Airframe:
    """One airframe as a source or a table describes it; None = not given. Untrusted text."""

    registration: str | None = None
    typecode: str | None = None
    model: str | None = None
    owner: str | None = None


@dataclass(frozen=True)
class AircraftTable:
    """Airframes by icao24 (lower case), the number of rows, and of rows that are not valid."""

    airframes: dict[str, Airframe]
    rows: int
    bad_rows: int


def read_aircraft(path: Path, wanted: Collection[str] | None = None) -> AircraftTable:
    """Airframes of a table; with `wanted` only those addresses, which saves memory.

    The table describes airframes at its own date, also for flights of older days.
    Rows without an address of six hex digits, or with too few fields, are counted as bad.

    Raises
    ------
    BadPayload
        The file cannot be read, is incomplete, or more than half of its rows are not valid.
    """
    airframes: dict[str, Airframe] = {}
    rows = bad_rows = 0
    try:
        with _open(path) as lines:
            for fields in _split(lines):
                rows += 1
                icao24 = fields[0].strip().lower() if fields else ""
                if len(fields) < FIELDS or not _ADDRESS.fullmatch(icao24):
                    bad_rows += 1
                elif wanted is None or icao24 in wanted:
                    airframes[icao24] = _airframe(fields)
    except (OSError, EOFError, UnicodeDecodeError, gzip.BadGzipFile) as error:
        raise BadPayload(f"{path} cannot be read after {rows} rows: {error}") from error
    if rows and bad_rows > rows / 2:
        raise BadPayload(
            f"{path}: {bad_rows} of {rows} rows are not in the form of tar1090-db's aircraft.csv "
            "(address;registration;type;flags;type in words;year;owner;)."
        )
    return AircraftTable(airframes, rows, bad_rows)


def _open(path: Path) -> IO[str]:
    with path.open("rb") as file:
        packed = file.read(2) == _GZIP
    if packed:
        return gzip.open(path, "rt", encoding="utf-8", newline="")
    return path.open(encoding="utf-8", newline="")


def _split(lines: IO[str]) -> Iterator[list[str]]:
    """Fields per row; a row that cannot be parsed gives an empty list."""
    reader = csv.reader(lines, delimiter=";", quoting=csv.QUOTE_NONE, escapechar="\\")
    while True:
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error:
            fields = []
        yield fields


def _airframe(fields: list[str]) -> Airframe:
    _, registration, typecode, _, model, _, owner = (
        each.strip()[:_LONGEST] or None for each in fields[:FIELDS]
    )
    return Airframe(registration, typecode, model, owner)

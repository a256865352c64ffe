"""Reads OpenSky's monthly flight lists, gzipped CSV, in blocks.

Columns: `callsign,number,icao24,registration,typecode,origin,destination,firstseen,lastseen,
day,latitude_1,longitude_1,altitude_1,latitude_2,longitude_2,altitude_2`. The CC-BY edition has
`aircraft_uid` instead of icao24 and registration; versions of 2020 have no positions.

References
----------
Strohmeier et al., Earth System Science Data 13, 357 (2021). https://doi.org/10.5194/essd-13-357-2021
"""

import gzip
import zlib
from collections.abc import Iterator
from io import BufferedReader, FileIO
from pathlib import Path

import pyarrow as pa
from pyarrow import csv

from flights.errors import BadPayload
from flights.sources.flight_lists.rows import FEET, Batch, Batches, make_rows
from flights.sources.list_columns import hide_addresses, read_addresses

BLOCK = 2 << 20
"""Bytes unpacked and parsed at a time; limits the memory."""
LONGEST_LINE = 1 << 16
MOST_UNPACKED = 50
"""Most bytes from one byte of gzip; real lists have five or six."""
_LEAST_UNPACKED = 64 << 20

_NAMES = {
    "latitude_1": "first_latitude",
    "longitude_1": "first_longitude",
    "altitude_1": "first_altitude_ft",
    "latitude_2": "last_latitude",
    "longitude_2": "last_longitude",
    "altitude_2": "last_altitude_ft",
}
_PLAIN = ("callsign", "typecode", "origin", "destination", "firstseen", "lastseen")
_NEEDED = {*_PLAIN, "day"}
_AIRFRAME = {"icao24", "aircraft_uid"}
_GZIP = b"\x1f\x8b"


def read_csv_list(path: Path) -> Batches:
    """Rows of a list, block by block; altitudes [m] become feet.

    Raises
    ------
    BadPayload
        Not such a list, a line that is too long, or damaged gzip, also one that unpacks to too
        much. The rows before the damage have been returned.
    """
    size = path.stat().st_size
    with path.open("rb", buffering=0) as packed:
        lines = _CsvLines(packed, path)
        names = _read_header(lines)
        for block in filter(bytes.strip, lines):
            rows, torn = _parse(block, names)
            yield Batch(rows, torn, min(packed.tell() / max(size, 1), 1.0))


class _CsvLines:
    """Whole lines of a file, gzip or not, some megabytes at a time."""

    def __init__(self, packed: FileIO, path: Path) -> None:
        self.name, self._rest, self._unpacked = path.name, b"", 0
        self._most = max(_LEAST_UNPACKED, path.stat().st_size * MOST_UNPACKED)
        self._damage = ""
        is_gzip = packed.read(2) == _GZIP
        packed.seek(0)
        self._stream = gzip.GzipFile(fileobj=packed) if is_gzip else BufferedReader(packed)

    def first(self) -> bytes:
        """The first line, without its end."""
        line, _, self._rest = self._read().partition(b"\n")
        if not line:
            self._raise_damage()
        return line

    def __iter__(self) -> Iterator[bytes]:
        while chunk := self._read():
            text = self._rest + chunk
            end = text.rfind(b"\n") + 1
            if len(text) - end > LONGEST_LINE:
                raise BadPayload(f"{self._at()}: a line is too long; this is not a flight list.")
            if end:
                yield text[:end]
            self._rest = text[end:]
        rest = self._rest[: self._rest.rfind(b"\n") + 1] if self._damage else self._rest
        if rest:
            yield rest
        self._raise_damage()

    def _raise_damage(self) -> None:
        if self._damage:
            raise BadPayload(f"{self._at()}: the gzip is cut off or damaged ({self._damage}).")

    def _read(self) -> bytes:
        """The next megabytes; b"" at the end and at the beginning of damage."""
        pieces: list[bytes] = []
        size = 0
        try:
            while size < BLOCK and (piece := self._stream.read1(BLOCK)):
                pieces.append(piece)
                size += len(piece)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            self._damage = str(error) or type(error).__name__
        self._unpacked += size
        if self._unpacked > self._most:
            raise BadPayload(f"{self._at()}: it unpacks to over {MOST_UNPACKED} times its size.")
        return b"".join(pieces)

    def _at(self) -> str:
        return f"{self.name} at byte {self._unpacked:,} (unpacked)"


def _read_header(lines: _CsvLines) -> list[str]:
    line = lines.first()
    text = line[:LONGEST_LINE].decode("utf-8", "replace").removeprefix("\ufeff")
    names = [name.strip(' "\r') for name in text.split(",")]
    lacking = _NEEDED - set(names) or (set() if _AIRFRAME & set(names) else _AIRFRAME)
    if lacking or len(set(names)) < len(names):
        raise BadPayload(
            f"{lines.name}: its first line is {text[:80]!r}, which is not the header "
            f"of an OpenSky flight list (missing: {', '.join(sorted(lacking)) or 'unique names'})."
        )
    return names


def _parse(block: bytes, names: list[str]) -> tuple[pa.Table, int]:
    """Rows of some whole lines, and the number of lines with another number of fields."""
    torn = 0

    def skip(row: csv.InvalidRow) -> str:
        nonlocal torn
        torn += 1
        return "skip"

    table = csv.read_csv(
        pa.BufferReader(block),
        read_options=csv.ReadOptions(
            column_names=names, use_threads=False, block_size=len(block) + 1
        ),
        # No quotes: the lists have none, and a stray quote would hide the lines after it.
        parse_options=csv.ParseOptions(quote_char=False, invalid_row_handler=skip),
        # As bytes: text that is not UTF-8 is handled value by value.
        convert_options=csv.ConvertOptions(column_types=dict.fromkeys(names, pa.binary())),
    )
    found = {name: table[name].combine_chunks() for name in names}
    given = {name: found[name] for name in _PLAIN}
    given |= {ours: found[name] for name, ours in _NAMES.items() if name in found}
    if "icao24" in found:
        given["icao24"] = read_addresses(found["icao24"])
        given |= {name: found[name] for name in ("registration",) if name in found}
    else:
        given["icao24"] = hide_addresses(found["aircraft_uid"])
    return make_rows(given, found["day"], feet=FEET), torn

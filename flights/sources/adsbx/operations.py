"""The samples' table of operations: a row for each take-off and each landing, CSV, often gzip.

Columns: time, icao, operation (takeoff | landing), airport, registration, flight, ac_type,
signal_type, manufacturer, model and more that are not read. The file is named `.csv.gz`; where a
server undoes the packing on the way what arrives is plain, so the first bytes decide.
"""

import codecs
import gzip
import zlib
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from flights.errors import BadPayload
from flights.sources import list_columns as columns

BLOCK = 4 << 20
"""Bytes parsed at a time: what bounds the memory beside the rows themselves."""
LONGEST_HEADER = 1 << 14
MOST_UNPACKED = 2 << 30
"""Bytes; a day's table is some 0.1 GB unpacked."""

NEEDED = ("time", "icao", "operation", "airport")
WANTED = (*NEEDED, "registration", "flight", "ac_type", "signal_type", "manufacturer", "model")
_LENGTHS = {"registration": 16, "flight": 8, "airport": 8, "signal_type": 16}
_LONGEST_WORD = 60
_TAKEOFF, _LANDING = "takeoff", "landing"
_SECONDS = (1_000_000_000.0, 4_102_444_800.0)
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class Operations:
    """Rows by (icao24, time): `time` (UTC), `icao24`, `takeoff` (else landing), `airport`,
    `registration`, `callsign`, `typecode`, `model`, `signal`.

    `read` rows were there, `unreadable` of them are left out. `problem` is a sentence where the
    file breaks off, "" where it is whole.
    """

    rows: pd.DataFrame
    read: int
    unreadable: int
    problem: str = ""


def read_operations(path: Path) -> Operations:
    """Take-offs and landings of a table.

    Raises
    ------
    BadPayload
        It is no such table, unpacks to too much, or nothing of it can be read.
    """
    parts: list[pd.DataFrame] = []
    torn: list[int] = []
    with path.open("rb") as file:
        stream = _Unpacked(file, path.name)
        names = _read_header(stream, path.name)
        problem = ""
        try:
            for batch in _open(stream, names, torn):
                parts.append(_read_batch(batch))
        except pa.ArrowInvalid as error:
            problem = f"{path.name} cannot be read on: {str(error)[:200]}."
    problem = stream.problem or problem
    if problem and not parts:
        raise BadPayload(problem)
    rows = pd.concat(parts, ignore_index=True) if parts else _read_batch(_nothing())
    fit = rows.dropna(subset=["time", "icao24", "takeoff"])
    fit = fit.sort_values(["icao24", "time", "takeoff"], kind="stable", ignore_index=True)
    return Operations(
        fit.astype({"takeoff": bool}),
        len(rows) + len(torn),
        len(rows) + len(torn) - len(fit),
        problem,
    )


class _Unpacked:
    """A file that may be gzip, read forward as plain bytes, as `pyarrow` wants to read it."""

    def __init__(self, file: BufferedReader, name: str) -> None:
        self.name = name
        self.closed = False
        self.problem = ""
        self._unpacked = 0
        self._ahead = b""
        self._text = codecs.getincrementaldecoder("utf-8")("replace")
        packed = file.read(2) == _GZIP
        file.seek(0)
        self._file = gzip.GzipFile(fileobj=file) if packed else file

    def read(self, size: int = -1) -> bytes:
        """At most so many bytes."""
        if self._ahead:
            found, self._ahead = self._ahead, b""
            return found
        while found := self._read(size if size and size > 0 else BLOCK):
            # As UTF-8 throughout: pyarrow cannot skip a torn line that is none.
            if text := self._text.decode(found).encode():
                return text
        return self._text.decode(b"", final=True).encode()

    def _read(self, size: int) -> bytes:
        """Bytes as they come, so that those before a cut are not lost; none behind it."""
        if self.problem:
            return b""
        try:
            found = self._file.read1(size)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            self.problem = f"{self.name} is cut or damaged ({error}); what came before was read."
            return b""
        self._unpacked += len(found)
        if self._unpacked > MOST_UNPACKED:
            raise BadPayload(f"{self.name} unpacks to more than {MOST_UNPACKED:,} bytes.")
        return found

    def put_back(self, data: bytes) -> None:
        """What the next `read` gives."""
        self._ahead = data

    def close(self) -> None:
        """As files have it; whoever opened the file closes it."""
        self.closed = True


def _read_header(stream: _Unpacked, name: str) -> list[str]:
    """Names of the columns; the stream then stands before the first row."""
    data = b""
    while b"\n" not in data and len(data) < LONGEST_HEADER and (more := stream.read(BLOCK)):
        data += more
    line, _, rest = data.partition(b"\n")
    text = line[:LONGEST_HEADER].decode("utf-8", "replace").removeprefix("\ufeff")
    names = [each.strip(' "\r') for each in text.split(",")]
    lacking = [each for each in NEEDED if each not in names]
    if stream.problem and not data:
        raise BadPayload(stream.problem)
    if lacking or len(set(names)) < len(names):
        raise BadPayload(
            f"{name} is no table of operations: its first line is {text[:60]!r} and it lacks "
            f"{', '.join(lacking) or 'names of its own'}."
        )
    stream.put_back(rest)
    return names


def _open(stream: _Unpacked, names: list[str], torn: list[int]) -> csv.CSVStreamingReader | list:
    """Batches of the wanted columns as bytes; lines with other fields than the header are torn."""

    def skip(row: csv.InvalidRow) -> str:
        torn.append(1)
        return "skip"

    try:
        return csv.open_csv(
            stream,
            read_options=csv.ReadOptions(column_names=names, use_threads=False, block_size=BLOCK),
            parse_options=csv.ParseOptions(invalid_row_handler=skip),
            convert_options=csv.ConvertOptions(
                include_columns=list(WANTED),
                include_missing_columns=True,
                column_types=dict.fromkeys(WANTED, pa.binary()),
            ),
        )
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error):
            return []
        raise


def _nothing() -> pa.RecordBatch:
    return pa.record_batch({name: pa.array([], pa.binary()) for name in WANTED})


def _read_batch(batch: pa.RecordBatch) -> pd.DataFrame:
    found = {name: batch.column(name) for name in WANTED}
    text = {
        name: columns.read_text(found[name], longest, upper=name != "signal_type")
        for name, longest in _LENGTHS.items()
    }
    words = [columns.read_text(found[name], _LONGEST_WORD) for name in ("manufacturer", "model")]
    operation = pc.utf8_lower(columns.read_text(found["operation"], 16))
    known = pc.is_in(operation, value_set=pa.array([_TAKEOFF, _LANDING]))
    takeoff = pc.if_else(known, pc.equal(operation, _TAKEOFF), pa.scalar(None, pa.bool_()))
    table = pa.table(
        {
            "time": _read_times(found["time"]),
            "icao24": columns.read_addresses(found["icao"]),
            "takeoff": takeoff,
            "airport": text["airport"],
            "registration": text["registration"],
            "callsign": text["flight"],
            "typecode": columns.read_typecodes(found["ac_type"]),
            "model": columns.read_text(_join(words), _LONGEST_WORD),
            "signal": text["signal_type"],
        }
    )
    return table.to_pandas()


def _join(words: list[pa.Array]) -> pa.Array:
    first, second = (pc.fill_null(each, "") for each in words)
    return pc.binary_join_element_wise(first, second, " ")


def _read_times(values: pa.Array) -> pa.Array:
    """Moments written out, or seconds since 1970."""
    seconds = columns.read_numbers(values, *_SECONDS)
    if seconds.null_count == len(seconds):
        return columns.read_times(values)
    return pc.cast(pc.multiply(seconds, 1000.0), pa.int64(), safe=False).cast(columns.TIME)

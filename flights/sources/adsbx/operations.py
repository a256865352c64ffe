"""Reads the table of operations: one row per take-off and landing, CSV, usually gzip.

Columns: time, icao, operation (takeoff | landing), airport, registration, flight, ac_type,
signal_type, manufacturer, model, and others that are not read. The name ends in `.csv.gz`, but a
server may unpack the file on the way; so the first bytes decide.
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
"""Bytes parsed at a time; limits the memory needed in addition to the rows."""
LONGEST_HEADER = 1 << 14
MOST_UNPACKED = 2 << 30
"""Bytes; the table of a day has about 0.1 GB unpacked."""

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

    `read` is the number of rows in the file, `unreadable` of them are left out. `problem` is a
    sentence if the file is incomplete, else "".
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
        It is not such a table, it is too large, or no row can be read.
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
            problem = f"{path.name} cannot be read completely: {str(error)[:200]}."
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
    """A file, gzip or not, as a stream of unpacked bytes for `pyarrow`."""

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
        """At most `size` bytes."""
        if self._ahead:
            found, self._ahead = self._ahead, b""
            return found
        while found := self._read(size if size and size > 0 else BLOCK):
            # Always valid UTF-8, because pyarrow cannot skip a broken line that is not.
            if text := self._text.decode(found).encode():
                return text
        return self._text.decode(b"", final=True).encode()

    def _read(self, size: int) -> bytes:
        """The next bytes; there are none after damage, but those before it are kept."""
        if self.problem:
            return b""
        try:
            found = self._file.read1(size)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            self.problem = f"{self.name} is cut off or damaged ({error}); the part before was read."
            return b""
        self._unpacked += len(found)
        if self._unpacked > MOST_UNPACKED:
            raise BadPayload(f"{self.name} unpacks to more than {MOST_UNPACKED:,} bytes.")
        return found

    def put_back(self, data: bytes) -> None:
        """Return `data` with the next `read`."""
        self._ahead = data

    def close(self) -> None:
        """Required by `pyarrow`; the caller closes the file."""
        self.closed = True


def _read_header(stream: _Unpacked, name: str) -> list[str]:
    """Names of the columns; afterwards the stream is at the first row."""
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
            f"{name} is not a table of operations: its first line is {text[:60]!r}; missing: "
            f"{', '.join(lacking) or 'unique names'}."
        )
    stream.put_back(rest)
    return names


def _open(
    stream: _Unpacked, names: list[str], torn: list[int]
) -> csv.CSVStreamingReader | list[pa.RecordBatch]:
    """Batches of the wanted columns as bytes.

    `torn` gets an entry per line with another number of fields than the header line.
    """

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
    """Times as text, or as seconds since 1970."""
    seconds = columns.read_numbers(values, *_SECONDS)
    if seconds.null_count == len(seconds):
        return columns.read_times(values)
    return pc.cast(pc.multiply(seconds, 1000.0), pa.int64(), safe=False).cast(columns.TIME)

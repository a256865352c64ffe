"""Reads EUROCONTROL's monthly OPDI flight lists, Parquet, some thousand rows at a time.

Columns that are read: icao24, flt_id, adep, ades, registration, model, typecode, icao_operator,
first_seen, last_seen. Times are text in newer files, time stamps in older ones. `id` (a number
in newer files, text in older ones), `adep_p` and `ades_p` are not read: the last two are other
estimates, not replacements for an empty end.

References
----------
https://www.opdi.aero; exporter: https://github.com/euctrl-pru/OPDI
"""

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from flights.errors import BadPayload
from flights.sources.flight_lists.month import MOST_ROWS
from flights.sources.flight_lists.rows import Batch, Batches, make_rows
from flights.sources.list_columns import read_addresses

ROWS_AT_ONCE = 16_384
MOST_UNPACKED = 1 << 30
"""Most unpacked bytes of a column of a row group."""
_BUFFER = 1 << 20
_MAGIC = b"PAR1"
_NAMES = {
    "icao24": "icao24",
    "flt_id": "callsign",
    "adep": "origin",
    "ades": "destination",
    "registration": "registration",
    "model": "model",
    "typecode": "typecode",
    "icao_operator": "operator",
    "first_seen": "firstseen",
    "last_seen": "lastseen",
}
_NEEDED = {"icao24", "flt_id", "adep", "ades", "first_seen", "last_seen"}
_ARROW = (pa.ArrowException, OSError, ValueError)


def read_parquet_list(path: Path) -> Batches:
    """Rows of a list, some thousand at a time.

    Raises
    ------
    BadPayload
        Not Parquet, not such a list, or damaged. The rows before the damage have been returned.
    """
    check_magic(path)
    try:
        schema = pq.read_schema(path)
        columns = _find_columns(path, schema)
        how = {"pre_buffer": False, "buffer_size": _BUFFER}
        with pq.ParquetFile(path, read_dictionary=_list_texts(schema, columns), **how) as file:
            check_size(path, file.metadata, most_rows=MOST_ROWS)
            total, done = max(file.metadata.num_rows, 1), 0
            for batch in file.iter_batches(ROWS_AT_ONCE, columns=[*columns], use_threads=False):
                done += len(batch)
                given = {ours: batch[theirs] for theirs, ours in columns.items()}
                given["icao24"] = read_addresses(given["icao24"])
                yield Batch(make_rows(given, None), 0, done / total)
    except _ARROW as error:
        raise BadPayload(f"{path.name}: the Parquet is damaged ({error}).") from error


def check_magic(path: Path) -> None:
    """Refuse files that are not Parquet at both ends, such as error pages or cut files."""
    with path.open("rb") as file:
        head = file.read(60)
        file.seek(-min(4, path.stat().st_size), 2)
        tail = file.read()
    if head[:4] != _MAGIC:
        start = head.decode("utf-8", "replace")
        raise BadPayload(f"{path.name} is not a Parquet file: it begins with {start!r}.")
    if tail != _MAGIC:
        raise BadPayload(f"{path.name} is cut off: its Parquet footer is missing.")


def _list_texts(schema: pa.Schema, columns: Mapping[str, str]) -> list[str]:
    """Columns to be read as dictionaries, so that a text in many rows is in memory once.

    Not times: nearly all of them differ.
    """
    kinds = {name: schema.field(name).type for name in columns if not name.endswith("_seen")}
    return [name for name, kind in kinds.items() if kind in (pa.string(), pa.binary())]


def check_size(path: Path, metadata: pq.FileMetaData, *, most_rows: int) -> None:
    """Refuse files that are too large."""
    if metadata.num_rows > most_rows:
        raise BadPayload(f"{path.name} has {metadata.num_rows:,} rows; the limit is {most_rows:,}.")
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        sizes = [group.column(at).total_uncompressed_size for at in range(group.num_columns)]
        if max(sizes, default=0) > MOST_UNPACKED:
            raise BadPayload(f"{path.name}: row group {number} unpacks to {max(sizes):,} bytes.")


def _find_columns(path: Path, schema: pa.Schema) -> dict[str, str]:
    """Columns of the file (any case) and our names for them."""
    found = {name: _NAMES[name.lower()] for name in schema.names if name.lower() in _NAMES}
    lacking = _NEEDED - {name.lower() for name in found}
    if lacking or len(set(found.values())) < len(found):
        raise BadPayload(
            f"{path.name} is not an OPDI flight list: its columns are "
            f"{', '.join(schema.names)[:200]!r}; missing: {', '.join(sorted(lacking)) or 'none'}."
        )
    return found

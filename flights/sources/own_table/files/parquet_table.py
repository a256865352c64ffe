"""Parquet tables: plain columns are read as text, nested ones are left out."""

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flights.errors import BadPayload
from flights.sources.own_table.files.chunks import LONGEST_CELL, MOST_ROWS, Chunk, Table
from flights.sources.own_table.files.csv_table import unique_names

BATCH_ROWS = 20_000
LARGEST_GROUP = 4_000_000_000
"""Most bytes of an unpacked row group, a limit for the memory needed."""

_ERRORS = (pa.ArrowException, OSError, ValueError)


def open_parquet(path: Path) -> Table:
    """Open a Parquet file: its columns and their types.

    Raises
    ------
    InvalidInput
        It has too few plain columns, or too many.
    BadPayload
        It is not a Parquet file, or is too large.
    """
    try:
        with pq.ParquetFile(path) as file:
            schema, metadata = file.schema_arrow, file.metadata
            groups = [metadata.row_group(n) for n in range(metadata.num_row_groups)]
    except _ERRORS as error:
        raise BadPayload(f"{path.name} cannot be read as Parquet: {error}.") from error
    if metadata.num_rows > MOST_ROWS:
        raise BadPayload(
            f"{path.name} has more than {MOST_ROWS:,} rows; split it into several files."
        )
    if any(group.total_byte_size > LARGEST_GROUP for group in groups):
        raise BadPayload(
            f"{path.name} has a row group of more than {LARGEST_GROUP / 1e9:.0f} GB; write it "
            "again with smaller row groups."
        )
    plain = [field.name for field in schema if _is_plain(field.type)]
    nested = tuple(field.name for field in schema if not _is_plain(field.type))
    columns = unique_names(plain, path.name)
    if len(set(schema.names)) < len(schema.names) or columns != tuple(plain):
        raise BadPayload(
            f"The columns of {path.name} need unique names, printable and at most 80 "
            "characters long."
        )
    notes = (f"Columns with nested or binary values are left out: {', '.join(nested)}.",)
    return Table(
        path,
        "parquet",
        columns,
        path.stat().st_size,
        notes=notes if nested else (),
        skipped=nested,
    )


def read_parquet(table: Table) -> Iterator[Chunk]:
    """Rows as text, numbered from 1.

    Raises
    ------
    BadPayload
        The file is damaged, or a cell is too long.
    """
    done = 0
    try:
        with pq.ParquetFile(table.path, pre_buffer=False) as file:
            total = max(1, file.metadata.num_rows)
            for batch in file.iter_batches(BATCH_ROWS, columns=list(table.columns)):
                texts = [_as_text(batch.column(name)) for name in table.columns]
                _check_cells(texts, table, done)
                cells = list(zip(*(text.to_pylist() for text in texts), strict=True))
                lines = np.arange(done + 1, done + len(cells) + 1, dtype=np.int64)
                done += len(cells)
                yield Chunk(table.columns, lines, cells, share=min(1.0, done / total))
    except _ERRORS as error:
        raise BadPayload(
            f"{table.path.name} cannot be read after row {done}: {error}. Nothing was imported."
        ) from error


def _is_plain(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return _is_plain(kind.value_type)
    return not pa.types.is_nested(kind) and not (
        pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_null(kind)
    )


def _as_text(column: pa.Array) -> pa.Array:
    """Values as text, as in a CSV file."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _as_text(column.dictionary_decode())
    if pa.types.is_floating(kind):
        return pa.array([_format_number(value) for value in column.to_pylist()], pa.string())
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        # Nanoseconds would give nine decimals, which `times` does not read.
        column = column.cast(pa.timestamp("us", kind.tz), safe=False)
    return pc.cast(column, pa.string())


def _format_number(value: float | None) -> str | None:
    if value is None or math.isnan(value):
        return None
    return str(int(value)) if math.isfinite(value) and value == int(value) else repr(value)


def _check_cells(texts: list[pa.Array], table: Table, done: int) -> None:
    for name, text in zip(table.columns, texts, strict=True):
        longest = pc.max(pc.utf8_length(text)).as_py() or 0
        if longest > LONGEST_CELL:
            raise BadPayload(
                f"{table.path.name}, column {name}, after row {done}: a cell of {longest:,} "
                f"characters; the limit is {LONGEST_CELL:,}."
            )

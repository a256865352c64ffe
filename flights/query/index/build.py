"""Write one month of the index: flights sorted for route questions, in codes, and summed.

- `flights`: every column and `id`, in the order of `facts`
- `facts`: one row a flight, codes only; flights with a lost end last
- the sums of `day_sums`
"""

import logging
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Protocol

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from flights.query.index.day_sums import write_sums
from flights.query.index.end_codes import LOST, AirportNumbers, encode_end
from flights.records import EVIDENCE, NON_ICAO, arrow_schema

log = logging.getLogger(__name__)

GRADE_CODES = {"possible": 1, "likely": 2, "certain": 3}
"""Codes of cargo grades in the index; 0 is no evidence of cargo."""

MEMORY = "400MB"
_WIDE_GROUP = 16_384
_CARGO = ("cargo_grade", "cargo_rule", "cargo_source", "cargo_conflict")

WIDE = pa.schema([*arrow_schema("flights"), *(pa.field(name, pa.string()) for name in _CARGO)])
"""Columns of `flights.parquet` of a month, besides `id`."""

_CODES = pa.schema(
    [
        ("grade", pa.uint8()),
        ("origin_place", pa.int32()),
        ("destination_place", pa.int32()),
        ("origin_rank", pa.uint8()),
        ("destination_rank", pa.uint8()),
        ("address", pa.uint32()),
    ]
)

_SORTED = """
copy (
    select $base + row_number() over () - 1 as id, * from (
        select * from read_parquet($parts)
        order by origin_place >= {lost} or destination_place >= {lost},
            grade, origin_place, destination_place, day, firstseen, flight_id
    )
) to '{wide}' (format parquet, compression zstd, row_group_size {group})
"""
_FACTS = """
copy (
    select id, day, grade, origin_place, destination_place,
        origin_place >= {lost} or destination_place >= {lost} as has_lost,
        origin_rank, destination_rank, address,
        epoch_ms(firstseen) // 1000 as firstseen_s, epoch_ms(lastseen) // 1000 as lastseen_s
    from read_parquet($wide)
) to '{facts}' (format parquet, compression zstd)
"""


class Grader(Protocol):
    """Cargo rules as the index uses them; `flights.cargo.grades` is one."""

    def grade_flights(self, flights: pd.DataFrame) -> pd.DataFrame:
        """Per flight `cargo_grade` (null = none), `cargo_rule`, `_source`, `_conflict`."""
        ...

    def rules_digest(self) -> str:
        """Changes when the rules or their tables do."""
        ...


def write_month(
    folder: Path,
    month: date,
    pieces: Iterable[pd.DataFrame],
    airports: AirportNumbers,
    cargo: Grader,
) -> int:
    """Write a month to `folder` from flights in pieces; the number of flights.

    Memory is limited by a piece and by the limit of DuckDB (`MEMORY`); the rest is on disk.
    """
    parts = []
    for number, piece in enumerate(pieces):
        parts.append(folder / f"part-{number}.temporary")
        pq.write_table(_coded(piece, airports, cargo), parts[-1], compression="lz4")
    count = _sort_and_sum(folder, month, parts)
    for part in parts:
        part.unlink()
    return count


def _coded(flights: pd.DataFrame, airports: AirportNumbers, cargo: Grader) -> pa.Table:
    """A piece as an Arrow table with cargo columns and codes."""
    graded = cargo.grade_flights(flights)
    wide = flights.assign(**{name: graded[name].to_numpy() for name in _CARGO})
    table = pa.Table.from_pandas(wide[WIDE.names], schema=WIDE, preserve_index=False)
    met = pd.concat([flights["origin"], flights["destination"]]).dropna().unique()
    numbers = airports.add(met)
    ranks = {evidence: n for n, evidence in enumerate(EVIDENCE)}
    codes = [
        graded["cargo_grade"].map(GRADE_CODES).fillna(0).to_numpy(np.uint8),
        encode_end(flights, "origin", numbers),
        encode_end(flights, "destination", numbers),
        flights["origin_evidence"].map(ranks).fillna(len(EVIDENCE)).to_numpy(np.uint8),
        flights["destination_evidence"].map(ranks).fillna(len(EVIDENCE)).to_numpy(np.uint8),
        number_addresses(flights["icao24"]),
    ]
    for field, values in zip(_CODES, codes, strict=True):
        table = table.append_column(field, pa.array(values, field.type))
    return table


def number_addresses(icao24: pd.Series) -> NDArray[np.uint32]:
    """Addresses as numbers, `NON_ICAO` set where the text begins with ~; 2**32 - 1 = unreadable."""
    codes, texts = pd.factorize(icao24)
    numbers = np.array([*(_address(text) for text in texts), 2**32 - 1], dtype=np.uint32)
    return np.asarray(numbers[codes], np.uint32)


def _address(text: str) -> int:
    try:
        return int(text.removeprefix("~"), 16) | (NON_ICAO if text.startswith("~") else 0)
    except ValueError:
        return 2**32 - 1


def month_number(month: date) -> int:
    """Months since the year 0; the upper half of the ids of flights of the month."""
    return month.year * 12 + month.month - 1


def _sort_and_sum(folder: Path, month: date, parts: list[Path]) -> int:
    wide, facts = (str(folder / f"{name}.parquet") for name in ("flights", "facts"))
    fill = {"wide": _quoted(wide), "facts": _quoted(facts), "lost": LOST, "group": _WIDE_GROUP}
    if not parts:
        parts = [folder / "part-0.temporary"]
        pq.write_table(pa.schema([*WIDE, *_CODES]).empty_table(), parts[0])
    with duckdb.connect(":memory:", config={"memory_limit": MEMORY}) as connection:
        connection.execute("set temp_directory = $1", [str(folder / "spill.temporary")])
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set enable_progress_bar = false")  # standard output holds data
        given = {"parts": [str(part) for part in parts], "base": month_number(month) << 32}
        connection.execute(_SORTED.format(**fill), given)
        connection.execute(_FACTS.format(**fill), {"wide": wide})
        write_sums(folder, facts, connection)
    return int(pq.read_metadata(facts).num_rows)


def _quoted(path: str) -> str:
    """A path for a statement: `copy … to` takes no parameter."""
    return path.replace("'", "''")

"""The statements DuckDB runs over the index. No statement holds a word of the user's.

Regions become small temporary tables of places and are semi-joined: lists of thousands in the
statement are two to three times slower. What the summed-up `ends` can answer never touches the
flights.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Self

import duckdb
import pandas as pd
import pyarrow as pa

from flights.facts_build import WIDE
from flights.places import LOST

MEMORY = "1GB"

Pair = tuple["Places", "Places"]
Pick = tuple[Pair, str, str, str]
"""Origin and destination, the verdict on each, and the bound."""


@dataclass(frozen=True, eq=False)
class Places:
    """Places an end may be at: a temporary table, or a rule that needs none."""

    rule: str
    table: str = ""
    is_lost: bool = False

    def holds(self, column: str) -> str:
        """Condition that `column` is one of them."""
        return self.rule.format(column=column)


ANYWHERE = Places("true")
HEARD = Places(f"{{column}} < {LOST}")
LOST_ENDS = Places(f"{{column}} >= {LOST}", is_lost=True)


def connect(folder: Path) -> duckdb.DuckDBPyConnection:
    """A connection that reads what lies in `folder` and can do nothing else."""
    connection = duckdb.connect(":memory:", config={"memory_limit": MEMORY})
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("set temp_directory = ''")
    connection.execute("set parquet_metadata_cache = true")
    connection.execute("set allowed_directories = $1", [[str(folder.absolute())]])
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


class Session:
    """One call: a cursor of its own, the files of the months, temporary tables of places."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        folders: Sequence[Path],
        numbers: Mapping[str, int],
        days: tuple[date, date],
    ) -> None:
        self._cursor = connection.cursor()
        self._folders = [folder.absolute() for folder in folders]
        self._numbers = numbers
        self._days = days
        self._regions = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._cursor.close()

    def region(self, airports: frozenset[str], cells: frozenset[int]) -> Places:
        """Places of airports, and of ends lost in cells."""
        numbers = [self._numbers[code] for code in airports & self._numbers.keys()]
        places = sorted(numbers) + sorted(LOST + int(cell) for cell in cells)
        self._regions += 1
        name = f"region_{self._regions}"
        self._cursor.execute(
            f"create temp table {name} as select unnest($places::integer[]) as place",
            {"places": places},
        )
        rule = f"{{column}} in (select place from {name})"
        return Places(rule, name, is_lost=bool(cells) and not airports)

    def count(
        self, pairs: Sequence[Pair], grade: int, *, less: Pair | None = None
    ) -> list[tuple[Any, ...]]:
        """(day, flights) over the pairs of origin and destination, `less` taken off again."""
        if not pairs or not self._folders:
            return []
        asked = [(pair, 1) for pair in pairs] + ([(less, -1)] if less else [])
        parts = [self._count_one(pair, sign) for pair, sign in asked]
        statement = (
            f"select day, sum(flights)::bigint from ({' union all '.join(parts)}) group by day"
        )
        given = {"grade": grade, "first": self._days[0], "last": self._days[1]}
        files = {name: self._files(name) for name in ("facts", "ends") if f"${name}" in statement}
        return self._cursor.execute(statement, given | files).fetchall()

    def _count_one(self, pair: Pair, sign: int) -> str:
        origin, destination = pair
        if not destination.table:
            return self._count_ends(0, origin, destination, sign)
        if not origin.table:
            return self._count_ends(1, destination, origin, sign)
        return (
            f"select day, {sign} * count(*) as flights from read_parquet($facts) "
            f"where {_WITHIN} and {origin.holds('origin_place')} "
            f"and {destination.holds('destination_place')} group by day"
        )

    def _count_ends(self, side: int, near: Places, far: Places, sign: int) -> str:
        """From the sums: `near` is the end they go by, `far` is known by a rule only."""
        beyond = {ANYWHERE: "true", HEARD: "not other_lost", LOST_ENDS: "other_lost"}[far]
        return (
            f"select day, {sign} * sum(flights) as flights from read_parquet($ends) "
            f"where side = {side} and {_WITHIN} and {near.holds('place')} and {beyond} "
            "group by day"
        )

    def rows(self, picks: Sequence[Pick], grade: int) -> pd.DataFrame:
        """Flights of pairs, each with its verdicts and bound; by `firstseen`."""
        if not self._folders:
            return _match_schema().empty_table().to_pandas()
        parts = [self._pick(*pick) for pick in picks]
        given = {"grade": grade, "first": self._days[0], "last": self._days[1]}
        files = {"facts": self._files("facts")}
        self._cursor.execute(
            f"create temp table picked as {' union all '.join(parts)}", given | files
        )
        return self._fetch(_match_schema().names)

    def _pick(self, pair: Pair, origin: str, destination: str, bound: str) -> str:
        return (
            f"select id, '{origin}' as origin_verdict, '{destination}' as destination_verdict, "
            f"'{bound}' as bound from read_parquet($facts) where {_WITHIN} "
            f"and {pair[0].holds('origin_place')} and {pair[1].holds('destination_place')}"
        )

    def _fetch(self, columns: Sequence[str]) -> pd.DataFrame:
        statement = (
            f"select {', '.join(columns)} from read_parquet($wide) join picked using (id) "
            "order by firstseen, flight_id"
        )
        found = self._cursor.sql(statement, params={"wide": self._files("flights")})
        return found.to_arrow_table().cast(_match_schema()).to_pandas()

    def _files(self, name: str) -> list[str]:
        return [str(folder / f"{name}.parquet") for folder in self._folders]


_VERDICT = ("origin_verdict", "destination_verdict", "bound")
_WITHIN = "grade >= $grade and day between $first and $last"


def _match_schema() -> pa.Schema:
    return pa.schema([*WIDE, *(pa.field(name, pa.string()) for name in _VERDICT)])

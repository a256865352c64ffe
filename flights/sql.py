"""The statements DuckDB runs over the index. No statement holds a word of the user's.

Regions become small temporary tables of places and are semi-joined: lists of thousands in the
statement are two to three times slower. What the sums (`routes`, `ends`) can answer never
touches the flights.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Self

import duckdb
import numpy as np

from flights.places import LOST

MEMORY = "1GB"

Pair = tuple["Places", "Places"]
Part = Sequence[tuple[Pair, int]]
"""Pairs of origin and destination, each with +1 or -1 for how it counts."""


@dataclass(frozen=True, eq=False)
class Places:
    """Places an end may be at: a temporary table, or a rule that needs none."""

    rule: str
    table: str = ""
    airports: bool = True
    cells: bool = True

    def holds(self, column: str) -> str:
        """Condition that `column` is one of them."""
        return self.rule.format(column=column)


ANYWHERE = Places("true")
HEARD = Places(f"{{column}} < {LOST}", cells=False)
LOST_ENDS = Places(f"{{column}} >= {LOST}", airports=False)

_BEYOND = {ANYWHERE: "true", HEARD: "not other_lost", LOST_ENDS: "other_lost"}
_SUMS = ", ".join(f"sum(d{n})::bigint" for n in range(1, 32))
_MONTHS = "month between $first_month and $last_month and grade >= $grade"


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
        return Places(rule, name, airports=bool(airports), cells=bool(cells))

    def count(self, parts: Mapping[str, Part], grade: int) -> dict[str, dict[date, int]]:
        """Flights by day for each named part, days with none left out."""
        found: dict[str, dict[date, int]] = {name: {} for name in parts}
        if self._folders:
            every = [(name, *each) for name, part in parts.items() for each in part]
            asked = {"grade": grade, "first": self._days[0], "last": self._days[1]}
            for name, day, flights in (*self._summed(every, asked), *self._counted(every, asked)):
                found[name][day] = found[name].get(day, 0) + flights
        return found

    def _summed(
        self, every: Sequence[tuple[str, Pair, int]], asked: dict[str, Any]
    ) -> Iterator[tuple[str, date, int]]:
        """What the sums by day know."""
        selects = [s for name, pair, sign in every for s in _sums(name, pair, sign)]
        if not selects:
            return
        statement = " union all ".join(selects)
        months = {f"{n}_month": asked[n].year * 12 + asked[n].month - 1 for n in ("first", "last")}
        given = {"grade": asked["grade"], **months}
        files = {name: self._files(name) for name in ("routes", "ends") if f"${name}" in statement}
        for name, sign, month, *sums in self._cursor.execute(statement, given | files).fetchall():
            start = date(month // 12, month % 12 + 1, 1)
            for n, flights in enumerate(sums):
                day = start + timedelta(days=n)
                if flights and asked["first"] <= day <= asked["last"]:
                    yield name, day, sign * flights

    def _counted(
        self, every: Sequence[tuple[str, Pair, int]], asked: dict[str, Any]
    ) -> Iterator[tuple[str, date, int]]:
        """What only the flights know: which of two ends were lost in which cells."""
        selects = [
            f"select '{name}' as part, day, {sign} * count(*) as flights "
            f"from read_parquet($facts) where {_where(pair)} and has_lost group by day"
            for name, pair, sign in every
            if _both_named(pair) and (pair[0].cells or pair[1].cells)
        ]
        if selects:
            files = {"facts": self._files("facts")}
            yield from self._cursor.execute(" union all ".join(selects), asked | files).fetchall()

    def pick(self, pairs: Sequence[tuple[Pair, str]], grade: int) -> dict[str, np.ndarray]:
        """`id`, `origin_lost`, `destination_lost`, `bound` of the flights of pairs."""
        asked = {"grade": grade, "first": self._days[0], "last": self._days[1]}
        selects = [
            f"select id, {_is_lost(pair[0])} as origin_lost, {_is_lost(pair[1])} as "
            f"destination_lost, '{bound}' as bound from read_parquet($facts) where {_where(pair)}"
            for pair, bound in pairs
        ]
        files = {"facts": self._files("facts")}
        return self._cursor.execute(" union all ".join(selects), asked | files).fetchnumpy()

    def _files(self, name: str) -> list[str]:
        return [str(folder / f"{name}.parquet") for folder in self._folders]


def _both_named(pair: Pair) -> bool:
    return bool(pair[0].table and pair[1].table)


def _sums(name: str, pair: Pair, sign: int) -> Iterator[str]:
    """Statements over the sums for one pair; none where the flights must be asked."""
    origin, destination = pair
    start = f"select '{name}' as part, {sign} as sign, month, {_SUMS} from read_parquet"
    if not _both_named(pair):
        side, near, far = (
            (1, destination, origin) if destination.table else (0, origin, destination)
        )
        yield (
            f"{start}($ends) where side = {side} and {_MONTHS} and {near.holds('place')} "
            f"and {_BEYOND[far]} group by month"
        )
    elif origin.airports and destination.airports:
        yield (
            f"{start}($routes) where {_MONTHS} and {origin.holds('origin_place')} "
            f"and {destination.holds('destination_place')} group by month"
        )


def _where(pair: Pair) -> str:
    """Condition on a flight, with what it says of lost ends spelt out so that files are skipped."""
    conditions = [
        "grade >= $grade and day between $first and $last",
        pair[0].holds("origin_place"),
        pair[1].holds("destination_place"),
    ]
    if not all(places.airports for places in pair):
        conditions.append("has_lost")
    elif not any(places.cells for places in pair):
        conditions.append("not has_lost")
    return " and ".join(conditions)


def _is_lost(places: Places) -> str:
    return "false" if places.airports else "true"

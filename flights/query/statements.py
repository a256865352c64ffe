"""The SQL statements that DuckDB runs on the index. No statement contains text of the user.

Regions become small temporary tables of places that are joined: long lists in a statement are two
to three times slower.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Self

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flights.cargo import Overrides
from flights.query.index.day_sums import HEARD, Places
from flights.query.index.end_codes import LOST
from flights.query.regraded import make_regraded_table

MEMORY = "1GB"  # limit of one connection, so that a laptop can run the app next to it

Pair = tuple[Places, Places]


def connect(folder: Path) -> duckdb.DuckDBPyConnection:
    """A connection that can read files in `folder` and nothing else."""
    connection = duckdb.connect(":memory:", config={"memory_limit": MEMORY})
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("set enable_progress_bar = false")
    connection.execute("set temp_directory = ''")
    connection.execute("set parquet_metadata_cache = true")
    connection.execute("set allowed_directories = $1", [[str(folder.absolute())]])
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


class Session:
    """One question: its own cursor, the flights of the months, temporary tables of places."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        folders: Sequence[Path],
        days: tuple[date, date],
        grade: int,
    ) -> None:
        self._cursor = connection.cursor()
        self._given = {
            "facts": _paths(folder / "facts.parquet" for folder in folders),
            "first": days[0],
            "last": days[1],
            "grade": grade,
        }
        self._conditions: dict[int, str] = {}
        self.is_regraded = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._cursor.close()

    def count_lost(self, origin: Places, destination: Places) -> dict[date, int]:
        """Flights with a lost end by day, both ends at places given by codes."""
        statement = (
            "select day, count(*) from read_parquet($facts) "
            f"where grade >= $grade and {self._where(origin, destination)} and has_lost "
            "group by day"
        )
        return dict(self._cursor.execute(statement, self._given).fetchall())

    def pick(self, pairs: Sequence[tuple[Pair, str]]) -> dict[str, NDArray[Any]]:
        """`id`, `origin_lost`, `destination_lost`, `bound` of the flights of pairs."""
        selects = [
            f"select id, {_is_lost(pair[0])} as origin_lost, {_is_lost(pair[1])} as "
            f"destination_lost, '{bound}' as bound from {relation}"
            for pair, bound in pairs
            for relation in self._relations(*pair)
        ]
        return self._cursor.execute(" union all ".join(selects), self._given).fetchnumpy()

    def apply_cargo_list(self, wide: Sequence[Path], overrides: Overrides) -> None:
        """Use a user's cargo list in all following calls.

        Reads the columns that the list compares, of every flight of the months.
        """
        given = {name: self._given[name] for name in ("first", "last", "grade")}
        self.is_regraded = make_regraded_table(
            self._cursor, overrides, {**given, "wide": _paths(wide)}
        )

    def count_regraded(self, origin: Places, destination: Places) -> dict[date, int]:
        """By day, the number of flights that the cargo list adds (negative: removes)."""
        statement = (
            "select day, count(*) filter (is_added) - count(*) filter (not is_added) from regraded "
            f"where {self._where(origin, destination)} group by day"
        )
        given = {name: self._given[name] for name in ("first", "last")}
        return dict(self._cursor.execute(statement, given).fetchall())

    def count_regraded_to(self, origin: Places) -> list[tuple[date, int, int]]:
        """As `count_regraded` from `origin` to every airport: day, place, number added."""
        statement = (
            "select day, destination_place, "
            "count(*) filter (is_added) - count(*) filter (not is_added) from regraded "
            f"where {self._where(origin, HEARD)} group by day, destination_place"
        )
        given = {name: self._given[name] for name in ("first", "last")}
        return self._cursor.execute(statement, given).fetchall()

    def neighbours(
        self, address: NDArray[Any], firstseen_s: NDArray[Any], lastseen_s: NDArray[Any]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Ids of the flights of the same airframes before and after, -1 where there is none.

        Before: the last one that ended by `firstseen_s`; after: the first one that started at or
        after `lastseen_s` [s since 1970 UTC].
        """
        asked = {"address": address.tolist(), "b": firstseen_s.tolist(), "e": lastseen_s.tolist()}
        self._cursor.execute(_ASKED, asked)
        try:
            given = {"facts": self._given["facts"]}
            found = [self._cursor.execute(each, given).fetchnumpy() for each in (_BEFORE, _BEHIND)]
        finally:
            self._cursor.execute("drop table asked")
        return tuple(_aligned(each, len(address)) for each in found)  # type: ignore[return-value]

    def count_similar(self, wide: Sequence[Path], flight: Mapping[str, str | None]) -> pd.DataFrame:
        """By day, flights with the callsign, the operator, the airframe, and the known ends."""
        kinds = ("callsign", "operator", "icao24")
        given = {
            "wide": _paths(wide),
            **{name: self._given[name] for name in ("first", "last")},
            **{name: flight[name] for name in (*kinds, "origin", "destination")},
        }
        return self._cursor.execute(_ALIKE, given).df()

    def _relations(self, origin: Places, destination: Places) -> list[str]:
        """Tables with the flights of the grade, with conditions."""
        where = self._where(origin, destination)
        stays = (
            " and id not in (select id from regraded where not is_added)"
            if self.is_regraded
            else ""
        )
        relations = [f"read_parquet($facts) where grade >= $grade and {where}{stays}"]
        return (
            [*relations, f"regraded where is_added and {where}"] if self.is_regraded else relations
        )

    def _where(self, origin: Places, destination: Places) -> str:
        """Condition on a flight; it names lost ends explicitly, so that row groups are skipped."""
        conditions = [
            "day between $first and $last",
            self._is_at(origin, "origin_place"),
            self._is_at(destination, "destination_place"),
        ]
        if not (origin.has_airports and destination.has_airports):
            conditions.append("has_lost")
        elif not (origin.has_cells or destination.has_cells):
            conditions.append("not has_lost")
        return " and ".join(conditions)

    def _is_at(self, places: Places, column: str) -> str:
        """Condition that `column` is one of the places."""
        if places.codes is None:
            rules = {None: "true", False: f"{column} < {LOST}", True: f"{column} >= {LOST}"}
            return rules[places.lost]
        if id(places) not in self._conditions:
            name = f"places_{len(self._conditions)}"
            self._cursor.execute(
                f"create temp table {name} as select unnest($codes::integer[]) as place",
                {"codes": list(places.codes)},
            )
            self._conditions[id(places)] = name
        return f"{column} in (select place from {self._conditions[id(places)]})"


_ALIKE = """
select day, count(*) filter (callsign = $callsign) as callsign,
    count(*) filter (operator = $operator) as operator,
    count(*) filter (icao24 = $icao24) as icao24
from read_parquet($wide)
where day between $first and $last
    and ($origin::varchar is null or origin = $origin::varchar)
    and ($destination::varchar is null or destination = $destination::varchar)
    and (callsign = $callsign or operator = $operator or icao24 = $icao24)
group by day order by day
"""
_ASKED = """
create temp table asked as select unnest($address::uinteger[]) as address,
    unnest($b::bigint[]) as began, unnest($e::bigint[]) as ended,
    unnest(range(len($address::uinteger[]))) as n
"""
_OF_THESE = """
    select address, firstseen_s, lastseen_s, id from read_parquet($facts)
    where address in (select address from asked)
"""
_BEFORE = f"""
select asked.n, own.id from asked asof join ({_OF_THESE}) own
    on asked.address = own.address and asked.began >= own.lastseen_s
"""
_BEHIND = f"""
select asked.n, own.id from asked asof join ({_OF_THESE}) own
    on asked.address = own.address and asked.ended <= own.firstseen_s
"""


def _paths(paths: Iterable[Path]) -> list[str]:
    return [str(path.absolute()) for path in paths]


def _aligned(found: dict[str, NDArray[Any]], count: int) -> NDArray[np.int64]:
    ids = np.full(count, -1, np.int64)
    ids[found["n"]] = found["id"]
    return ids


def _is_lost(places: Places) -> str:
    return "false" if places.has_airports else "true"

"""A route question, and what any engine must answer to it; DuckDB over the index here.

Ends of a flight are `in` a region, `possible` there, or out. With an airport (evidence other
than `lost`) an end is `in` or out. A lost end is `possible` wherever the question names no
cells, else where its position lies in one of them. Every end is `in` "anywhere".

- lower bound: both ends `in`
- upper bound: also one `in`, the other `possible`, unless both are lost
- neither end: both lost, neither out, not both `in`; counted apart, in no bound
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import duckdb
import pandas as pd

from flights import sql
from flights.archive import Archive
from flights.errors import ArchiveError, InvalidInput
from flights.facts import Facts, Month
from flights.facts_build import GRADE_CODES, Grader
from flights.ledger import LedgerEntry, not_asked
from flights.month_rows import MonthRows
from flights.places import NO_CELL, cell_id
from flights.sql import ANYWHERE, HEARD, LOST_ENDS, Places

__all__ = ["NO_CELL", "cell_id"]

_PARTS = ("lower", "more", "neither")
_TRIES = 3


@dataclass(frozen=True)
class RouteQuestion:
    """Flights from here to there, by day of `firstseen`, `first` to `last` inclusive.

    `*_airports`: ICAO codes, None = anywhere. `*_cells`: one-degree cells (`cell_id`) that a lost
    end must lie in to be possible, None = any. `min_grade`: least cargo grade, None = any flight.
    """

    source: str
    first: date
    last: date
    origin_airports: frozenset[str] | None = None
    destination_airports: frozenset[str] | None = None
    origin_cells: frozenset[int] | None = None
    destination_cells: frozenset[int] | None = None
    min_grade: str | None = None


class Engine(Protocol):
    """Answers questions. In every answer a day that is not complete is <NA>, never zero."""

    def ledger(self, source: str, first: date, last: date) -> tuple[LedgerEntry, ...]:
        """One entry per day, `not asked` ones included."""
        ...

    def count_by_day(self, question: RouteQuestion) -> pd.DataFrame:
        """Index `day`, every day; `lower`, `upper`, `neither_end` (Int64), `status`, `reason`."""
        ...

    def match(self, question: RouteQuestion) -> pd.DataFrame:
        """Flights of the upper bound by `firstseen`, also those of days that are not complete.

        Columns of `records.FLIGHT`, `cargo_grade`, `cargo_rule`, `cargo_source`,
        `origin_verdict` and `destination_verdict` (`observed` | `possible`), `bound`.
        """
        ...

    def heard_by_day(
        self,
        source: str,
        first: date,
        last: date,
        airports: frozenset[str] | None = None,
        cells: frozenset[int] | None = None,
    ) -> pd.Series:
        """Distinct flights of any kind with an end at one of the airports or lost in a cell.

        Int64 by `day`. Without airports and cells: all flights.
        """
        ...

    def neither_end_by_day(
        self, source: str, first: date, last: date, min_grade: str | None = None
    ) -> pd.Series:
        """Flights of the grade with both ends lost, anywhere. Int64 by `day`."""
        ...


class DuckDBEngine:
    """Answers from the index of an archive, which it builds where that is missing or stale.

    One connection, which reads the index and nothing else; every call has its own cursor, so
    threads may share an engine. `cargo` stands in for `flights.cargo`.
    """

    def __init__(self, archive: Archive, *, cargo: Grader | None = None) -> None:
        self._archive = archive
        self._facts = Facts(archive, cargo)
        self._rows = MonthRows()
        self._connection = sql.connect(archive.root / "index")

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def ledger(self, source: str, first: date, last: date) -> tuple[LedgerEntry, ...]:
        """One entry per day; days found damaged while the index was built are `failed`."""
        return self._look(source, first, last)[0]

    def count_by_day(self, question: RouteQuestion) -> pd.DataFrame:
        """As `Engine.count_by_day`."""
        q = question
        entries, found = self._ask(q.source, q.first, q.last, partial(_counts, q))
        lower, more, neither = (_by_day(entries, found[name]) for name in _PARTS)
        return pd.DataFrame(
            {
                "lower": lower,
                "upper": lower + more,
                "neither_end": neither,
                "status": [entry.status for entry in entries],
                "reason": [" ".join(entry.reasons) for entry in entries],
            },
            index=lower.index,
        )

    def match(self, question: RouteQuestion) -> pd.DataFrame:
        """As `Engine.match`."""
        q = question
        return self._ask(q.source, q.first, q.last, partial(_flights, q, self._rows))[1]

    def heard_by_day(
        self,
        source: str,
        first: date,
        last: date,
        airports: frozenset[str] | None = None,
        cells: frozenset[int] | None = None,
    ) -> pd.Series:
        """As `Engine.heard_by_day`."""
        entries, found = self._ask(source, first, last, partial(_heard, airports, cells))
        return _by_day(entries, found)

    def neither_end_by_day(
        self, source: str, first: date, last: date, min_grade: str | None = None
    ) -> pd.Series:
        """As `Engine.neither_end_by_day`."""
        entries, found = self._ask(source, first, last, partial(_lost_at_both, _grade(min_grade)))
        return _by_day(entries, found)

    def _look(
        self, source: str, first: date, last: date
    ) -> tuple[tuple[LedgerEntry, ...], list[Month]]:
        if last < first:
            raise InvalidInput(f"The days end ({last}) before they begin ({first}); swap them.")
        known = self._archive.read_ledger(source)
        months = self._facts.months(source, first, last, known)
        faults = {day: why for month in months for day, why in month.unreadable.items()}
        return tuple(_entry(source, day, known, faults) for day in _span(first, last)), months

    def _ask(self, source: str, first: date, last: date, ask: Any) -> tuple[Any, Any]:
        """The days' entries and what `ask` makes of a session over the months.

        A month may be replaced by another process between looking and asking: then look again.
        """
        for attempt in range(_TRIES):
            entries, months = self._look(source, first, last)
            folders = [month.folder for month in months]
            numbers = self._facts.airports(source).numbers()
            try:
                with sql.Session(self._connection, folders, numbers, (first, last)) as session:
                    return entries, ask(session, folders)
            except (duckdb.IOException, FileNotFoundError) as error:
                if attempt == _TRIES - 1:
                    raise ArchiveError(
                        f"The index of {source} cannot be read: {error}. Delete the folder "
                        f"{Path('index') / source} of the archive; it is built anew."
                    ) from error
        raise AssertionError("not reached")


def _entry(
    source: str, day: date, known: Mapping[date, LedgerEntry], faults: Mapping[date, str]
) -> LedgerEntry:
    entry = known.get(day) or not_asked(source, day)
    if day in faults and entry.status != "failed":
        return LedgerEntry(source, day, "failed", (faults[day], *entry.reasons), entry.inputs)
    return entry


def _counts(q: RouteQuestion, session: sql.Session, _: Any) -> dict[str, dict[date, int]]:
    lower, more, neither = _pairs(q, session)
    parts = {"lower": lower, "more": more, "neither": neither}
    signed = {name: [(pair, 1) for pair in pairs] for name, pairs in parts.items()}
    return session.count(signed, _grade(q.min_grade))


def _heard(
    airports: frozenset[str] | None, cells: frozenset[int] | None, session: sql.Session, _: Any
) -> dict[date, int]:
    if airports is None and cells is None:
        return session.count({"all": [((ANYWHERE, ANYWHERE), 1)]}, 0)["all"]
    here = session.region(airports or frozenset(), cells or frozenset())
    # Flights from here, and flights to here, less those counted twice by that.
    part = [((here, ANYWHERE), 1), ((ANYWHERE, here), 1), ((here, here), -1)]
    return session.count({"heard": part}, 0)["heard"]


def _lost_at_both(grade: int, session: sql.Session, _: Any) -> dict[date, int]:
    return session.count({"lost": [((LOST_ENDS, LOST_ENDS), 1)]}, grade)["lost"]


def _flights(
    q: RouteQuestion, rows: MonthRows, session: sql.Session, folders: Sequence[Path]
) -> pd.DataFrame:
    lower, more, _ = _pairs(q, session)
    bounds = [(pair, "lower") for pair in lower] + [(pair, "upper") for pair in more]
    grade = _grade(q.min_grade)
    return rows.read(folders, session.pick(bounds, grade) if folders else {})


def _pairs(q: RouteQuestion, session: sql.Session) -> list[list[tuple[Places, Places]]]:
    """Places of origin and destination that make up lower, what upper adds, and neither end."""
    here, maybe_here = _sides(q.origin_airports, q.origin_cells, session)
    there, maybe_there = _sides(q.destination_airports, q.destination_cells, session)
    more = []
    if q.destination_airports is not None:
        more.append((HEARD if here is ANYWHERE else here, maybe_there))
    if q.origin_airports is not None:
        more.append((maybe_here, HEARD if there is ANYWHERE else there))
    return [[(here, there)], more, [(maybe_here, maybe_there)] if more else []]


def _sides(
    airports: frozenset[str] | None, cells: frozenset[int] | None, session: sql.Session
) -> tuple[Places, Places]:
    """Places that are `in` the region, and those where a lost end is possible there."""
    if airports is None:
        return ANYWHERE, LOST_ENDS
    maybe = LOST_ENDS if cells is None else session.region(frozenset(), cells)
    return session.region(airports, frozenset()), maybe


def _grade(name: str | None) -> int:
    if name is None:
        return 0
    if name not in GRADE_CODES:
        raise InvalidInput(f"{name!r} is no cargo grade; there are {', '.join(GRADE_CODES)}.")
    return GRADE_CODES[name]


def _span(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _by_day(entries: Iterable[LedgerEntry], found: Mapping[date, int]) -> pd.Series:
    """Flights by day; <NA> where the day is not complete, zero where it is and nothing was."""
    index = pd.Index([entry.day for entry in entries], name="day", dtype=object)
    counts = [found.get(entry.day, 0) if entry.is_complete else pd.NA for entry in entries]
    return pd.Series(counts, index=index, dtype="Int64", name="flights")

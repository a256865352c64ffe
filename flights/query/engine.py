"""The engine that answers route questions: DuckDB on the index of an archive."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from flights.archive import Archive
from flights.errors import ArchiveError, InvalidInput
from flights.query import answers, statements
from flights.query.answers import IndexedQuestion
from flights.query.index.build import GRADE_CODES, Grader
from flights.query.index.day_sums import MonthSums
from flights.query.index.end_codes import NO_CELL, cell_id
from flights.query.index.index import Month, RouteIndex
from flights.query.index.rows import MonthRows
from flights.query.question import Engine, RouteQuestion
from flights.records import LedgerEntry, judge_departures, not_asked
from flights.sources import find_spec

__all__ = ["NO_CELL", "DuckDBEngine", "Engine", "RouteQuestion", "cell_id"]

_TRIES = 3  # another process may replace a month while it is read
_MOST_MONTHS = 240  # sums kept in memory: twenty years of one source
_MARGIN = timedelta(days=3)
"""Days before and after in which other flights of an airframe are searched: more than the horizon
of `flights.evidence.reach`, 48 h, and a long flight."""


class DuckDBEngine:
    """Answers from the index of an archive; builds months that are missing or out of date.

    One connection, which can read the index only; every call has its own cursor, so threads may
    share an engine. `cargo` replaces `flights.cargo.grades` in tests.
    """

    def __init__(self, archive: Archive, *, cargo: Grader | None = None) -> None:
        self._archive = archive
        self._index = RouteIndex(archive, cargo)
        self._sums: dict[str, MonthSums] = {}
        self._rows = MonthRows()
        self._connection = statements.connect(archive.root / "index")

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def ledger(self, source: str, first: date, last: date) -> tuple[LedgerEntry, ...]:
        """One entry per day; days found damaged while the index was built are `failed`."""
        return self._open_months(source, first, last)[0]

    def count_by_day(self, question: RouteQuestion) -> pd.DataFrame:
        """As `Engine.count_by_day`."""
        entries, found = self._ask(question, answers.count_bounds)
        lower, more, neither = (_by_day(entries, counts) for counts in found)
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
        return self._ask(question, answers.find_flights)[1]

    def match_unknown(self, question: RouteQuestion) -> pd.DataFrame:
        """As `Engine.match_unknown`."""
        return self._ask(question, answers.find_unknown)[1]

    def find_neighbours(
        self, source: str, flights: pd.DataFrame
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """As `Engine.find_neighbours`."""
        if flights.empty:
            return flights, flights
        ended = flights["lastseen"].fillna(flights["firstseen"])
        first, last = flights["firstseen"].min().date(), ended.max().date()
        before, behind = [], []
        for each in [source, *list_other_series(self._archive, source)]:
            span = RouteQuestion(each, first - _MARGIN, last + _MARGIN)
            found = self._ask(span, lambda asked: answers.find_around(asked, flights))[1]
            before.append(found[0])
            behind.append(found[1])
        return _nearest(before, "lastseen", latest=True), _nearest(behind, "firstseen")

    def count_similar(
        self, source: str, first: date, last: date, flight: Mapping[str, Any]
    ) -> tuple[tuple[LedgerEntry, ...], pd.DataFrame]:
        """As `Engine.count_similar`."""
        plain = {name: _text(flight[name]) for name in _COMPARED}
        asked = RouteQuestion(source, first, last)
        return self._ask(asked, lambda now: answers.count_similar(now, plain))

    def heard_by_day(
        self,
        source: str,
        first: date,
        last: date,
        airports: frozenset[str] | None = None,
        cells: frozenset[int] | None = None,
    ) -> pd.Series:
        """As `Engine.heard_by_day`."""
        anywhere = airports is None and cells is None
        near = None if anywhere else (airports or frozenset())
        question = RouteQuestion(source, first, last, near, None, cells)
        return _by_day(*self._ask(question, answers.count_heard))

    def destinations_by_day(self, question: RouteQuestion) -> pd.DataFrame:
        """As `Engine.destinations_by_day`."""
        entries, found = self._ask(question, answers.count_destinations)
        complete = np.array([entry.is_complete for entry in entries], dtype=bool)
        codes = sorted(code for code, flights in found.items() if flights[complete].any())
        counts = np.full((len(entries), len(codes)), np.nan)
        for column, code in enumerate(codes):
            counts[complete, column] = found[code][complete]
        return pd.DataFrame(counts, _day_index(entries), codes)

    def cruise_by_day(
        self, source: str, first: date, last: date, cells: frozenset[int] | None = None
    ) -> pd.DataFrame:
        """As `Engine.cruise_by_day`."""
        question = RouteQuestion(source, first, last)
        entries, found = self._ask(question, lambda asked: answers.sum_cruise(asked, cells))
        unknown = (pd.NA, pd.NA)
        rows = [found.get(e.day, unknown) if e.is_complete else unknown for e in entries]
        columns = ["positions", "aircraft_hours"]
        return pd.DataFrame(rows, _day_index(entries), columns, dtype="Int64")

    def _ask(self, q: RouteQuestion, answer: Callable[[IndexedQuestion], Any]) -> tuple[Any, Any]:
        """The entries of the days and the answer from their months.

        Another process may replace a month before it is read: then it is opened again.
        """
        grade = _grade(q.min_grade)
        for attempt in range(_TRIES):
            entries, months = self._open_months(q.source, q.first, q.last)
            folders = [month.folder for month in months]
            numbers = self._index.airports(q.source).numbers()
            try:
                with statements.Session(
                    self._connection, folders, (q.first, q.last), grade
                ) as session:
                    if q.overrides and grade and folders:
                        session.apply_cargo_list(
                            [each / "flights.parquet" for each in folders], q.overrides
                        )
                    asked = IndexedQuestion(
                        q, months, grade, numbers, session, self._sums, self._rows
                    )
                    return entries, answer(asked)
            except (duckdb.IOException, FileNotFoundError) as error:
                if attempt == _TRIES - 1:
                    raise ArchiveError(
                        f"The index of {q.source} cannot be read: {error}. Delete the folder "
                        f"{Path('index') / q.source} of the archive; it is built again."
                    ) from error
        raise AssertionError("not reached")

    def _open_months(
        self, source: str, first: date, last: date
    ) -> tuple[tuple[LedgerEntry, ...], list[Month]]:
        if last < first:
            raise InvalidInput(f"The days end ({last}) before they begin ({first}); swap them.")
        known = self._archive.read_ledger(source)
        months = self._index.months(source, first, last, known)
        if len(self._sums) > _MOST_MONTHS:
            self._sums.clear()
        faults = {day: why for month in months for day, why in month.unreadable.items()}
        judged = judge_departures(known)
        return tuple(_entry(source, day, judged, faults) for day in _span(first, last)), months


def list_other_series(archive: Archive, source: str) -> list[str]:
    """Series that may have the same flights as `source`; none for a simulated or unknown one."""
    if _is_simulated(source):
        return []
    return [each for each in archive.sources() if each != source and not _is_simulated(each)]


def _is_simulated(source: str) -> bool:
    """True also for an unknown key: it is not known which world its flights are in."""
    try:
        return find_spec(source).simulated
    except InvalidInput:
        return True


def _entry(
    source: str, day: date, known: Mapping[date, LedgerEntry], faults: Mapping[date, str]
) -> LedgerEntry:
    entry = known.get(day) or not_asked(source, day)
    if day in faults and entry.status != "failed":
        return LedgerEntry(source, day, "failed", (faults[day], *entry.reasons), entry.inputs)
    return entry


def _nearest(found: list[pd.DataFrame], moment: str, *, latest: bool = False) -> pd.DataFrame:
    """Row by row the earliest (or latest) of several answers; the first where equal."""
    best = found[0]
    for other in found[1:]:
        ahead = other[moment] > best[moment] if latest else other[moment] < best[moment]
        taken = ahead | (best[moment].isna() & other[moment].notna())
        best = best.where(~taken, other)
    return best


_COMPARED = ("callsign", "operator", "icao24", "origin", "destination")


def _text(value: Any) -> str | None:
    return str(value) if pd.notna(value) else None


def _grade(name: str | None) -> int:
    if name is None:
        return 0
    if name not in GRADE_CODES:
        raise InvalidInput(f"{name!r} is not a cargo grade; use one of {', '.join(GRADE_CODES)}.")
    return GRADE_CODES[name]


def _span(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _by_day(entries: Sequence[LedgerEntry], found: Mapping[date, int]) -> pd.Series:
    """Flights by day; <NA> where a day is not complete, 0 where it is and has no flights."""
    counts = [found.get(entry.day, 0) if entry.is_complete else pd.NA for entry in entries]
    return pd.Series(counts, index=_day_index(entries), dtype="Int64", name="flights")


def _day_index(entries: Iterable[LedgerEntry]) -> pd.Index:
    return pd.Index([entry.day for entry in entries], name="day", dtype=object)

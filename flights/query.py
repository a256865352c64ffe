"""A route question, and what any engine must answer to it; DuckDB over the index here.

Ends of a flight are `in` a region, `possible` there, or out. With an airport (evidence other
than `lost`) an end is `in` or out. A lost end is `possible` wherever the question names no
cells, else where its position lies in one of them. Every end is `in` "anywhere".

- lower bound: both ends `in`
- upper bound: also one `in`, the other `possible`, unless both are lost
- neither end: both lost, neither out, not both `in`; counted apart, in no bound
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Protocol

import duckdb
import numpy as np
import pandas as pd

from flights import sql
from flights.archive import Archive
from flights.errors import ArchiveError, InvalidInput
from flights.facts import Facts, Month
from flights.facts_build import GRADE_CODES, Grader, number_addresses
from flights.ledger import LedgerEntry, judge_departures, not_asked
from flights.month_rows import MonthRows
from flights.overrides import Overrides, judge_overrides
from flights.places import LOST, NO_CELL, cell_id
from flights.sql import Pair
from flights.sums import ANYWHERE, HEARD, LOST_ENDS, MonthSums, Places
from flights.witnesses import list_witnesses

__all__ = ["NO_CELL", "cell_id"]

_TRIES = 3
_MOST_MONTHS = 240
_MARGIN = timedelta(days=3)
"""Days before and after in which an airframe's other flights are looked for: what matters of
them lies within the horizon of `gaps`."""


@dataclass(frozen=True)
class RouteQuestion:
    """Flights from here to there, by day of `firstseen`, `first` to `last` inclusive.

    `*_airports`: ICAO codes, None = anywhere. `*_cells`: one-degree cells (`cell_id`) that a lost
    end must lie in to be possible, None = any. `min_grade`: least cargo grade, None = any flight.
    `overrides`: a user's cargo list, heeded when the question is asked (no index is built for it).
    """

    source: str
    first: date
    last: date
    origin_airports: frozenset[str] | None = None
    destination_airports: frozenset[str] | None = None
    origin_cells: frozenset[int] | None = None
    destination_cells: frozenset[int] | None = None
    min_grade: str | None = None
    overrides: Overrides | None = None


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

        Columns of `records.FLIGHT`, `cargo_grade`, `cargo_rule`, `cargo_source`, `cargo_conflict`,
        `origin_verdict` and `destination_verdict` (`observed` | `possible`), `bound`.
        """
        ...

    def match_unknown(self, question: RouteQuestion) -> pd.DataFrame:
        """As `match`, flights that stand in neither bound because no end is known."""
        ...

    def heard_around(self, source: str, flights: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        """For each flight the one of its airframe before and the one behind, row by row.

        Columns of `records.FLIGHT`; a row of nothing where none is near in time. The archive's
        other series are asked too: whoever heard the airframe, that is where it was.
        """
        ...

    def count_alike(
        self, source: str, first: date, last: date, flight: Mapping[str, Any]
    ) -> tuple[tuple[LedgerEntry, ...], pd.DataFrame]:
        """The days' entries; and by `day` the flights with the callsign, the operator, the icao24.

        Only flights that share the origin and the destination of `flight` where it has them.
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
        self._sums: dict[str, MonthSums] = {}
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
        entries, found = self._ask(question, _counts)
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
        return self._ask(question, _flights)[1]

    def match_unknown(self, question: RouteQuestion) -> pd.DataFrame:
        """As `Engine.match_unknown`."""
        return self._ask(question, _unknown)[1]

    def heard_around(self, source: str, flights: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        """As `Engine.heard_around`."""
        if flights.empty:
            return flights, flights
        ended = flights["lastseen"].fillna(flights["firstseen"])
        first, last = flights["firstseen"].min().date(), ended.max().date()
        before, behind = [], []
        for each in [source, *list_witnesses(self._archive, source)]:
            span = RouteQuestion(each, first - _MARGIN, last + _MARGIN)
            found = self._ask(span, lambda asked: _around(asked, flights))[1]
            before.append(found[0])
            behind.append(found[1])
        return _nearest(before, "lastseen", latest=True), _nearest(behind, "firstseen")

    def count_alike(
        self, source: str, first: date, last: date, flight: Mapping[str, Any]
    ) -> tuple[tuple[LedgerEntry, ...], pd.DataFrame]:
        """As `Engine.count_alike`."""
        plain = {name: _text(flight[name]) for name in _ALIKE}
        asked = RouteQuestion(source, first, last)
        return self._ask(asked, lambda now: _count_alike(now, plain))

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
        return _by_day(*self._ask(question, _heard))

    def neither_end_by_day(
        self, source: str, first: date, last: date, min_grade: str | None = None
    ) -> pd.Series:
        """As `Engine.neither_end_by_day`."""
        question = RouteQuestion(source, first, last, min_grade=min_grade)
        return _by_day(*self._ask(question, _lost_at_both))

    def _ask(self, q: RouteQuestion, answer: Callable[["_Asked"], Any]) -> tuple[Any, Any]:
        """The days' entries and the answer from their months.

        A month may be replaced by another process between looking and asking: then look again.
        """
        grade = _grade(q.min_grade)
        for attempt in range(_TRIES):
            entries, months = self._look(q.source, q.first, q.last)
            folders = [month.folder for month in months]
            numbers = self._facts.airports(q.source).numbers()
            try:
                with sql.Session(self._connection, folders, (q.first, q.last), grade) as session:
                    if q.overrides and grade and folders:
                        session.move([each / "flights.parquet" for each in folders], q.overrides)
                    asked = _Asked(q, months, grade, numbers, session, self._sums, self._rows)
                    return entries, answer(asked)
            except (duckdb.IOException, FileNotFoundError) as error:
                if attempt == _TRIES - 1:
                    raise ArchiveError(
                        f"The index of {q.source} cannot be read: {error}. Delete the folder "
                        f"{Path('index') / q.source} of the archive; it is built anew."
                    ) from error
        raise AssertionError("not reached")

    def _look(
        self, source: str, first: date, last: date
    ) -> tuple[tuple[LedgerEntry, ...], list[Month]]:
        if last < first:
            raise InvalidInput(f"The days end ({last}) before they begin ({first}); swap them.")
        known = self._archive.read_ledger(source)
        months = self._facts.months(source, first, last, known)
        if len(self._sums) > _MOST_MONTHS:
            self._sums.clear()
        faults = {day: why for month in months for day, why in month.unreadable.items()}
        judged = judge_departures(known)
        return tuple(_entry(source, day, judged, faults) for day in _span(first, last)), months


def _entry(
    source: str, day: date, known: Mapping[date, LedgerEntry], faults: Mapping[date, str]
) -> LedgerEntry:
    entry = known.get(day) or not_asked(source, day)
    if day in faults and entry.status != "failed":
        return LedgerEntry(source, day, "failed", (faults[day], *entry.reasons), entry.inputs)
    return entry


@dataclass(frozen=True)
class _Asked:
    """A question beside what answers it."""

    question: RouteQuestion
    months: Sequence[Month]
    grade: int
    numbers: Mapping[str, int]
    session: sql.Session
    sums: dict[str, MonthSums]
    rows: MonthRows

    def count(self, pairs: Iterable[Pair]) -> Counter[date]:
        """Flights by day over pairs of origin and destination."""
        found: Counter[date] = Counter()
        for origin, destination in pairs:
            for month in self.months:
                sums = self.sums.setdefault(month.stamp, MonthSums(month.folder))
                for n, flights in enumerate(sums.count(origin, destination, self.grade).tolist()):
                    found[month.first + timedelta(days=n)] += flights
            by_codes = origin.codes is not None and destination.codes is not None
            if self.months and by_codes and (origin.has_cells or destination.has_cells):
                found.update(self.session.count_lost(origin, destination))
            if self.session.moved:
                found.update(self.session.count_moved(origin, destination))
        return found

    def read(self, picked: Mapping[str, np.ndarray]) -> pd.DataFrame:
        """Flights with their verdicts, their cargo columns as a user's list has them."""
        flights = self.rows.read(self.months, picked)
        own = self.question.overrides
        return judge_overrides(flights, own) if own else flights

    def pairs(self) -> tuple[list[Pair], list[Pair], list[Pair]]:
        """Places that make up lower, what upper adds, and neither end."""
        q = self.question
        here, maybe_here = self._sides(q.origin_airports, q.origin_cells)
        there, maybe_there = self._sides(q.destination_airports, q.destination_cells)
        more = []
        if q.destination_airports is not None:
            more.append((HEARD if here is ANYWHERE else here, maybe_there))
        if q.origin_airports is not None:
            more.append((maybe_here, HEARD if there is ANYWHERE else there))
        return [(here, there)], more, [(maybe_here, maybe_there)] if more else []

    def _sides(
        self, airports: frozenset[str] | None, cells: frozenset[int] | None
    ) -> tuple[Places, Places]:
        """Places that are `in` the region, and those where a lost end is possible there."""
        if airports is None:
            return ANYWHERE, LOST_ENDS
        maybe = LOST_ENDS if cells is None else self.region(frozenset(), cells)
        return self.region(airports, frozenset()), maybe

    def region(self, airports: frozenset[str], cells: frozenset[int]) -> Places:
        """Places of airports, and of ends lost in cells."""
        numbers = [self.numbers[code] for code in airports & self.numbers.keys()]
        inside = (LOST + int(cell) for cell in cells if 0 <= cell < NO_CELL)
        return Places((*sorted(numbers), *sorted(inside)))


def _counts(asked: _Asked) -> list[Counter[date]]:
    return [asked.count(pairs) for pairs in asked.pairs()]


def _heard(asked: _Asked) -> Counter[date]:
    q = asked.question
    if q.origin_airports is None:
        return asked.count([(ANYWHERE, ANYWHERE)])
    here = asked.region(q.origin_airports, q.origin_cells or frozenset())
    heard = asked.count([(here, ANYWHERE), (ANYWHERE, here)])
    heard.subtract(asked.count([(here, here)]))  # else both ends here would count twice
    return heard


def _lost_at_both(asked: _Asked) -> Counter[date]:
    return asked.count([(LOST_ENDS, LOST_ENDS)])


def _flights(asked: _Asked) -> pd.DataFrame:
    lower, more, _ = asked.pairs()
    bounds = [(pair, "lower") for pair in lower] + [(pair, "upper") for pair in more]
    return asked.read(asked.session.pick(bounds) if asked.months else {})


def _unknown(asked: _Asked) -> pd.DataFrame:
    pairs = [(pair, "neither") for pair in asked.pairs()[2]]
    return asked.read(asked.session.pick(pairs) if asked.months and pairs else {})


def _around(asked: _Asked, flights: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    if not asked.months:
        ids = (np.full(len(flights), -1, np.int64),) * 2
    else:
        seconds = (_seconds(flights[name]) for name in ("firstseen", "lastseen"))
        ids = asked.session.neighbours(number_addresses(flights["icao24"]), *seconds)
    before, behind = (asked.rows.read_ids(asked.months, each) for each in ids)
    return before.set_axis(flights.index), behind.set_axis(flights.index)


def _nearest(found: list[pd.DataFrame], moment: str, *, latest: bool = False) -> pd.DataFrame:
    """Of several answers row by row the earliest (or latest) in time; the first where equal."""
    best = found[0]
    for other in found[1:]:
        ahead = other[moment] > best[moment] if latest else other[moment] < best[moment]
        taken = ahead | (best[moment].isna() & other[moment].notna())
        best = best.where(~taken, other)
    return best


_ALIKE = ("callsign", "operator", "icao24", "origin", "destination")


def _text(value: Any) -> str | None:
    return str(value) if pd.notna(value) else None


def _count_alike(asked: _Asked, flight: Mapping[str, str | None]) -> pd.DataFrame:
    if not asked.months:
        return pd.DataFrame({"day": [], "callsign": [], "operator": [], "icao24": []})
    wide = [month.folder / "flights.parquet" for month in asked.months]
    found = asked.session.count_alike(wide, flight)
    return found.assign(day=pd.to_datetime(found["day"]).dt.date)


def _seconds(moments: pd.Series) -> np.ndarray:
    """Whole seconds since 1970; no moment is later than all others, so that nothing follows it."""
    whole = (moments - pd.Timestamp(0, tz="UTC")) // pd.Timedelta(seconds=1)
    return whole.fillna(2**62).to_numpy(np.int64)


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

"""Answers to a route question from the months of the index: from sums where possible."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flights.cargo import judge_overrides
from flights.query import statements
from flights.query.index.build import number_addresses
from flights.query.index.day_sums import ANYWHERE, DAYS, HEARD, LOST_ENDS, MonthSums, Places
from flights.query.index.end_codes import LOST, NO_CELL
from flights.query.index.index import Month
from flights.query.index.rows import MonthRows
from flights.query.question import RouteQuestion
from flights.query.statements import Pair


@dataclass(frozen=True)
class IndexedQuestion:
    """A route question with the open parts of the index that answer it."""

    question: RouteQuestion
    months: Sequence[Month]
    grade: int
    numbers: Mapping[str, int]
    session: statements.Session
    sums: dict[str, MonthSums]
    rows: MonthRows

    def count(self, pairs: Iterable[Pair]) -> Counter[date]:
        """Flights by day over pairs of origin and destination."""
        found: Counter[date] = Counter()
        for origin, destination in pairs:
            for first, sums in self.month_sums():
                for n, flights in enumerate(sums.count(origin, destination, self.grade).tolist()):
                    found[first + timedelta(days=n)] += flights
            by_codes = origin.codes is not None and destination.codes is not None
            if self.months and by_codes and (origin.has_cells or destination.has_cells):
                found.update(self.session.count_lost(origin, destination))
            if self.session.is_regraded:
                found.update(self.session.count_regraded(origin, destination))
        return found

    def month_sums(self) -> Iterator[tuple[date, MonthSums]]:
        """First day and sums of each month."""
        for month in self.months:
            yield month.first, self.sums.setdefault(month.stamp, MonthSums(month.folder))

    def read(self, picked: Mapping[str, NDArray[Any]]) -> pd.DataFrame:
        """Flights with their verdicts; a user's cargo list replaces their cargo columns."""
        flights = self.rows.read(self.months, picked)
        own = self.question.overrides
        return judge_overrides(flights, own) if own else flights

    def pairs(self) -> tuple[list[Pair], list[Pair], list[Pair]]:
        """Pairs of places of the lower bound, of what the upper bound adds, of neither end."""
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
        """Places that are `in` the region, and places of lost ends that are possible there."""
        if airports is None:
            return ANYWHERE, LOST_ENDS
        maybe = LOST_ENDS if cells is None else self.region(frozenset(), cells)
        return self.region(airports, frozenset()), maybe

    def region(self, airports: frozenset[str], cells: frozenset[int]) -> Places:
        """Places of airports, and of ends lost in cells."""
        numbers = [self.numbers[code] for code in airports & self.numbers.keys()]
        inside = (LOST + int(cell) for cell in cells if 0 <= cell < NO_CELL)
        return Places((*sorted(numbers), *sorted(inside)))


def count_bounds(asked: IndexedQuestion) -> list[Counter[date]]:
    """Flights by day: lower, what upper adds, neither end."""
    return [asked.count(pairs) for pairs in asked.pairs()]


def count_heard(asked: IndexedQuestion) -> Counter[date]:
    """Flights of any kind with an end at the question's origin, by day, each once."""
    q = asked.question
    if q.origin_airports is None:
        return asked.count([(ANYWHERE, ANYWHERE)])
    here = asked.region(q.origin_airports, q.origin_cells or frozenset())
    heard = asked.count([(here, ANYWHERE), (ANYWHERE, here)])
    heard.subtract(asked.count([(here, here)]))  # else both ends here would count twice
    return heard


def find_flights(asked: IndexedQuestion) -> pd.DataFrame:
    """Flights of the upper bound."""
    lower, more, _ = asked.pairs()
    bounds = [(pair, "lower") for pair in lower] + [(pair, "upper") for pair in more]
    return asked.read(asked.session.pick(bounds) if asked.months else {})


def find_unknown(asked: IndexedQuestion) -> pd.DataFrame:
    """Flights with no known end, where neither end is out."""
    pairs = [(pair, "neither") for pair in asked.pairs()[2]]
    return asked.read(asked.session.pick(pairs) if asked.months and pairs else {})


def find_around(asked: IndexedQuestion, flights: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """For each flight the one of its airframe before it and after it; empty rows if none."""
    if not asked.months:
        ids = (np.full(len(flights), -1, np.int64),) * 2
    else:
        seconds = (_seconds(flights[name]) for name in ("firstseen", "lastseen"))
        ids = asked.session.neighbours(number_addresses(flights["icao24"]), *seconds)
    before, behind = (asked.rows.read_ids(asked.months, each) for each in ids)
    return before.set_axis(flights.index), behind.set_axis(flights.index)


def count_similar(asked: IndexedQuestion, flight: Mapping[str, str | None]) -> pd.DataFrame:
    """By `day` the flights with the callsign, the operator, the icao24 of `flight`."""
    if not asked.months:
        return pd.DataFrame({"day": [], "callsign": [], "operator": [], "icao24": []})
    wide = [month.folder / "flights.parquet" for month in asked.months]
    found = asked.session.count_similar(wide, flight)
    return found.assign(day=pd.to_datetime(found["day"]).dt.date)


def count_destinations(asked: IndexedQuestion) -> dict[str, NDArray[np.int64]]:
    """Flights from the question's origin to each airport outside its destination.

    By ICAO code, an array over the days of the question.
    """
    q = asked.question
    if q.destination_airports is None:
        return {}
    (here, _), *_ = asked.pairs()[0]
    days = (q.last - q.first).days + 1
    found: dict[int, NDArray[np.int64]] = defaultdict(lambda: np.zeros(days, np.int64))
    for first, sums in asked.month_sums():
        offset = (first - q.first).days
        inside = slice(max(-offset, 0), min(DAYS, days - offset))
        for place, flights in zip(*sums.count_destinations(here, asked.grade), strict=True):
            kept = flights[inside]
            found[int(place)][inside.start + offset : inside.start + offset + len(kept)] += kept
    if asked.session.is_regraded:
        for day, place, more in asked.session.count_regraded_to(here):
            found[place][(day - q.first).days] += more
    codes = {number: code for code, number in asked.numbers.items()}
    named = ((codes[place], flights) for place, flights in found.items() if place in codes)
    return {code: flights for code, flights in named if code not in q.destination_airports}


def sum_cruise(asked: IndexedQuestion, cells: frozenset[int] | None) -> dict[date, tuple[int, int]]:
    """Positions and aircraft-hours at cruising height over cells, by day with reception."""
    found = {}
    for first, sums in asked.month_sums():
        over, anywhere = sums.sum_cruise(cells)
        for n in np.flatnonzero(anywhere).tolist():
            found[first + timedelta(days=n)] = (int(over[0, n]), int(over[1, n]))
    return found


def _seconds(moments: pd.Series) -> NDArray[np.int64]:
    """Whole seconds since 1970; an unknown time is later than all, so that no flight follows."""
    whole = (moments - pd.Timestamp(0, tz="UTC")) // pd.Timedelta(seconds=1)
    return np.asarray(whole.fillna(2**62).to_numpy(np.int64), np.int64)

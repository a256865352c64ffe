"""A route: its flights in a lower and an upper bound, and the traffic heard at its ends."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flights.archive import Archive
from flights.cargo import Overrides, check_grade
from flights.errors import NotCovered
from flights.evidence import explain_flights
from flights.evidence.reasons import ENDS
from flights.query import DuckDBEngine, Engine, RouteQuestion, cell_id
from flights.records import LedgerEntry
from flights.reference.airports import all_codes
from flights.regions import cells, is_anywhere
from flights.regions.base import Region
from flights.routes.bounds import resolve_bounds
from flights.routes.cover import RouteCover, judge_cover
from flights.routes.cruise_reception import find_cruise_cells, measure_overhead
from flights.sources import SOURCES, find_spec


@dataclass(frozen=True)
class Route:
    """Origin region, destination region, and the least cargo grade that counts.

    `min_grade` "" counts all flights, cargo or not. `overrides` is a user's cargo list.
    """

    origin: Region
    destination: Region
    min_grade: str = "likely"
    overrides: Overrides | None = None


@dataclass(frozen=True)
class RouteEvidence:
    """All that an event study needs to know about a route, days `first` to `last` inclusive.

    `flights`: the columns of `records.FLIGHT` plus `cargo_grade`, `cargo_rule`,
    `cargo_source`, `cargo_conflict`, `origin_verdict`, `destination_verdict` (`observed` |
    `possible`), `bound` (`lower` | `upper`: an `upper` flight counts in the upper bound only) and
    `why` (a sentence). One row a flight, by `firstseen`; `day` is the UTC day of `firstseen`.

    `heard`: index `day`, columns `origin`, `destination`: distinct flights of any kind heard
    in each region that day, without those of this route (upper bound).

    `neither_end`: per day, those of the upper bound with neither end known. <NA> where the
    series cannot have them. `excluded`: flights with a lost end that cannot have been in the
    region, as `bounds.ResolvedBounds` gives them, with `why`.

    `ledger`: one entry per day, `not asked` ones included.

    `controls`: index `day`, one column per ICAO code of an airport outside the destination:
    flights of the same grade observed from the origin to there. `overhead`: index `day`, columns
    `origin`, `destination`: positions heard per aircraft-hour of traffic at cruising height over
    each region (`measure_overhead`). Both are empty where the source has no such data, and NaN
    or <NA> on days that are not complete.

    `notes`: sentences on what the series lacks of this route. `frequency`: a sentence where its
    flights may be shown but not counted over time, else "".
    """

    route: Route
    source: str
    first: date
    last: date
    flights: pd.DataFrame
    heard: pd.DataFrame
    neither_end: pd.Series
    ledger: tuple[LedgerEntry, ...]
    notes: tuple[str, ...] = ()
    frequency: str = ""
    excluded: pd.DataFrame = field(default_factory=pd.DataFrame)
    controls: pd.DataFrame = field(default_factory=pd.DataFrame)
    overhead: pd.DataFrame = field(default_factory=pd.DataFrame)


def load_route(
    archive: Archive,
    route: Route,
    *,
    source: str,
    first: date,
    last: date,
    engine: Engine | None = None,
) -> RouteEvidence:
    """The data of a route from the archive, days `first` to `last` inclusive.

    A lost end is possible in a region unless the airframe was heard again too soon for a landing
    there, see `bounds`. Days that are not complete keep their flights and have <NA> for counts.
    `engine` replaces the archive's own index.

    Raises
    ------
    InvalidInput
        The grade is unknown, or the days end before they begin.
    ArchiveError
        The index cannot be written or read.
    """
    if engine is None:
        own = DuckDBEngine(archive)
        try:
            return load_route(archive, route, source=source, first=first, last=last, engine=own)
        finally:
            own.close()
    grade = route.min_grade or None
    if grade:
        check_grade(grade)
    places = {end: _airports(getattr(route, end)) for end in ENDS}
    question = RouteQuestion(
        source,
        first,
        last,
        places["origin"],
        places["destination"],
        min_grade=grade,
        overrides=route.overrides,
    )
    ledger = engine.ledger(source, first, last)
    cover = check_cover(route, source, ledger)
    resolved = resolve_bounds(engine, question)
    labels = route.origin.label, route.destination.label
    flights = resolved.counted.assign(why=explain_flights(resolved.counted, *labels))
    excluded = resolved.excluded.assign(why=explain_flights(resolved.excluded, *labels))
    heard = {
        end: _count_other_traffic(engine, question, flights, getattr(route, end)) for end in ENDS
    }
    unknown = pd.Series(pd.NA, heard["origin"].index, dtype="Int64")
    heard |= dict.fromkeys(set(ENDS) - cover.exposed, unknown)
    compared = "origin" in cover.exposed and not cover.frequency
    return RouteEvidence(
        route=route,
        source=source,
        first=first,
        last=last,
        flights=flights,
        heard=pd.DataFrame(heard),
        neither_end=_count_neither(flights, ledger) if cover.neither else unknown,
        excluded=excluded,
        ledger=ledger,
        notes=cover.notes,
        frequency=cover.frequency,
        controls=engine.destinations_by_day(question) if compared else pd.DataFrame(),
        overhead=_load_overhead(engine, question, route),
    )


def check_cover(route: Route, source: str, ledger: Iterable[LedgerEntry]) -> RouteCover:
    """What the series of these days has of a route; raises `NotCovered` where it has nothing."""
    if source.partition(".")[0] not in SOURCES:
        return RouteCover()
    scope = next((entry.scope for entry in ledger if entry.scope), "")
    cover = judge_cover(find_spec(source), scope, route.origin, route.destination)
    if cover.refusal:
        raise NotCovered(cover.refusal)
    return cover


def _count_neither(flights: pd.DataFrame, ledger: Iterable[LedgerEntry]) -> pd.Series:
    """Flights of the upper bound with both ends lost, by day; <NA> where it is not complete."""
    both = (flights["origin_evidence"] == "lost") & (flights["destination_evidence"] == "lost")
    found = flights["day"][both & (flights["bound"] == "upper")].value_counts()
    counts = {e.day: found.get(e.day, 0) if e.is_complete else pd.NA for e in ledger}
    index = pd.Index(list(counts), name="day", dtype=object)
    return pd.Series(list(counts.values()), index, dtype="Int64", name="flights")


def _airports(region: Region) -> frozenset[str] | None:
    """All codes of a region's airports, also former ones; None = anywhere."""
    return None if is_anywhere(region) else all_codes(region.airports())


def _count_other_traffic(
    engine: Engine, question: RouteQuestion, flights: pd.DataFrame, region: Region
) -> pd.Series:
    """Flights of any kind heard in the region by day, without those of the route."""
    airports = _airports(region)
    area = None if airports is None else cells(region)
    heard = engine.heard_by_day(question.source, question.first, question.last, airports, area)
    own = flights["day"][_heard_in(flights, airports, area)].value_counts()
    return heard - own.reindex(heard.index, fill_value=0).astype("Int64")


def _load_overhead(engine: Engine, question: RouteQuestion, route: Route) -> pd.DataFrame:
    """Columns `origin` and `destination` by day; empty where no day has a value."""
    asked = question.source, question.first, question.last
    found = {
        end: measure_overhead(engine.cruise_by_day(*asked, find_cruise_cells(getattr(route, end))))
        for end in ENDS
    }
    overhead = pd.DataFrame(found)
    return overhead if overhead.notna().any(axis=None) else pd.DataFrame()


def _heard_in(
    flights: pd.DataFrame, airports: frozenset[str] | None, area: frozenset[int] | None
) -> NDArray[np.bool_]:
    """True for flights with an end at one of the airports, or lost in one of the cells."""
    inside = np.full(len(flights), airports is None)
    for end, where in ENDS.items() if airports is not None else ():
        lost = (flights[f"{end}_evidence"] == "lost").to_numpy(bool)
        cell = cell_id(flights[f"{where}_latitude"], flights[f"{where}_longitude"])
        inside |= ~lost & flights[end].isin(airports).to_numpy(bool)
        inside |= lost & np.isin(cell, list(area or ()))
    return inside

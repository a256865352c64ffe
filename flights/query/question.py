"""A route question, and what every engine answers.

Ends of a flight are `in` a region, `possible` there, or out. With an airport (evidence other
than `lost`) an end is `in` or out. A lost end is `possible` everywhere if the
question has no cells, else only in one of its cells. Every end is `in` "anywhere".

- lower bound: both ends `in`
- upper bound: also one `in`, the other `possible`, unless both are lost
- neither end: both lost, neither out, not both `in`; counted separately, in neither bound
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import pandas as pd

from flights.cargo import Overrides
from flights.records import LedgerEntry


@dataclass(frozen=True)
class RouteQuestion:
    """Flights from an origin to a destination, by day of `firstseen`, `first` to `last` inclusive.

    `*_airports`: ICAO codes, None = anywhere. `*_cells`: one-degree cells (`cell_id`) where a lost
    end is possible, None = any. `min_grade`: least cargo grade, None = any flight.
    `overrides`: a user's cargo list; it is applied when the question is answered, without an index.
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
    """Answers route questions. Counts of a day that is not complete are <NA>, never zero."""

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
        """As `match`, for flights in neither bound because no end is known."""
        ...

    def find_neighbours(
        self, source: str, flights: pd.DataFrame
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """For each flight the flight of its airframe before it and after it, row by row.

        Columns of `records.FLIGHT`; an empty row where none is near in time. Other series of the
        archive are searched too, because a record of any source shows where the airframe was.
        """
        ...

    def count_similar(
        self, source: str, first: date, last: date, flight: Mapping[str, Any]
    ) -> tuple[tuple[LedgerEntry, ...], pd.DataFrame]:
        """The entries of the days; by `day` the flights with the same callsign, operator, icao24.

        Only flights with the origin and the destination of `flight`, where it has them.
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

    def destinations_by_day(self, question: RouteQuestion) -> pd.DataFrame:
        """Flights from the question's origin to each airport that is not in its destination.

        Index `day`; one column per ICAO code with flights on complete days, in alphabetic order:
        the lower bound of the route there, float, NaN on days that are not complete. No columns
        where the destination is anywhere.
        """
        ...

    def cruise_by_day(
        self, source: str, first: date, last: date, cells: frozenset[int] | None = None
    ) -> pd.DataFrame:
        """Traffic heard at cruising height over one-degree cells (None = everywhere), by `day`.

        `positions`, and `aircraft_hours`: aircraft by reception cell and clock hour (Int64). <NA>
        also on complete days without reception data, which some sources lack.
        """
        ...

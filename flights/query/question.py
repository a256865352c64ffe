"""A route question, and what any engine must answer to it.

Ends of a flight are `in` a region, `possible` there, or out. With an airport (evidence other
than `lost`) an end is `in` or out. A lost end is `possible` wherever the question names no
cells, else where its position lies in one of them. Every end is `in` "anywhere".

- lower bound: both ends `in`
- upper bound: also one `in`, the other `possible`, unless both are lost
- neither end: both lost, neither out, not both `in`; counted apart, in no bound
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

    def count_similar(
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

    def destinations_by_day(self, question: RouteQuestion) -> pd.DataFrame:
        """Flights from the question's origin to each airport that is not its destination.

        Index `day`, one column per ICAO code that was reached on a complete day, in their order:
        the lower bound of the route there, as float, NaN on days not complete. No columns where
        the destination is anywhere.
        """
        ...

    def cruise_by_day(
        self, source: str, first: date, last: date, cells: frozenset[int] | None = None
    ) -> pd.DataFrame:
        """What was heard at cruising height over one-degree cells (None = everywhere), by `day`.

        `positions`, and `aircraft_hours`: aircraft by reception cell and clock hour (Int64). <NA>
        also on complete days without reception, as of sources that keep none.
        """
        ...

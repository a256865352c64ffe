"""A route question, and what any engine must answer to it.

Ends of a flight are `in` a region, `possible` there, or out. With an airport (evidence other
than `lost`) it is `in` or out. A lost end is `possible`, wherever the question names no cells,
else where its position lies in one of them. Every end is `in` "anywhere".

- lower bound: both ends `in`
- upper bound: also one `in`, the other `possible`, unless both are lost
- neither end: both lost, neither ruled out; counted apart, in no bound
"""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np
import pandas as pd

from flights.ledger import LedgerEntry

NO_CELL = 65_535
"""Cell id of a position that is not known."""


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


def cell_id(latitude: np.ndarray, longitude: np.ndarray) -> np.ndarray:
    """One-degree cells of positions [deg], 0 to 64799; `NO_CELL` where one is NaN.

    >>> cell_id(np.array([-90.0, 0.5, 90.0]), np.array([-180.0, 0.5, 180.0])).tolist()
    [0, 32580, 64799]
    """
    lat, lon = np.asarray(latitude, dtype=float), np.asarray(longitude, dtype=float)
    known = np.isfinite(lat) & np.isfinite(lon)
    row = np.clip(np.floor(np.where(known, lat, 0)) + 90, 0, 179)
    column = np.clip(np.floor(np.where(known, lon, 0)) + 180, 0, 359)
    return np.where(known, row * 360 + column, NO_CELL).astype(np.int64)

"""A route: flights with both ends judged, a lower and an upper bound, and what was heard."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from flights.ledger import LedgerEntry
from flights.regions.base import Region


@dataclass(frozen=True)
class Route:
    """Origin region to destination region, and the least cargo grade that counts."""

    origin: Region
    destination: Region
    min_grade: str = "likely"


@dataclass(frozen=True)
class RouteEvidence:
    """All that an event study needs to know about a route, days `first` to `last` inclusive.

    `flights`: the columns of `records.FLIGHT` plus `cargo_grade`, `cargo_rule`,
    `cargo_source`, `origin_verdict`, `destination_verdict` (`observed` | `possible`), `bound`
    (`lower` | `upper`: an `upper` flight counts in the upper bound only) and `why` (a
    sentence). One row a flight, by `firstseen`; `day` is the UTC day of `firstseen`.

    `heard`: index `day`, columns `origin`, `destination`: distinct flights of any kind heard
    in each region that day, this route's own (upper bound) left out.

    `neither_end`: per day, cargo flights of the grade with neither end known. They stand
    outside both bounds and are shown beside them.

    `ledger`: one entry per day, `not asked` ones included.
    """

    route: Route
    source: str
    first: date
    last: date
    flights: pd.DataFrame
    heard: pd.DataFrame
    neither_end: pd.Series
    ledger: tuple[LedgerEntry, ...]

"""The flights of a route's bounds, after lost ends were checked against space and time.

A lost end is `possible` in a region where the unobserved stretch next to it has time for a
landing at one of the region's airports, else `excluded`. More records, later or from more
receivers, can only exclude more.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flights.evidence import (
    HORIZON_S,
    LEAST_GROUND_S,
    is_one_airframe,
    longest_stay_s,
    stretches_between,
)
from flights.query import Engine, RouteQuestion
from flights.reference.airports import load_airports

ENDS = {"origin": "first", "destination": "last"}
EXCLUDED = "excluded"
_HORIZON = pd.Timedelta(seconds=HORIZON_S)


@dataclass(frozen=True)
class ResolvedBounds:
    """Flights of a route, sorted by what their lost ends allow.

    `counted`: those of the bounds (`bound` is `lower` or `upper`). `excluded`: those with a
    lost end that cannot have been in the region. Both have the columns of `Engine.match` and

    - `origin_stay_s`, `destination_stay_s`: longest possible stay on the ground in the region at
      a lost end [s]; NaN where any stay is possible or the end was observed
    - `before_lastseen`, `before_destination`, `behind_firstseen`, `behind_origin`: the last record
      of the airframe before the flight and the first one after it, null where there is none
      within the horizon; `before_latitude`, `before_longitude`, `behind_latitude`,
      `behind_longitude` [deg]: its position there
    - `before_missing`, `behind_missing`: at a lost end without another record within the
      horizon, the days of it that are not complete, "" where all are
    """

    counted: pd.DataFrame
    excluded: pd.DataFrame


def resolve_bounds(
    engine: Engine, question: RouteQuestion, *, least_ground_s: float = LEAST_GROUND_S
) -> ResolvedBounds:
    """Flights of both bounds of a route question.

    `least_ground_s`: least stay on the ground that counts as a landing [s].
    """
    known = engine.match(question)
    unknown = engine.match_unknown(question)
    flights = pd.concat([known, unknown], ignore_index=True) if len(unknown) else known
    flights = flights.sort_values(["firstseen", "flight_id"], ignore_index=True)
    lost = pd.DataFrame({end: flights[f"{end}_verdict"] == "possible" for end in ENDS})
    some = flights[lost.any(axis=1)]
    before, behind = (
        each.where(is_one_airframe(some["icao24"]))
        for each in engine.find_neighbours(question.source, some)
    )
    flights = _add_neighbours(flights, before, behind)
    flights = _add_missing_days(engine, question.source, flights, lost)
    places = {"origin": question.origin_airports, "destination": question.destination_airports}
    for end in ENDS:
        rows = flights.index[lost[end]]
        left, back = (before, flights) if end == "origin" else (flights, behind)
        stay = _stay_s(left.loc[rows], back.loc[rows], places[end])
        flights[f"{end}_stay_s"] = pd.Series(stay, rows).reindex(flights.index)
        never = rows[stay < least_ground_s]
        flights.loc[never, f"{end}_verdict"] = EXCLUDED
    return _split(flights)


def _stay_s(
    left: pd.DataFrame, back: pd.DataFrame, codes: frozenset[str] | None
) -> NDArray[np.float64]:
    """Longest possible stay [s] at any of the airports; NaN where any stay is possible."""
    if codes is None:
        return np.full(len(left), np.nan)
    fields = load_airports().reindex(sorted(codes)).dropna(subset=["latitude", "longitude"])
    stretches = stretches_between(left.reset_index(drop=True), back.reset_index(drop=True))
    return longest_stay_s(
        stretches, fields["latitude"].to_numpy(float), fields["longitude"].to_numpy(float)
    )


def _add_neighbours(
    flights: pd.DataFrame, before: pd.DataFrame, behind: pd.DataFrame
) -> pd.DataFrame:
    return flights.assign(
        before_lastseen=before["lastseen"].reindex(flights.index),
        before_destination=before["destination"].reindex(flights.index),
        behind_firstseen=behind["firstseen"].reindex(flights.index),
        behind_origin=behind["origin"].reindex(flights.index),
        before_latitude=before["last_latitude"].reindex(flights.index),
        before_longitude=before["last_longitude"].reindex(flights.index),
        behind_latitude=behind["first_latitude"].reindex(flights.index),
        behind_longitude=behind["first_longitude"].reindex(flights.index),
    )


def _add_missing_days(
    engine: Engine, source: str, flights: pd.DataFrame, lost: pd.DataFrame
) -> pd.DataFrame:
    """Days that are not complete, where a later record of the airframe may be missing."""
    found = flights.assign(before_missing="", behind_missing="")
    gaps = {
        "before": (lost["origin"], flights["firstseen"] - flights["before_lastseen"]),
        "behind": (lost["destination"], flights["behind_firstseen"] - flights["lastseen"]),
    }
    unheard = {side: rows & ~(gap <= _HORIZON) for side, (rows, gap) in gaps.items()}
    if not (unheard["before"] | unheard["behind"]).any():
        return found
    first = (flights["firstseen"].min() - _HORIZON).date()
    last = (flights["lastseen"].fillna(flights["firstseen"]).max() + _HORIZON).date()
    complete = {entry.day for entry in engine.ledger(source, first, last) if entry.is_complete}
    for side, rows in unheard.items():
        edge = flights["lastseen"] if side == "behind" else flights["firstseen"] - _HORIZON
        start = edge[rows].dropna()
        days = pd.DataFrame({n: start + n * pd.Timedelta(days=1) for n in range(_HORIZON.days + 1)})
        found.loc[start.index, f"{side}_missing"] = [
            ", ".join(f"{day.day} {day:%b %Y}" for day in row if day.date() not in complete)
            for row in days.itertuples(index=False, name=None)
        ]
    return found


def _split(flights: pd.DataFrame) -> ResolvedBounds:
    verdicts = flights[[f"{end}_verdict" for end in ENDS]]
    excluded = (verdicts == EXCLUDED).any(axis=1)
    counted = flights[~excluded].assign(
        bound=np.where((verdicts[~excluded] == "possible").any(axis=1), "upper", "lower")
    )
    never = flights[excluded].assign(bound="neither")
    return ResolvedBounds(counted.reset_index(drop=True), never.reset_index(drop=True))

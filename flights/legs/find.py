"""Positions to flights: one rule set for heatmaps and traces.

Each step has its own file: leave out impossible places (`jumps`) and sort them by cause
(`marks`), find stops on the ground (`ground`), cut the rest into flights (`spans`, `continuity`),
judge the evidence of their ends (`judge`, `airfields`), keep enough positions to draw them
(`simplify`). `flights.records.flags` explains the `flags` of a flight.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flights.legs.doubts.jumps import find_jumps
from flights.legs.doubts.marks import sort_left_out
from flights.legs.ends.airfields import Airfields, load_airfields
from flights.legs.ends.judge import judge_ends
from flights.legs.positions.continuity import continues
from flights.legs.positions.ground import find_standing
from flights.legs.positions.series import read_series
from flights.legs.positions.spans import find_spans
from flights.legs.rows import tables

__all__ = ["Legs", "continues", "find_legs"]


@dataclass(frozen=True)
class Legs:
    """Flights, edges and tracks in the schemas of `records`; `dropped`: positions per rule."""

    flights: pd.DataFrame
    edges: pd.DataFrame
    tracks: pd.DataFrame
    dropped: dict[str, int]


def find_legs(
    positions: NDArray[np.void], *, day: date, source: str, airfields: Airfields | None = None
) -> Legs:
    """Flights of any set of airframes in one UTC day.

    `positions` of dtype `records.POSITION`, sorted by (icao24, seen_at); all those of an
    airframe in that day. Registration, typecode and model stay null: see `day.assemble_day`.
    """
    airfields = airfields or load_airfields()
    everything = read_series(positions)
    jumped = find_jumps(everything)
    left_out = sort_left_out(everything, jumped)
    series = everything.keep(~jumped)
    standing, touches = find_standing(series)
    spans, dropped = find_spans(series, standing)
    origin, destination = judge_ends(series, spans, airfields)
    day_key = tables.DayKey(source, day)
    table = tables.FlightRows(series, spans, origin, destination)
    flights = tables.flight_frame(table, day_key, touches=touches, left_out=left_out)
    return Legs(
        flights=flights,
        edges=tables.edge_frame(table, flights, day_key, standing, airfields),
        tracks=tables.track_frame(table, flights, day_key),
        dropped={**{rule: len(some) for rule, some in left_out.items()}, **dropped},
    )

"""One UTC day of positions, bucket by bucket, to the four tables of the archive."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import chain
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from flights.readsb.airframes import Airframe
from flights.readsb.legs import find_legs
from flights.readsb.reception import count_reception, sum_reception
from flights.records import conform, empty

PART = 400_000
"""Positions worked on at once: bounds the memory beside them to about 80 MB."""


class DayTables(NamedTuple):
    """The tables of one day in the schemas of `records`, and what was counted on the way.

    `counts`: positions, aircraft, flights, and `dropped_<rule>` positions left out by rule.
    """

    flights: pd.DataFrame
    edges: pd.DataFrame
    tracks: pd.DataFrame
    reception: pd.DataFrame
    counts: dict[str, int]


def assemble_day(
    buckets: Iterable[np.ndarray],
    *,
    source: str,
    day: date,
    airframes: Mapping[str, Airframe],
) -> DayTables:
    """Tables of one UTC day from its positions.

    `buckets` are arrays of `records.POSITION`, each sorted by (icao24, seen_at); an airframe
    lies wholly in one bucket. `airframes` maps icao24 text to what the source says of it.
    """
    found, heard, counts = [], [], {"positions": 0, "aircraft": 0, "flights": 0}
    for positions in chain.from_iterable(map(split_by_airframe, buckets)):
        legs = find_legs(positions, day=day, source=source)
        counts["positions"] += len(positions)
        counts["aircraft"] += len(legs.edges) // 2
        counts["flights"] += len(legs.flights)
        for rule, dropped in legs.dropped.items():
            counts[f"dropped_{rule}"] = counts.get(f"dropped_{rule}", 0) + dropped
        found.append(legs)
        heard.append(count_reception(positions))
    reception = sum_reception(heard)
    return DayTables(
        flights=_describe(_stack("flights", [legs.flights for legs in found]), airframes),
        edges=_stack("edges", [legs.edges for legs in found]),
        tracks=_stack("tracks", [legs.tracks for legs in found]),
        reception=_with_key(reception, source, day),
        counts=counts,
    )


def split_by_airframe(positions: np.ndarray) -> Iterator[np.ndarray]:
    """Views of about `PART` positions each; no airframe is in two of them."""
    start = 0
    while start < len(positions):
        stop = min(start + PART, len(positions))
        if stop < len(positions):
            icao24 = positions["icao24"]
            stop = int(np.searchsorted(icao24, icao24[stop - 1], side="right"))
        yield positions[start:stop]
        start = stop


def _stack(table: str, parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Parts of one table below each other, in the types of the schema."""
    tables = [conform(table, part) for part in parts if len(part)]
    return pa.concat_tables(tables).to_pandas() if tables else empty(table)


def _describe(flights: pd.DataFrame, airframes: Mapping[str, Airframe]) -> pd.DataFrame:
    """Registration, typecode and model of each flight's airframe, where they are known."""
    unknown = Airframe()
    of_flight = [airframes.get(icao24, unknown) for icao24 in flights["icao24"]]
    for name in ("registration", "typecode", "model"):
        values = [getattr(each, name) for each in of_flight]
        flights[name] = pd.array(values, dtype=flights[name].dtype)
    return flights


def _with_key(reception: pd.DataFrame, source: str, day: date) -> pd.DataFrame:
    keyed = reception.assign(source=source, day=day)
    return keyed[list(empty("reception").columns)]

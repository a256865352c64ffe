"""One UTC day of positions, bucket by bucket, to the four tables of the archive."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import chain
from typing import NamedTuple

import numpy as np
import pandas as pd

from flights.legs import find_legs, find_twice
from flights.readsb.position_quality import put_integrity
from flights.reception import count_reception, sum_reception
from flights.records import (
    ADDRESS_TWICE,
    CALLSIGN_CHANGE,
    CALLSIGN_ODD,
    CALLSIGN_TWICE,
    JUMP,
    MLAT_NOISE,
    PackedTable,
    add_flag,
    arrow_schema,
    conform,
    count_flags,
    empty_table,
    pack,
)
from flights.reference.aircraft import Airframe

PART = 400_000
"""Positions worked on at once: limits the additional memory to about 80 MB."""
RULES = (JUMP, ADDRESS_TWICE, MLAT_NOISE, CALLSIGN_CHANGE, CALLSIGN_ODD, CALLSIGN_TWICE)
"""Rules of plausibility that are counted for every flight."""
SUMMED_PARTS = 16
"""Reception tables kept before they become one: they speak of the same cells."""


class DayTables(NamedTuple):
    """The tables of one day in the schemas of `records`, and what was counted on the way.

    `counts`: positions, aircraft, flights, `dropped_<rule>` positions left out by rule, and
    `flagged_<rule>` flights a rule fired on.
    """

    flights: pd.DataFrame
    edges: pd.DataFrame
    tracks: PackedTable
    reception: pd.DataFrame
    counts: dict[str, int]


class _Buffer:
    """Parts of one table below each other. They wait packed: a big day's tracks take 150 MB."""

    def __init__(self, table: str) -> None:
        self._table = table
        self._packed: list[bytes] = []
        self._count = 0

    def add(self, part: pd.DataFrame) -> None:
        """Put one more part below the others."""
        self._packed.append(pack(conform(self._table, part)))
        self._count += len(part)

    def packed(self) -> PackedTable:
        """All parts as they wait."""
        return PackedTable(arrow_schema(self._table), tuple(self._packed), self._count)

    def whole(self) -> pd.DataFrame:
        """All parts as a frame."""
        return self.packed().whole().to_pandas()


def assemble_day(
    buckets: Iterable[np.ndarray],
    *,
    source: str,
    day: date,
    airframes: Mapping[str, Airframe],
    integrity: pd.DataFrame | None = None,
) -> DayTables:
    """Tables of one UTC day from its positions.

    `buckets` are arrays of `records.POSITION`, each sorted by (icao24, seen_at); all positions of
    an airframe are in one bucket. `airframes` maps icao24 text to what the source says of it.
    `integrity` is that of `IntegrityTally.of_day`, None where the input carries none.
    """
    found = {table: _Buffer(table) for table in ("flights", "edges", "tracks")}
    heard, counts = [], {"positions": 0, "aircraft": 0, "flights": 0}
    for positions in chain.from_iterable(map(split_by_airframe, buckets)):
        legs = find_legs(positions, day=day, source=source)
        counts["positions"] += len(positions)
        counts["aircraft"] += len(legs.edges) // 2
        counts["flights"] += len(legs.flights)
        for rule, dropped in legs.dropped.items():
            counts[f"dropped_{rule}"] = counts.get(f"dropped_{rule}", 0) + dropped
        for table, pile in found.items():
            pile.add(getattr(legs, table))
        heard.append(count_reception(positions))
        if len(heard) == SUMMED_PARTS:
            heard = [sum_reception(heard)]
    reception = put_integrity(sum_reception(heard), integrity)
    flights = _describe(found["flights"].whole(), airframes)
    flights["flags"] = add_flag(flights["flags"], CALLSIGN_TWICE, find_twice(flights))
    return DayTables(
        flights=flights,
        edges=found["edges"].whole(),
        tracks=found["tracks"].packed(),
        reception=_with_key(reception, source, day),
        counts=counts | count_flags(flights["flags"], RULES),
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
    return keyed[list(empty_table("reception").columns)]

"""One UTC day of positions, bucket by bucket, to the four tables of the archive."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd

from flights.readsb.airframes import Airframe


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
    raise NotImplementedError

"""Flights of a list that nothing could have flown: too far in too little time.

A flight list gives two places and two times. Where the way between them needs more than
`FASTEST_KM_S`, one of the four is wrong: a receiver's first or last position, an airport that
was guessed, or a clock. Which one cannot be said, so the flight stays and is flagged.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flights.records import IMPOSSIBLE_SPEED, add_flag
from flights.reference.airports import current_code, load_airports
from flights.reference.earth import great_circle_km

FASTEST_KM_S = 0.42
"""1,500 km/h: faster over the ground than airliners in a jet stream [km/s]."""
SLACK_KM = 50.0
"""For times rounded to minutes, and airports that were guessed from some way off [km]."""


def flag_speeds(flights: pd.DataFrame) -> pd.DataFrame:
    """`flights` (columns of `records.FLIGHT`) with `impossible_speed` added where it applies."""
    return flights.assign(
        flags=add_flag(flights["flags"], IMPOSSIBLE_SPEED, find_speeding(flights))
    )


def find_speeding(flights: pd.DataFrame) -> NDArray[np.bool_]:
    """True where the positions, or the airports, are too far apart for the time between.

    Nothing is said of a flight without a time of arrival, nor of places that are not known.
    An airport may be as much nearer as its distance from the end's position says.
    """
    lasted_s = (flights["lastseen"] - flights["firstseen"]).dt.total_seconds().to_numpy()
    reach_km = SLACK_KM + FASTEST_KM_S * lasted_s
    positions = [flights[f"{end}_{name}"].to_numpy(float) for end, name in _PLACES]
    airports = [
        place for end in ("origin", "destination") for place in _airport_places(flights[end])
    ]
    slack_km = sum(
        np.nan_to_num(flights[f"{end}_distance_km"].to_numpy(float))
        for end in ("origin", "destination")
    )
    far = great_circle_km(*positions) > reach_km
    return far | (great_circle_km(*airports) > reach_km + slack_km)


_PLACES = [(end, name) for end in ("first", "last") for name in ("latitude", "longitude")]


def _airport_places(codes: pd.Series) -> list[NDArray[np.float64]]:
    """Latitude and longitude [deg], NaN where the airport is not known."""
    number, named = pd.factorize(codes)
    airports = load_airports().reindex([current_code(code) for code in named])
    return [np.append(airports[name].to_numpy(float), np.nan)[number] for name in _PLACE]


_PLACE = ("latitude", "longitude")

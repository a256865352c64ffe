"""Flights of a list that are impossible: too far in too little time.

A flight list gives two places and two times. Where the distance needs more than `FASTEST_KM_S`,
one of the four is wrong: the first or last position, an airport that was estimated, or a clock.
The data do not show which one, so the flight stays and gets a flag.
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
"""Allowed in addition, for times rounded to minutes and airports estimated from afar [km]."""


def flag_speeds(flights: pd.DataFrame) -> pd.DataFrame:
    """`flights` (columns of `records.FLIGHT`) with `impossible_speed` added where it applies."""
    return flights.assign(
        flags=add_flag(flights["flags"], IMPOSSIBLE_SPEED, find_speeding(flights))
    )


def find_speeding(flights: pd.DataFrame) -> NDArray[np.bool_]:
    """True where the positions, or the airports, are too far apart for the time between.

    False without a time of arrival or without known places. The distance between airports may
    exceed the limit by the distance of each airport from the end's position.
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
    too_far: NDArray[np.bool_] = far | (great_circle_km(*airports) > reach_km + slack_km)
    return too_far


_PLACES = [(end, name) for end in ("first", "last") for name in ("latitude", "longitude")]


def _airport_places(codes: pd.Series) -> list[NDArray[np.float64]]:
    """Latitude and longitude [deg], NaN where the airport is not known."""
    number, named = pd.factorize(codes)
    airports = load_airports().reindex([current_code(code) for code in named])
    return [np.append(airports[name].to_numpy(float), np.nan)[number] for name in _PLACE]


_PLACE = ("latitude", "longitude")

"""Noise of multilateration: places computed from times of arrival, kilometres off for a moment.

The rule takes three positions in a row. It compares the distance of the middle one from the
straight line between its neighbours with the distance that the tightest turn of an airliner
explains. No rule says which of the three is wrong, so the position is kept and the flight is
flagged. `jumps` left out the outliers that no speed explains; they are noise too if they are few
in a row or near the path. With positions 30 s apart, the rule finds scatter of 4 km and more;
noise along the track is not found.
"""

import numpy as np
from numpy.typing import NDArray

from flights.legs.positions.series import Index, Mask, Series
from flights.records import RECEIVED
from flights.reference.earth import EARTH_RADIUS_KM, great_circle_km

MLAT = RECEIVED.index("mlat")
NEAR_S = 60.0
"""Neighbours farther away in time say too little about the place of the middle one [s]."""
SLACK_KM = 1.5
"""Usual noise of multilateration; a track with it can be used [km]."""
TURN_KM_S2 = 0.006
"""Acceleration across the track in a turn of 31 degrees of bank [km/s2]."""
LEAST_POSITIONS, LEAST_SHARE = 5, 0.01
"""A flight gets the flag from this many such positions on, and from this share of its MLAT."""
ALONE = 3
"""So many left-out positions in a row are still noise; a longer row is a jump ..."""
NEAR_KM = 40.0
"""... unless it is this near to the line between the kept positions before and after [km]."""


def find_scatter(series: Series) -> Mask:
    """True on MLAT positions farther off the line between their neighbours than a turn explains."""
    found = np.zeros(len(series), dtype=bool)
    middle = np.flatnonzero(series.received[1:-1] == MLAT) + 1
    if not len(middle):
        return found
    before_s, after_s = series.silence_s[middle], series.silence_s[middle + 1]
    near = (before_s <= NEAR_S) & (after_s <= NEAR_S)
    near &= ~series.first[middle] & ~series.first[middle + 1]
    middle, before_s, after_s = middle[near], before_s[near], after_s[near]
    allowed = SLACK_KM + 0.5 * TURN_KM_S2 * before_s * after_s
    found[middle] = _off_the_way_km(series, middle) > allowed
    return found


def _off_the_way_km(series: Series, middle: Index) -> NDArray[np.float64]:
    """Distance of each position from the straight line between its neighbours [km].

    On a flat map around the position, because the neighbours are within a minute.
    """
    east, north = [], []
    shrink = np.cos(np.radians(series.latitude[middle]))
    for hop in (-1, 1):
        across = series.longitude[middle + hop] - series.longitude[middle]
        east.append(np.radians((across + 180.0) % 360.0 - 180.0) * shrink * EARTH_RADIUS_KM)
        up = series.latitude[middle + hop] - series.latitude[middle]
        north.append(np.radians(up) * EARTH_RADIUS_KM)
    along = np.array([east[1] - east[0], north[1] - north[0]])
    square = np.maximum((along**2).sum(axis=0), 1e-9)
    share = np.clip(-(east[0] * along[0] + north[0] * along[1]) / square, 0.0, 1.0)
    off: NDArray[np.float64] = np.hypot(east[0] + share * along[0], north[0] + share * along[1])
    return off


def find_outliers(series: Series, left_out: Mask) -> Mask:
    """True on left-out MLAT positions that are few in a row, or near where the aircraft was."""
    starts = left_out.copy()
    starts[1:] &= ~left_out[:-1] | series.first[1:]
    run = np.cumsum(starts)[left_out]
    few = np.bincount(run, minlength=1)[run] <= ALONE
    found = np.zeros(len(series), dtype=bool)
    found[left_out] = few | _is_near(series, left_out)
    outliers: Mask = found & (series.received == MLAT)
    return outliers


def _is_near(series: Series, left_out: Mask) -> Mask:
    """Which left-out positions are near the line between the kept positions around them."""
    at, kept = np.flatnonzero(left_out), np.flatnonzero(~left_out)
    place = np.clip(np.searchsorted(kept, at), 1, max(len(kept) - 1, 1))
    if len(kept) < 2:
        return np.zeros(len(at), dtype=bool)
    before, after = kept[place - 1], kept[place]
    whole = np.maximum(series.seen_at[after] - series.seen_at[before], 1)
    share = np.clip((series.seen_at[at] - series.seen_at[before]) / whole, 0.0, 1.0)
    across = (series.longitude[after] - series.longitude[before] + 180.0) % 360.0 - 180.0
    latitude = series.latitude[before] * (1 - share) + series.latitude[after] * share
    longitude = series.longitude[before] + share * across
    away_km = great_circle_km(latitude, longitude, series.latitude[at], series.longitude[at])
    own = (series.icao24[before] == series.icao24[at]) & (series.icao24[after] == series.icao24[at])
    near: Mask = own & (away_km <= NEAR_KM)
    return near


def is_noisy(series: Series, scatter: Mask, begin: Index, end: Index) -> Mask:
    """True on flights (first and last position, inclusive) with enough scatter for the flag."""
    if not scatter.any():
        return np.zeros(len(begin), dtype=bool)
    counts = []
    for mask in (scatter, series.received == MLAT):
        before = np.concatenate([[0], np.cumsum(mask)])
        counts.append(before[end + 1] - before[begin])
    noisy: Mask = (counts[0] >= LEAST_POSITIONS) & (counts[0] >= LEAST_SHARE * counts[1])
    return noisy

"""An unobserved stretch: where can an airframe have been between two positions in time?

An airframe was last heard at one place and next heard at another. With an upper limit of
its speed, the places that it can have reached in between are a space-time prism: the way to the
place and on to the next position must fit into the time. The result is a bound, not an estimate:
a place is `excluded` only where no flight can have been there.

References
----------
T. Hägerstrand, "What about people in regional science?", Papers of the Regional Science
Association 24 (1970), doi 10.1007/BF01936872: the prism.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flights.reference.earth import EARTH_RADIUS_KM, destination_point, great_circle_km

HORIZON_S = 48 * 3600
"""After so long without a record [s], a later one says nothing about the end of the flight.

Our choice: in two days an airliner can reach any place and return."""

LEAST_GROUND_S = 15 * 60
"""Least time from touch-down to take-off that counts as a landing [s]. Our choice: shorter than
any turnaround with loading, so it excludes too little rather than too much."""

NEAR_KM = 20.0
"""Within this distance of the runway no airliner is faster than `NEAR_KMH` [km]."""
NEAR_KMH = 650.0
"""Speed limit near the ground [km/h]: 350 kt, where 250 kt is the rule below 10,000 ft
(ICAO Annex 11, airspace classes; 14 CFR 91.117)."""
DESCENT_FPM = 8_000.0
"""Fastest descent or climb assumed [ft/min]: that of an emergency descent."""
KMH_PER_KT = 1.852
_AT_ONCE = 512  # stretches per block in `longest_stay_s`: limits memory, not the result
_BEARINGS = 96  # points of an outline: one each 3.75 degrees looks round on a map

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class UnobservedStretches:
    """Unobserved stretches, one element each in every array.

    Each goes from the last position (`left_`) to the next one (`back_`); `back_at` is NaN where
    the airframe was not heard again within `HORIZON_S`. Latitudes and longitudes in deg,
    times in s since 1970 UTC, heights in ft (0 on the ground or where unknown, which only makes
    the bound wider), `speed_kt` the highest ground speed, `range_km` the longest flight of the
    type without landing. Range limits one flight: where the airframe was heard again, it may
    have landed more than once in between, so only a place out of range of both positions is out
    of reach.
    """

    left_latitude: Floats
    left_longitude: Floats
    left_altitude_ft: Floats
    left_at: Floats
    back_latitude: Floats
    back_longitude: Floats
    back_altitude_ft: Floats
    back_at: Floats
    speed_kt: Floats
    range_km: Floats

    def __len__(self) -> int:
        return len(self.left_at)

    @property
    def is_open(self) -> NDArray[np.bool_]:
        """True where the airframe was not heard again within the horizon."""
        return ~np.isfinite(self.back_at)

    @property
    def is_placed(self) -> NDArray[np.bool_]:
        """False where one of the two positions is unknown: then no place is excluded."""
        back = np.isfinite(self.back_latitude) & np.isfinite(self.back_longitude)
        left = np.isfinite(self.left_latitude) & np.isfinite(self.left_longitude)
        return left & (back | self.is_open)

    def take(self, rows: NDArray[np.intp] | slice) -> "UnobservedStretches":
        """The stretches of these rows."""
        return UnobservedStretches(
            *(getattr(self, name)[rows] for name in self.__dataclass_fields__)
        )


@dataclass(frozen=True)
class Reach:
    """Which places each stretch allows, as pairs in order of stretch, then of place.

    `stay_s`: the longest possible stay on the ground [s]; NaN where the airframe was not
    heard again, so that no stay is too long.
    """

    stretch: NDArray[np.intp]
    place: NDArray[np.intp]
    stay_s: Floats


def find_reach(
    stretches: UnobservedStretches,
    latitude: Floats,
    longitude: Floats,
    *,
    least_ground_s: float = LEAST_GROUND_S,
) -> Reach:
    """Pairs of stretch and place where a landing fits into the time.

    Parameters
    ----------
    stretches : UnobservedStretches
        n stretches.
    latitude, longitude : array of shape (m,)
        Places on the ground [deg]; none may be NaN.
    least_ground_s : float
        Least stay on the ground that counts as a landing [s].

    Returns
    -------
    Reach
        Indices of stretch and place; every place for a stretch with an unknown position.
    """
    # One stretch at a time: its data stay in the processor cache, several times faster than blocks.
    places = np.ascontiguousarray(_unit_vectors(latitude, longitude).T)
    ways = _ReachTerms.of(stretches)
    found = [_reach_of(ways, row, places, least_ground_s) for row in range(len(stretches))]
    if not found:
        return Reach(np.zeros(0, np.intp), np.zeros(0, np.intp), np.zeros(0))
    counts = [len(place) for place, _ in found]
    return Reach(
        np.repeat(np.arange(len(found), dtype=np.intp), counts),
        np.concatenate([place for place, _ in found]),
        np.concatenate([stay for _, stay in found]),
    )


def _reach_of(
    ways: "_ReachTerms", row: int, places: Floats, least_ground_s: float
) -> tuple[NDArray[np.intp], Floats]:
    """Places (unit vectors, shape (3, n)) within reach of one stretch, and the stay at each [s]."""
    one = ways.take(row)
    if not one.is_placed:
        return np.arange(places.shape[1], dtype=np.intp), np.full(places.shape[1], np.nan)
    left, back = one.left @ places, one.back @ places
    near = left >= one.least_cosine
    if not one.is_open:
        near &= back >= one.least_cosine
    place = np.flatnonzero(near)
    stay = one.stay_s(left[place], back[place])
    fits = ~(stay < least_ground_s)
    return place[fits], stay[fits]


def longest_stay_s(stretches: UnobservedStretches, latitude: Floats, longitude: Floats) -> Floats:
    """Longest possible stay on the ground [s] at any of the places, per stretch.

    Parameters
    ----------
    stretches : UnobservedStretches
        n stretches.
    latitude, longitude : array of shape (m,)
        Places on the ground [deg]; none may be NaN.

    Returns
    -------
    array of shape (n,)
        Negative: the time is too short by so many seconds to reach even the best place and
        continue. NaN: any stay is possible, because the airframe was not heard again and a
        place is in range, or because a position is unknown. -inf: out of range, or no places.
    """
    best = np.full(len(stretches), -np.inf)
    if len(latitude) == 0:
        return best
    places = _unit_vectors(latitude, longitude).T
    ways = _ReachTerms.of(stretches)
    for start in range(0, len(stretches), _AT_ONCE):
        some = ways.take(np.arange(start, min(start + _AT_ONCE, len(stretches)))[:, None])
        stay = some.stay_s(some.left[:, 0] @ places, some.back[:, 0] @ places)
        stay = np.where(some.is_placed, stay, np.nan)
        longest = np.where(np.isnan(stay).any(axis=1), np.nan, stay.max(axis=1))
        best[start : start + _AT_ONCE] = longest
    return best


def outline(stretch: UnobservedStretches, *, least_ground_s: float = 0.0) -> tuple[Floats, Floats]:
    """Edge of the area that one stretch can have reached: latitudes and longitudes [deg].

    Each point is the farthest one along a course from the first position. `stretch` has one
    element; the ring is empty where nothing fits. At airports inside, the time may still be too
    short for a landing.

    Raises
    ------
    ValueError
        `stretch` does not have exactly one element.
    """
    if len(stretch) != 1:
        raise ValueError("outline takes one stretch")
    course = np.linspace(0.0, 360.0, _BEARINGS, endpoint=False)
    each = stretch.take(np.zeros(_BEARINGS, np.intp))
    low = np.zeros(_BEARINGS)
    high = np.minimum(_farthest_km(each), np.pi * EARTH_RADIUS_KM * 0.999)
    if not _fits(each, course, low, least_ground_s).all():
        return np.zeros(0), np.zeros(0)
    for _ in range(30):  # halves 20,000 km to about 2 cm
        middle = (low + high) / 2
        inside = _fits(each, course, middle, least_ground_s)
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    return destination_point(each.left_latitude, each.left_longitude, course, low)


def _fits(
    stretches: UnobservedStretches, course: Floats, away_km: Floats, spare_s: float
) -> NDArray[np.bool_]:
    latitude, longitude = destination_point(
        stretches.left_latitude, stretches.left_longitude, course, away_km
    )
    kmh = stretches.speed_kt * KMH_PER_KT
    back = great_circle_km(latitude, longitude, stretches.back_latitude, stretches.back_longitude)
    needed = (away_km + np.where(stretches.is_open, 0.0, back)) / kmh * 3600
    there = np.where(stretches.is_open, HORIZON_S, stretches.back_at - stretches.left_at)
    in_range = (away_km <= stretches.range_km) | ~stretches.is_open
    return (needed + spare_s <= there) & in_range


def _between_km(stretches: UnobservedStretches) -> Floats:
    """Distance between the two positions [km]; NaN where the airframe was not heard again."""
    return great_circle_km(
        stretches.left_latitude,
        stretches.left_longitude,
        stretches.back_latitude,
        stretches.back_longitude,
    )


def _farthest_km(stretches: UnobservedStretches) -> Floats:
    """Longest way in the time [km]; at most the range where it was not heard again."""
    spent = np.where(stretches.is_open, HORIZON_S, stretches.back_at - stretches.left_at)
    way = stretches.speed_kt * KMH_PER_KT * spent / 3600
    return np.where(stretches.is_open, np.minimum(way, stretches.range_km), way)


@dataclass(frozen=True)
class _ReachTerms:
    """Terms of each stretch that do not depend on the place; see `UnobservedStretches`.

    `left` and `back`: unit vectors of the two positions. `least_cosine`: a fast first
    filter that never excludes too much: both ways must fit into the time, so neither can be
    longer than half of the longest way plus half of the distance between the two positions.
    `slow` and `fast` [s/km]: near the ground and beyond; `extra_s` the time lost near the ground;
    `left_s` and `back_s` the least time for the heights of the two positions.
    """

    left: Floats
    back: Floats
    least_cosine: Floats
    slow: Floats
    fast: Floats
    extra_s: Floats
    left_s: Floats
    back_s: Floats
    spent_s: Floats
    range_km: Floats
    is_open: NDArray[np.bool_]
    is_placed: NDArray[np.bool_]

    @classmethod
    def of(cls, stretches: UnobservedStretches) -> "_ReachTerms":
        kmh = stretches.speed_kt * KMH_PER_KT
        slow, fast = 3600 / np.minimum(NEAR_KMH, kmh), 3600 / kmh
        spent_km, between_km = _farthest_km(stretches), _between_km(stretches)
        away_km = np.where(stretches.is_open, spent_km, (spent_km + between_km) / 2)
        return cls(
            _unit_vectors(stretches.left_latitude, stretches.left_longitude),
            _unit_vectors(stretches.back_latitude, stretches.back_longitude),
            np.cos(np.minimum((away_km + 1.0) / EARTH_RADIUS_KM, np.pi)) - 1e-12,
            slow,
            fast,
            NEAR_KM * (slow - fast),
            stretches.left_altitude_ft / DESCENT_FPM * 60,
            stretches.back_altitude_ft / DESCENT_FPM * 60,
            stretches.back_at - stretches.left_at,
            stretches.range_km,
            stretches.is_open,
            stretches.is_placed,
        )

    def take(self, rows: int | NDArray[np.intp]) -> "_ReachTerms":
        """The terms of one row, or of several in the shape of `rows`."""
        return _ReachTerms(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))

    def stay_s(self, left: Floats, back: Floats) -> Floats:
        """Longest stay at places by the cosines of their arcs; NaN and -inf as in `longest_stay_s`.

        The result has no meaning for stretches with an unknown position.
        """
        there_km, back_km = _arc_km(left), _arc_km(back)
        there, away = self._least_s(there_km, self.left_s), self._least_s(back_km, self.back_s)
        stay = self.spent_s - there - away
        nearer_km = np.where(self.is_open, there_km, np.minimum(there_km, back_km))
        out_of_range = nearer_km > self.range_km
        out_of_range |= self.is_open & (there > HORIZON_S)
        return np.where(out_of_range, -np.inf, stay)

    def _least_s(self, away_km: Floats, least_s: Floats) -> Floats:
        """Least time between a position and the ground at a place `away_km` off [s].

        No airliner is faster than `NEAR_KMH` within `NEAR_KM` of it.
        """
        over_ground = np.minimum(away_km * self.slow, away_km * self.fast + self.extra_s)
        return np.maximum(over_ground, least_s)


def _arc_km(cosine: Floats) -> Floats:
    """Arc over the ground [km]; within 0.1 km of the haversine formula, also for short arcs."""
    return EARTH_RADIUS_KM * np.arccos(np.minimum(np.maximum(cosine, -1.0), 1.0))


def _unit_vectors(latitude: Floats, longitude: Floats) -> Floats:
    lat, lon = np.radians(latitude), np.radians(longitude)
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])

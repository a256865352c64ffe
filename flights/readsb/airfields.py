"""Which field an aircraft landed on or took off from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flights.geo import bearing_deg, destination_point, great_circle_km, turn_deg
from flights.reference.airports import load_airports, nearest_airports

ON_FIELD_KM = 10.0
"""Farther than this from a field's reference point is not on the field. Runways of the
largest ones end 6 km from it."""

STRIP_KM = 3.0
"""A field without scheduled traffic must be this much nearer than one with it: small strips
and heliports stand beside, even inside, large airports."""

DOWN_FT_KM, UP_FT_KM = 172.0, 300.0
"""A glide path of 3 degrees; a usual climb."""

GRADIENT_FT_KM = (110.0, 420.0)
"""Limits within which the gradient that was heard is believed."""

LOW_FT = 12_000.0
"""Height above the field up to which an end is called `low`."""

OVERHEAD_FT = 1_500.0
"""Below this an aircraft is at a field, climbing or descending or not."""

LEAST_FPM = 200.0
STRIP_COST, TURN_COST = 0.5, 0.6
UNSURE_COST = 0.15
"""Another field this little worse makes the choice unsure."""

NEAREST = 24


class Ends(NamedTuple):
    """Airport code (None where there is none), distance [km], height above it [ft].

    `unsure` where another field fits a path nearly as well.
    """

    code: NDArray[np.object_]
    distance_km: NDArray[np.float64]
    height_ft: NDArray[np.float64]
    unsure: NDArray[np.bool_]


@dataclass(frozen=True)
class Path:
    """Where aircraft were at an end and how they moved; one row an end.

    `course_deg` points to where the field must be: ahead for a landing, behind for a
    take-off. `airliner` is True for what flew high or fast.
    """

    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    altitude_ft: NDArray[np.float64]
    course_deg: NDArray[np.float64]
    speed_kt: NDArray[np.float64]
    vertical_fpm: NDArray[np.float64]
    airliner: NDArray[np.bool_]
    landing: bool


@dataclass(frozen=True)
class Airfields:
    """Fields to choose from: `table` as `load_airports` gives it, `nearest` likewise."""

    table: pd.DataFrame
    nearest: Callable[..., tuple[np.ndarray, np.ndarray]]

    def around(self, latitude: NDArray, longitude: NDArray, count: int) -> "Candidates":
        """The `count` nearest fields of each place."""
        codes, _ = self.nearest(latitude, longitude, count=min(count, len(self.table)))
        codes = codes.reshape(len(latitude), -1)
        rows = self.table.index.get_indexer(codes.ravel()).reshape(codes.shape)
        # A code like "_LHL" is the table's own for a field without one: its place is a guess.
        unknown = (rows < 0) | np.char.startswith(codes, "_")
        place = [np.where(unknown, np.nan, self._numbers(name)[rows]) for name in _PLACE]
        iata = self.table["iata"]
        scheduled = (iata.notna() & (iata != "")).to_numpy()[rows]
        return Candidates(codes, place[0], place[1], place[2], scheduled)

    def _numbers(self, name: str) -> NDArray[np.float64]:
        return self.table[name].to_numpy(dtype=float)

    def seen_from(
        self, field: Ends, latitude: NDArray, longitude: NDArray, altitude_ft: NDArray
    ) -> Ends:
        """`field` with distance and height from other places; on the ground height is 0."""
        rows = self.table.index.get_indexer(field.code)
        place = {name: self._numbers(name)[rows] for name in _PLACE}
        distance_km = great_circle_km(latitude, longitude, place["latitude"], place["longitude"])
        height_ft = altitude_ft - np.nan_to_num(place["elevation_ft"])
        height_ft = np.where(np.isnan(altitude_ft), 0.0, height_ft)
        none = rows < 0
        return Ends(
            field.code,
            np.where(none, np.nan, distance_km),
            np.where(none, np.nan, height_ft),
            field.unsure,
        )


_PLACE = ("latitude", "longitude", "elevation_ft")


class Candidates(NamedTuple):
    """Fields per end, shape (ends, fields)."""

    code: np.ndarray
    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    elevation_ft: NDArray[np.float64]
    scheduled: NDArray[np.bool_]


def load_airfields() -> Airfields:
    """The fields of the reference tables."""
    return Airfields(load_airports(), nearest_airports)


def find_fields(airfields: Airfields, latitude: NDArray, longitude: NDArray) -> Ends:
    """Field on which something on the ground stands."""
    if not len(latitude):
        return _none(0)
    near = airfields.around(latitude, longitude, 8)
    distance_km = great_circle_km(
        latitude[:, None], longitude[:, None], near.latitude, near.longitude
    )
    cost = distance_km + STRIP_KM * ~near.scheduled
    cost[distance_km > ON_FIELD_KM] = np.inf
    return _pick(near, cost, distance_km, np.zeros(cost.shape))._replace(
        unsure=np.zeros(len(latitude), dtype=bool)
    )


def guess_fields(airfields: Airfields, path: Path) -> Ends:
    """Field towards which a low path leads; none where no field fits height and course."""
    if not len(path.latitude):
        return _none(0)
    gradient = _gradient(path)
    near = _candidates(airfields, path, gradient)
    here = path.latitude[:, None], path.longitude[:, None]
    distance_km = great_circle_km(*here, near.latitude, near.longitude)
    height_ft = path.altitude_ft[:, None] - np.nan_to_num(near.elevation_ft)
    expected_km = np.maximum(height_ft, 0) / gradient[:, None]
    turn = turn_deg(path.course_deg[:, None], bearing_deg(*here, near.latitude, near.longitude))
    turn = np.nan_to_num(turn) / 180.0
    # On the downwind the field lies abeam or behind: the way to it is longer than the line.
    way_km = distance_km * (1.0 + turn / 2.0)
    cost = np.abs(way_km - expected_km) / (expected_km + 8.0)
    cost += TURN_COST * turn * np.minimum(distance_km / 10.0, 1.0)
    cost += STRIP_COST * (~near.scheduled & path.airliner[:, None])
    cost[~_fits(path, distance_km, height_ft, expected_km)] = np.inf
    return _pick(near, cost, distance_km, height_ft)


def _fits(
    path: Path, distance_km: NDArray, height_ft: NDArray, expected_km: NDArray
) -> NDArray[np.bool_]:
    """Low, near enough for its height, and on its way down (or up)."""
    towards = -path.vertical_fpm if path.landing else path.vertical_fpm
    moving = (towards >= LEAST_FPM)[:, None] | (height_ft <= OVERHEAD_FT)
    low = (height_ft <= LOW_FT) & (height_ft >= -OVERHEAD_FT)
    return low & moving & (distance_km <= 1.6 * expected_km + 12.0)


def _gradient(path: Path) -> NDArray[np.float64]:
    """Height lost or won per way [ft/km], as heard within limits, else the usual one."""
    usual = DOWN_FT_KM if path.landing else UP_FT_KM
    heard = np.abs(path.vertical_fpm) / np.maximum(path.speed_kt * 1.852 / 60.0, 1.0)
    heard = np.where(np.isnan(heard), usual, heard)
    # Half way between: what was heard is a moment, and levelling off is usual.
    return np.clip((heard + usual) / 2, *GRADIENT_FT_KM)


def _candidates(airfields: Airfields, path: Path, gradient: NDArray) -> Candidates:
    """Fields around the aircraft, and around the place where its path meets the ground."""
    here = airfields.around(path.latitude, path.longitude, NEAREST)
    height_ft = path.altitude_ft - np.nan_to_num(here.elevation_ft[:, 0])
    way_km = np.clip(height_ft, 0, LOW_FT) / gradient
    course = np.nan_to_num(path.course_deg)
    ahead = airfields.around(
        *destination_point(path.latitude, path.longitude, course, way_km), NEAREST
    )
    return Candidates(*(np.concatenate(pair, axis=1) for pair in zip(here, ahead, strict=True)))


def _pick(near: Candidates, cost: NDArray, distance_km: NDArray, height_ft: NDArray) -> Ends:
    """The cheapest candidate of each end; one without a known place is none."""
    cost = np.where(np.isnan(cost), np.inf, cost)
    best = np.argmin(cost, axis=1)[:, None]

    def of(values: np.ndarray) -> np.ndarray:
        return np.take_along_axis(values, best, axis=1)[:, 0]

    none = ~np.isfinite(of(cost))
    code = of(near.code).astype(object)
    others = np.where(near.code == of(near.code)[:, None], np.inf, cost).min(axis=1)
    code[none] = None
    return Ends(
        code,
        np.where(none, np.nan, of(distance_km)),
        np.where(none, np.nan, of(height_ft)),
        ~none & (others < of(cost) + UNSURE_COST),
    )


def _none(count: int) -> Ends:
    unknown = np.full(count, np.nan)
    return Ends(np.full(count, None), unknown, unknown, np.zeros(count, dtype=bool))

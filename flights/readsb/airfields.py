"""Which field an aircraft landed on or took off from."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache, cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flights.geo import bearing_deg, destination_point, great_circle_km, turn_deg
from flights.reference.airports import load_airports, nearest_airports

if TYPE_CHECKING:
    from scipy.spatial import KDTree

ON_FIELD_KM = 10.0
"""Farther than this from a field's reference point is not on the field. Runways of the
largest ones end 6 km from it."""

ON_STRIP_KM = 2.5
"""The same for private strips and heliports, which are only taken when stood upon."""

STRIP_KM = 3.0
"""A field without scheduled traffic must be this much nearer than one with it: small strips
and heliports stand beside, even inside, large airports."""

DOWN_FT_KM, UP_FT_KM = 172.0, 300.0
"""A glide path of 3 degrees; a usual climb."""

GRADIENT_FT_KM = (110.0, 420.0)
"""Limits within which the gradient that was heard is believed."""

LOW_FT = 12_000.0
"""Height above the field up to which an end is called `low`."""

HIGHEST_FIELD_FT = 15_000.0
OVERHEAD_FT = 1_500.0
"""Below this an aircraft is at a field, climbing or descending or not."""

LEAST_FPM = 200.0
STRIP_COST, TURN_COST = 0.5, 0.6
OTHER_FIELD_COST = 0.5
UNSURE_COST = 0.15
"""Another field this little worse makes the choice unsure."""

NEAREST = 24
MILITARY = r"air force|\bafb\b|air base|airbase|\bnaval\b|\barmy\b|military"
"""Such fields have location codes too, but no scheduled traffic."""


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

    def take(self, rows: NDArray[np.integer]) -> "Path":
        """Some of the ends."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return Path(**{n: v if n == "landing" else v[rows] for n, v in values.items()})


@dataclass(frozen=True)
class Airfields:
    """Fields to choose from: `table` as `load_airports` gives it, `nearest` likewise."""

    table: pd.DataFrame
    nearest: Callable[..., tuple[np.ndarray, np.ndarray]]

    def around(self, latitude: NDArray, longitude: NDArray, count: int) -> "Candidates":
        """The `count` likeliest fields of each place."""
        count = min(count, len(self.table))
        if not len(latitude):
            return self.of_rows(np.empty((0, count), dtype=np.int64))
        codes, _ = self.nearest(latitude, longitude, count=count)
        return self.of_rows(self.rows(codes.ravel()).reshape(len(latitude), -1))

    def closest(self, latitude: NDArray, longitude: NDArray) -> "Candidates":
        """The closest entry of the whole table, private strips and all, one per place."""
        return self.of_rows(self._tree.query(_unit(latitude, longitude))[1][:, None])

    def rows(self, codes: NDArray) -> NDArray[np.integer]:
        """Rows of the table by code, -1 where there is none."""
        return self.table.index.get_indexer(codes)

    def of_rows(self, rows: NDArray[np.integer]) -> "Candidates":
        """Candidates by row of the table."""
        return Candidates(rows, *(column[rows] for column in self._columns))

    def seen_from(
        self, field: Ends, latitude: NDArray, longitude: NDArray, altitude_ft: NDArray
    ) -> Ends:
        """`field` with distance and height from other places; on the ground height is 0."""
        rows = self.rows(field.code)
        at = self.of_rows(rows)
        distance_km = great_circle_km(latitude, longitude, at.latitude, at.longitude)
        height_ft = altitude_ft - np.nan_to_num(at.elevation_ft)
        height_ft = np.where(np.isnan(altitude_ft), 0.0, height_ft)
        none = rows < 0
        distance_km[none], height_ft[none] = np.nan, np.nan
        return Ends(field.code, distance_km, height_ft, field.unsure)

    @cached_property
    def codes(self) -> NDArray[np.object_]:
        """Codes by row, None in an additional last row, so that row -1 is no field."""
        codes = np.full(len(self.table) + 1, None, dtype=object)
        codes[:-1] = self.table.index
        return codes

    @cached_property
    def _columns(self) -> tuple[NDArray, NDArray, NDArray, NDArray]:
        """Columns of `Candidates` by row, no field in an additional last row."""
        table = self.table
        # A code like "_LHL" is the table's own for a field without one: its place is a guess.
        guessed = table.index.str.startswith("_")
        latitude = np.where(guessed, np.nan, table["latitude"].to_numpy(dtype=float))
        military = table["name"].str.contains(MILITARY, regex=True, case=False)
        scheduled = (table["iata"].notna() & (table["iata"] != "") & ~military).to_numpy()
        return (
            np.append(latitude, np.nan),
            np.append(table["longitude"].to_numpy(dtype=float), np.nan),
            np.append(table["elevation_ft"].to_numpy(dtype=float), np.nan),
            np.append(scheduled, False),
        )

    @cached_property
    def _tree(self) -> "KDTree":
        from scipy.spatial import KDTree

        latitude, longitude = self._columns[0][:-1], self._columns[1][:-1]
        # A guessed place goes to the centre of the Earth, where nothing is near.
        return KDTree(np.nan_to_num(_unit(latitude, longitude)))


def _unit(latitude: NDArray, longitude: NDArray) -> NDArray[np.float64]:
    """Places as points on the unit sphere."""
    north, east = np.radians(latitude), np.radians(longitude)
    return np.column_stack(
        [np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)]
    )


class Candidates(NamedTuple):
    """Fields per end, shape (ends, fields); `row` in the table, -1 = none."""

    row: NDArray[np.integer]
    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    elevation_ft: NDArray[np.float64]
    scheduled: NDArray[np.bool_]


class Ranked(NamedTuple):
    """What each candidate would cost: the lowest is the likeliest, infinite is impossible."""

    row: NDArray[np.integer]
    cost: NDArray[np.float64]
    distance_km: NDArray[np.float64]
    height_ft: NDArray[np.float64]


@cache
def load_airfields() -> Airfields:
    """The fields of the reference tables."""
    return Airfields(load_airports(), nearest_airports)


def find_fields(airfields: Airfields, latitude: NDArray, longitude: NDArray) -> Ends:
    """Field on which something on the ground stands."""
    if not len(latitude):
        return _none(0)
    near = airfields.around(latitude, longitude, 8)
    any_at_all = airfields.closest(latitude, longitude)
    near = Candidates(*(np.concatenate(p, axis=1) for p in zip(near, any_at_all, strict=True)))
    distance_km = great_circle_km(
        latitude[:, None], longitude[:, None], near.latitude, near.longitude
    )
    cost = distance_km + STRIP_KM * ~near.scheduled
    cost[distance_km > ON_FIELD_KM] = np.inf
    cost[:, -1] += STRIP_KM * ~near.scheduled[:, -1]
    cost[distance_km[:, -1] > ON_STRIP_KM, -1] = np.inf
    ends = pick(airfields, Ranked(near.row, cost, distance_km, np.zeros(cost.shape)))
    return ends._replace(unsure=np.zeros(len(latitude), dtype=bool))


def rank_fields(airfields: Airfields, path: Path, wanted: NDArray[np.bool_]) -> Ranked:
    """What it would cost in likelihood that a low path leads to the fields around it.

    Only `wanted` rows that are low enough for any field are looked at.
    """
    count = len(path.latitude)
    chosen = np.flatnonzero(wanted & (path.altitude_ft <= LOW_FT + HIGHEST_FIELD_FT))
    found = _rank(airfields, path.take(chosen))
    ranked = Ranked(
        np.full((count, found.row.shape[1]), -1), *np.full((3, count, found.row.shape[1]), np.inf)
    )
    for whole, part in zip(ranked, found, strict=True):
        whole[chosen] = part
    return ranked


def _rank(airfields: Airfields, path: Path) -> Ranked:
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
    fits = _fits(path, distance_km, height_ft, expected_km) & ~np.isnan(cost)
    return Ranked(near.row, np.where(fits, cost, np.inf), distance_km, height_ft)


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
    way_km = np.nan_to_num(np.clip(height_ft, 0, LOW_FT) / gradient)
    course = np.nan_to_num(path.course_deg)
    ahead = airfields.around(
        *destination_point(path.latitude, path.longitude, course, way_km), NEAREST
    )
    return Candidates(*(np.concatenate(pair, axis=1) for pair in zip(here, ahead, strict=True)))


def pick(airfields: Airfields, ranked: Ranked) -> Ends:
    """The cheapest candidate of each end."""
    if not len(ranked.cost):
        return _none(0)
    cost = np.where(np.isnan(ranked.cost), np.inf, ranked.cost)
    best = np.argmin(cost, axis=1)[:, None]

    def of(values: np.ndarray) -> np.ndarray:
        return np.take_along_axis(values, best, axis=1)[:, 0]

    none = ~np.isfinite(of(cost))
    row = np.where(none, -1, of(ranked.row))
    others = np.where(ranked.row == row[:, None], np.inf, cost).min(axis=1)
    return Ends(
        airfields.codes[row],
        np.where(none, np.nan, of(ranked.distance_km)),
        np.where(none, np.nan, of(ranked.height_ft)),
        ~none & (others < of(cost) + UNSURE_COST),
    )


def agree(landing: Ranked, take_off: Ranked) -> tuple[Ranked, Ranked]:
    """Both with the fields only one of them has made dearer, by `OTHER_FIELD_COST`.

    Row by row a landing and the next take-off of the same airframe: it usually leaves from
    where it came to.
    """
    same = landing.row[:, :, None] == take_off.row[:, None, :]
    cost_there = np.where(same, take_off.cost[:, None, :], np.inf).min(axis=2)
    cost_here = np.where(same, landing.cost[:, :, None], np.inf).min(axis=1)
    return _with_other(landing, take_off, cost_there), _with_other(take_off, landing, cost_here)


def _with_other(own: Ranked, other: Ranked, cost_of_same: NDArray[np.float64]) -> Ranked:
    """Costs of one end together with the best that the other end can then have."""
    apart = other.cost.min(axis=1)[:, None] + OTHER_FIELD_COST
    return own._replace(cost=own.cost + np.minimum(cost_of_same, apart))


def _none(count: int) -> Ends:
    unknown = np.full(count, np.nan)
    return Ends(np.full(count, None), unknown, unknown, np.zeros(count, dtype=bool))

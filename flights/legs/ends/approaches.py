"""Which field a low path leads to, when the landing or take-off itself was not heard.

Each field around is given a cost: how badly its distance fits the height still to lose (or gained
since take-off), how far it is off the course, and whether traffic like this uses it. Then a
landing is judged together with the airframe's next take-off.
"""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from flights.legs.ends.airfields import Airfields, Candidates, Ranked
from flights.reference.earth import bearing_deg, destination_point, great_circle_km, turn_deg

DOWN_FT_KM, UP_FT_KM = 172.0, 300.0
"""A glide path of 3 degrees; a usual climb."""

GRADIENT_FT_KM = (110.0, 420.0)
"""Limits of a plausible gradient; a measured one is clipped to them."""

LOW_FT = 12_000.0
"""Height above the field up to which an end is called `low`."""

HIGHEST_FIELD_FT = 15_000.0
OVERHEAD_FT = 800.0
"""Below this height above a field an aircraft is at that field, even in level flight."""

BELOW_FT = -1_500.0
"""Heights are pressure heights: under high pressure they read less than the field's own."""

LEAST_FPM = 200.0
STRIP_COST, TURN_COST = 0.5, 0.6
"""For a field without scheduled traffic under an airliner; for one straight behind."""

OTHER_FIELD_COST = 0.5
"""For taking off from another field than the one landed on."""

NEAREST = 24


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
    # On the downwind leg the field is abeam or behind: the path is longer than the line.
    way_km = distance_km * (1.0 + turn / 2.0)
    cost = np.abs(way_km - expected_km) / (expected_km + 8.0)
    cost += TURN_COST * turn * np.minimum(distance_km / 10.0, 1.0)
    cost += STRIP_COST * (~near.scheduled & path.airliner[:, None])
    fits = _fits(path, distance_km, height_ft, expected_km) & ~np.isnan(cost)
    return Ranked(near.row, np.where(fits, cost, np.inf), distance_km, height_ft)


def _fits(
    path: Path,
    distance_km: NDArray[np.float64],
    height_ft: NDArray[np.float64],
    expected_km: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """Low, near enough for its height, and on its way down (or up)."""
    towards = -path.vertical_fpm if path.landing else path.vertical_fpm
    moving = (towards >= LEAST_FPM)[:, None] | (height_ft <= OVERHEAD_FT)
    low = (height_ft <= LOW_FT) & (height_ft >= BELOW_FT)
    return low & moving & (distance_km <= 1.6 * expected_km + 12.0)


def _gradient(path: Path) -> NDArray[np.float64]:
    """Height lost or won per way [ft/km], as heard within limits, else the usual one."""
    usual = DOWN_FT_KM if path.landing else UP_FT_KM
    heard = np.abs(path.vertical_fpm) / np.maximum(path.speed_kt * 1.852 / 60.0, 1.0)
    heard = np.where(np.isnan(heard), usual, heard)
    # Half way between: what was heard is a moment, and levelling off is usual.
    return np.clip((heard + usual) / 2, *GRADIENT_FT_KM)


def _candidates(airfields: Airfields, path: Path, gradient: NDArray[np.float64]) -> Candidates:
    """Fields around the aircraft, and around the place where its path meets the ground."""
    here = airfields.around(path.latitude, path.longitude, NEAREST)
    height_ft = path.altitude_ft - np.nan_to_num(here.elevation_ft[:, 0])
    way_km = np.nan_to_num(np.clip(height_ft, 0, LOW_FT) / gradient)
    course = np.nan_to_num(path.course_deg)
    ahead = airfields.around(
        *destination_point(path.latitude, path.longitude, course, way_km), NEAREST
    )
    return Candidates(*(np.concatenate(pair, axis=1) for pair in zip(here, ahead, strict=True)))


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

"""Whether two positions of an airframe with a silence in between belong to one flight.

One rule for every silence: ten minutes over a town or seven hours over an ocean, within a day or
over midnight. The question is not "is the gap long?" but "could the aircraft land and take off
again, and if so, did it need the whole time for the distance?".

Where a stop was possible and the distance did not need the time, the flight ends. Both ends may
then be `lost`: two flights with one unknown end each claim less than one invented flight.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flights.legs.positions.series import Index, Mask, Series
from flights.reference.earth import great_circle_km

KNOT_KM_H = 1.852
SILENCE_S = 600.0
"""Silences shorter than this never end a flight [s]: even a low hop needs more for a stop."""

STEEP_FPM = 2_500.0
"""Aircraft commonly descend and climb no faster [ft/min]."""

CRUISE_FT = 20_000.0
LOW_FT = 10_000.0
TURNAROUND_MIN = {"low": 10.0, "high": 30.0}
"""Shortest time on the ground [min]: for low flights (short hops, training), and for all others."""

FASTEST_KM_S, SLACK_KM = 0.42, 150.0
"""No flight covers more distance than this (see `jumps`; the slack is for late relays)."""

APPROACH_MIN = 5.0
"""Approach and take-off take this in addition to descent and climb [min]."""

NEAR_KM = 10.0
"""A low position this near to the place on the ground belongs to it after any silence."""

SLOWED, TAXI_MIN = 0.7, 40.0
"""A landing heard late: the distance at this share of the speed, and this time to land and taxi."""

FALLING_FPM = 300.0
"""From this rate on, it is a climb or descent; less is noise of rounded heights and times."""

USUAL_KT = ((25_000.0, 450.0), (10_000.0, 250.0), (-9e9, 130.0))
"""Speed [kt] at or above a height [ft] where no speed is known: typical of jets in
cruise, of turboprops, and of light aircraft."""

NEEDED_SHARE = 0.80
"""It is the same flight where flying the distance takes this share of the silence or more."""

CHANGED_SHARE, SAME_SHARE, DOWN_UP_SHARE = 0.10, -0.04, 0.12
"""Added to that share: callsign changed; callsign the same; descent before and climb after."""

TREND_S, TREND_LEAST_S, TREND_POINTS = 180.0, 15.0, 12
"""Neighbours used for the vertical rate: farthest and nearest in time [s], and how many."""


@dataclass(frozen=True)
class Moments:
    """Positions of airframes at one moment each, on one side of a silence.

    `seen_at` [s since 1970]; latitude and longitude [deg]; `altitude_ft`, `speed_kt` and
    `vertical_fpm` [ft/min] are NaN where unknown; `callsign` is a number, 0 = unknown, with the
    same numbering on both sides.
    """

    seen_at: NDArray[np.float64]
    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    altitude_ft: NDArray[np.float64]
    speed_kt: NDArray[np.float64]
    vertical_fpm: NDArray[np.float64]
    callsign: NDArray[np.uint64]


def continues(before: Moments, after: Moments) -> Mask:
    """True where `before` and `after`, both in the air, belong to one flight."""
    silence_min = (after.seen_at - before.seen_at) / 60.0
    flying_min = _flying_min(before, after)
    falling = before.vertical_fpm < -FALLING_FPM
    rising = after.vertical_fpm > FALLING_FPM
    known = (before.callsign != 0) & (after.callsign != 0)
    changed = known & (before.callsign != after.callsign)
    needed = NEEDED_SHARE + CHANGED_SHARE * changed + SAME_SHARE * (known & ~changed)
    needed = needed + DOWN_UP_SHARE * (falling & rising)
    used = flying_min / np.maximum(silence_min, 1e-9)
    short = silence_min < _stop_min(before, after, flying_min)
    same = (silence_min * 60.0 < SILENCE_S) | short | (used >= needed)
    joined: Mask = same & _within_reach(before, after)
    return joined


def arrives(air: Moments, ground: Moments) -> Mask:
    """True where the flight at `air` landed or took off at `ground`.

    `air` is earlier for a landing and later for a take-off. Near and low, the silence may have
    any length; from farther away it must be too short for another flight.
    """
    silence_min = np.abs(ground.seen_at - air.seen_at) / 60.0
    distance_km = great_circle_km(air.latitude, air.longitude, ground.latitude, ground.longitude)
    height_ft = np.nan_to_num(air.altitude_ft, nan=np.inf)
    near = (distance_km <= NEAR_KM) & (height_ft <= LOW_FT)
    slow_min = distance_km / (SLOWED * KNOT_KM_H * known_speed(air)) * 60.0
    direct = silence_min <= slow_min + TAXI_MIN
    return (near | direct) & _within_reach(air, ground)


def _within_reach(one: Moments, other: Moments) -> Mask:
    """True where the distance is possible for a flight."""
    distance_km = great_circle_km(one.latitude, one.longitude, other.latitude, other.longitude)
    silence_s = np.abs(other.seen_at - one.seen_at)
    return distance_km <= SLACK_KM + FASTEST_KM_S * silence_s


def known_speed(moments: Moments) -> NDArray[np.float64]:
    """Speed [kt]; where unknown, a usual one for the height; 60 kt or more, to divide by."""
    usual = np.full(len(moments.speed_kt), USUAL_KT[-1][1])
    for height_ft, speed_kt in reversed(USUAL_KT):
        usual[moments.altitude_ft >= height_ft] = speed_kt
    speed = np.where(np.isnan(moments.speed_kt), usual, moments.speed_kt)
    return np.maximum(speed, 60.0)


def _flying_min(before: Moments, after: Moments) -> NDArray[np.float64]:
    """Time that the distance takes [min]: at the mean speed in cruise, else at the higher one."""
    speeds = known_speed(before), known_speed(after)
    cruise = (before.altitude_ft >= CRUISE_FT) & (after.altitude_ft >= CRUISE_FT)
    speed = np.where(cruise, (speeds[0] + speeds[1]) / 2, np.maximum(*speeds))
    distance_km = great_circle_km(
        before.latitude, before.longitude, after.latitude, after.longitude
    )
    return distance_km / (speed * KNOT_KM_H) * 60.0


def _stop_min(
    before: Moments, after: Moments, flying_min: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Shortest time for a stop in between [min]."""
    down_up = np.nan_to_num(before.altitude_ft) + np.nan_to_num(after.altitude_ft)
    low = (before.altitude_ft < LOW_FT) & (after.altitude_ft < LOW_FT)
    turnaround = np.where(low, TURNAROUND_MIN["low"], TURNAROUND_MIN["high"])
    turnaround = np.where(flying_min > 30.0, TURNAROUND_MIN["high"], turnaround)
    return np.maximum(flying_min, down_up / STEEP_FPM) + APPROACH_MIN + turnaround


def moments_at(series: Series, index: Index, *, side: str, within: Index) -> Moments:
    """Moments of the positions `index`; neighbours complete speed, vertical rate and callsign.

    `side` is `before` (earlier neighbours) or `after` (later ones). `within` gives the number of
    the stretch of each position, so that no neighbour belongs to another flight.
    """
    direction = -1 if side == "before" else 1
    speed, vertical = _speed_and_trend(series, index, direction, within)
    callsign = series.callsign[index].copy()
    for hop in range(1, 5):
        other = _neighbour(series, index, direction * hop, within)
        # A new callsign comes up to three points late: after a silence, later points are right;
        # before one, the last callsign is.
        known = (series.callsign[other] != 0) & ((callsign == 0) | (side == "after"))
        callsign = np.where(known, series.callsign[other], callsign)
    return Moments(
        seen_at=series.seen_at[index] / 1000.0,
        latitude=series.latitude[index],
        longitude=series.longitude[index],
        altitude_ft=series.altitude_ft[index].astype(float),
        speed_kt=speed,
        vertical_fpm=vertical,
        callsign=callsign,
    )


def _neighbour(series: Series, index: Index, hop: int, within: Index) -> Index:
    """The position `hop` further; the position itself where that one is in another stretch."""
    other = np.clip(index + hop, 0, len(series) - 1)
    return np.where(within[other] == within[index], other, index)


def _speed_and_trend(
    series: Series, index: Index, direction: int, within: Index
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Speed [kt] and vertical rate [ft/min] from up to `TREND_POINTS` neighbours."""
    speed = series.speed_kt[index].astype(float)
    altitude = series.altitude_ft[index].astype(float)
    vertical = np.full(len(index), np.nan)
    for hop in range(1, TREND_POINTS + 1):
        other = _neighbour(series, index, direction * hop, within)
        apart_s = (series.seen_at[other] - series.seen_at[index]) / 1000.0
        usable = (np.abs(apart_s) >= TREND_LEAST_S) & (np.abs(apart_s) <= TREND_S)
        rate = (series.altitude_ft[other] - altitude) / np.where(usable, apart_s, np.nan) * 60.0
        vertical = np.where(np.isnan(rate), vertical, rate)
        near_speed = series.speed_kt[other]
        take = (np.abs(apart_s) <= TREND_S) & ~np.isnan(near_speed)
        speed = np.where(np.isnan(speed) & take, near_speed, speed)
    return speed, vertical

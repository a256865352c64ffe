"""Whether two positions of an airframe, a silence between them, belong to one flight.

One rule for every silence, of ten minutes over a town or seven hours over an ocean, inside a
day or across midnight. The question is never "is the gap long?" but "could it have landed and
taken off again, and if so, did it use the whole time to cover the distance?".

When a stop was possible and the time was not used for distance, the flight ends there. Both
ends may then be `lost`: two flights with an unknown end each say less than one invented flight.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flights.legs.positions.series import Index, Mask, Series
from flights.reference.earth import great_circle_km

KNOT_KM_H = 1.852
SILENCE_S = 600.0
"""Silences shorter than this never end a flight."""

STEEP_FPM = 2_500.0
"""As fast as aircraft commonly go down and up."""

CRUISE_FT = 20_000.0
LOW_FT = 10_000.0
TURNAROUND_MIN = {"low": 10.0, "high": 30.0}
"""Least time on the ground: for what flies low (a hop, a school flight), and for the rest."""

FASTEST_KM_S, SLACK_KM = 0.42, 150.0
"""No flight covers more than this (see `jumps`; the slack is for positions relayed late)."""

APPROACH_MIN = 5.0
NEAR_KM = 10.0
SLOWED, TAXI_MIN = 0.7, 40.0
"""A landing heard late: the way at this share of the speed, and this long to land and taxi."""

FALLING_FPM = 300.0
"""Climb or descent counts as such from here; less is noise of rounded heights and times."""

USUAL_KT = ((25_000.0, 450.0), (10_000.0, 250.0), (-9e9, 130.0))
"""Speed assumed at or above a height where none was heard."""

NEEDED_SHARE = 0.80
"""Share of the silence that flying the distance must take for the flight to be the same."""

CHANGED_SHARE, SAME_SHARE, DOWN_UP_SHARE = 0.10, -0.04, 0.12
"""Added to it: callsign changed; callsign the same; descending before and climbing after."""

TREND_S, TREND_LEAST_S, TREND_POINTS = 180.0, 15.0, 12
"""How far to look from a position for the trend of its height."""


@dataclass(frozen=True)
class Moments:
    """Where airframes were at one moment each, one side of a silence.

    `seen_at` [s]; `altitude_ft` NaN = unknown; `speed_kt` NaN = unknown; `vertical_fpm`
    NaN = unknown; `callsign` 0 = unknown (any numbering both sides share).
    """

    seen_at: NDArray[np.float64]
    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    altitude_ft: NDArray[np.float64]
    speed_kt: NDArray[np.float64]
    vertical_fpm: NDArray[np.float64]
    callsign: NDArray[np.uint64]


def continues(before: Moments, after: Moments) -> Mask:
    """True where the flight heard at `before` is still the same at `after`, both in the air."""
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
    return same & _within_reach(before, after)


def arrives(air: Moments, ground: Moments) -> Mask:
    """True where `ground` is where the flight that was at `air` landed or took off.

    Either side may be the earlier: a landing or a take-off. Nearby and low, any silence will
    do; from farther away there must have been no time for another flight.
    """
    silence_min = np.abs(ground.seen_at - air.seen_at) / 60.0
    distance_km = great_circle_km(air.latitude, air.longitude, ground.latitude, ground.longitude)
    height_ft = np.nan_to_num(air.altitude_ft, nan=np.inf)
    near = (distance_km <= NEAR_KM) & (height_ft <= LOW_FT)
    slow_min = distance_km / (SLOWED * KNOT_KM_H * known_speed(air)) * 60.0
    direct = silence_min <= slow_min + TAXI_MIN
    return (near | direct) & _within_reach(air, ground)


def _within_reach(one: Moments, other: Moments) -> Mask:
    """Not farther apart than anything flies."""
    distance_km = great_circle_km(one.latitude, one.longitude, other.latitude, other.longitude)
    silence_s = np.abs(other.seen_at - one.seen_at)
    return distance_km <= SLACK_KM + FASTEST_KM_S * silence_s


def known_speed(moments: Moments) -> NDArray[np.float64]:
    """Speed [kt], the usual one for the height where it is not known; at least 60."""
    usual = np.full(len(moments.speed_kt), USUAL_KT[-1][1])
    for height_ft, speed_kt in reversed(USUAL_KT):
        usual[moments.altitude_ft >= height_ft] = speed_kt
    speed = np.where(np.isnan(moments.speed_kt), usual, moments.speed_kt)
    return np.maximum(speed, 60.0)


def _flying_min(before: Moments, after: Moments) -> NDArray[np.float64]:
    """Minutes the distance takes: at the mean speed in cruise, else at the faster of the two."""
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
    """The least a stop in between takes [min]."""
    down_up = np.nan_to_num(before.altitude_ft) + np.nan_to_num(after.altitude_ft)
    low = (before.altitude_ft < LOW_FT) & (after.altitude_ft < LOW_FT)
    turnaround = np.where(low, TURNAROUND_MIN["low"], TURNAROUND_MIN["high"])
    turnaround = np.where(flying_min > 30.0, TURNAROUND_MIN["high"], turnaround)
    return np.maximum(flying_min, down_up / STEEP_FPM) + APPROACH_MIN + turnaround


def moments_at(series: Series, index: Index, *, side: str, within: NDArray) -> Moments:
    """Moments of chosen positions, speed, trend and callsign helped by their neighbours.

    `side` is `before` (look back in time) or `after` (look ahead); `within` numbers the
    stretch each position of the series belongs to, so that no neighbour is of another flight.
    """
    direction = -1 if side == "before" else 1
    speed, vertical = _speed_and_trend(series, index, direction, within)
    callsign = series.callsign[index].copy()
    for hop in range(1, 5):
        other = _neighbour(series, index, direction * hop, within)
        # A new callsign comes up to three points late, so what follows a silence is
        # believed only after it; what precedes one is believed to its end.
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


def _neighbour(series: Series, index: Index, hop: int, within: NDArray) -> Index:
    """The position `hop` further, or the position itself where that is another stretch."""
    other = np.clip(index + hop, 0, len(series) - 1)
    return np.where(within[other] == within[index], other, index)


def _speed_and_trend(
    series: Series, index: Index, direction: int, within: NDArray
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

"""When an airframe has stopped: which ground positions end a flight, and which do not.

Touch-and-go and go-around do not end a flight: the aircraft never stopped, and its origin
and destination are those of the whole. A stop is ground time of `SHORTEST_STOP_S` or more
from the last position in the air to the next.
"""

import numpy as np
from numpy.typing import NDArray

from flights.legs.positions.series import Index, Mask, Series, reduce_runs

SHORTEST_STOP_S = 180.0
"""Landing roll, backtrack and take-off roll take longer; a touch-and-go takes less [s]."""

ROLLING_KT, ROLLING_S = 60.0, 600.0
"""Never slower than this on the ground, and in the air again within this time: a touch-and-go with
poor reception of its approach and climb."""

FLYING_KT = 220.0
"""No aircraft rolls this fast: the ground bit is wrong."""

STEEPEST_FPM, HIGHEST_FIELD_FT = 10_000.0, 15_000.0
"""The ground bit is wrong too where descent and climb must be steeper than this, even to and from
the highest airfield."""

STILL_KT, STILL_S, STILL_DEG = 5.0, 600.0, 0.01
"""Aircraft without a ground bit and masts: reported airborne, but not moving."""

TAXI_KT, TAXI_S = 50.0, 120.0
"""A slow and short "in the air" between ground positions is a ground bit that flickers."""


def find_standing(series: Series) -> tuple[Mask, Mask]:
    """Two masks: on the ground in a stop; on the ground in a touch-and-go.

    Positions in neither were in the air.
    """
    ground = series.on_ground & ~(series.speed_kt > FLYING_KT)
    ground |= _find_still(series, ground)
    ground = _drop_flicker(series, ground)
    begins, ends = _runs(series, ground)
    chosen = ground[begins] & ~series.first[begins]
    begins, ends = begins[chosen], ends[chosen]
    inner = ends < len(series)
    inner[inner] = ~series.first[ends[inner]]
    begins, ends = begins[inner], ends[inner]
    wrong = _is_wrong_bit(series, begins, ends)
    touch = _is_touch(series, begins, ends) & ~wrong
    not_ground = _paint(len(series), begins[wrong], ends[wrong])
    touches = _paint(len(series), begins[touch], ends[touch])
    return ground & ~not_ground & ~touches, touches


def _runs(series: Series, state: Mask) -> tuple[Index, Index]:
    """Begin and end (exclusive) of the runs of one state within each airframe."""
    change = series.first.copy()
    change[1:] |= state[1:] != state[:-1]
    begins = np.flatnonzero(change)
    return begins, np.append(begins[1:], len(series))


def _paint(length: int, begins: Index, ends: Index) -> Mask:
    """True from each begin up to its end (exclusive)."""
    edges = np.zeros(length + 1, dtype=np.int8)
    edges[begins] += 1
    edges[ends] -= 1
    return np.cumsum(edges[:-1], dtype=np.int8).astype(bool)


def _around_s(series: Series, begins: Index, ends: Index) -> NDArray[np.float64]:
    """Seconds from the position before each run to the one after it."""
    around: NDArray[np.float64] = (series.seen_at[ends] - series.seen_at[begins - 1]) / 1000.0
    return around


def _is_touch(series: Series, begins: Index, ends: Index) -> Mask:
    around_s = _around_s(series, begins, ends)
    speed = np.nan_to_num(series.speed_kt, nan=0.0)
    slowest = reduce_runs(np.minimum, speed, begins, ends)
    return (around_s < SHORTEST_STOP_S) | ((slowest >= ROLLING_KT) & (around_s < ROLLING_S))


def _is_wrong_bit(series: Series, begins: Index, ends: Index) -> Mask:
    """True where descent and climb are both steeper than any aircraft flies."""
    before = series.altitude_ft[begins - 1] - HIGHEST_FIELD_FT
    after = series.altitude_ft[ends] - HIGHEST_FIELD_FT
    down_min = np.maximum((series.seen_at[begins] - series.seen_at[begins - 1]) / 60e3, 0.5)
    up_min = np.maximum((series.seen_at[ends] - series.seen_at[ends - 1]) / 60e3, 0.5)
    return (before > STEEPEST_FPM * down_min) & (after > STEEPEST_FPM * up_min)


def _find_still(series: Series, ground: Mask) -> Mask:
    """Positions that report to be airborne but do not move for long."""
    slow = ~ground & (series.speed_kt < STILL_KT)
    if not slow.any():
        return slow
    begins, ends = _runs(series, slow)
    chosen = slow[begins]
    begins, ends = begins[chosen], ends[chosen]
    last = ends - 1
    still = (series.seen_at[last] - series.seen_at[begins]) / 1000.0 >= STILL_S
    for column in (series.latitude, series.longitude):
        spread = reduce_runs(np.maximum, column, begins, ends) - reduce_runs(
            np.minimum, column, begins, ends
        )
        still &= spread < STILL_DEG
    return _paint(len(series), begins[still], ends[still])


def _drop_flicker(series: Series, ground: Mask) -> Mask:
    """Ground state, also during short and slow runs "in the air" within it."""
    begins, ends = _runs(series, ground)
    chosen = ~ground[begins] & ~series.first[begins] & (ends < len(series))
    begins, ends = begins[chosen], ends[chosen]
    inner = ~series.first[ends]
    begins, ends = begins[inner], ends[inner]
    speed = np.nan_to_num(series.speed_kt, nan=np.inf)
    slow = reduce_runs(np.maximum, speed, begins, ends) < TAXI_KT
    short = _around_s(series, begins, ends) < TAXI_S
    return ground | _paint(len(series), begins[slow & short], ends[slow & short])

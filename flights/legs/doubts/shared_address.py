"""Two aircraft under one address at once: whose are the positions that were left out?

`jumps` keeps the positions that agree with each other and leaves out the others, for any cause. A
wrong place from satellite navigation comes with the aircraft's own height and callsign; another
aircraft has its own. So left-out positions are another airframe's where, between two kept ones
minutes apart, they have another height, or are on the ground instead of in the air, or have a
callsign that is not the one before and after.

Two aircraft at one height with unknown callsigns look like a jump. Two aircraft that are each
heard only while the other is silent for hours are not found.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from flights.legs.positions.series import Index, Mask, Series

AROUND_S = 600.0
"""Kept positions at most this far apart give the height in between [s]."""
OTHER_FT = 1_500.0
"""A position this far from that height is another aircraft [ft]: flight levels are 1,000 ft apart,
and an aircraft that climbs or levels off in between differs by less from the straight line."""
ALOFT_FT = 5_000.0
"""A position on the ground is another aircraft where the kept ones are this high [ft]."""
LEAST_POSITIONS, LEAST_SHARE = 3, 0.5
"""An address is shared from this many positions of another airframe on, and from this share of
the positions that could show one: single damaged messages are not enough."""


class _Around(NamedTuple):
    """Left-out positions and the kept ones of the same airframe before and after each."""

    at: Index
    before: Index
    after: Index


def find_other_airframe(series: Series, left_out: Mask) -> Mask:
    """True on the left-out positions of addresses that two aircraft use."""
    found = np.zeros(len(series), dtype=bool)
    around = _find_neighbours(series, left_out)
    height, could_height = _other_height(series, around)
    callsign, could_callsign = _other_callsign(series, around)
    shows, could = height | callsign, could_height | could_callsign
    icao24, of = np.unique(series.icao24[around.at], return_inverse=True)
    count = np.bincount(of[shows], minlength=len(icao24))
    enough = count >= np.maximum(
        LEAST_POSITIONS, LEAST_SHARE * np.bincount(of[could], minlength=len(icao24))
    )
    found[left_out] = np.isin(series.icao24[left_out], icao24[enough])
    return found


def _find_neighbours(series: Series, left_out: Mask) -> _Around:
    at, kept = np.flatnonzero(left_out), np.flatnonzero(~left_out)
    place = np.searchsorted(kept, at)
    inside = (place > 0) & (place < len(kept))
    at, before, after = at[inside], kept[place[inside] - 1], kept[place[inside]]
    same = (series.icao24[before] == series.icao24[at]) & (
        series.icao24[after] == series.icao24[at]
    )
    return _Around(at[same], before[same], after[same])


def _other_height(series: Series, around: _Around) -> tuple[Mask, Mask]:
    """Where the height differs from that of the kept positions, and where both are known."""
    at, before, after = around
    apart_s = (series.seen_at[after] - series.seen_at[before]) / 1000.0
    share = (series.seen_at[at] - series.seen_at[before]) / 1000.0 / np.maximum(apart_s, 1e-3)
    low, high = (series.altitude_ft[each].astype(float) for each in (before, after))
    expected = low + share * (high - low)
    grounded = series.on_ground[at]
    away = np.abs(series.altitude_ft[at] - expected)
    near = (apart_s <= AROUND_S) & np.isfinite(expected)
    other = np.where(grounded, expected >= ALOFT_FT, away >= OTHER_FT)
    return near & other, near & (grounded | np.isfinite(away))


def _other_callsign(series: Series, around: _Around) -> tuple[Mask, Mask]:
    """Where the callsign differs from the one before and after, and where all are known."""
    said: list[NDArray[np.uint64]] = [series.callsign[each] for each in around]
    known = (said[0] != 0) & (said[1] != 0) & (said[1] == said[2])
    return known & (said[0] != said[1]), known

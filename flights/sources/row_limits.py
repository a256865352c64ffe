"""Rows that were cut at a limit: what such a list looks like, so that no day of it counts.

Exports and answers stop at a round number of rows, whole or per day. What lies behind the cut is
not zero, it is unknown. A cut cannot be proved from what is left; it can be told from chance.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

LEAST_ROWS = 1_000
"""Smaller round numbers are met by chance too often."""
LEAST_FLAT = 10
"""Fewer flights a day than this may well be the same every day."""
LEAST_SAME = 7
"""So many days of one same highest count, at least."""
TIMETABLE_BELOW = 50
"""Below so many a day, a record that hardly varies from week to week is a timetable, no cut."""
USUAL_DAY, THIN_SHARE = 50, 0.2
"""Where so many flights are usual on a day, a day with less than this share is not whole."""

_TIMES_NEIGHBOURS = 3
_LEAST_PAIRS = 14
_STEADY = 0.3
_SHEETS = (2**16, 2**20)
_ROUND = (10, 20, 25, 50)


def is_round_cap(rows: int) -> bool:
    """True for numbers of rows at which programs cut lists, with or without a line of heads.

    >>> [is_round_cap(n) for n in (10_000, 9_999, 25_000, 130_000, 1_048_575, 10_001, 500)]
    [True, True, True, True, True, False, False]
    """
    return _is_cap(rows) or _is_cap(rows + 1)


def describe_cap(rows: int, what: str) -> str:
    """The sentence on `what`, which ends at a number of rows that `is_round_cap`."""
    return (
        f"{what} ends at exactly {rows:,} rows, as lists do that are cut at a limit. Which flights "
        "are lacking, and of which days, cannot be told. Get it again without a limit, or in parts."
    )


def find_cut_days(flights: Mapping[date, int]) -> dict[date, str]:
    """Days whose flights look cut at a limit, and why; a day that is not given is not known."""
    if not flights:
        return {}
    first = min(flights)
    days = [first + timedelta(days=n) for n in range((max(flights) - first).days + 1)]
    counts = np.array([flights.get(day, np.nan) for day in days], dtype=float)
    same = find_flat_days(counts)
    return {days[n]: _CUT.format(count=int(counts[n])) for n in np.flatnonzero(same).tolist()}


def find_flat_days(counts: ArrayLike) -> NDArray[np.bool_]:
    """True on days that sit at one same highest count, as days do that are cut at a limit.

    `counts` per day, in order, NaN = not known. A level is a limit where, among days none of
    which has more, `LEAST_SAME` have exactly it and far more than have a little less. A steady
    timetable looks alike, so below `TIMETABLE_BELOW` the other days must vary from week to week.
    A round number of rows (`is_round_cap`) that no day exceeds is a limit even on a single day.
    """
    values = np.asarray(counts, dtype=float)
    flat = np.zeros(len(values), dtype=bool)
    known = np.isfinite(values)
    if not known.any():
        return flat
    highest = int(np.max(values[known]))
    if _is_cap(highest):
        flat |= values == highest
    levels, times = np.unique(values[known], return_counts=True)
    for level in levels[(times >= LEAST_SAME) & (levels >= LEAST_FLAT)].tolist():
        for start, stop in _stretches(values > level):
            stretch = values[start:stop]
            if _is_limit(stretch, level) and _is_no_timetable(values, level):
                flat[start:stop] |= stretch == level
    return flat


def find_thin_days(flights: Mapping[date, int], days: list[date]) -> dict[date, str]:
    """Of `days`, those with hardly a flight where many are usual, and why.

    Where a list breaks off, the days behind it are empty; so are those it skipped.
    """
    held = [count for count in flights.values() if count]
    usual = float(np.median(held)) if held else 0.0
    if usual < USUAL_DAY:
        return {}
    return {
        day: f"It has {flights.get(day, 0):,} flights, where {usual:,.0f} a day are usual here."
        for day in days
        if flights.get(day, 0) < THIN_SHARE * usual
    }


_CUT = (
    "It has exactly {count:,} flights, the most that any day around it has: as if its rows were "
    "cut at a limit."
)


def _is_cap(rows: int) -> bool:
    if rows < LEAST_ROWS:
        return False
    if rows in _SHEETS or rows % 10_000 == 0:
        return True
    tens = 10 ** (len(str(rows)) - 2)
    return rows % tens == 0 and rows // tens in _ROUND


def _stretches(breaks: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Start and stop of each run of days without a break."""
    edges = np.concatenate([[-1], np.flatnonzero(breaks), [len(breaks)]])
    return [(a + 1, b) for a, b in pairwise(edges.tolist()) if b - a > LEAST_SAME]


def _is_limit(stretch: NDArray[np.float64], level: float) -> bool:
    """Far more days at the level than at any of the three counts below it."""
    same = int(np.sum(stretch == level))
    below = max(int(np.sum(stretch == level - step)) for step in (1, 2, 3))
    return same >= LEAST_SAME and same >= _TIMES_NEIGHBOURS * below


def _is_no_timetable(values: NDArray[np.float64], level: float) -> bool:
    """Other days vary from week to week as chance does; or there are too many flights for it."""
    if level >= TIMETABLE_BELOW:
        return True
    others = np.where(values == level, np.nan, values)
    change = others[7:] - others[:-7]
    change = change[np.isfinite(change)]
    if len(change) < _LEAST_PAIRS:
        return False
    spread = np.sqrt(2 * np.nanmean(others))
    return bool(np.median(np.abs(change)) >= _STEADY * spread)

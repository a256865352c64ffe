"""Finds lists that look cut off at a limit of rows, so that their days do not count.

Exports and replies stop at a round number of rows, per file or per day. Flights after the limit
are unknown, not zero. A cut cannot be proved from the remaining rows; it can only be
distinguished from chance. All limits here are our choices, tested on lists with and without a
cut in tests/flights/sources/test_row_caps.py.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

LEAST_ROWS = 1_000
"""Smaller round numbers occur by chance too often."""
LEAST_FLAT = 10
"""With fewer flights a day, equal counts on many days are normal."""
LEAST_SAME = 7
"""Least number of days with the same highest count."""
TIMETABLE_BELOW = 50
"""Below this many a day, a record with little change from week to week may be a timetable."""
USUAL_DAY, THIN_SHARE = 50, 0.2
"""Where a usual day has at least this many flights, a day below this share is incomplete."""

_TIMES_NEIGHBOURS = 3
_LEAST_PAIRS = 14
_STEADY = 0.3
_SHEETS = (2**16, 2**20)  # rows of a spreadsheet: Excel to 2003, and since 2007
_ROUND = (10, 20, 25, 50)


def is_round_cap(rows: int) -> bool:
    """True for numbers of rows at which programs cut lists, with or without the header line.

    >>> [is_round_cap(n) for n in (10_000, 9_999, 25_000, 130_000, 1_048_575, 10_001, 500)]
    [True, True, True, True, True, False, False]
    """
    return _is_cap(rows) or _is_cap(rows + 1)


def describe_cap(rows: int, what: str) -> str:
    """A sentence on `what`, whose number of rows `is_round_cap`."""
    return (
        f"{what} ends at exactly {rows:,} rows, probably because of a limit. It is unknown which "
        "flights are missing, and on which days. Get it again without a limit, or in parts."
    )


def find_cut_days(flights: Mapping[date, int]) -> dict[date, str]:
    """Days whose flights look cut off at a limit, and why; days not in `flights` are unknown."""
    if not flights:
        return {}
    first = min(flights)
    days = [first + timedelta(days=n) for n in range((max(flights) - first).days + 1)]
    counts = np.array([flights.get(day, np.nan) for day in days], dtype=float)
    same = find_flat_days(counts)
    return {days[n]: _CUT.format(count=int(counts[n])) for n in np.flatnonzero(same).tolist()}


def find_flat_days(counts: ArrayLike) -> NDArray[np.bool_]:
    """True on days with the same highest count, as days cut off at a limit have.

    `counts` per day, in order, NaN = unknown. A count is a limit if, in a run of days without a
    higher count, at least `LEAST_SAME` days have exactly this count, and far more than have a
    slightly lower one. A regular timetable has the same pattern; so below `TIMETABLE_BELOW` the
    other days must vary from week to week. A round number of rows (`is_round_cap`) that no day
    exceeds is a limit even on a single day.
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
        for start, stop in _runs(values > level):
            stretch = values[start:stop]
            if _is_limit(stretch, level) and _is_no_timetable(values, level):
                flat[start:stop] |= stretch == level
    return flat


def find_thin_days(flights: Mapping[date, int], days: list[date]) -> dict[date, str]:
    """Days among `days` with very few flights compared with a usual day, and why.

    Days after the end of a cut list are empty, and so are days that it skips.
    """
    counts = [count for count in flights.values() if count]
    usual = float(np.median(counts)) if counts else 0.0
    if usual < USUAL_DAY:
        return {}
    return {
        day: f"It has {flights.get(day, 0):,} flights; a usual day here has {usual:,.0f}."
        for day in days
        if flights.get(day, 0) < THIN_SHARE * usual
    }


_CUT = (
    "It has exactly {count:,} flights, as many as the highest of the days around it: its rows may "
    "be cut off at a limit."
)


def _is_cap(rows: int) -> bool:
    if rows < LEAST_ROWS:
        return False
    if rows in _SHEETS or rows % 10_000 == 0:
        return True
    tens = 10 ** (len(str(rows)) - 2)
    return rows % tens == 0 and rows // tens in _ROUND


def _runs(breaks: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Start and stop of each run of days without a break that is longer than `LEAST_SAME`."""
    edges = np.concatenate([[-1], np.flatnonzero(breaks), [len(breaks)]])
    return [(a + 1, b) for a, b in pairwise(edges.tolist()) if b - a > LEAST_SAME]


def _is_limit(stretch: NDArray[np.float64], level: float) -> bool:
    """True where far more days have this count than any of the three counts below it."""
    same = int(np.sum(stretch == level))
    below = max(int(np.sum(stretch == level - step)) for step in (1, 2, 3))
    return same >= LEAST_SAME and same >= _TIMES_NEIGHBOURS * below


def _is_no_timetable(values: NDArray[np.float64], level: float) -> bool:
    """True where other days vary from week to week as by chance, or there are many flights."""
    if level >= TIMETABLE_BELOW:
        return True
    others = np.where(values == level, np.nan, values)
    change = others[7:] - others[:-7]
    change = change[np.isfinite(change)]
    if len(change) < _LEAST_PAIRS:
        return False
    spread = np.sqrt(2 * np.nanmean(others))
    return bool(np.median(np.abs(change)) >= _STEADY * spread)

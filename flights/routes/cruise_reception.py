"""The sky over a region: how much was heard of each aircraft at cruising height, day by day.

Flights that pass over a place are nobody's event. Where receivers come or go, each of these
aircraft is heard more or less often; where only traffic changes, they are not.
"""

import numpy as np
import pandas as pd

from flights.regions import cells, is_anywhere
from flights.regions.base import Region

FEW_HOURS = 30
"""Fewer aircraft-hours than this a day, and the seven days around it are taken together."""
LEAST_HOURS = 60
"""Fewer than this even in seven days, and nothing is known."""

_SMALL_CELLS = 30
_ROWS, _COLUMNS = 180, 360
_DAYS_AROUND = 7


def find_cruise_cells(region: Region) -> frozenset[int] | None:
    """One-degree cells of the sky over a region; None = everywhere.

    Of a small region the cells around it belong to it: an aircraft at cruising height is heard
    from there, and a cell or two see too few.
    """
    if is_anywhere(region):
        return None
    inside = cells(region)
    return _widen(inside) if len(inside) < _SMALL_CELLS else inside


def measure_overhead(sums: pd.DataFrame) -> pd.Series:
    """Positions per aircraft-hour by day, from what `Engine.cruise_by_day` gives.

    Float64 by day. A day of few aircraft-hours (`FEW_HOURS`) takes the ratio of the known days
    among the seven around it, so that a thin sky moves by no more than a few percent by chance;
    <NA> where even these hold too few (`LEAST_HOURS`), or the day itself is not known.
    """
    heard = sums.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    positions, hours = heard[:, 0], heard[:, 1]
    week = pd.DataFrame(heard).rolling(_DAYS_AROUND, center=True, min_periods=1).sum()
    around, hours_around = week[0].to_numpy(), week[1].to_numpy()
    few = hours < FEW_HOURS
    whole, over = np.where(few, around, positions), np.where(few, hours_around, hours)
    known = np.isfinite(hours) & (over >= np.where(few, LEAST_HOURS, FEW_HOURS))
    ratio = np.where(known, whole / np.where(known, over, 1.0), np.nan)
    return pd.Series(ratio, sums.index, name="overhead").astype("Float64")


def _widen(inside: frozenset[int]) -> frozenset[int]:
    """The cells and the eight around each."""
    row, column = np.divmod(np.array(sorted(inside), dtype=np.int64), _COLUMNS)
    steps = [(up, east) for up in (-1, 0, 1) for east in (-1, 0, 1)]
    around = [
        np.clip(row + up, 0, _ROWS - 1) * _COLUMNS + (column + east) % _COLUMNS
        for up, east in steps
    ]
    return frozenset(np.concatenate(around).tolist())

"""Reception at cruising height over a region: positions per aircraft-hour, day by day.

The ratio does not depend on the number of flights. Where receivers come or go, each aircraft is
heard more or less often; where only traffic changes, the ratio stays the same.
"""

import numpy as np
import pandas as pd

from flights.regions import cells, is_anywhere
from flights.regions.base import Region

FEW_HOURS = 30
"""With fewer aircraft-hours a day, the seven days around it are taken together. Our choice: the
ratio of 30 aircraft-hours varies by a few percent."""
LEAST_HOURS = 60
"""With fewer aircraft-hours even in seven days, the ratio is not known."""

_SMALL_CELLS = 30  # fewer cells than a mid-sized country has
_ROWS, _COLUMNS = 180, 360
_DAYS_AROUND = 7


def find_cruise_cells(region: Region) -> frozenset[int] | None:
    """One-degree cells over a region; None = everywhere.

    A small region includes the cells around it, because one or two cells have too few aircraft.
    """
    if is_anywhere(region):
        return None
    inside = cells(region)
    return _widen(inside) if len(inside) < _SMALL_CELLS else inside


def measure_overhead(sums: pd.DataFrame) -> pd.Series:
    """Positions per aircraft-hour by day.

    Parameters
    ----------
    sums : DataFrame
        As `Engine.cruise_by_day` returns it: columns `positions` and `aircraft_hours` by day.

    Returns
    -------
    Series
        Float64 by day. A day with few aircraft-hours (`FEW_HOURS`) has the ratio of the known
        days among the seven around it, which limits random variation to a few percent. <NA> where
        even these have too few (`LEAST_HOURS`), or the day itself is not known.
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

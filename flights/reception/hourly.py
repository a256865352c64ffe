"""Reception of many days arranged by hour, so that thousands of ends are judged in one step."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flights.records import CRUISE_FT, empty_table

ORDINARY_DAYS = 14
"""Days before and after that show what is ordinary: four weeks, so each weekday counts equally."""
LEAST_DAYS = 5
"""The median needs this many complete days besides the day itself; with fewer, one odd day could
decide it."""

CRUISE, BELOW, ANY = "at cruising height", "below cruising height", ""
"""The aircraft that are counted: those as high as the flight was; all if its height is unknown."""

_VALUES: dict[str, Callable[[pd.DataFrame], pd.Series]] = {
    CRUISE: lambda rows: rows["cruise_aircraft"],
    BELOW: lambda rows: rows["aircraft"] - rows["cruise_aircraft"],
    ANY: lambda rows: rows["aircraft"],
}
_DAY_H = 24
_KEPT = 6  # tables of an hour kept in memory; neighbouring ends use the same two or three hours
_NEVER = np.iinfo(np.int64).max


def find_height_bands(altitude_ft: pd.Series) -> NDArray[np.object_]:
    """`CRUISE` or `BELOW` for each height [ft]; `ANY` where the height is NaN."""
    feet = altitude_ft.to_numpy(float)
    return np.where(np.isnan(feet), ANY, np.where(feet >= CRUISE_FT, CRUISE, BELOW)).astype(object)


@dataclass(frozen=True)
class Calendar:
    """Consecutive days from `first` on, and whether each is complete.

    One more day follows, which is not complete: hours after midnight may belong to it.
    """

    first: date
    is_complete: NDArray[np.bool_]

    @classmethod
    def of(cls, complete: Mapping[date, bool]) -> "Calendar":
        first, last = min(complete), max(complete)
        every = (first + timedelta(days=n) for n in range((last - first).days + 2))
        return cls(first, np.array([complete.get(day, False) for day in every]))

    def number(self, moments: pd.Series) -> NDArray[np.int64]:
        """Days since `first`."""
        start = pd.Timestamp(self.first, tz="UTC")
        days: NDArray[np.int64] = ((moments - start) // pd.Timedelta(days=1)).to_numpy(np.int64)
        return days

    def compare(
        self, counts: NDArray[np.int64], own: NDArray[np.int64], *, late: bool
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.intp]]:
        """Count of the own day, median of other days, and the number of these days, for each end.

        `counts` has one row per end and one column per day; `own` is the column of each end. Other
        days are complete days within `ORDINARY_DAYS`. With `late`, the day after a day must be
        complete too. Values that are not known are NaN.
        """
        usable = self.is_complete[:-1] & (self.is_complete[1:] if late else True)
        apart = np.abs(np.arange(len(usable)) - own[:, None])
        others = usable & (apart > 0) & (apart <= ORDINARY_DAYS)
        days = others.sum(axis=1)
        ordinary = np.where(days >= LEAST_DAYS, _medians(counts, others, days), np.nan)
        known = (apart == 0) & usable
        heard = np.where(known.any(axis=1), (counts * known).sum(axis=1), np.nan)
        return heard, ordinary, days


@dataclass(frozen=True)
class HourlyReception:
    """Reception rows of some cells by hour, for the days of a calendar and one day more.

    Rows of hour h are those from `starts[h]` up to `starts[h + 1]`. `place` is the flat index of
    each in a table of `shape` with one row per cell and one column per day.
    """

    starts: NDArray[np.intp]
    place: NDArray[np.intp]
    values: Mapping[str, NDArray[np.int32]]
    shape: tuple[int, int]
    _tables: dict[tuple[int, str], NDArray[np.int32]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(
        cls, reception: pd.DataFrame, cells: NDArray[np.int64], calendar: Calendar
    ) -> "HourlyReception":
        """The rows in `cells`, a sorted array of different cells with one cell or more."""
        reception = reception if len(reception) else empty_table("reception")
        days = len(calendar.is_complete) - 1
        wanted = reception["cell"].to_numpy(np.int64)
        cell = np.searchsorted(cells, wanted).clip(max=len(cells) - 1)
        code, met = pd.factorize(reception["day"])
        day = np.array([(each - calendar.first).days for each in met], np.int64)[code]
        # One day more than there is: the hours after midnight belong to the day before.
        inside = np.flatnonzero((cells[cell] == wanted) & (day >= 0) & (day <= days))
        hour = reception["hour"].to_numpy()[inside]
        order = inside[np.argsort(hour, kind="stable")]
        return cls(
            np.searchsorted(np.sort(hour), np.arange(_DAY_H + 1)),
            cell[order] * (days + 1) + day[order],
            {name: take(reception).to_numpy()[order] for name, take in _VALUES.items()},
            (len(cells), days + 1),
        )

    def sum_hours(self, hours: tuple[tuple[int, int], ...], height: str) -> NDArray[np.int32]:
        """Sum of the aircraft of `hours` (days later, hour), shape (cells, days)."""
        days = self.shape[1] - 1
        if len(self._tables) > _KEPT:
            self._tables.clear()
        tables = [self._of_hour(hour, height)[:, later : days + later] for later, hour in hours]
        summed: NDArray[np.int32] = np.add.reduce(tables)
        return summed

    def _of_hour(self, hour: int, height: str) -> NDArray[np.int32]:
        """Aircraft of one hour; kept in memory, because the next ends need them too."""
        if (hour, height) not in self._tables:
            rows = slice(*self.starts[hour : hour + 2])
            counts = self.values[height][rows]
            summed = np.bincount(self.place[rows], counts, np.prod(self.shape))
            self._tables[hour, height] = summed.astype(np.int32).reshape(self.shape)
        return self._tables[hour, height]


def count_ahead(
    heard: HourlyReception,
    cells: NDArray[np.intp],
    pairs: tuple[NDArray[np.intp], NDArray[np.intp]],
    hours: tuple[tuple[int, int], ...],
    height: str,
) -> NDArray[np.int64]:
    """Aircraft by cell and hour, summed over the cells of each end: (ends, days).

    `cells` are rows of the table of `heard`, one for each pair of end and cell. `pairs` are the
    place where the cells of each end start in `cells`, and the ends to count for.
    """
    starts, rows = pairs
    flat, sizes = _spans(starts[rows], starts[rows + 1])
    table = heard.sum_hours(hours, height)
    edges = np.concatenate([[0], np.cumsum(sizes)])
    summed = np.zeros((len(rows), table.shape[1]), np.int64)
    filled = np.flatnonzero(sizes)
    if len(filled):
        summed[filled] = np.add.reduceat(table[cells[flat]], edges[filled], axis=0)
    return summed


def _medians(
    counts: NDArray[np.int64], among: NDArray[np.bool_], size: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Median of each row over the columns `among`; without meaning where `size` is 0."""
    ordered = np.sort(np.where(among, counts, _NEVER), axis=1)
    rows = np.arange(len(counts))
    low, high = np.maximum(size - 1, 0) // 2, np.minimum(size // 2, counts.shape[1] - 1)
    # Halved before the sum: `_NEVER` twice would overflow.
    median: NDArray[np.float64] = ordered[rows, low] / 2 + ordered[rows, high] / 2
    return median


def _spans(
    start: NDArray[np.intp], stop: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The numbers from each start up to its stop, joined, and how many each span has."""
    sizes = stop - start
    before = np.cumsum(sizes) - sizes
    return np.arange(sizes.sum()) + np.repeat(start - before, sizes), sizes

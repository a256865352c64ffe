"""Reception of many days laid out by hour, so that thousands of ends can be asked about at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flights.records import CRUISE_FT, empty_table

ORDINARY_DAYS = 14
"""Days before and after that are asked what an ordinary day is."""
LEAST_DAYS = 5
"""Complete days, beside the day itself, that make an ordinary day."""

CRUISE, BELOW, ANY = "at cruising height", "below cruising height", ""
"""Whom a flight is compared with: aircraft as high as it was, any where that is not known."""

_VALUES = {
    CRUISE: lambda rows: rows["cruise_aircraft"],
    BELOW: lambda rows: rows["aircraft"] - rows["cruise_aircraft"],
    ANY: lambda rows: rows["aircraft"],
}
_DAY_H = 24
_KEPT = 6
_NEVER = np.iinfo(np.int64).max


def name_heights(altitude_ft: pd.Series) -> NDArray[np.object_]:
    """`CRUISE`, `BELOW`, or `ANY` where a height is not known."""
    feet = altitude_ft.to_numpy(float)
    return np.where(np.isnan(feet), ANY, np.where(feet >= CRUISE_FT, CRUISE, BELOW)).astype(object)


@dataclass(frozen=True)
class Calendar:
    """Days in a row from `first` on, and which are complete; one more, which is not."""

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
        return ((moments - start) // pd.Timedelta(days=1)).to_numpy(np.int64)

    def compare(
        self, counts: NDArray[np.int64], own: NDArray[np.int64], *, late: bool
    ) -> tuple[NDArray, NDArray, NDArray]:
        """Count of the own day, median of the others within `ORDINARY_DAYS`, how many these are.

        `counts` has a row an end and a column a day; `late`: the day after has to be complete too.
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
class Heard:
    """Reception rows of some cells by hour, and of the days of a calendar with one day more.

    Rows of hour h are those from `starts[h]` to `starts[h + 1]`; `place` is their element of a
    table of `shape`, a row a cell and a column a day.
    """

    starts: NDArray[np.intp]
    place: NDArray[np.intp]
    values: Mapping[str, NDArray[np.int32]]
    shape: tuple[int, int]
    _tables: dict[tuple[int, str], NDArray[np.int32]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, reception: pd.DataFrame, cells: NDArray[np.int64], calendar: Calendar) -> "Heard":
        """Those in `cells`, which are in order and not empty, each once."""
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
        """Aircraft of the hours (days later, hour) summed: a row a cell, a column a day."""
        days = self.shape[1] - 1
        if len(self._tables) > _KEPT:
            self._tables.clear()
        tables = [self._of_hour(hour, height)[:, later : days + later] for later, hour in hours]
        return np.add.reduce(tables)

    def _of_hour(self, hour: int, height: str) -> NDArray[np.int32]:
        """Aircraft of one hour; kept, as the next ends look at it too."""
        if (hour, height) not in self._tables:
            rows = slice(*self.starts[hour : hour + 2])
            counts = self.values[height][rows]
            summed = np.bincount(self.place[rows], counts, np.prod(self.shape))
            self._tables[hour, height] = summed.astype(np.int32).reshape(self.shape)
        return self._tables[hour, height]


def count_ahead(
    heard: Heard,
    cells: NDArray[np.intp],
    pairs: tuple[NDArray[np.intp], NDArray[np.intp]],
    hours: tuple[tuple[int, int], ...],
    height: str,
) -> NDArray[np.int64]:
    """Aircraft by cell and hour, summed over the cells of each end: a row an end, a column a day.

    `cells` are rows of `heard` by pair, `pairs` where those of each end start, and which ends.
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
    """Median of each row among some of its columns; anything where these are none."""
    ordered = np.sort(np.where(among, counts, _NEVER), axis=1)
    rows = np.arange(len(counts))
    low, high = np.maximum(size - 1, 0) // 2, np.minimum(size // 2, counts.shape[1] - 1)
    return ordered[rows, low] / 2 + ordered[rows, high] / 2


def _spans(
    start: NDArray[np.intp], stop: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """All numbers of spans one after the other, and how many each span has."""
    sizes = stop - start
    before = np.cumsum(sizes) - sizes
    return np.arange(sizes.sum()) + np.repeat(start - before, sizes), sizes

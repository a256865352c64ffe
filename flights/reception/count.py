"""Reception of one day, counted from all positions of all aircraft.

The H3 library converts one place at a time, which is too slow for all positions. So a position is
put on a grid of a tenth of a degree, and each square belongs to the cell at its centre. Within
8 km of the border between two cells (edges are about 69 km long) a position may therefore be
counted in the neighbouring cell.
"""

from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flights.legs import mark_first
from flights.records import CRUISE_FT, RECEPTION_RESOLUTION

SQUARES_PER_DEG = 10
COLUMNS, ROWS = 360 * SQUARES_PER_DEG, 180 * SQUARES_PER_DEG
HOUR_MS, DAY_HOURS = 3_600_000, 24
COUNTS = ("aircraft", "positions", "cruise_aircraft", "cruise_positions")


def count_reception(positions: NDArray[np.void]) -> pd.DataFrame:
    """Rows of `hour` (0..23 UTC), `cell` (H3) and `COUNTS` from positions of one UTC day.

    `positions` has dtype `records.POSITION` and is sorted by (icao24, seen_at). Counts of sets
    that share no airframe can be added by (hour, cell).
    """
    if not len(positions):
        return _table(pd.DataFrame(columns=["hour", "cell", *COUNTS]))
    visits = _visits(positions)
    by_aircraft = visits.groupby(["aircraft", "hour", "cell"], sort=False).sum().reset_index()
    by_aircraft["aircraft"] = 1
    by_aircraft["cruise_aircraft"] = (by_aircraft["cruise_positions"] > 0).astype(np.int32)
    return _table(by_aircraft)


def sum_reception(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """One table from the tables of several sets that share no airframe."""
    filled = [part for part in parts if len(part)]
    return (
        _table(pd.concat(filled, ignore_index=True))
        if filled
        else count_reception(np.empty(0, np.void))
    )


def _table(frame: pd.DataFrame) -> pd.DataFrame:
    summed = frame.groupby(["hour", "cell"], sort=True)[list(COUNTS)].sum().reset_index()
    types = {"hour": np.int8, "cell": np.int64, **dict.fromkeys(COUNTS, np.int32)}
    return summed.astype(types)


def _visits(positions: NDArray[np.void]) -> pd.DataFrame:
    """One row for each time an aircraft stays in one square within one hour."""
    square = _square(positions["latitude"], positions["longitude"])
    hour = (positions["seen_at"] // HOUR_MS % DAY_HOURS).astype(np.int32)
    first = mark_first(np.ascontiguousarray(positions["icao24"]))
    start = first.copy()
    start[1:] |= (square[1:] != square[:-1]) | (hour[1:] != hour[:-1])
    begins = np.flatnonzero(start)
    cruise = positions["altitude_ft"] >= CRUISE_FT
    return pd.DataFrame(
        {
            "aircraft": np.cumsum(first)[begins],
            "hour": hour[begins],
            "cell": _cells(square[begins]),
            "positions": np.diff(np.append(begins, len(positions))),
            "cruise_positions": np.add.reduceat(cruise, begins, dtype=np.int64),
        }
    )


def cells_of(latitude: NDArray[np.float64], longitude: NDArray[np.float64]) -> NDArray[np.int64]:
    """H3 cell of each place [deg], by the grid square of the place."""
    return _cells(_square(latitude, longitude))


def _square(latitude: NDArray[np.float64], longitude: NDArray[np.float64]) -> NDArray[np.int32]:
    """Number of the grid square of each place."""
    row = np.clip(((latitude + 90.0) * SQUARES_PER_DEG).astype(np.int32), 0, ROWS - 1)
    column = ((longitude + 180.0) * SQUARES_PER_DEG).astype(np.int32) % COLUMNS
    return row * np.int32(COLUMNS) + column


def _cells(square: NDArray[np.int32]) -> NDArray[np.int64]:
    """H3 cell of each square."""
    known = _known_cells()
    number = known.number_of[square]
    for new in np.unique(square[number == 0]).tolist():
        known.number_of[new] = known.count(_cell(new))
    return np.array(known.cells)[known.number_of[square]]


class _KnownCells:
    """Cells used so far: a number for each square (0 = no cell yet), and the cell of each number.

    There are 41,162 cells of this resolution, so 16 bits are enough for their numbers.
    """

    def __init__(self) -> None:
        self.number_of: NDArray[np.uint16] = np.zeros(ROWS * COLUMNS, np.uint16)
        self.cells = [0]
        self._numbers: dict[int, int] = {}

    def count(self, cell: int) -> int:
        """The number of a cell; a new cell gets the next number."""
        if cell not in self._numbers:
            self._numbers[cell] = len(self.cells)
            self.cells.append(cell)
        return self._numbers[cell]


@cache
def _known_cells() -> _KnownCells:
    return _KnownCells()


def _cell(square: int) -> int:
    """H3 cell at the centre of a square."""
    import h3

    row, column = divmod(square, COLUMNS)
    latitude = (row + 0.5) / SQUARES_PER_DEG - 90.0
    longitude = (column + 0.5) / SQUARES_PER_DEG - 180.0
    return int(h3.str_to_int(h3.latlng_to_cell(latitude, longitude, RECEPTION_RESOLUTION)))

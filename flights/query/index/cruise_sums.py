"""Traffic at cruising height of a month, summed by day and one-degree cell.

Two `.npy` files: the cells (`end_codes.cell_id` of the centre of each reception cell), and per cell
positions and aircraft-hours by day of the month, shape (cells, 2, 31), mapped into memory.
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flights.query.index.end_codes import cell_id

DAYS = 31
_COUNTS = ["cruise_positions", "cruise_aircraft"]


def write_cruise(folder: Path, days: Iterable[tuple[int, pd.DataFrame]]) -> None:
    """Sum the reception rows of days, each with its number in the month (from 1)."""
    centres: dict[int, int] = {}
    cells, sums = np.zeros(0, np.int64), []
    for number, reception in days:
        summed = reception.groupby("cell", sort=False)[_COUNTS].sum()
        place = _find_centres(summed.index.to_numpy(np.int64), centres)
        sums.append((number, place, summed.to_numpy(np.int64)))
        cells = np.union1d(cells, place)
    totals = np.zeros((len(cells), 2, DAYS), np.uint32)
    for number, place, counts in sums:
        np.add.at(totals[:, :, number - 1], np.searchsorted(cells, place), counts)
    np.save(folder / "cruise.npy", cells)
    np.save(folder / "cruise-days.npy", totals)


def load_cruise(folder: Path) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """Cells, and the sums of `write_cruise` over each."""
    cells = np.load(folder / "cruise.npy", allow_pickle=False)
    return cells, np.load(folder / "cruise-days.npy", mmap_mode="r", allow_pickle=False)


def _find_centres(cells: NDArray[np.int64], known: dict[int, int]) -> NDArray[np.int64]:
    """One-degree cell of the centre of each reception cell; new ones are added to `known`."""
    new = [cell for cell in cells.tolist() if cell not in known]
    if new:
        import h3.api.basic_int as h3

        places = np.array([h3.cell_to_latlng(cell) for cell in new])
        known.update(zip(new, cell_id(places[:, 0], places[:, 1]).tolist(), strict=True))
    return np.array([known[cell] for cell in cells.tolist()], np.int64)

"""Reception cells ahead of the places where flights were lost, for many ends at once."""

from collections.abc import Iterator
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flights.records import RECEPTION_RESOLUTION
from flights.reference.earth import EARTH_RADIUS_KM

SPREAD_DEG = 30.0
"""The search covers this angle to either side of the last course [deg]."""

_RING_KM = 60.0
"""Distance between rings, and between places on a ring: half the width of a cell, so that no
cell is missed."""
_SQUARES_PER_DEG = 2
_COLUMNS, _ROWS = 360 * _SQUARES_PER_DEG, 180 * _SQUARES_PER_DEG
_AT_ONCE = 64  # ends; bounds the memory of one step

Floats = NDArray[np.float64]


def find_cells_ahead(
    ends: pd.DataFrame, reach_km: float
) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Pairs of end (row number, in order) and H3 cell, each pair once.

    `ends` has latitude, longitude and course_deg [deg]. The cells are those within `reach_km` and
    within `SPREAD_DEG` of the course; in all directions where the course is NaN. A place belongs
    to the cell at the middle of its half-degree square.
    """
    place = [ends[name].to_numpy(float) for name in ("latitude", "longitude", "course_deg")]
    number, cells = _grid()
    parts = [(np.zeros(0, np.intp), np.zeros(0, np.int64))]
    for rows, squares in _squares(place[0], place[1], place[2], reach_km):
        met = np.zeros((len(rows), len(cells)), bool)
        met[np.arange(len(rows))[:, None], number[squares]] = True
        end, cell = np.divmod(np.flatnonzero(met), len(cells))
        parts.append((rows[end], cells[cell]))
    end, cell = (np.concatenate(each) for each in zip(*parts, strict=True))
    order = np.argsort(end, kind="stable")
    return end[order], cell[order]


def cells_ahead(
    latitude: float, longitude: float, course_deg: float | None, reach_km: float
) -> frozenset[int]:
    """H3 cells ahead of one place [deg, km]; in all directions where the course is None."""
    course = np.nan if course_deg is None else course_deg
    one = pd.DataFrame(
        {"latitude": [latitude], "longitude": [longitude], "course_deg": [course]}, dtype=float
    )
    return frozenset(find_cells_ahead(one, reach_km)[1].tolist())


def _squares(
    latitude: Floats, longitude: Floats, course_deg: Floats, reach_km: float
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Row numbers of some ends at a time, and for each end the squares ahead of it."""
    straight = np.isfinite(course_deg)
    for known, half in ((straight, SPREAD_DEG), (~straight, 180.0)):
        fan = _fan(reach_km, half)
        rows = np.flatnonzero(known)
        for start in range(0, len(rows), _AT_ONCE):
            some = rows[start : start + _AT_ONCE]
            course = np.nan_to_num(course_deg[some])
            yield some, _square(_frames(latitude[some], longitude[some], course) @ fan)


def _fan(reach_km: float, half_deg: float) -> Floats:
    """Places ahead on the unit sphere, in a frame of up, forward, right; shape (3, places)."""
    away, turn = [0.0], [0.0]
    for ring in np.arange(_RING_KM, reach_km + _RING_KM, _RING_KM):
        steps = int(np.ceil(np.radians(2 * half_deg) * ring / _RING_KM)) + 1
        away += [float(ring)] * steps
        turn += np.linspace(-half_deg, half_deg, steps).tolist()
    angle, side = np.array(away) / EARTH_RADIUS_KM, np.radians(turn)
    sine = np.sin(angle)
    return np.stack([np.cos(angle), sine * np.cos(side), sine * np.sin(side)])


def _frames(latitude: Floats, longitude: Floats, course_deg: Floats) -> Floats:
    """Up, forward and right of each place as columns, shape (n, 3, 3)."""
    lat, lon, course = np.radians(latitude), np.radians(longitude), np.radians(course_deg)
    up = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], 1)
    east = np.stack([-np.sin(lon), np.cos(lon), np.zeros_like(lon)], 1)
    north = np.cross(up, east)
    cos, sin = np.cos(course)[:, None], np.sin(course)[:, None]
    return np.stack([up, cos * north + sin * east, cos * east - sin * north], 2)


def _square(places: Floats) -> NDArray[np.intp]:
    """Half-degree squares of unit vectors, shape (n, 3, places)."""
    latitude = np.degrees(np.arcsin(np.clip(places[:, 2], -1.0, 1.0)))
    longitude = np.degrees(np.arctan2(places[:, 1], places[:, 0]))
    row = ((latitude + 90.0) * _SQUARES_PER_DEG).astype(np.intp).clip(0, _ROWS - 1)
    column = ((longitude + 180.0) * _SQUARES_PER_DEG).astype(np.intp) % _COLUMNS
    return row * _COLUMNS + column


def list_cells() -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Middles of all half-degree squares [deg], and the cell of each."""
    number, cells = _grid()
    row, column = np.divmod(np.arange(_ROWS * _COLUMNS), _COLUMNS)
    middle = [(each + 0.5) / _SQUARES_PER_DEG for each in (row, column)]
    return middle[0] - 90.0, middle[1] - 180.0, cells[number]


@cache
def _grid() -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Number of the cell at the middle of each half-degree square, and the cells by number."""
    import h3.api.basic_int as h3

    middle = (np.arange(_COLUMNS) + 0.5) / _SQUARES_PER_DEG - 180.0
    found = [
        h3.latlng_to_cell(row, column, RECEPTION_RESOLUTION)
        for row in ((np.arange(_ROWS) + 0.5) / _SQUARES_PER_DEG - 90.0).tolist()
        for column in middle.tolist()
    ]
    cells, number = np.unique(np.array(found, np.int64), return_inverse=True)
    return number.astype(np.int32), cells

"""The positions of a flight that are enough to draw it.

Douglas and Peucker's rule, all flights at once: level after level, every stretch between two
kept positions gets its worst position, unless that is within tolerance. A position matters
when it lies off the straight line on the map, or off the straight line of height.

References
----------
Douglas, Peucker, Cartographica 10, 112 (1973), doi:10.3138/FM57-6770-U75U-7727
"""

import numpy as np
from numpy.typing import NDArray

from flights.readsb.series import Index, Series, silence_before_s

CRUISE_KM, LOW_KM = 1.5, 0.3
"""How far a position may lie off the drawn line, in cruise and near the ground."""

CRUISE_FT, LOW_FT = 20_000.0, 8_000.0
HEIGHT_FT = 1_500.0
"""How far it may lie off the drawn height."""

KEPT_SILENCE_S = 300.0
"""Both sides of a silence this long are kept."""

LEAST_S = 20.0
"""In cruise, positions closer in time than this are not looked at."""

BLOCK_S = 1_800.0
"""One position per half hour is kept whatever the line."""

KM_PER_DEG = 111.195


def keep_points(series: Series, begin: Index, end: Index) -> tuple[Index, Index]:
    """Positions to keep of flights from `begin` to `end` (inclusive), and their flight's row."""
    index, flight = _expand(begin, end)
    if not len(index):
        return index, flight
    must = _must_keep(series, index, flight)
    seen = _looked_at(series, index, must)
    index, flight, must = index[seen], flight[seen], must[seen]
    kept = _split(_Lines(series, index), must)
    return index[kept], flight[kept]


def _expand(begin: Index, end: Index) -> tuple[Index, Index]:
    """Every index of every flight, and the row of the flight."""
    size = end - begin + 1
    flight = np.repeat(np.arange(len(begin)), size)
    offset = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    return np.repeat(begin, size) + offset, flight


def _must_keep(series: Series, index: Index, flight: Index) -> NDArray[np.bool_]:
    """Ends, both sides of silences, changes of ground state, one per half hour."""
    must = np.ones(len(index), dtype=bool)
    begins = must.copy()
    begins[1:] = flight[1:] != flight[:-1]
    breaks = silence_before_s(series)[index] > KEPT_SILENCE_S
    breaks[1:] |= series.on_ground[index[1:]] != series.on_ground[index[:-1]]
    block = (series.seen_at[index] // int(BLOCK_S * 1000)).astype(np.int64)
    must[1:] = begins[1:] | breaks[1:]
    must[:-1] |= begins[1:] | breaks[1:]
    must[1:] |= block[1:] != block[:-1]
    must[-1] = True
    return must


def _looked_at(series: Series, index: Index, must: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """All but the surplus of dense cruise: one position per `LEAST_S` is enough there."""
    cruise = series.altitude_ft[index] >= CRUISE_FT
    tick = series.seen_at[index] // int(LEAST_S * 1000)
    fresh = np.ones(len(index), dtype=bool)
    fresh[1:] = tick[1:] != tick[:-1]
    return ~cruise | fresh | must


class _Lines:
    """Places on a flat map in units of the tolerance, height in units of its own."""

    def __init__(self, series: Series, index: Index) -> None:
        latitude = series.latitude[index]
        altitude = np.nan_to_num(series.altitude_ft[index]).astype(np.float32)
        share = np.clip((altitude - LOW_FT) / (CRUISE_FT - LOW_FT), 0, 1)
        self.tolerance = (LOW_KM + share * (CRUISE_KM - LOW_KM)).astype(np.float32)
        self.north = latitude * KM_PER_DEG
        self.east_deg = series.longitude[index]
        self.shrink = np.cos(np.radians(latitude)) * KM_PER_DEG
        self.height = altitude / np.float32(HEIGHT_FT)

    def off(self, point: Index, start: Index, stop: Index) -> NDArray[np.float64]:
        """How far points lie off the line from start to stop, in tolerances."""
        shrink = self.shrink[point]
        # Differences of longitude go the short way round, so the antimeridian is no wall.
        x = _short(self.east_deg[point] - self.east_deg[start]) * shrink
        y = self.north[point] - self.north[start]
        dx = _short(self.east_deg[stop] - self.east_deg[start]) * shrink
        dy = self.north[stop] - self.north[start]
        square = np.maximum(dx * dx + dy * dy, 1e-9)
        along = np.clip((x * dx + y * dy) / square, 0, 1)
        aside = np.hypot(x - along * dx, y - along * dy) / self.tolerance[point]
        level = self.height[start] + along * (self.height[stop] - self.height[start])
        return np.maximum(aside, np.abs(self.height[point] - level))


def _short(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    return degrees - 360.0 * np.rint(degrees / 360.0)


def _split(lines: _Lines, must: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Keep the worst point of every stretch that is off by more than its tolerance."""
    kept = must.copy()
    active = np.flatnonzero(~kept)
    while len(active):
        marks = np.flatnonzero(kept)
        stretch = np.searchsorted(marks, active) - 1
        off = lines.off(active, marks[stretch], marks[stretch + 1])
        heads = np.flatnonzero(np.append(True, stretch[1:] != stretch[:-1]))
        worst = np.maximum.reduceat(off, heads)
        sizes = np.diff(np.append(heads, len(active)))
        worst_here = np.repeat(worst, sizes)
        # Ties go to the first, so that a stretch gains one point a level.
        hit = np.flatnonzero((off == worst_here) & (worst_here > 1.0))
        _, first = np.unique(stretch[hit], return_index=True)
        kept[active[hit[first]]] = True
        alive = (worst_here > 1.0) & ~kept[active]
        active = active[alive]
    return kept

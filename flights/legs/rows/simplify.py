"""The positions of a flight that are enough to draw it.

Douglas and Peucker's rule, all flights at once: level after level, every stretch between two
kept positions gets its worst position, unless that is within tolerance. A position matters if it
is off the straight line on the map or off the straight line of height.

References
----------
Douglas, Peucker, Cartographica 10, 112 (1973), doi:10.3138/FM57-6770-U75U-7727
"""

import numpy as np
from numpy.typing import NDArray

from flights.legs.positions.series import Index, Series

CRUISE_KM, LOW_KM = 1.5, 0.3
"""Largest distance of a position from the drawn line, in cruise and near the ground [km]."""

CRUISE_FT, LOW_FT = 20_000.0, 8_000.0
HEIGHT_FT = 1_500.0
"""Largest difference of a position from the drawn height."""

KEPT_SILENCE_S = 300.0
"""Both sides of a silence this long are kept."""

LEAST_S = 20.0
"""In cruise, positions closer in time than this are skipped [s]."""

BLOCK_S = 1_800.0
"""One position per half hour is always kept [s]."""

KM_PER_DEG = 111.195


CHUNK = 1 << 17
"""Positions per step: as many as fit a processor's cache."""

COARSE = 8
"""Every eighth position is tested first, so that most levels have few positions."""


def keep_points(series: Series, begin: Index, end: Index) -> tuple[Index, Index]:
    """Positions to keep of flights from `begin` to `end` (inclusive), and their flight's row."""
    kept: list[Index] = [np.empty(0, dtype=np.int64)]
    rows: list[Index] = [np.empty(0, dtype=np.int64)]
    chunk = np.cumsum(end - begin + 1) // CHUNK
    for number in np.unique(chunk):
        row = np.flatnonzero(chunk == number)
        index, of_flight = _keep(series, begin[row], end[row])
        kept.append(index)
        rows.append(row[of_flight])
    return np.concatenate(kept), np.concatenate(rows)


def _keep(series: Series, begin: Index, end: Index) -> tuple[Index, Index]:
    index, flight = _expand(begin, end)
    must = _must_keep(series, index, flight)
    seen = _looked_at(series, index, must)
    index, flight, must = index[seen], flight[seen], must[seen]
    lines = _Lines(series, index, flight)
    # Counted from each flight's own begin, so that no flight depends on its neighbours.
    coarse = ~must & ((index - begin[flight]) % COARSE == 0)
    kept = _split(lines, must, np.flatnonzero(coarse))
    kept = _split(lines, kept, np.flatnonzero(~kept))
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
    breaks = series.silence_s[index[1:]] > KEPT_SILENCE_S
    breaks |= flight[1:] != flight[:-1]
    breaks |= series.on_ground[index[1:]] != series.on_ground[index[:-1]]
    block = series.seen_at[index] // int(BLOCK_S * 1000)
    must[1:] = breaks | (block[1:] != block[:-1])
    must[:-1] |= breaks
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
    """Places on a flat map [km], height in units of its tolerance; single precision is 1 m."""

    def __init__(self, series: Series, index: Index, flight: Index) -> None:
        latitude = series.latitude[index]
        altitude = np.nan_to_num(series.altitude_ft[index])
        share = np.clip((altitude - LOW_FT) / (CRUISE_FT - LOW_FT), 0, 1)
        self.tolerance = (LOW_KM + share * (CRUISE_KM - LOW_KM)).astype(np.float32)
        self.north = (latitude * KM_PER_DEG).astype(np.float32)
        self.shrink = np.cos(np.radians(latitude)).astype(np.float32)
        self.east = (_unwrapped(series.longitude[index], flight) * KM_PER_DEG).astype(np.float32)
        self.height = (altitude / HEIGHT_FT).astype(np.float32)

    def off(self, point: Index, start: Index, stop: Index, size: Index) -> NDArray[np.float32]:
        """Distance of points from the line between start and stop, in tolerances.

        `start`, `stop`, `size`: per stretch, its ends and the number of its points.
        """
        shrink = self.shrink[point]
        x = (self.east[point] - np.repeat(self.east[start], size)) * shrink
        y = self.north[point] - np.repeat(self.north[start], size)
        dx = np.repeat(self.east[stop] - self.east[start], size) * shrink
        dy = np.repeat(self.north[stop] - self.north[start], size)
        along = (x * dx + y * dy) / np.maximum(dx * dx + dy * dy, np.float32(1e-9))
        np.clip(along, 0, 1, out=along)
        aside = np.sqrt((x - along * dx) ** 2 + (y - along * dy) ** 2) / self.tolerance[point]
        climb = np.repeat(self.height[stop] - self.height[start], size)
        level = np.repeat(self.height[start], size) + along * climb
        off: NDArray[np.float32] = np.maximum(aside, np.abs(self.height[point] - level))
        return off


def _unwrapped(longitude: NDArray[np.float64], flight: Index) -> NDArray[np.float64]:
    """Longitude without the jump at the antimeridian, so that it is no wall for a line."""
    step = np.diff(longitude)
    wraps = np.flatnonzero((np.abs(step) > 180.0) & (flight[1:] == flight[:-1]))
    turns = np.zeros(len(longitude))
    last = np.append(flight[1:] != flight[:-1], True)
    stops = np.flatnonzero(last) + 1
    for wrap in wraps:
        stop = stops[np.searchsorted(stops, wrap, "right")]
        turns[wrap + 1 : stop] -= np.sign(step[wrap]) * 360.0
    return longitude + turns


def _split(lines: _Lines, must: NDArray[np.bool_], active: Index) -> NDArray[np.bool_]:
    """Keep the worst of the `active` points of every stretch that is off its line."""
    kept = must.copy()
    while len(active):
        marks = np.flatnonzero(kept)
        stretch = np.cumsum(kept)[active] - 1
        heads = np.flatnonzero(np.append(True, stretch[1:] != stretch[:-1]))
        sizes = np.diff(np.append(heads, len(active)))
        starts = stretch[heads]
        off = lines.off(active, marks[starts], marks[starts + 1], sizes)
        worst = np.maximum.reduceat(off, heads)
        bad = np.repeat(worst > 1.0, sizes)
        off, active = off[bad], active[bad]
        if not len(active):
            break
        stretch = stretch[bad]
        hit = np.flatnonzero(off == np.repeat(worst[worst > 1.0], sizes[worst > 1.0]))
        # Ties go to the first, so that a stretch gains one point a level.
        first = np.append(True, stretch[hit][1:] != stretch[hit][:-1])
        kept[active[hit[first]]] = True
        active = active[~kept[active]]
    return kept

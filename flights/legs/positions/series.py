"""Positions of many airframes as parallel arrays, airframe after airframe, in time order."""

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from flights.reference.earth import great_circle_km

Mask = NDArray[np.bool_]
Index = NDArray[np.integer]


@dataclass(frozen=True)
class Series:
    """Contiguous copies of the columns of `records.POSITION` (see there for units).

    `seen_at` [ms]; `callsign` is the eight bytes as one number, 0 = unknown, because
    numbers compare a hundred times faster than byte strings. `first` is True on the first
    position of each airframe.
    """

    icao24: NDArray[np.uint32]
    seen_at: NDArray[np.int64]
    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    altitude_ft: NDArray[np.float32]
    speed_kt: NDArray[np.float32]
    on_ground: Mask
    received: NDArray[np.uint8]
    callsign: NDArray[np.uint64]
    first: Mask

    def __len__(self) -> int:
        return len(self.icao24)

    def keep(self, chosen: Mask) -> "Series":
        """Only the chosen positions."""
        if chosen.all():
            return self
        columns = {f.name: getattr(self, f.name)[chosen] for f in fields(self)}
        columns["first"] = mark_first(columns["icao24"])
        return Series(**columns)

    @cached_property
    def silence_s(self) -> NDArray[np.float64]:
        """Seconds since the previous position of the airframe; 0 on its first."""
        silence = np.zeros(len(self))
        np.divide(np.diff(self.seen_at), 1000.0, out=silence[1:])
        silence[self.first] = 0.0
        return silence

    @cached_property
    def step_km(self) -> NDArray[np.float64]:
        """Distance from the previous position of the airframe [km]; 0 on its first.

        Nearly all steps are short. For these, a flat map with the cosine of the latitude is exact
        to a millimetre per kilometre; only long steps need the great circle.
        """
        steps = np.zeros(len(self))
        north = np.diff(self.latitude)
        east = np.diff(self.longitude)
        east *= np.cos(np.radians(self.latitude[1:]))
        np.sqrt(north * north + east * east, out=steps[1:])
        steps *= 111.195
        steps[self.first] = 0.0
        far = np.flatnonzero(steps > 20.0)
        steps[far] = great_circle_km(
            self.latitude[far - 1], self.longitude[far - 1],
            self.latitude[far], self.longitude[far],
        )  # fmt: skip
        return steps


def read_series(positions: np.ndarray) -> Series:
    """`positions` of dtype `records.POSITION`, sorted by (icao24, seen_at), as a Series."""
    columns = {
        name: np.ascontiguousarray(positions[name])
        for name in (*Series.__dataclass_fields__,)
        if name not in ("callsign", "first")
    }
    callsign = np.ascontiguousarray(positions["callsign"]).view("<u8")
    return Series(**columns, callsign=callsign, first=mark_first(columns["icao24"]))


def mark_first(icao24: NDArray[np.uint32]) -> Mask:
    """True where an airframe's positions begin."""
    first = np.ones(len(icao24), dtype=bool)
    np.not_equal(icao24[1:], icao24[:-1], out=first[1:])
    return first


def reduce_runs(how: np.ufunc, values: np.ndarray, begins: Index, ends: Index) -> np.ndarray:
    """`how` over each run [begin, end) of `values`; runs are in order and do not overlap."""
    if not len(begins):
        return np.empty(0, dtype=values.dtype)
    edges = np.column_stack([begins, ends]).ravel()
    edges = edges[:-1] if edges[-1] >= len(values) else edges
    return how.reduceat(values, edges)[::2]


def text_of(callsign: NDArray[np.uint64]) -> NDArray[np.object_]:
    """Callsigns as text, None where unknown; bytes outside ASCII become U+FFFD."""
    codes, where = np.unique(callsign, return_inverse=True)
    raw = codes.astype("<u8").view("S8")
    texts = [each.decode("ascii", "replace").strip() or None for each in raw.tolist()]
    return np.array([*texts, None], dtype=object)[:-1][where]

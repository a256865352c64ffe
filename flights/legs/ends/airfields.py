"""Airfields: the one an aircraft is parked on, and the likeliest of several."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flights.reference.airports import load_airports, nearest_airports
from flights.reference.earth import great_circle_km

if TYPE_CHECKING:
    from scipy.spatial import KDTree

ON_FIELD_KM = 10.0
"""Farther than this from a field's reference point is not on the field. Runways of the
largest ones end 6 km from it."""

ON_STRIP_KM = 2.5
"""The same for private strips and heliports, which count only for aircraft on the ground [km]."""

STRIP_KM = 3.0
"""A field without scheduled traffic must be this much nearer than one with it: small strips and
heliports are next to large airports, or inside them."""

UNSURE_COST = 0.15
"""The choice is unsure if another field costs less than this more."""

MILITARY = r"air force|\bafb\b|air base|airbase|\bnaval\b|\barmy\b|military"
"""Such fields have location codes too, but no scheduled traffic."""


class Ends(NamedTuple):
    """Airport code (None where there is none), distance [km], height above it [ft].

    `unsure` where another field fits a path nearly as well.
    """

    code: NDArray[np.object_]
    distance_km: NDArray[np.float64]
    height_ft: NDArray[np.float64]
    unsure: NDArray[np.bool_]


@dataclass(frozen=True)
class Airfields:
    """Fields to choose from: `table` as `load_airports` gives it, `nearest` likewise."""

    table: pd.DataFrame
    nearest: Callable[..., tuple[np.ndarray, np.ndarray]]

    def around(
        self, latitude: NDArray[np.float64], longitude: NDArray[np.float64], count: int
    ) -> "Candidates":
        """The `count` likeliest fields of each place."""
        count = min(count, len(self.table))
        if not len(latitude):
            return self.of_rows(np.empty((0, count), dtype=np.int64))
        codes, _ = self.nearest(latitude, longitude, count=count)
        return self.of_rows(self.rows(codes.ravel()).reshape(len(latitude), -1))

    def closest(
        self, latitude: NDArray[np.float64], longitude: NDArray[np.float64]
    ) -> "Candidates":
        """The closest entry of the whole table, private strips and all, one per place."""
        return self.of_rows(self._tree.query(_unit(latitude, longitude))[1][:, None])

    def rows(self, codes: NDArray[np.object_]) -> NDArray[np.integer]:
        """Rows of the table by code, -1 where there is none."""
        rows: NDArray[np.integer] = self.table.index.get_indexer(codes)
        return rows

    def of_rows(self, rows: NDArray[np.integer]) -> "Candidates":
        """Candidates by row of the table."""
        return Candidates(rows, *(column[rows] for column in self._columns))

    def seen_from(
        self,
        field: Ends,
        latitude: NDArray[np.float64],
        longitude: NDArray[np.float64],
        altitude_ft: NDArray[np.floating],
    ) -> Ends:
        """`field` with distance and height from other places; on the ground height is 0."""
        rows = self.rows(field.code)
        at = self.of_rows(rows)
        distance_km = great_circle_km(latitude, longitude, at.latitude, at.longitude)
        height_ft = altitude_ft.astype(np.float64) - np.nan_to_num(at.elevation_ft)
        height_ft = np.where(np.isnan(altitude_ft), 0.0, height_ft)
        none = rows < 0
        distance_km[none], height_ft[none] = np.nan, np.nan
        return Ends(field.code, distance_km, height_ft, field.unsure)

    @cached_property
    def codes(self) -> NDArray[np.object_]:
        """Codes by row, None in an additional last row, so that row -1 is no field."""
        codes = np.full(len(self.table) + 1, None, dtype=object)
        codes[:-1] = self.table.index
        return codes

    @cached_property
    def _columns(
        self,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
        """Columns of `Candidates` by row, no field in an additional last row."""
        table = self.table
        # A code like "_LHL" is the table's own for a field without one: its place is a guess.
        guessed = table.index.str.startswith("_")
        latitude = np.where(guessed, np.nan, table["latitude"].to_numpy(dtype=float))
        military = table["name"].str.contains(MILITARY, regex=True, case=False)
        scheduled = (table["iata"].notna() & (table["iata"] != "") & ~military).to_numpy()
        return (
            np.append(latitude, np.nan),
            np.append(table["longitude"].to_numpy(dtype=float), np.nan),
            np.append(table["elevation_ft"].to_numpy(dtype=float), np.nan),
            np.append(scheduled, False),
        )

    @cached_property
    def _tree(self) -> "KDTree":
        from scipy.spatial import KDTree

        latitude, longitude = self._columns[0][:-1], self._columns[1][:-1]
        # A guessed place goes to the centre of the Earth, where nothing is near.
        return KDTree(np.nan_to_num(_unit(latitude, longitude)))


def _unit(latitude: NDArray[np.float64], longitude: NDArray[np.float64]) -> NDArray[np.float64]:
    """Places as points on the unit sphere."""
    north, east = np.radians(latitude), np.radians(longitude)
    return np.column_stack(
        [np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)]
    )


class Candidates(NamedTuple):
    """Fields per end, shape (ends, fields); `row` in the table, -1 = none."""

    row: NDArray[np.integer]
    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    elevation_ft: NDArray[np.float64]
    scheduled: NDArray[np.bool_]


class Ranked(NamedTuple):
    """What each candidate would cost: the lowest is the likeliest, infinite is impossible."""

    row: NDArray[np.integer]
    cost: NDArray[np.float64]
    distance_km: NDArray[np.float64]
    height_ft: NDArray[np.float64]


@cache
def load_airfields() -> Airfields:
    """The fields of the reference tables."""
    return Airfields(load_airports(), nearest_airports)


def find_fields(
    airfields: Airfields, latitude: NDArray[np.float64], longitude: NDArray[np.float64]
) -> Ends:
    """Field of each place on the ground [deg], None where there is none within the limits."""
    if not len(latitude):
        return _none(0)
    near = airfields.around(latitude, longitude, 8)
    any_at_all = airfields.closest(latitude, longitude)
    near = Candidates(*(np.concatenate(p, axis=1) for p in zip(near, any_at_all, strict=True)))
    distance_km = great_circle_km(
        latitude[:, None], longitude[:, None], near.latitude, near.longitude
    )
    cost = distance_km + STRIP_KM * ~near.scheduled
    cost[distance_km > ON_FIELD_KM] = np.inf
    cost[:, -1] += STRIP_KM * ~near.scheduled[:, -1]
    cost[distance_km[:, -1] > ON_STRIP_KM, -1] = np.inf
    ends = pick(airfields, Ranked(near.row, cost, distance_km, np.zeros(cost.shape)))
    return ends._replace(unsure=np.zeros(len(latitude), dtype=bool))


def pick(airfields: Airfields, ranked: Ranked) -> Ends:
    """The cheapest candidate of each end."""
    if not len(ranked.cost):
        return _none(0)
    cost = np.where(np.isnan(ranked.cost), np.inf, ranked.cost)
    best = np.argmin(cost, axis=1)[:, None]

    def of(values: np.ndarray) -> np.ndarray:
        return np.take_along_axis(values, best, axis=1)[:, 0]

    none = ~np.isfinite(of(cost))
    row = np.where(none, -1, of(ranked.row))
    others = np.where(ranked.row == row[:, None], np.inf, cost).min(axis=1)
    return Ends(
        airfields.codes[row],
        np.where(none, np.nan, of(ranked.distance_km)),
        np.where(none, np.nan, of(ranked.height_ft)),
        ~none & (others < of(cost) + UNSURE_COST),
    )


def _none(count: int) -> Ends:
    unknown = np.full(count, np.nan)
    return Ends(np.full(count, None), unknown, unknown, np.zeros(count, dtype=bool))

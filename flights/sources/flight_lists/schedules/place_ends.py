"""What the two ends of a flight rest on, where a list gives one position and height for each.

The list's own airports are those nearest to that position, also where it is an aircraft in
cruise. So each end is judged again: on the ground on an airfield is `surface`; low and near an
airfield is `low`; everything else is `lost`, with its position, time and height kept.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flights.legs.ends.airfields import Airfields, find_fields, load_airfields
from flights.legs.ends.approaches import (
    BELOW_FT,
    DOWN_FT_KM,
    HIGHEST_FIELD_FT,
    STRIP_COST,
    UP_FT_KM,
)
from flights.reference.airports import current_code, load_airports
from flights.reference.earth import great_circle_km

LOW_FT = 6_000.0
"""Height above the airfield up to which an end is `low`. Half of what `legs` allows, because a
single position does not show whether the aircraft climbs or descends [ft]."""

NEAR_KM, NEAR_SHARE = 8.0, 1.3
"""An end is near an airfield within this share of the usual glide, and this much more [km]."""

GRID_DEG = 0.01
"""Positions are compared on a grid this fine (1.1 km): many flights share a runway's end."""

GRID_FT = 250.0
_EAST, _UP, _LOWEST = 40_000, 256, 8
_NEAREST = 8


@dataclass(frozen=True)
class PlacedEnds:
    """One row an end: ICAO code (None = none), evidence, distance [km] and height above it [ft]."""

    code: NDArray[np.object_]
    evidence: NDArray[np.object_]
    distance_km: NDArray[np.float64]
    height_ft: NDArray[np.float64]


class EndPlacer:
    """Judges ends, and keeps what it found for each place of a grid: days have the same ones."""

    def __init__(self) -> None:
        self._airfields = load_airfields()
        self._found: dict[tuple[str, bool], tuple[pd.Index, NDArray[np.object_]]] = {}

    def place(
        self,
        latitude: NDArray[np.float64],
        longitude: NDArray[np.float64],
        altitude_ft: NDArray[np.float64],
        on_ground: NDArray[np.bool_],
        *,
        listed: NDArray[np.object_],
        landing: bool,
    ) -> PlacedEnds:
        """Judge ends from positions [deg], heights above sea level [ft] and `on_ground`.

        NaN = not known; arrays have one row an end. `listed` is the airport that the list
        names, None where it names none or several: it counts only where there is no position,
        and then as `estimated`.
        """
        code = np.full(len(latitude), None, dtype=object)
        evidence = np.full(len(latitude), "lost", dtype=object)
        placed = np.isfinite(latitude) & np.isfinite(longitude)
        low = placed & ~on_ground & (altitude_ft <= LOW_FT + HIGHEST_FIELD_FT)
        for word, rows in (("surface", placed & on_ground), ("low", low)):
            chosen = np.flatnonzero(rows)
            found = self._look_up(
                word, latitude[chosen], longitude[chosen], altitude_ft[chosen], landing
            )
            code[chosen] = found
            evidence[chosen[_is_code(found)]] = word
        named = np.flatnonzero(~placed & _is_code(listed))
        code[named] = _known_codes(listed[named])
        evidence[named[_is_code(code[named])]] = "estimated"
        return _measure(code, evidence, latitude, longitude, altitude_ft)

    def _look_up(
        self,
        word: str,
        latitude: NDArray[np.float64],
        longitude: NDArray[np.float64],
        altitude_ft: NDArray[np.float64],
        landing: bool,
    ) -> NDArray[np.object_]:
        """Airfield of each place; only places of the grid that are new are judged."""
        north = np.rint((latitude + 90) / GRID_DEG).astype(np.int64)
        east = np.rint((longitude + 180) / GRID_DEG).astype(np.int64)
        up = np.rint(np.nan_to_num(altitude_ft) / GRID_FT).astype(np.int64)
        up = np.zeros_like(up) if word == "surface" else up + _LOWEST
        back, keys = pd.factorize((north * _EAST + east) * _UP + up)
        known, fields = self._found.get((word, landing), _NOTHING)
        at = known.get_indexer(keys)
        new = keys[at < 0]
        if len(new):
            find = _find_surface if word == "surface" else _find_low
            place = new // _UP
            found = find(
                self._airfields,
                place // _EAST * GRID_DEG - 90,
                place % _EAST * GRID_DEG - 180,
                (new % _UP - _LOWEST) * GRID_FT,
                landing,
            )
            at[at < 0] = len(known) + np.arange(len(new))
            known, fields = known.append(pd.Index(new)), np.append(fields, found)
            self._found[word, landing] = known, fields
        found_codes: NDArray[np.object_] = fields[at[back]]
        return found_codes


_NOTHING = (pd.Index([], dtype=np.int64), np.empty(0, dtype=object))


def _find_surface(
    airfields: Airfields,
    latitude: NDArray[np.float64],
    longitude: NDArray[np.float64],
    _altitude_ft: NDArray[np.float64],
    _landing: bool,
) -> NDArray[np.object_]:
    """The airfield of an aircraft on the ground."""
    return find_fields(airfields, latitude, longitude).code


def _find_low(
    airfields: Airfields,
    latitude: NDArray[np.float64],
    longitude: NDArray[np.float64],
    altitude_ft: NDArray[np.float64],
    landing: bool,
) -> NDArray[np.object_]:
    """The likeliest airfield of a low aircraft, as `legs` ranks them without course or climb."""
    near = airfields.around(latitude, longitude, _NEAREST)
    distance_km = great_circle_km(
        latitude[:, None], longitude[:, None], near.latitude, near.longitude
    )
    height_ft = altitude_ft[:, None] - np.nan_to_num(near.elevation_ft)
    expected_km = np.maximum(height_ft, 0.0) / (DOWN_FT_KM if landing else UP_FT_KM)
    fits = (height_ft <= LOW_FT) & (height_ft >= BELOW_FT)
    fits &= distance_km <= NEAR_SHARE * expected_km + NEAR_KM
    cost = np.abs(distance_km - expected_km) / (expected_km + NEAR_KM)
    cost += STRIP_COST * ~near.scheduled
    cost = np.where(fits & np.isfinite(cost), cost, np.inf)
    best = np.argmin(cost, axis=1)
    rows = np.arange(len(best))
    chosen = np.where(np.isfinite(cost[rows, best]), near.row[rows, best], -1)
    return airfields.codes[chosen]


def _known_codes(codes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Codes of airports that are known here, None for others: where they are cannot be said."""
    number, names = pd.factorize(codes)
    airports = load_airports().index
    known = [current_code(name) for name in names]
    plain = np.array([name if name in airports else None for name in known] + [None], dtype=object)
    found: NDArray[np.object_] = plain[number]
    return found


def _measure(
    code: NDArray[np.object_],
    evidence: NDArray[np.object_],
    latitude: NDArray[np.float64],
    longitude: NDArray[np.float64],
    altitude_ft: NDArray[np.float64],
) -> PlacedEnds:
    number, names = pd.factorize(code)
    at = load_airports().reindex(names)[["latitude", "longitude", "elevation_ft"]]
    field = np.vstack([at.to_numpy(float), np.full(3, np.nan)])[number]
    distance_km = great_circle_km(latitude, longitude, field[:, 0], field[:, 1])
    height_ft = altitude_ft - field[:, 2]
    # On the ground the list gives no height; the aircraft is at the height of the field.
    height_ft = np.where(evidence == "surface", 0.0, height_ft)
    return PlacedEnds(code, evidence, distance_km, height_ft)


def _is_code(codes: NDArray[np.object_]) -> NDArray[np.bool_]:
    known: NDArray[np.bool_] = pd.notna(codes)
    return known

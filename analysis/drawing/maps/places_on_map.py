"""A route's flights as places on a map: pairs of ends, lost ends, the view that fits them."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
import pydeck as pdk

from analysis.drawing.captions import format_quantity
from flights.reference.earth import bearing_deg, destination_point, great_circle_km

PAIRS = 2000
"""Pairs of ends drawn at most, busiest first."""

UNHEARD = 60
"""Gaps drawn at most, most frequent first."""

DOT_PX, MOST_DOTS = 8, 90
"""Distance of the dots across a gap [px], and how many there are at most."""

_LOST_GRID = 0.5
_UNHEARD_GRID = 2.0
_EQUATOR_KM = 40_075.0

Point = tuple[float, float]
End = tuple[str, float, float]


def gather_pairs(flights: pd.DataFrame, airports: pd.DataFrame) -> list[dict[str, Any]]:
    """Flights by pair of ends: `s`, `t` [longitude, latitude], `n`, `lost`, `ends`, `label`.

    A lost end is the place where the flight was heard first or last, on a half-degree grid.
    """
    tally: dict[tuple[End, End], int] = {}
    starts = _ends(flights, "origin", "first", airports)
    for start, end in zip(starts, _ends(flights, "destination", "last", airports), strict=True):
        if start is not None and end is not None:
            tally[start, end] = tally.get((start, end), 0) + 1
    busiest = sorted(tally.items(), key=lambda item: (-item[1], item[0]))[:PAIRS]
    return [
        {
            "s": list(start[1:]),
            "t": list(end[1:]),
            "n": count,
            "lost": "" in (start[0], end[0]),
            "ends": [start[0], end[0]],
            "label": f"{start[0] or 'lost'} → {end[0] or 'lost'}: "
            + format_quantity(count, "flight"),
        }
        for (start, end), count in busiest
    ]


def gather_lost(flights: pd.DataFrame) -> list[dict[str, Any]]:
    """Places where flights were lost: `p` [longitude, latitude], `n`, `label`."""
    tally: dict[Point, int] = {}
    for end, edge in (("origin", "first"), ("destination", "last")):
        for place in _positions(flights[is_lost(flights, end)], edge):
            if place is not None:
                tally[place] = tally.get(place, 0) + 1
    return [
        {"p": list(place), "n": n, "label": f"{format_quantity(n, 'flight')} lost here"}
        for place, n in sorted(tally.items())
    ]


def gather_unheard(flights: pd.DataFrame) -> list[dict[str, Any]]:
    """Gaps from lost ends to where the airframe was heard next: `s`, `t`, `n`, `label`.

    Gaps that are the same to two degrees become one between the mean positions of their ends. A
    flight has none if its airframe was heard nowhere else.
    """
    groups: dict[tuple[float, ...], list[tuple[float, ...]]] = {}
    for end, edge, side in (("origin", "first", "before"), ("destination", "last", "behind")):
        names = [f"{each}_{axis}" for each in (edge, side) for axis in ("longitude", "latitude")]
        if not set(names) <= set(flights.columns):
            continue
        for place in flights.loc[is_lost(flights, end), names].dropna().to_numpy(float).tolist():
            key = tuple(round(degrees / _UNHEARD_GRID) for degrees in place)
            groups.setdefault(key, []).append(tuple(place))
    busiest = sorted(groups.values(), key=lambda places: (-len(places), places[0]))[:UNHEARD]
    middles = [[shorten(sum(axis) / len(axis)) for axis in zip(*g, strict=True)] for g in busiest]
    return [
        {
            "s": m[:2],
            "t": m[2:],
            "n": len(g),
            "label": _label_gap(len(g)),
        }
        for m, g in zip(middles, busiest, strict=True)
    ]


def _label_gap(count: int) -> str:
    return f"{format_quantity(count, 'flight')} not heard here"


def pick_flights(
    flights: pd.DataFrame, airports: pd.DataFrame, layer: str, row: Mapping[str, Any]
) -> pd.Series:
    """True per flight of a line, an open circle or an airport selected on the map.

    `row` is the selected row of the layer `pairs`, `lost` or `airports`.
    """
    if layer == "airports":
        code = row.get("label")
        return (flights["origin"] == code) | (flights["destination"] == code)
    if layer == "lost":
        place = tuple(row["p"])
        inside = pd.Series(False, flights.index)
        for end, edge in (("origin", "first"), ("destination", "last")):
            here = [spot == place for spot in _positions(flights, edge)]
            inside |= is_lost(flights, end) & pd.Series(here, flights.index, dtype=bool)
        return inside
    ends = (tuple(row["s"]), tuple(row["t"]))
    starts = _ends(flights, "origin", "first", airports)
    stops = _ends(flights, "destination", "last", airports)
    picked = [a and b and (a[1:], b[1:]) == ends for a, b in zip(starts, stops, strict=True)]
    return pd.Series(picked, flights.index).fillna(False).astype(bool)


def dots_between(start: Sequence[float], stop: Sequence[float], zoom: float) -> list[list[float]]:
    """Points [longitude, latitude] along the great circle, about `DOT_PX` apart on the screen."""
    (x0, y0), (x1, y1) = start, stop
    away = float(great_circle_km(y0, x0, y1, x1))
    middle = math.radians(min(abs(y0 + y1) / 2, 80.0))
    px_km = _EQUATOR_KM * math.cos(middle) / (512 * 2**zoom)
    count = min(max(round(away / (px_km * DOT_PX)), 2), MOST_DOTS)
    steps = [away * (k + 0.5) / count for k in range(count)]
    course = float(bearing_deg(y0, x0, y1, x1))
    lat, lon = destination_point(y0, x0, course, steps)
    return [[shorten(x), shorten(y)] for x, y in zip(lon, lat, strict=True)]


def is_lost(flights: pd.DataFrame, end: str) -> pd.Series:
    """True per flight whose `end` (`origin` or `destination`) no receiver heard."""
    return (flights[f"{end}_evidence"] == "lost").fillna(False).astype(bool)


def fit_view(
    points: Iterable[Sequence[float]], width: int = 440, height: int = 420
) -> pdk.ViewState:
    """The view that fits all points [longitude, latitude], across the antimeridian if shorter."""
    places = list(points) or [(-30.0, -20.0), (150.0, 60.0)]
    west, span = _shortest_span([each[0] for each in places])
    heights = [_mercator(each[1]) for each in places]
    low, high = min(heights), max(heights)
    middle = math.degrees(2 * math.atan(math.exp((low + high) / 2)) - math.pi / 2)
    wide = math.log2(0.8 * width * 360 / (512 * max(span, 4)))
    tall = math.log2(0.75 * height * 2 * math.pi / (512 * max(high - low, 0.07)))
    longitude = (west + span / 2 + 180) % 360 - 180
    zoom = round(min(wide, tall, 6.0), 2)
    return pdk.ViewState(latitude=round(middle, 3), longitude=round(longitude, 3), zoom=zoom)


def shorten(degrees: float) -> float:
    """Degrees rounded to what a map can show."""
    return round(float(degrees), 3)


def _positions(flights: pd.DataFrame, edge: str) -> list[Point | None]:
    latitude, longitude = flights[f"{edge}_latitude"], flights[f"{edge}_longitude"]
    return [
        None if pd.isna(x) or pd.isna(y) else (_coarse(x), _coarse(y))
        for x, y in zip(longitude, latitude, strict=True)
    ]


def _ends(flights: pd.DataFrame, end: str, edge: str, airports: pd.DataFrame) -> list[End | None]:
    """One (code, longitude, latitude) per flight; the code is empty if the end is lost."""
    used = airports.loc[airports.index.intersection(flights[end].dropna().unique())]
    spots: dict[str, End] = {
        code: (code, shorten(x), shorten(y))
        for code, x, y in zip(used.index, used["longitude"], used["latitude"], strict=True)
    }
    heard = (spot and ("", *spot) for spot in _positions(flights, edge))
    return [spots.get(code, lost) for code, lost in zip(flights[end], heard, strict=True)]


def _coarse(degrees: float) -> float:
    return round(float(degrees) / _LOST_GRID) * _LOST_GRID


def _mercator(latitude: float) -> float:
    limited = math.radians(min(max(latitude, -80.0), 80.0))
    return math.log(math.tan(math.pi / 4 + limited / 2))


def _shortest_span(longitudes: list[float]) -> tuple[float, float]:
    """Western edge and width [deg] of the shortest arc that contains all longitudes."""
    ring = sorted({round(each % 360, 6) for each in longitudes})
    if len(ring) == 1:
        return ring[0], 0.0
    gaps = [(ring[(k + 1) % len(ring)] - at) % 360 for k, at in enumerate(ring)]
    widest = max(range(len(ring)), key=gaps.__getitem__)
    return ring[(widest + 1) % len(ring)], 360 - gaps[widest]

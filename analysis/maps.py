"""Draw a route on a map that asks nobody for tiles: countries, regions, flights, lost ends."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import pandas as pd
import pydeck as pdk
from pydeck.bindings.json_tools import default_serialize
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from analysis.captions import SIMULATED, count_noun, name_route
from analysis.palette import Palette, choose, rgba
from analysis.results import StudyResult

BORDERS_NOTE = (
    "Borders as Natural Earth draws them (de facto). An airport's country is its ISO code, "
    "whatever the line says."
)

PAIRS = 2000
"""Pairs of ends drawn at most, busiest first."""

_LOST_GRID = 0.5
_TOOLTIP = {"text": "{label}"}

Point = tuple[float, float]


class CompactDeck(pdk.Deck):
    """A deck whose JSON is small: pydeck's own is indented and 2.6 times as large."""

    def to_json(self) -> str:
        """The deck as deck.gl takes it; NaN cannot get in, orjson writes it as null."""
        option = orjson.OPT_SORT_KEYS | orjson.OPT_SERIALIZE_NUMPY
        return orjson.dumps(self, default=default_serialize, option=option).decode()


@dataclass(frozen=True)
class Ground:
    """What lies under a route: countries as GeoJSON, airports, and the two regions' outlines.

    `airports`: index ICAO code, columns `name`, `latitude`, `longitude` [deg].
    """

    countries: Mapping[str, Any]
    airports: pd.DataFrame
    shapes: tuple[BaseGeometry, ...] = field(default_factory=tuple)


def draw_route(
    result: StudyResult, flights: pd.DataFrame, ground: Ground, *, dark: bool = False
) -> CompactDeck:
    """Routes as great circles as wide as they are frequent, lost ends as open circles."""
    palette = choose(dark)
    pairs = gather_pairs(flights, ground.airports)
    lost = gather_lost(flights)
    points = [pair["s"] for pair in pairs] + [pair["t"] for pair in pairs]
    view = _fit(points or _corners(ground.shapes))
    layers = [
        *_draw_ground(ground, palette),
        _draw_pairs(pairs, palette),
        _draw_airports(pairs, palette),
        _draw_lost(lost, palette),
        *([_stamp_simulated(view, palette)] if result.simulated else []),
    ]
    return CompactDeck(
        layers=layers,
        initial_view_state=view,
        map_provider=None,
        tooltip=_TOOLTIP,
        parameters={"clearColor": [each / 255 for each in rgba(palette.surface)]},
    )


def draw_track(
    tracks: pd.DataFrame, ground: Ground, *, lost: Iterable[Point] = (), dark: bool = False
) -> CompactDeck:
    """One flight: heard stretches solid, lost ends as open circles.

    `tracks`: columns `seen_at`, `latitude`, `longitude` [deg], in time order. `lost` holds
    (longitude, latitude) of ends that nobody heard the rest of.
    """
    palette = choose(dark)
    path = [
        [_short(x), _short(y)] for x, y in zip(tracks["longitude"], tracks["latitude"], strict=True)
    ]
    ends = [{"p": [_short(x), _short(y)], "label": "Last place it was heard"} for x, y in lost]
    line = pdk.Layer(
        "PathLayer",
        [{"path": _unwrap(path), "label": "Heard"}] if path else [],
        id="track",
        get_path="path",
        get_color=rgba(palette.observed),
        width_min_pixels=2,
        wrap_longitude=True,
    )
    view = _fit([tuple(p) for p in path] or [e["p"] for e in ends])
    layers = [*_draw_ground(ground, palette), line, _draw_lost(ends, palette)]
    return CompactDeck(layers=layers, initial_view_state=view, map_provider=None, tooltip=_TOOLTIP)


def describe_route(result: StudyResult, flights: pd.DataFrame) -> str:
    """What a sighted reader takes away from `draw_route`, in words."""
    made_up = f"{SIMULATED} data. " if result.simulated else ""
    lost = int((_lost_of(flights, "origin") | _lost_of(flights, "destination")).sum())
    return (
        f"{made_up}Map of {count_noun(len(flights), 'flight')} {name_route(result)}: "
        f"{count_noun(len(flights) - lost, 'flight')} with both ends heard, "
        f"{lost:,} with one end lost. {BORDERS_NOTE}"
    )


def gather_pairs(flights: pd.DataFrame, airports: pd.DataFrame) -> list[dict[str, Any]]:
    """Flights by pair of ends: `s`, `t` [longitude, latitude], `n` flights, `lost`, `label`.

    A lost end stands where the flight was heard first or last, on a half-degree grid.
    """
    tally: dict[tuple[Any, Any], int] = {}
    starts = _ends(flights, "origin", "first", airports)
    for pair in zip(starts, _ends(flights, "destination", "last", airports), strict=True):
        if None not in pair:
            tally[pair] = tally.get(pair, 0) + 1
    busiest = sorted(tally.items(), key=lambda item: (-item[1], item[0]))[:PAIRS]
    return [
        {
            "s": list(start[1:]),
            "t": list(end[1:]),
            "n": count,
            "lost": "" in (start[0], end[0]),
            "label": f"{start[0] or 'lost'} → {end[0] or 'lost'}: {count_noun(count, 'flight')}",
        }
        for (start, end), count in busiest
    ]


def gather_lost(flights: pd.DataFrame) -> list[dict[str, Any]]:
    """Places where flights were lost: `p` [longitude, latitude], `n`, `label`."""
    tally: dict[Point, int] = {}
    for end, edge in (("origin", "first"), ("destination", "last")):
        for place in _positions(flights[_lost_of(flights, end)], edge):
            if place is not None:
                tally[place] = tally.get(place, 0) + 1
    return [
        {"p": list(place), "n": n, "label": f"{count_noun(n, 'flight')} lost here"}
        for place, n in sorted(tally.items())
    ]


def _lost_of(flights: pd.DataFrame, end: str) -> pd.Series:
    return (flights[f"{end}_evidence"] == "lost").fillna(False).astype(bool)


def _positions(flights: pd.DataFrame, edge: str) -> list[Point | None]:
    latitude, longitude = flights[f"{edge}_latitude"], flights[f"{edge}_longitude"]
    return [
        None if pd.isna(x) or pd.isna(y) else (_coarse(x), _coarse(y))
        for x, y in zip(longitude, latitude, strict=True)
    ]


def _ends(
    flights: pd.DataFrame, end: str, edge: str, airports: pd.DataFrame
) -> list[tuple[str, float, float] | None]:
    """One (code, longitude, latitude) per flight; the code is empty where the end is lost."""
    place = dict(
        zip(
            airports.index,
            zip(airports["longitude"], airports["latitude"], strict=True),
            strict=True,
        )
    )
    found: list[tuple[str, float, float] | None] = []
    for code, heard in zip(flights[end], _positions(flights, edge), strict=True):
        if not pd.isna(code) and code in place:
            found.append((code, *(_short(each) for each in place[code])))
        else:
            found.append(heard and ("", *heard))
    return found


def _coarse(degrees: float) -> float:
    return round(degrees / _LOST_GRID) * _LOST_GRID


def _short(degrees: float) -> float:
    return round(float(degrees), 3)


def _unwrap(path: list[list[float]]) -> list[list[float]]:
    """Longitudes made continuous across the antimeridian."""
    turned, shift, before = [], 0.0, None
    for longitude, latitude in path:
        if before is not None and abs(longitude - before) > 180:
            shift += 360 if longitude < before else -360
        before = longitude
        turned.append([longitude + shift, latitude])
    return turned


def _draw_ground(ground: Ground, palette: Palette) -> list[pdk.Layer]:
    land = pdk.Layer(
        "GeoJsonLayer",
        dict(ground.countries),
        id="land",
        filled=True,
        get_fill_color=rgba(palette.land),
        get_line_color=rgba(palette.shore),
        line_width_min_pixels=0.6,
    )
    outlines = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "geometry": mapping(shape.simplify(0.05)), "properties": {}}
            for shape in ground.shapes
            if not shape.is_empty
        ],
    }
    regions = pdk.Layer(
        "GeoJsonLayer",
        outlines,
        id="regions",
        filled=True,
        get_fill_color=rgba(palette.event, 0.1),
        get_line_color=rgba(palette.event, 0.9),
        line_width_min_pixels=1.2,
    )
    return [land, regions]


def _draw_pairs(pairs: list[dict[str, Any]], palette: Palette) -> pdk.Layer:
    most = max((pair["n"] for pair in pairs), default=1)
    rows = [
        {
            **pair,
            "w": round(1 + 5 * math.sqrt(pair["n"] / most), 2),
            "c": rgba(palette.observed, 0.35 if pair["lost"] else 0.85),
        }
        for pair in reversed(pairs)
    ]
    return pdk.Layer(
        "GreatCircleLayer",
        rows,
        id="pairs",
        get_source_position="s",
        get_target_position="t",
        get_source_color="c",
        get_target_color="c",
        get_width="w",
        pickable=True,
    )


def _draw_airports(pairs: list[dict[str, Any]], palette: Palette) -> pdk.Layer:
    spots: dict[str, list[float]] = {}
    for pair in pairs:
        start, _, rest = pair["label"].partition(" → ")
        end = rest.partition(":")[0]
        spots |= {start: pair["s"]} if start != "lost" else {}
        spots |= {end: pair["t"]} if end != "lost" else {}
    return pdk.Layer(
        "ScatterplotLayer",
        [{"p": p, "label": code} for code, p in sorted(spots.items())],
        id="airports",
        get_position="p",
        get_fill_color=rgba(palette.ink),
        radius_min_pixels=2.5,
        radius_max_pixels=2.5,
        pickable=True,
    )


def _draw_lost(lost: list[dict[str, Any]], palette: Palette) -> pdk.Layer:
    return pdk.Layer(
        "ScatterplotLayer",
        lost,
        id="lost",
        get_position="p",
        filled=True,
        get_fill_color=rgba(palette.surface, 0.6),
        stroked=True,
        get_line_color=rgba(palette.observed),
        line_width_min_pixels=1.5,
        radius_min_pixels=5,
        radius_max_pixels=5,
        pickable=True,
    )


def _stamp_simulated(view: pdk.ViewState, palette: Palette) -> pdk.Layer:
    """The word over the middle of the view and, for whoever zooms, over every 20 degrees."""
    places = [[view.longitude, view.latitude]]
    places += [[x, y] for x in range(-160, 180, 40) for y in (-40, 0, 40)]
    return pdk.Layer(
        "TextLayer",
        [{"p": place, "text": SIMULATED} for place in places],
        id="simulated",
        get_position="p",
        get_text="text",
        get_size=26,
        get_color=rgba(palette.unsure, 0.4),
        font_weight=700,
    )


def _corners(shapes: Iterable[BaseGeometry]) -> list[Point]:
    points: list[Point] = []
    for shape in shapes:
        if not shape.is_empty:
            west, south, east, north = shape.bounds
            points += [(west, south), (east, north)]
    return points


def _fit(points: Iterable[Any], width: int = 560, height: int = 420) -> pdk.ViewState:
    """The view that holds all points [longitude, latitude], across the antimeridian if shorter."""
    places = list(points) or [(-30.0, -20.0), (150.0, 60.0)]
    west, span = _shortest_span([each[0] for each in places])
    tops = [_mercator(each[1]) for each in places]
    low, high = min(tops), max(tops)
    middle = math.degrees(2 * math.atan(math.exp((low + high) / 2)) - math.pi / 2)
    wide = math.log2(0.8 * width * 360 / (512 * max(span, 4)))
    tall = math.log2(0.75 * height * 2 * math.pi / (512 * max(high - low, 0.07)))
    longitude = (west + span / 2 + 180) % 360 - 180
    zoom = round(min(wide, tall, 6.0), 2)
    return pdk.ViewState(latitude=round(middle, 3), longitude=round(longitude, 3), zoom=zoom)


def _mercator(latitude: float) -> float:
    held = math.radians(min(max(latitude, -80.0), 80.0))
    return math.log(math.tan(math.pi / 4 + held / 2))


def _shortest_span(longitudes: list[float]) -> tuple[float, float]:
    """Western edge and width [deg] of the shortest arc that holds all longitudes."""
    ring = sorted({round(each % 360, 6) for each in longitudes})
    gaps = [(ring[(k + 1) % len(ring)] - at) % 360 for k, at in enumerate(ring)]
    if len(ring) == 1:
        return ring[0], 0.0
    widest = max(range(len(ring)), key=gaps.__getitem__)
    return ring[(widest + 1) % len(ring)], 360 - gaps[widest]

"""A route on a map that needs no tile server: countries, regions, flights, lost ends."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
import pandas as pd
import pydeck as pdk
from pydeck.bindings.json_tools import default_serialize
from shapely.geometry import box as make_box
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from analysis.drawing.captions import SIMULATED, format_quantity, format_route
from analysis.drawing.maps.places_on_map import (
    Point,
    dots_between,
    fit_view,
    gather_lost,
    gather_pairs,
    gather_unheard,
    is_lost,
)
from analysis.drawing.maps.reception_shading import shade_unheard
from analysis.drawing.palette import FONT, Palette, choose_palette, rgba
from analysis.study import StudyResult
from flights.reference.airports import load_airports
from flights.reference.countries import load_base_map
from flights.regions import parse_region
from flights.sources import SOURCES, find_spec

_TOOLTIP = {"text": "{label}"}
_EVERYWHERE = 0.99 * 360 * 180  # square degrees

Row = dict[str, Any]


if TYPE_CHECKING:

    class _Deck:
        """pydeck has no types: what is used of its deck."""

        layers: list[Any]
        initial_view_state: Any

        def __init__(self, **options: Any) -> None: ...

else:
    _Deck = pdk.Deck


class CompactDeck(_Deck):
    """A deck with compact JSON: that of pydeck is indented and 2.6 times as large."""

    def to_json(self) -> str:
        """The deck for deck.gl; orjson writes NaN as null, because JSON has no NaN."""
        option = orjson.OPT_SORT_KEYS | orjson.OPT_SERIALIZE_NUMPY
        return orjson.dumps(self, default=default_serialize, option=option).decode()


@dataclass(frozen=True)
class Ground:
    """The base map of a route: countries as GeoJSON, airports, and the two regions' outlines.

    `airports`: index ICAO code, columns `latitude`, `longitude` [deg]. `area` is the area of the
    source (None = the world), and `area_label` its name.
    """

    countries: Mapping[str, Any]
    airports: pd.DataFrame
    shapes: tuple[BaseGeometry, ...] = ()
    area: BaseGeometry | None = None
    area_label: str = ""

    @property
    def areas(self) -> tuple[BaseGeometry, ...]:
        """The area, if there is one: it is always in view."""
        return (self.area,) if self.area is not None else ()


def draw_route(
    result: StudyResult,
    flights: pd.DataFrame,
    ground: Ground,
    *,
    dark: bool = False,
    heard: pd.DataFrame | None = None,
) -> CompactDeck:
    """Routes as great circles, wider for more flights; lost ends as open circles.

    Dots go from a lost end to where the airframe was heard next. `heard` has `cell` and
    `aircraft` of an average day: cells with few aircraft are shaded.
    """
    palette = choose_palette(dark)
    pairs, lost = gather_pairs(flights, ground.airports), gather_lost(flights)
    points: list[Point] = [pair[end] for pair in pairs for end in ("s", "t")]
    view = fit_view([*(points or list_corners(ground.shapes)), *list_corners(ground.areas)])
    layers = [
        *draw_ground(ground, palette),
        *([] if heard is None or heard.empty else [shade_unheard(heard, view, palette)]),
        *_draw_area(ground, palette),
        _draw_pairs(pairs, palette),
        draw_dots(gather_unheard(flights), view, palette),
        _draw_airports(pairs, palette),
        draw_lost(lost, palette),
    ]
    return make_deck(layers, view, simulated=result.simulated, palette=palette)


def load_ground(origin: str, destination: str, source: str = "") -> Ground:
    """The base map of a route between two regions, given by their specs, with a source's area.

    A region or an area that is the whole world has no outline.
    """
    shapes = (parse_region(spec).shape() for spec in (origin, destination))
    drawn = tuple(shape for shape in shapes if shape.area < _EVERYWHERE)
    spec = find_spec(source) if source.partition(".")[0] in SOURCES else None
    if spec is None or spec.box is None:
        return Ground(load_base_map(), load_airports(), drawn)
    south, west, north, east = spec.box
    area, label = make_box(west, south, east, north), f"area of {spec.title}"
    return Ground(load_base_map(), load_airports(), drawn, area, label)


def list_corners(shapes: Iterable[BaseGeometry]) -> list[Point]:
    """South-western and north-eastern corner of each shape [longitude, latitude]."""
    boxes = [shape.bounds for shape in shapes if not shape.is_empty]
    return [(box[k], box[k + 1]) for box in boxes for k in (0, 2)]


def describe_route(result: StudyResult, flights: pd.DataFrame) -> str:
    """Text for readers who cannot see `draw_route`."""
    made_up = f"{SIMULATED} data. " if result.simulated else ""
    lost = int((is_lost(flights, "origin") | is_lost(flights, "destination")).sum())
    return (
        f"{made_up}Map of {format_quantity(len(flights), 'flight')} {format_route(result)}: "
        f"{len(flights) - lost:,} with both ends heard, {lost:,} with one end lost. "
        f"{result.contents_sentence}"
    )


def make_deck(
    layers: list[pdk.Layer], view: pdk.ViewState, *, simulated: bool, palette: Palette
) -> CompactDeck:
    """Layers as a map without tiles; for simulated data with SIMULATED across it."""
    if simulated:
        layers = [*layers, _draw_simulated(view, palette)]
    return CompactDeck(
        layers=layers,
        views=[pdk.View("MapView", controller=True, repeat=True)],  # else it ends at 180 degrees
        initial_view_state=view,
        map_provider=None,  # None as map_style would ask a tile server
        tooltip=_TOOLTIP,
    )


def draw_ground(ground: Ground, palette: Palette) -> list[pdk.Layer]:
    """Countries, and the outlines of the regions asked about."""
    land = pdk.Layer(
        "GeoJsonLayer",
        dict(ground.countries),
        id="land",
        get_fill_color=rgba(palette.land),
        get_line_color=rgba(palette.shore),
        line_width_min_pixels=0.6,
    )
    outlines = [
        {"type": "Feature", "geometry": mapping(shape.simplify(0.05)), "properties": {}}
        for shape in ground.shapes
        if not shape.is_empty
    ]
    regions = pdk.Layer(
        "GeoJsonLayer",
        {"type": "FeatureCollection", "features": outlines},
        id="regions",
        get_fill_color=rgba(palette.quiet, 0.14),
        get_line_color=rgba(palette.quiet, 0.9),
        line_width_min_pixels=1.2,
    )
    return [land, regions]


def _draw_area(ground: Ground, palette: Palette) -> list[pdk.Layer]:
    """The area of the source, with its name above the north-western corner."""
    if ground.area is None:
        return []
    west, _, _, north = ground.area.bounds
    feature = {"type": "Feature", "geometry": mapping(ground.area), "properties": {}}
    outline = pdk.Layer(
        "GeoJsonLayer",
        {"type": "FeatureCollection", "features": [feature]},
        id="area",
        filled=False,
        get_line_color=rgba(palette.unsure, 0.9),
        line_width_min_pixels=1.5,
    )
    name = pdk.Layer(
        "TextLayer",
        [{"p": [west, north], "text": ground.area_label}],
        id="area-name",
        get_position="p",
        get_text="text",
        get_size=13,
        get_color=rgba(palette.unsure),
        get_text_anchor="'start'",
        get_alignment_baseline="'bottom'",
        get_pixel_offset=[0, -4],
        font_family=f"'{FONT}'",
    )
    return [outline, name]


def _draw_pairs(pairs: list[Row], palette: Palette) -> pdk.Layer:
    """Busy pairs on top; those with a lost end paler."""
    most = max((pair["n"] for pair in pairs), default=1)
    looks = [
        {
            "w": round(1 + 5 * math.sqrt(pair["n"] / most), 2),
            "c": rgba(palette.observed, 0.35 if pair["lost"] else 0.85),
        }
        for pair in pairs
    ]
    rows = [
        {key: pair[key] for key in ("s", "t", "label")} | look
        for pair, look in zip(pairs, looks, strict=True)
    ]
    return pdk.Layer(
        "GreatCircleLayer",
        rows[::-1],
        id="pairs",
        get_source_position="s",
        get_target_position="t",
        get_source_color="c",
        get_target_color="c",
        get_width="w",
        pickable=True,
    )


def _draw_airports(pairs: list[Row], palette: Palette) -> pdk.Layer:
    spots: dict[str, list[float]] = {}
    for pair in pairs:
        spots |= {pair["ends"][0]: pair["s"], pair["ends"][1]: pair["t"]}
    return pdk.Layer(
        "ScatterplotLayer",
        [{"p": place, "label": code} for code, place in sorted(spots.items()) if code],
        id="airports",
        get_position="p",
        get_fill_color=rgba(palette.ink),
        radius_min_pixels=2.5,
        radius_max_pixels=2.5,
        pickable=True,
    )


def draw_dots(stretches: list[Row], view: pdk.ViewState, palette: Palette) -> pdk.Layer:
    """Gaps from `s` to `t` as dots; `label` is their tooltip."""
    rows = [
        {"p": spot, "label": each["label"]}
        for each in stretches
        for spot in dots_between(each["s"], each["t"], view.zoom)
    ]
    return pdk.Layer(
        "ScatterplotLayer",
        rows,
        id="unheard",
        get_position="p",
        get_fill_color=rgba(palette.observed),
        radius_min_pixels=1.5,
        radius_max_pixels=1.5,
        pickable=True,
    )


def draw_lost(lost: list[Row], palette: Palette) -> pdk.Layer:
    """Open circles at places `p`, with their `label`."""
    return pdk.Layer(
        "ScatterplotLayer",
        lost,
        id="lost",
        get_position="p",
        get_fill_color=rgba(palette.surface, 0.6),
        stroked=True,
        get_line_color=rgba(palette.observed),
        line_width_min_pixels=1.5,
        radius_min_pixels=5,
        radius_max_pixels=5,
        pickable=True,
    )


def _draw_simulated(view: pdk.ViewState, palette: Palette) -> pdk.Layer:
    """The word below the middle of the view and, if the reader moves the map, everywhere else."""
    middle = [view.longitude, view.latitude]
    grid = [[x, y] for x in range(-150, 180, 60) for y in (-50, 0, 50)]
    places = [middle, *(p for p in grid if math.dist(p, middle) > 75)]
    return pdk.Layer(
        "TextLayer",
        [{"p": place, "text": SIMULATED} for place in places],
        id="simulated",
        get_position="p",
        get_text="text",
        get_size=24,
        get_color=rgba(palette.unsure, 0.45),
        get_pixel_offset=[0, 150],
        font_weight=700,
    )

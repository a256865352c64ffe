"""A route's map as a picture for the report: the same as on the page, without a browser."""

import math
from typing import Any

import pandas as pd
import pydeck as pdk
from shapely import orient_polygons
from shapely.geometry import box, mapping, shape
from shapely.geometry.base import BaseGeometry

from analysis.drawing.captions import SIMULATED, format_route
from analysis.drawing.maps.places_on_map import (
    Point,
    fit_view,
    gather_lost,
    gather_pairs,
    gather_unheard,
)
from analysis.drawing.maps.route_map import Ground, describe_route, list_corners
from analysis.drawing.palette import FONT, Palette, choose_palette
from analysis.study import StudyResult

WIDTH, HEIGHT = 900, 560
LINES = 200
"""Pairs drawn at most: each is a layer of its own."""

Spec = dict[str, Any]


def draw_still(
    result: StudyResult, flights: pd.DataFrame, ground: Ground, *, dark: bool = False
) -> Spec:
    """Vega-Lite of regions, routes as great circles and lost ends as open circles.

    Plain values, not Altair objects: Altair would check every corner of every country.
    """
    palette = choose_palette(dark)
    pairs, lost = gather_pairs(flights, ground.airports), gather_lost(flights)
    points: list[Point] = [pair[end] for pair in pairs for end in ("s", "t")]
    corners = [*(points or list_corners(ground.shapes)), *list_corners(ground.areas)]
    view = fit_view(corners, WIDTH, HEIGHT)
    layers = [
        _shapes(_land_in_view(ground, view), fill=palette.land, stroke=palette.shore, width=0.6),
        _shapes(_outlines(ground), fill=palette.grid, stroke=palette.quiet, width=1.2),
        *_draw_area(ground, palette),
        *_draw_lines(pairs, palette),
        *_draw_unheard(gather_unheard(flights), palette),
        _draw_lost(lost, palette),
        *([_watermark(palette)] if result.simulated else []),
    ]
    first, _, second = result.contents_sentence.partition(". ")
    made_up = f"{SIMULATED} · " if result.simulated else ""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": describe_route(result, flights),
        "title": {"text": made_up + format_route(result), "subtitle": [first + ".", second]},
        "width": WIDTH,
        "height": HEIGHT,
        "projection": _projection(view),
        "layer": layers,
        "config": _make_config(palette),
    }


def _projection(view: pdk.ViewState) -> Spec:
    return {
        "type": "mercator",
        "rotate": [-view.longitude, 0, 0],
        "center": [0, view.latitude],
        "scale": round(512 * 2**view.zoom / (2 * math.pi), 3),
        "translate": [WIDTH / 2, HEIGHT / 2],
    }


def _land_in_view(ground: Ground, view: pdk.ViewState) -> list[Spec]:
    """Countries in the picture; without the others the file stays small."""
    wide = min(WIDTH * 360 / (512 * 2**view.zoom) / 2 + 2, 180)
    west, east = view.longitude - wide, view.longitude + wide
    seen = [box(west + turn, -90, east + turn, 90) for turn in (-360, 0, 360)]
    found = (shape(feature["geometry"]) for feature in ground.countries["features"])
    return [_feature(each) for each in found if any(each.intersects(part) for part in seen)]


def _draw_area(ground: Ground, palette: Palette) -> list[Spec]:
    """The area of the source; its edges follow the parallels, not great circles."""
    if ground.area is None:
        return []
    west, _, _, north = ground.area.bounds
    outline = _shapes(
        [_feature(ground.area.segmentize(1.0))], fill="none", stroke=palette.unsure, width=1.5
    )
    name = {
        "data": {"values": [{"x": west, "y": north}]},
        "mark": {
            "type": "text",
            "text": ground.area_label,
            "align": "left",
            "baseline": "bottom",
            "dy": -4,
            "fontSize": 13,
            "color": palette.unsure,
            "clip": True,
        },
        "encoding": {
            "longitude": {"field": "x", "type": "quantitative"},
            "latitude": {"field": "y", "type": "quantitative"},
        },
    }
    return [outline, name]


def _outlines(ground: Ground) -> list[Spec]:
    return [_feature(each.simplify(0.05)) for each in ground.shapes if not each.is_empty]


def _feature(geometry: BaseGeometry) -> Spec:
    """GeoJSON with clockwise rings: for d3 the other direction means everything outside."""
    turned = mapping(orient_polygons(geometry, exterior_cw=True))
    return {"type": "Feature", "geometry": turned, "properties": {}}


def _shapes(features: list[Spec], *, fill: str, stroke: str, width: float) -> Spec:
    mark = {"type": "geoshape", "fill": fill, "stroke": stroke, "strokeWidth": width, "clip": True}
    return {"data": {"values": features}, "mark": mark}


def _draw_lines(pairs: list[Spec], palette: Palette) -> list[Spec]:
    """Great circles, busy ones last; paler with one end lost."""
    most = max((pair["n"] for pair in pairs), default=1)
    return [
        {
            "data": {"values": [_line(pair)]},
            "mark": {
                "type": "geoshape",
                "filled": False,
                "stroke": palette.observed,
                "strokeWidth": round(1 + 5 * math.sqrt(pair["n"] / most), 2),
                "strokeOpacity": 0.35 if pair["lost"] else 0.85,
                "clip": True,
            },
        }
        for pair in reversed(pairs[:LINES])
    ]


def _draw_unheard(stretches: list[Spec], palette: Palette) -> list[Spec]:
    """Dotted great circles from lost ends to where the airframe was heard next."""
    if not stretches:
        return []
    mark = {
        "type": "geoshape",
        "filled": False,
        "stroke": palette.observed,
        "strokeWidth": 1.8,
        "strokeDash": [0.1, 6],
        "strokeCap": "round",
        "clip": True,
    }
    return [{"data": {"values": [_line(each) for each in stretches]}, "mark": mark}]


def _line(pair: Spec) -> Spec:
    ends = {"type": "LineString", "coordinates": [pair["s"], pair["t"]]}
    return {"type": "Feature", "geometry": ends, "properties": {}}


def _draw_lost(lost: list[Spec], palette: Palette) -> Spec:
    spots = [{"x": place["p"][0], "y": place["p"][1]} for place in lost]
    return {
        "data": {"values": spots},
        "mark": {
            "type": "circle",
            "size": 60,
            "fill": palette.surface,
            "stroke": palette.observed,
            "strokeWidth": 1.5,
            "opacity": 1,
            "clip": True,
        },
        "encoding": {
            "longitude": {"field": "x", "type": "quantitative"},
            "latitude": {"field": "y", "type": "quantitative"},
        },
    }


def _watermark(palette: Palette) -> Spec:
    mark = {"type": "text", "text": SIMULATED, "fontSize": 44, "fontWeight": 700}
    place = {"x": WIDTH / 2, "y": HEIGHT * 0.8, "color": palette.unsure, "opacity": 0.35}
    return {"data": {"values": [{}]}, "mark": mark | place}


def _make_config(palette: Palette) -> Spec:
    return {
        "background": palette.surface,
        "font": FONT,
        "view": {"stroke": None},
        "title": {
            "anchor": "start",
            "color": palette.ink,
            "subtitleColor": palette.quiet,
            "fontSize": 15,
            "subtitleFontSize": 12,
            "offset": 10,
        },
    }

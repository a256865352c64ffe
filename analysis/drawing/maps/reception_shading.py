"""Map cells in which receivers heard few or no aircraft, shaded grey."""

import itertools
import math

import h3
import pandas as pd
import pydeck as pdk

from analysis.drawing.palette import Palette, rgba
from flights.reception import FEW_AIRCRAFT
from flights.records import RECEPTION_RESOLUTION

MOST_CELLS = 6000
"""With more cells than this in view, seven are drawn as one, so that the map stays quick."""

HARDLY_SENTENCE = (
    "Grey areas: receivers heard few aircraft or none (on an average day fewer than "
    f"{FEW_AIRCRAFT:.0f} per cell and hour)."
)
LEGEND = (
    "Grey cells ahead of the flight: the darker, the fewer aircraft were heard there at that time."
)

_NONE, _HARDLY = 0.42, 0.24
_MARGIN = 1.6
_TOP = 84.0


def shade_unheard(heard: pd.DataFrame, view: pdk.ViewState, palette: Palette) -> pdk.Layer:
    """The quiet cells in view; `heard` has `cell` and `aircraft`, only of cells with aircraft."""
    per_cell = dict(zip(heard["cell"].tolist(), heard["aircraft"].tolist(), strict=True))
    quiet = [cell for cell, aircraft in _in_view(per_cell, view) if aircraft < FEW_AIRCRAFT]
    return pdk.Layer(
        "H3HexagonLayer",
        [{"h": h3.int_to_str(cell)} for cell in quiet],
        id="shade",
        get_hexagon="h",
        get_fill_color=rgba(palette.missing, _HARDLY),
        stroked=False,
        extruded=False,
    )


def shade_ahead(heard: pd.DataFrame, palette: Palette) -> pdk.Layer:
    """Every cell beyond a lost end, darker if fewer were heard, with the number as a tooltip."""
    rows = [
        {
            "h": h3.int_to_str(cell),
            "c": rgba(palette.missing, _darkness(aircraft)),
            "label": _label(aircraft),
        }
        for cell, aircraft in zip(heard["cell"].tolist(), heard["aircraft"].tolist(), strict=True)
    ]
    return pdk.Layer(
        "H3HexagonLayer",
        rows,
        id="shade",
        get_hexagon="h",
        get_fill_color="c",
        stroked=False,
        extruded=False,
        pickable=True,
    )


def _label(aircraft: int) -> str:
    return f"{aircraft:,} aircraft-hours heard here" if aircraft else "No aircraft heard here"


def _darkness(aircraft: float) -> float:
    if not aircraft:
        return _NONE
    return _HARDLY if aircraft < FEW_AIRCRAFT else 0.0


def _in_view(per_cell: dict[int, float], view: pdk.ViewState) -> list[tuple[int, float]]:
    """Cells of the map with the aircraft heard in them; larger cells if there are too many."""
    for resolution in range(RECEPTION_RESOLUTION, 0, -1):
        cells = _cells_in_view(view, resolution)
        if len(cells) <= MOST_CELLS:
            break
    if resolution == RECEPTION_RESOLUTION:
        return [(cell, per_cell.get(cell, 0.0)) for cell in cells]
    summed: dict[int, float] = {}
    for cell, aircraft in per_cell.items():
        parent = h3.str_to_int(h3.cell_to_parent(h3.int_to_str(cell), resolution))
        summed[parent] = summed.get(parent, 0.0) + aircraft
    inside = 7 ** (RECEPTION_RESOLUTION - resolution)
    return [(cell, summed.get(cell, 0.0) / inside) for cell in cells]


def _cells_in_view(view: pdk.ViewState, resolution: int) -> list[int]:
    """Cells of a box a little larger than the view, in parts so that none spans 180 deg."""
    wide = min(_MARGIN * 660 * 360 / (512 * 2**view.zoom), 359.0)
    tall = _MARGIN * 560 * 2 * math.pi / (512 * 2**view.zoom)
    middle = math.asinh(math.tan(math.radians(view.latitude)))
    south, north = (
        max(-_TOP, min(_TOP, math.degrees(math.atan(math.sinh(middle + side * tall / 2)))))
        for side in (-1, 1)
    )
    parts = max(1, int(wide // 90) + 1)
    edges = [view.longitude - wide / 2 + wide * k / parts for k in range(parts + 1)]
    found: set[str] = set()
    for west, east in itertools.pairwise(edges):
        ring = [(south, west), (south, east), (north, east), (north, west)]
        turned = [(lat, (lon + 180) % 360 - 180) for lat, lon in ring]
        found |= set(h3.polygon_to_cells(h3.LatLngPoly(turned), resolution))
    return sorted(h3.str_to_int(cell) for cell in found)

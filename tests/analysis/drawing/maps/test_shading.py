"""Quiet cells: those in view, few enough to send."""

import h3
import pandas as pd
import pydeck as pdk
import pytest

from analysis.drawing.maps.reception_shading import MOST_CELLS, shade_unheard
from analysis.drawing.palette import LIGHT

IRAN = pdk.ViewState(latitude=35.0, longitude=52.0, zoom=3.5)


def _cell(latitude: float, longitude: float, resolution: int = 3) -> str:
    return h3.latlng_to_cell(latitude, longitude, resolution)


def _heard(places: dict[tuple[float, float], float]) -> pd.DataFrame:
    cells = [h3.str_to_int(_cell(*place)) for place in places]
    return pd.DataFrame({"cell": cells, "aircraft": list(places.values())})


def test_cells_without_a_row_are_quiet_and_busy_ones_are_not() -> None:
    layer = shade_unheard(_heard({(35.7, 51.4): 200.0, (30.0, 57.0): 1.0}), IRAN, LIGHT)
    shaded = {row["h"] for row in layer.data}
    assert _cell(35.7, 51.4) not in shaded
    assert {_cell(30.0, 57.0), _cell(33.0, 55.0)} <= shaded


@pytest.mark.parametrize("zoom", [0.2, 1.0, 2.0, 4.0])
@pytest.mark.parametrize("longitude", [0.0, 179.0])
def test_any_view_is_light_enough(zoom: float, longitude: float) -> None:
    view = pdk.ViewState(latitude=20.0, longitude=longitude, zoom=zoom)
    layer = shade_unheard(_heard({}), view, LIGHT)
    assert 20 < len(layer.data) <= MOST_CELLS


def test_coarse_cells_are_quiet_by_the_mean_of_those_in_them() -> None:
    world = pdk.ViewState(latitude=20.0, longitude=30.0, zoom=0.5)
    seven = h3.cell_to_children(_cell(35.7, 51.4, 2), 3)
    rows = [{"cell": h3.str_to_int(cell), "aircraft": 5.0} for cell in seven]
    shaded = {row["h"] for row in shade_unheard(pd.DataFrame(rows), world, LIGHT).data}
    assert h3.get_resolution(next(iter(shaded))) == 2
    assert _cell(35.7, 51.4, 2) not in shaded


def test_view_of_the_world_is_shaded_to_its_edges() -> None:
    world = pdk.ViewState(latitude=25.0, longitude=100.0, zoom=0.2)
    shaded = {row["h"] for row in shade_unheard(_heard({}), world, LIGHT).data}
    resolution = h3.get_resolution(next(iter(shaded)))
    places = [(-75.0, 30.0), (-60.0, -100.0), (80.0, 170.0), (0.0, -120.0)]
    assert {_cell(*place, resolution) for place in places} <= shaded

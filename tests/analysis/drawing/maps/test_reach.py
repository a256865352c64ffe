"""The reachable area on a flat map: across the date line, over poles, most of the Earth."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point

from analysis.drawing.maps.reach_outline import enclose, trace_edge
from flights.evidence import HORIZON_S, outline
from flights.evidence.reach import UnobservedStretches
from flights.reference.earth import destination_point, great_circle_km


def _stretch(place: tuple[float, float], back: tuple[float, float] | None, **more: float):  # type: ignore[no-untyped-def]
    def one(value: float) -> np.ndarray:
        return np.array([value], float)

    hours, range_km = more.get("hours", 5.0), more.get("range_km", 8_000.0)
    there = back or (np.nan, np.nan)
    return UnobservedStretches(
        *(one(each) for each in (*place, 0.0, 0.0, *there, 0.0)),
        one(hours * 3600 if back else np.nan),
        one(500.0),
        one(range_km),
    )


def _fits(stretch: UnobservedStretches, latitude: np.ndarray, longitude: np.ndarray) -> np.ndarray:
    left = stretch.left_latitude[0], stretch.left_longitude[0]
    there = great_circle_km(*left, latitude, longitude)
    if stretch.is_open[0]:
        return (there <= stretch.range_km[0]) & (there / 926 * 3600 <= HORIZON_S)
    right = stretch.back_latitude[0], stretch.back_longitude[0]
    back = great_circle_km(latitude, longitude, *right)
    return (there <= stretch.range_km[0]) & ((there + back) / 926 * 3600 <= stretch.back_at[0])


@settings(derandomize=True, max_examples=40, deadline=None)
@given(
    st.floats(-80, 80),
    st.floats(-180, 180),
    st.floats(0, 360),
    st.floats(0.05, 0.95),
    st.floats(2_000, 16_000),
    st.booleans(),
)
def test_area_holds_what_can_be_reached_and_nothing_else(
    latitude: float, longitude: float, course: float, share: float, range_km: float, again: bool
) -> None:
    away = destination_point(latitude, longitude, course, share * 4_600)
    back = (float(away[0]), float(away[1])) if again else None
    stretch = _stretch((latitude, longitude), back, range_km=range_km)
    area = enclose(*outline(stretch), (longitude, latitude))
    assert area.is_valid
    rng = np.random.default_rng(5)
    lat, lon = np.degrees(np.arcsin(rng.uniform(-0.99, 0.99, 60))), rng.uniform(-180, 180, 60)
    inside = np.array([area.contains(Point(x, y)) for x, y in zip(lon, lat, strict=True)])
    assert (inside != _fits(stretch, lat, lon)).sum() <= 5  # the ring has 96 corners


@pytest.mark.parametrize("longitude", [179.0, -179.0])
def test_area_over_the_date_line_is_cut_there(longitude: float) -> None:
    stretch = _stretch((0.0, longitude), (0.0, longitude), hours=2)
    area = enclose(*outline(stretch), (longitude, 0.0))
    west, _, east, _ = area.bounds
    assert (west, east) == (-180.0, 180.0)
    assert area.contains(Point(178.0, 0)) and area.contains(Point(-178.0, 0))
    assert not area.contains(Point(0, 0)) and area.area < 250


def test_area_over_a_pole_reaches_the_top_of_the_map() -> None:
    area = enclose(*outline(_stretch((85.0, 10.0), (85.0, 20.0), hours=3)), (10.0, 85.0))
    assert area.bounds[3] == 85.0 and area.contains(Point(-170.0, 84.9))
    assert not area.contains(Point(10.0, 0.0))


def test_no_ring_is_no_area() -> None:
    assert enclose([], [], (0.0, 0.0)).is_empty


def test_edge_has_no_line_where_the_map_is_cut() -> None:
    area = enclose(*outline(_stretch((60.0, 178.0), None, range_km=2_000.0)), (178.0, 60.0))
    edge = trace_edge(area)
    assert area.distance(Point(180.0, 60.0)) < 0.05
    assert edge.distance(Point(180.0, 60.0)) > 5 and edge.length > 20

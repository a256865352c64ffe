"""Properties every region keeps, wherever on Earth it lies."""

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from flights.reference.earth import destination_point, great_circle_km
from flights.regions.circle import Circle, parse
from flights.regions.polygon import Polygon

latitudes = st.floats(-90, 90, allow_subnormal=False)
longitudes = st.floats(-180, 180, allow_subnormal=False)
radii = st.floats(1, 19_900)
quick = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@quick
@given(latitudes, longitudes, radii, latitudes, longitudes)
def test_point_is_in_a_circle_just_when_it_is_near_enough(lat, lon, radius, to_lat, to_lon) -> None:
    circle = Circle(lat, lon, radius)
    away_km = float(great_circle_km(lat, lon, to_lat, to_lon))
    inside = bool(circle.contains(np.array([to_lat]), np.array([to_lon]))[0])
    assert inside == (away_km <= radius)


@quick
@given(latitudes, longitudes, st.floats(1, 15_000), st.floats(0, 360), st.floats(0, 1))
def test_drawn_circle_is_the_circle(lat, lon, radius, course, share) -> None:
    area = Circle(lat, lon, radius).shape()
    assert area.is_valid
    for away_km, expected in (
        (0.97 * share * radius, True),
        ((1.03 + 0.3 * share) * radius, False),
    ):
        to_lat, to_lon = destination_point(lat, lon, course, away_km)
        on_the_seam = abs(to_lon) > 179.99 or abs(to_lat) > 88.5
        assert on_the_seam or bool(shapely.intersects_xy(area, to_lon, to_lat)) == expected


@pytest.mark.parametrize("latitude", [90, -90, 89.99, -89.99])
@pytest.mark.parametrize("radius_km", [0.5, 1, 111, 2000, 9000])
def test_circle_around_a_pole_holds_it(latitude: float, radius_km: float) -> None:
    circle = Circle(latitude, 30.0, radius_km)
    pole = np.array([np.sign(latitude) * 90.0])
    near = abs(90 - abs(latitude)) * 111.2 <= radius_km
    assert circle.contains(pole, np.array([-77.0]))[0] == near
    assert circle.shape().is_valid
    assert circle.shape().area > 0


@st.composite
def rings(draw):  # type: ignore[no-untyped-def]
    """Corners in order around a centre: no ring crosses itself."""
    count = draw(st.integers(3, 8))
    lat, lon = draw(st.floats(-60, 60)), draw(longitudes)
    reach = draw(st.lists(st.floats(1, 25), min_size=count, max_size=count))
    turns = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return tuple(
        (lat + float(r * np.sin(t)), lon + float(r * np.cos(t)))
        for r, t in zip(reach, turns, strict=True)
    )


@quick
@given(rings(), st.integers(-1, 1), st.integers(0, 7), st.booleans())
def test_polygon_does_not_depend_on_winding_start_or_direction(ring, wrap, start, back) -> None:
    moved = tuple((lat, lon + 360 * wrap) for lat, lon in ring)
    moved = moved[start % len(ring) :] + moved[: start % len(ring)]
    one, other = Polygon(ring).shape(), Polygon(moved[::-1] if back else moved).shape()
    assert one.is_valid
    assert one.symmetric_difference(other).area < 1e-6


@quick
@given(rings(), st.floats(-180, 180), st.integers(-2, 2))
def test_polygon_can_be_moved_around_the_earth(ring, turn, wrap) -> None:
    rng = np.random.default_rng(0)
    lat, lon = rng.uniform(-85, 85, 200), rng.uniform(-180, 180, 200)
    here = Polygon(ring).contains(lat, lon + 360 * wrap)
    there = Polygon(tuple((a, b + turn) for a, b in ring)).contains(lat, lon + turn)
    assert (here == there).mean() > 0.98  # points that fall on an edge may tip over


@quick
@given(rings())
def test_polygon_agrees_with_counting_crossings(ring) -> None:
    """A second way of telling inside from outside, in longitudes counted from the centre."""
    centre = ring[0][1]
    flat = [(lat, (lon - centre + 180) % 360 - 180) for lat, lon in ring]
    assume(max(abs(lon) for _, lon in flat) < 170)
    rng = np.random.default_rng(1)
    lat, lon = rng.uniform(-85, 85, 100), rng.uniform(-60, 60, 100)
    inside = np.zeros(100, bool)
    for (lat1, lon1), (lat2, lon2) in zip(flat, flat[1:] + flat[:1], strict=True):
        spans = (lat1 > lat) != (lat2 > lat)
        with np.errstate(divide="ignore", invalid="ignore"):
            crossing = lon1 + (lat - lat1) / (lat2 - lat1) * (lon2 - lon1)
        inside ^= spans & (lon < crossing)
    assert (Polygon(ring).contains(lat, lon + centre) == inside).all()


@quick
@given(latitudes, st.floats(-360, 360), radii)
def test_circle_survives_its_own_spec(lat, lon, radius) -> None:
    circle = parse(f"{lat!r},{lon!r},{radius!r}km")
    again = parse(circle.spec.removeprefix("circle:"))
    assert again.spec == circle.spec
    assert -180 <= circle.longitude <= 180

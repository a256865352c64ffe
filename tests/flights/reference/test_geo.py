"""Distances, bearings and places on the sphere."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flights.reference.earth import (
    EARTH_RADIUS_KM,
    bearing_deg,
    destination_point,
    great_circle_km,
    turn_deg,
    wrap_longitude,
)

LATITUDE, LONGITUDE = st.floats(-89.5, 89.5), st.floats(-180, 180)


def test_distance_is_that_of_the_law_of_cosines():
    lat, lon, to_lat, to_lon = np.radians([49.6266, 6.2115, 34.5197, 113.8409])
    angle = np.arccos(
        np.sin(lat) * np.sin(to_lat) + np.cos(lat) * np.cos(to_lat) * np.cos(to_lon - lon)
    )
    distance = great_circle_km(49.6266, 6.2115, [34.5197, 49.6266], [113.8409, 6.2115])
    assert distance == pytest.approx([angle * EARTH_RADIUS_KM, 0])


def test_antipodes_are_half_the_globe_and_nan_stays_nan():
    assert great_circle_km(90, 0, -90, 0) == pytest.approx(np.pi * EARTH_RADIUS_KM)
    assert np.isnan(great_circle_km(np.nan, 0, 0, 0))


@given(LATITUDE, LONGITUDE, LATITUDE, LONGITUDE)
def test_distance_is_the_same_both_ways_and_never_more_than_half_the_globe(a, b, c, d):
    one, other = great_circle_km(a, b, c, d), great_circle_km(c, d, a, b)
    assert one == pytest.approx(other, abs=1e-6)
    assert 0 <= one <= np.pi * EARTH_RADIUS_KM + 1e-6


@given(LATITUDE, LONGITUDE, st.floats(0, 359.9), st.floats(1, 5_000))
def test_going_a_way_and_measuring_it_agree(latitude, longitude, course, way):
    there = destination_point(latitude, longitude, course, way)
    assert great_circle_km(latitude, longitude, *there) == pytest.approx(way, abs=0.01)
    if abs(there[0]) < 89.9:
        assert turn_deg(bearing_deg(latitude, longitude, *there), course) < 0.1


@given(st.floats(-1_000, 1_000))
def test_longitude_is_wrapped_to_one_turn(longitude):
    wrapped = wrap_longitude(longitude)
    assert -180 <= wrapped <= 180
    assert np.cos(np.radians(wrapped)) == pytest.approx(np.cos(np.radians(longitude)), abs=1e-9)

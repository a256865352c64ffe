"""Countries as shapes: all of them, valid, cut at the antimeridian."""

import json

import numpy as np
import pytest
import shapely
from shapely.geometry import Point, shape

from flights.reference.countries import (
    country_name,
    load_base_map,
    load_country_names,
    load_country_shapes,
    load_units,
)

CAPITALS = {
    "HK": (22.35, 114.17),
    "MO": (22.22, 113.51),
    "SG": (1.35, 103.82),
    "BH": (26.07, 50.55),
    "LU": (49.61, 6.13),
    "IR": (35.69, 51.42),
    "TM": (37.95, 58.38),
    "CN": (39.90, 116.40),
    "MT": (35.88, 14.45),
    "XK": (42.60, 21.10),
    "TW": (24.80, 121.20),
    "RE": (-21.10, 55.50),
    "GF": (4.50, -52.90),
    "SJ": (77.50, 16.50),
    "BQ": (12.20, -68.28),
    "CX": (-10.49, 105.62),
}


@pytest.mark.parametrize("code", CAPITALS)
def test_place_lies_in_its_country_and_in_no_other(code: str) -> None:
    latitude, longitude = CAPITALS[code]
    point = Point(longitude, latitude)
    assert [each for each, area in load_country_shapes().items() if area.covers(point)] == [code]


def test_all_241_units_are_there_valid_and_apart() -> None:
    units = load_units()
    assert len(units) == 241
    assert units["iso2"].dropna().is_unique
    areas = units["shape"].to_numpy()
    assert shapely.is_valid(areas).all()
    assert not shapely.is_empty(areas).any()
    one, other = shapely.STRtree(areas).query(areas, predicate="overlaps")
    assert shapely.area(shapely.intersection(areas[one], areas[other])).sum() < 1e-6


def test_units_without_a_code_are_the_five_that_have_none() -> None:
    units = load_units()
    assert set(units["name"][units["iso2"].isna()]) == {
        "N. Cyprus",
        "Somaliland",
        "Siachen Glacier",
        "Indian Ocean Ter.",
        "Ashmore and Cartier Is.",
    }


def test_no_shape_draws_a_line_across_the_map() -> None:
    for code, area in load_country_shapes().items():
        west, south, east, north = area.bounds
        assert -180 <= west <= east <= 180, code
        assert -90 <= south <= north <= 90, code
        if code != "AQ":
            for part in shapely.get_parts(area):
                assert part.bounds[2] - part.bounds[0] < 165, code
    russia, fiji = load_country_shapes()["RU"], load_country_shapes()["FJ"]
    assert russia.covers(Point(-175, 66))
    assert russia.covers(Point(179, 68))
    assert not russia.covers(Point(0, 66))
    assert {part.bounds[0] == -180 for part in shapely.get_parts(fiji)} == {True, False}


def test_antarctica_holds_the_pole() -> None:
    area = load_country_shapes()["AQ"]
    assert all(area.covers(Point(longitude, -89.95)) for longitude in (-179, 0, 100))
    assert not area.covers(Point(0, -60))


def test_places_iso_lists_apart_are_cut_out_whole() -> None:
    shapes = load_country_shapes()
    assert shapes["FR"].bounds[0] > -10
    assert shapes["NL"].bounds[0] > 0
    assert shapes["NO"].bounds[3] < 72
    assert shapes["SJ"].area > 10


def test_base_map_is_light_and_valid() -> None:
    plain = load_base_map()
    assert len(json.dumps(plain, separators=(",", ":"), ensure_ascii=False).encode()) < 200_000
    areas = np.array([shape(each["geometry"]) for each in plain["features"]])
    assert len(areas) == 241
    assert shapely.is_valid(areas).all()
    assert not shapely.is_empty(areas).any()
    for unit, area in zip(load_units()["shape"], areas, strict=True):
        assert area.distance(unit) == 0


def test_names_cover_every_code_of_the_map() -> None:
    names = load_country_names()
    assert len(names) == 250
    assert set(load_country_shapes()) <= set(names)
    assert country_name("NA") == "Namibia"

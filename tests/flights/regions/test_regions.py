"""Kinds of region: country, airport, airports, circle, polygon, anywhere, union."""

import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from shapely.geometry import Point

from flights.errors import InvalidInput
from flights.query import cell_id
from flights.reference.airports import load_airports
from flights.regions import cells, is_anywhere, parse_region, read_geojson

SPECS = [
    "country:CN",
    "country:CN+country:HK+country:MO",
    "country:GI",
    "airport:ELLX",
    "airports:ELLX,EBLG",
    "circle:25.25,55.36,100km",
    "circle:90,0,500km",
    "polygon:10 170,10 -170,-10 -170,-10 170",
    "polygon:70 0,70 90,70 180,70 -90",
    "polygon:0 0,0 10,10 10,10 0;4 4,4 6,6 6,6 4",
    "world:",
    "circle:0,0,10km+polygon:1 1,1 2,2 2+airport:OMDW",
]


@pytest.mark.parametrize("spec", SPECS)
def test_spec_restores_the_region_and_all_its_answers(spec: str) -> None:
    region = parse_region(spec)
    assert parse_region(region.spec) == region
    assert region.spec == spec
    assert pickle.loads(pickle.dumps(region)) == region
    assert region.label
    assert region.shape().is_valid
    assert not region.shape().is_empty
    west, south, east, north = region.shape().bounds
    assert -180 <= west <= east <= 180
    assert -90 <= south <= north <= 90


@pytest.mark.parametrize("spec", SPECS)
def test_unknown_position_is_outside(spec: str) -> None:
    nan = np.nan
    inside = parse_region(spec).contains(np.array([nan, 0.0, nan]), np.array([0.0, nan, nan]))
    assert not inside.any()


@pytest.mark.parametrize("spec", SPECS)
def test_airports_lie_inside_the_shape_unless_listed_by_code(spec: str) -> None:
    region = parse_region(spec)
    places = load_airports().loc[sorted(region.airports()), ["latitude", "longitude"]].to_numpy()
    inside = region.contains(*places.T)
    assert inside.mean() > 0.9 if "country" in spec else inside.all()


def test_airports_belong_to_a_country_by_code_not_by_picture() -> None:
    ukraine, russia = parse_region("country:UA"), parse_region("country:RU")
    simferopol = load_airports().loc["UKFF"]
    where = np.array([simferopol["latitude"]]), np.array([simferopol["longitude"]])
    assert "UKFF" in ukraine.airports()
    assert "UKFF" not in russia.airports()
    assert russia.contains(*where)[0]
    assert "VHHH" in parse_region("country:HK").airports()
    assert "VHHH" not in parse_region("country:CN").airports()


def test_airport_is_itself_and_the_fifty_kilometres_around() -> None:
    region = parse_region("airport:ellx")
    assert region.airports() == {"ELLX"}
    assert list(region.contains(np.array([49.63, 50.05, 50.2]), np.array([6.21, 6.21, 6.21]))) == [
        True,
        True,
        False,
    ]
    assert region.shape().covers(Point(6.21, 50.05))
    assert not region.shape().covers(Point(6.21, 50.2))


def test_box_across_the_antimeridian_holds_both_sides_and_samoa() -> None:
    region = parse_region("polygon:-10 170,-10 -170,-15 -170,-15 170")
    lat = np.full(6, -12.0)
    lon = np.array([175.0, -175.0, 180.0, -180.0, 0.0, -160.0])
    assert list(region.contains(lat, lon)) == [True, True, True, True, False, False]
    assert "NSFA" in region.airports()
    assert len(region.shape().geoms) == 2


def test_polygon_around_a_pole_holds_it() -> None:
    north = parse_region("polygon:70 0,70 90,70 180,70 -90")
    south = parse_region("polygon:-70 0,-70 -120,-70 120")
    lat = np.array([90.0, 80.0, 60.0, -90.0, -80.0])
    lon = np.array([0.0, -133.0, 10.0, 0.0, 170.0])
    assert list(north.contains(lat, lon)) == [True, True, False, False, False]
    assert list(south.contains(lat, lon)) == [False, False, False, True, True]


def test_hole_is_outside() -> None:
    region = parse_region("polygon:0 0,0 10,10 10,10 0;4 4,4 6,6 6,6 4")
    assert list(region.contains(np.array([5.0, 2.0]), np.array([5.0, 5.0]))) == [False, True]


def test_union_is_either_and_counts_once() -> None:
    union = parse_region("country:LU+airport:ELLX+country:LU")
    assert union.spec == "country:LU+airport:ELLX"
    assert union.airports() == parse_region("country:LU").airports()
    assert union.contains(np.array([49.7, 0.0]), np.array([6.1, 0.0])).tolist() == [True, False]
    assert parse_region("country:LU+country:LU") == parse_region("country:LU")
    assert parse_region("country:CN+country:HK").label == "China and Hong Kong"


def test_anywhere_needs_no_end() -> None:
    assert is_anywhere(parse_region("world:"))
    assert is_anywhere(parse_region("country:LU+world:"))
    assert not is_anywhere(parse_region("country:LU"))


@pytest.mark.parametrize("spec", SPECS)
def test_cells_are_those_whose_centre_lies_inside(spec: str) -> None:
    region = parse_region(spec)
    rng = np.random.default_rng(11)
    lat, lon = rng.integers(-90, 90, 3000) + 0.5, rng.integers(-180, 180, 3000) + 0.5
    found = np.isin(cell_id(lat, lon), list(cells(region)))
    if len(cells(region)) > 4:
        assert (found == region.contains(lat, lon)).all()
    assert cells(region)


def test_small_region_gets_the_cells_it_touches() -> None:
    assert cells(parse_region("circle:0,0,5km")) == frozenset(
        cell_id(np.array([0.1, 0.1, -0.1, -0.1]), np.array([0.1, -0.1, 0.1, -0.1])).tolist()
    )
    assert cells(parse_region("circle:10.5,20.1,5km")) == frozenset(
        cell_id(np.array([10.5]), np.array([20.1])).tolist()
    )


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ("polygon:0 0,10 10,0 10,10 0", r"crosses itself near 5 N 5 E"),
        ("polygon:0 170,10 -170,0 -170,10 170", r"crosses itself near 5 N 180 W"),
        ("polygon:1 1,2 2,3 3", "has no area"),
        ("polygon:1 1,2 2", "at least three corners"),
        ("polygon:1 1,2,3 3", "latitude and longitude with a space"),
        ("polygon:0 0,0 1,95 1", "latitude 95 is outside"),
        ("polygon:0 0,0 1,nan 1", "latitude nan"),
        ("polygon:0 0,0 10,10 10,10 0;4 4,6 6,4 6,6 4", "A hole of the polygon crosses itself"),
        ("country:China", r"country:CN \(China\)"),
        ("country:UK", r"country:GB \(United Kingdom\)"),
        ("country:", "two letters"),
        ("airport:LUX", r"ELLX \(Luxembourg"),
        ("airports:ELLX,XXXX", "'XXXX'"),
        ("airports:", "four letters"),
        ("circle:1,2", "latitude, longitude and radius"),
        ("circle:1,2,far", "'far' is not a number"),
        ("circle:91,2,10", "latitude 91"),
        ("circle:1,2,-5km", "radius"),
        ("world:x", "nothing after the colon"),
        ("CN", "country:CN"),
        ("planet:mars", "Start it with one of country:"),
        ("", "Start it with"),
    ],
)
def test_bad_region_gets_a_sentence_that_helps(spec: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        parse_region(spec)


def test_geojson_comes_in_and_goes_out(tmp_path: Path) -> None:
    square = [[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]
    other = [[[20, 0], [30, 0], [30, 10], [20, 0]]]
    plain = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [square]}},
            {"type": "Feature", "geometry": {"type": "MultiPolygon", "coordinates": [other]}},
        ],
    }
    region = read_geojson(json.dumps(plain))
    assert region.spec == "polygon:0 0,0 10,10 10,10 0+polygon:0 20,0 30,10 30"
    path = tmp_path / "area.geojson"
    path.write_text(json.dumps(plain))
    assert read_geojson(str(path)).shape().equals(region.shape())
    assert parse_region(f"geojson:{path}").spec == read_geojson(str(path)).spec


def test_geojson_longitudes_may_run_beyond_180() -> None:
    ring = [[170, -10], [190, -10], [190, 10], [170, 10], [170, -10]]
    region = read_geojson(json.dumps({"type": "Polygon", "coordinates": [ring]}))
    assert region.contains(np.array([0.0, 0.0]), np.array([-175.0, 160.0])).tolist() == [
        True,
        False,
    ]
    wide = [[-170, 0], [170, 0], [170, 10], [-170, 10], [-170, 0]]
    region = read_geojson(json.dumps({"type": "Polygon", "coordinates": [wide]}))
    assert region.contains(np.array([5.0, 5.0]), np.array([0.0, 180.0])).tolist() == [True, False]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"type": "Point", "coordinates": [1, 2]}', "no Polygon"),
        ('{"type": "Polygon"}', "cannot be read"),
        ('{"type": "Polygon", "coordinates": [[[0, 0], [1]]]}', "cannot be read"),
        ('{"type": "Polygon", "coordinates": []}', "cannot be read"),
        ('{"type": "Polygon", "coordinates": [[]]}', "at least three"),
        ("{broken", "not JSON.*line 1"),
        ("[1, 2]", "cannot be read"),
        ("/no/such/file.geojson", "cannot be read"),
        ('{"type": "Polygon", "coordinates": [[[0,0],[10,10],[10,0],[0,10],[0,0]]]}', "crosses"),
        ('{"type": "Polygon", "coordinates": [[[0,0],[10,99],[10,0],[0,0]]]}', "latitude 99"),
    ],
)
def test_bad_geojson_gets_a_sentence(text: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        read_geojson(text)

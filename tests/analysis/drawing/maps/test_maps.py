"""Routes on the map: what goes where, and what the browser is sent."""

import itertools
import json
from dataclasses import replace

import made_results as made
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LinearRing, box

from analysis.drawing.maps.places_on_map import fit_view, gather_lost, gather_pairs
from analysis.drawing.maps.route_map import Ground, describe_route, draw_route, load_ground
from analysis.drawing.maps.still_map import draw_still
from analysis.reports.study_report import render_svg

AIRPORTS = pd.DataFrame(
    {"latitude": [31.143, 35.416, -17.755], "longitude": [121.805, 51.152, 177.443]},
    index=["ZSPD", "OIIE", "NFFN"],
)
LAND = {"type": "FeatureCollection", "features": []}
GROUND = Ground(LAND, AIRPORTS, (box(73, 18, 135, 53), box(44, 25, 63, 40)))


@pytest.fixture(scope="module")
def flights() -> pd.DataFrame:
    return made.make_evidence(made.CASES["null"]).flights


def _layers(deck: object) -> dict[str, dict]:
    return {layer["id"]: layer for layer in json.loads(deck.to_json())["layers"]}  # type: ignore[attr-defined]


def test_pairs_count_every_flight_once(flights: pd.DataFrame) -> None:
    pairs = gather_pairs(flights, AIRPORTS)
    assert sum(pair["n"] for pair in pairs) == len(flights)
    both = [pair for pair in pairs if not pair["lost"]]
    assert [pair["label"] for pair in both] == [
        f"ZSPD → OIIE: {(flights['bound'] == 'lower').sum()} flights"
    ]
    assert both[0]["s"] == [121.805, 31.143]


def test_lost_ends_stand_where_the_flight_was_last_heard(flights: pd.DataFrame) -> None:
    (lost,) = gather_lost(flights)
    assert lost["p"] == [58.0, 39.0]
    assert lost["n"] == (flights["bound"] == "upper").sum()


def test_an_airport_nobody_knows_falls_back_to_the_position(flights: pd.DataFrame) -> None:
    odd = flights.head(1).assign(destination="XXXX")
    (pair,) = gather_pairs(odd, AIRPORTS)
    assert pair["ends"] == ["ZSPD", ""] and pair["lost"]


def test_a_flight_without_any_position_is_left_out(flights: pd.DataFrame) -> None:
    blind = flights.head(1).assign(destination=None, last_latitude=np.nan)
    assert gather_pairs(blind, AIRPORTS) == []


def test_deck_asks_nobody_for_tiles_and_is_sound_json(flights: pd.DataFrame) -> None:
    text = draw_route(made.make_result("null"), flights, GROUND).to_json()
    plain = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} in the JSON"))
    assert "http" not in text
    assert plain.get("mapProvider") is None
    assert len(text) < 60_000


def test_simulated_stands_in_the_map_itself(flights: pd.DataFrame) -> None:
    result = made.make_result("null")
    layer = _layers(draw_route(result, flights, GROUND))["simulated"]
    assert layer["@@type"] == "TextLayer"
    assert {row["text"] for row in layer["data"]} == {"SIMULATED"}


def test_lost_ends_are_open_circles_and_paler_lines(flights: pd.DataFrame) -> None:
    layers = _layers(draw_route(made.make_result("null"), flights, GROUND))
    assert layers["lost"]["stroked"] is True
    assert layers["pairs"]["@@type"] == "GreatCircleLayer"
    alphas = {row["label"].split(":")[0]: row["c"][3] for row in layers["pairs"]["data"]}
    assert alphas["ZSPD → lost"] < alphas["ZSPD → OIIE"]


def test_no_flights_show_the_regions(flights: pd.DataFrame) -> None:
    deck = draw_route(made.make_result("null"), flights.head(0), GROUND)
    view = json.loads(deck.to_json())["initialViewState"]
    assert 44 < view["longitude"] < 135
    assert len(_layers(deck)["regions"]["data"]["features"]) == 2


def test_everywhere_has_no_outline_and_russia_has() -> None:
    assert len(load_ground("world:", "country:RU").shapes) == 1


def test_still_map_draws_land_regions_lines_and_lost_ends(flights: pd.DataFrame) -> None:
    result = made.make_result("null")
    ground = load_ground("country:CN", "country:IR")
    svg = render_svg(draw_still(result, flights, ground))
    assert "SIMULATED · China → Iran" in svg and "ADS-B shows where" in svg
    spec = draw_still(replace(result, simulated=False), flights, ground)
    assert "SIMULATED" not in json.dumps(spec)
    names = [each["properties"] for each in spec["layer"][0]["data"]["values"]]
    assert 20 < len(names) < len(ground.countries["features"])
    widths = [x["mark"]["strokeWidth"] for x in spec["layer"] if x["mark"].get("filled") is False]
    assert len(widths) == len(gather_pairs(flights, ground.airports))
    assert max(widths) == 6


def test_rings_on_the_still_map_enclose_the_place(flights: pd.DataFrame) -> None:
    """d3 fills the other side of a ring that runs the wrong way: then nothing is land."""
    square = box(73, 18, 135, 53)
    ground = Ground(LAND, AIRPORTS, (square, square.reverse()))
    spec = draw_still(
        made.make_result("null"), made.make_evidence(made.CASES["null"]).flights, ground
    )
    rings = [each["geometry"]["coordinates"][0] for each in spec["layer"][1]["data"]["values"]]
    assert [LinearRing(ring).is_ccw for ring in rings] == [False, False]


def test_words_say_what_the_map_shows(flights: pd.DataFrame) -> None:
    words = describe_route(made.make_result("null"), flights)
    assert words.startswith("SIMULATED data. Map of")
    assert f"{(flights['bound'] == 'upper').sum():,} with one end lost" in words


def test_view_crosses_the_antimeridian_where_that_is_shorter() -> None:
    view = fit_view([(177.4, -17.8), (-171.8, -13.8)])
    assert abs(abs(view.longitude) - 177.2) < 0.1
    assert view.zoom > 3


@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-85, 85)), min_size=1, max_size=8))
def test_view_is_always_one_that_can_be_drawn(points: list[tuple[float, float]]) -> None:
    view = fit_view(points)
    assert -180 <= view.longitude <= 180 and -85 <= view.latitude <= 85
    assert -2 < view.zoom <= 6


EUROPE = box(-25.9, 26.7, 49.7, 70.3)


def test_area_of_a_source_is_drawn_with_its_name(flights: pd.DataFrame) -> None:
    result = made.make_result("null")
    ground = replace(GROUND, area=EUROPE, area_label="area of a list of Europe")
    layers = _layers(draw_route(result, flights, ground))
    (feature,) = layers["area"]["data"]["features"]
    assert feature["geometry"]["type"] == "Polygon" and layers["area"]["filled"] is False
    assert layers["area-name"]["data"] == [{"p": [-25.9, 70.3], "text": "area of a list of Europe"}]
    assert not layers["area-name"]["fontFamily"].startswith("@@=")  # a text, not an expression
    assert not {"area", "area-name"} & set(_layers(draw_route(result, flights, GROUND)))


def test_area_on_paper_follows_the_parallels(flights: pd.DataFrame) -> None:
    result = made.make_result("null")
    ground = replace(GROUND, area=EUROPE, area_label="area of a list of Europe")
    spec = draw_still(result, flights, ground)
    # d3 joins corners by great circles: only near corners keep an edge on its parallel.
    (outline,) = [layer for layer in spec["layer"] if layer["mark"].get("fill") == "none"]
    ring = outline["data"]["values"][0]["geometry"]["coordinates"][0]
    assert max(abs(a[0] - b[0]) for a, b in itertools.pairwise(ring)) <= 1.0
    assert "area of a list of Europe" in render_svg(spec)


def test_only_a_source_with_an_area_has_one_on_the_ground() -> None:
    ground = load_ground("country:LU", "country:NO", "opdi")
    assert ground.area is not None and ground.area.bounds == pytest.approx(EUROPE.bounds, abs=0.1)
    assert ground.area_label == "area of EUROCONTROL OPDI flight lists"
    for source in ("readsb", "table.mine", "nobody-knows", ""):
        assert load_ground("country:LU", "country:NO", source).area is None

"""Unheard stretches of a route, and the flights behind what is clicked on its map."""

import made_results as made
import pandas as pd
import pytest

from analysis.drawing.maps.places_on_map import (
    DOT_PX,
    MOST_DOTS,
    dots_between,
    gather_lost,
    gather_pairs,
    gather_unheard,
    pick_flights,
)
from analysis.drawing.maps.route_map import Ground, draw_route
from flights.reference.earth import great_circle_km

AIRPORTS = pd.DataFrame(
    {"latitude": [31.143, 35.416], "longitude": [121.805, 51.152]}, index=["ZSPD", "OIIE"]
)


@pytest.fixture(scope="module")
def flights() -> pd.DataFrame:
    made_up = made.make_evidence(made.CASES["null"]).flights
    lost = made_up["bound"] == "upper"
    return made_up.assign(
        behind_latitude=pd.Series(43.3, made_up.index).where(lost),
        behind_longitude=pd.Series(77.0, made_up.index).where(lost),
    )


def test_stretches_alike_are_one_with_their_number(flights: pd.DataFrame) -> None:
    (stretch,) = gather_unheard(flights)
    assert stretch["n"] == (flights["bound"] == "upper").sum()
    assert (stretch["s"], stretch["t"]) == ([58.0, 39.0], [77.0, 43.3])


def test_airframes_never_heard_again_have_no_stretch(flights: pd.DataFrame) -> None:
    assert gather_unheard(flights.assign(behind_latitude=float("nan"))) == []
    assert gather_unheard(flights.drop(columns="behind_latitude")) == []


def test_dots_lie_on_the_great_circle_and_are_bounded() -> None:
    spots = dots_between((58.0, 39.0), (77.0, 43.3), 3.0)
    assert 5 < len(spots) < MOST_DOTS
    whole = float(great_circle_km(39.0, 58.0, 43.3, 77.0))
    for x, y in spots:
        there = float(great_circle_km(39.0, 58.0, y, x) + great_circle_km(y, x, 43.3, 77.0))
        assert there == pytest.approx(whole, abs=0.5)
    assert len(dots_between((-150.0, 0.0), (150.0, 60.0), 8.0)) == MOST_DOTS
    assert DOT_PX > 3  # dots of 1.5 px radius must not touch


def test_dots_cross_the_date_line_the_short_way() -> None:
    assert all(abs(x) > 170 for x, _ in dots_between((175.0, 10.0), (-175.0, 12.0), 3.0))


def test_line_circle_and_airport_give_their_flights(flights: pd.DataFrame) -> None:
    pairs = gather_pairs(flights, AIRPORTS)
    for pair in pairs:
        row = {"s": pair["s"], "t": pair["t"]}
        assert pick_flights(flights, AIRPORTS, "pairs", row).sum() == pair["n"]
    (lost,) = gather_lost(flights)
    picked = flights[pick_flights(flights, AIRPORTS, "lost", {"p": lost["p"]})]
    assert set(picked["bound"]) == {"upper"} and len(picked) == lost["n"]
    assert (
        pick_flights(flights, AIRPORTS, "airports", {"label": "OIIE"}).sum()
        == (flights["destination"] == "OIIE").sum()
    )


def test_place_of_another_study_picks_nothing(flights: pd.DataFrame) -> None:
    assert not pick_flights(flights, AIRPORTS, "pairs", {"s": [1, 2], "t": [3, 4]}).any()
    assert not pick_flights(flights.head(0), AIRPORTS, "lost", {"p": [1, 2]}).any()


def test_route_map_is_shaded_only_where_there_is_reception(flights: pd.DataFrame) -> None:
    ground = Ground({"type": "FeatureCollection", "features": []}, AIRPORTS)
    result = made.make_result("null")
    none = pd.DataFrame({"cell": [], "aircraft": []})
    for heard in (None, none):
        layers = {each.id for each in draw_route(result, flights, ground, heard=heard).layers}
        assert "shade" not in layers and "unheard" in layers
    some = pd.DataFrame({"cell": [590745676090966015], "aircraft": [50.0]})
    deck = draw_route(result, flights, ground, heard=some)
    assert len(deck.to_json()) < 300_000
    assert "shade" in {each.id for each in deck.layers}

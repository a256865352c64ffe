"""One flight on the map: what was heard is drawn apart from what was not."""

import json
from dataclasses import replace
from datetime import timedelta

import h3
import made_stories as made
import pandas as pd
import pytest

from analysis.drawing.maps.flight_map import (
    InspectedFlight,
    describe_flight,
    draw_flight,
    is_drawable,
)
from analysis.drawing.maps.route_map import Ground
from flights import CONTENTS_SENTENCE
from flights.evidence import FlightReport
from flights.evidence.chain import build_chain
from flights.evidence.flight_report import Trend
from flights.reference.airports import load_airports

GROUND = Ground({"type": "FeatureCollection", "features": []}, load_airports())


def _layers(seen: InspectedFlight, **options: bool) -> dict[str, dict]:
    text = draw_flight(seen, GROUND, **options).to_json()
    plain = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} in the JSON"))
    assert "http" not in text and plain.get("mapProvider") is None
    return {layer["id"]: layer for layer in plain["layers"]}


def test_heard_is_solid_unheard_is_dots_between_open_circles() -> None:
    layers = _layers(InspectedFlight(made.make_story()))
    track, lost = layers["track"], layers["lost"]["data"]
    assert track["@@type"] == "GreatCircleLayer"
    assert track["data"][-1]["t"] == lost[0]["p"] == [57.3, 38.5]
    assert layers["lost"]["stroked"] and lost[1]["p"] == [77.04, 43.35]
    dots = layers["unheard"]["data"]
    assert layers["unheard"]["@@type"] == "ScatterplotLayer" and len(dots) > 5
    assert all(57 < dot["p"][0] < 77.1 for dot in dots)


def test_never_heard_again_has_no_dots_and_one_open_circle() -> None:
    layers = _layers(InspectedFlight(made.make_story(again=False)))
    assert layers["unheard"]["data"] == []
    assert len(layers["lost"]["data"]) == 1
    assert layers["reach"]["data"]["features"]


def test_area_and_airports_in_it_are_drawn_with_the_likeliest_named() -> None:
    layers = _layers(InspectedFlight(made.make_story()))
    area, edge = layers["reach"]["data"]["features"]
    assert area["geometry"]["type"] in ("Polygon", "MultiPolygon")
    assert "LineString" in edge["geometry"]["type"] and layers["reach"]["stroked"] is False
    labels = [row["label"] for row in layers["candidates"]["data"]]
    assert labels[-1] == (
        "UTAA Ashgabat Airport, Turkmenistan: 115 km away, at most 2 h on the ground"
    )
    assert {row["text"] for row in layers["names"]["data"]} == {"ZHCC", "UTAA Ashgabat Airport"}
    assert [row["p"] for row in layers["likeliest"]["data"]] == [[58.361, 37.987]]


def test_cells_are_darker_the_fewer_were_heard() -> None:
    cells = [h3.str_to_int(h3.latlng_to_cell(38, lon, 3)) for lon in (55, 58, 61)]
    heard = pd.DataFrame({"cell": cells, "aircraft": [0, 1, 40]})
    rows = _layers(InspectedFlight(made.make_story(), (), (heard,)))["shade"]["data"]
    alphas = [row["c"][3] for row in rows]
    assert alphas[0] > alphas[1] > alphas[2] == 0
    assert [row["label"] for row in rows] == [
        "No aircraft heard here",
        "1 aircraft-hours heard here",
        "40 aircraft-hours heard here",
    ]


def test_without_reception_nothing_is_shaded() -> None:
    empty = pd.DataFrame({"cell": [], "aircraft": []})
    assert "shade" not in _layers(InspectedFlight(made.make_story(), (), (empty,)))


def test_silence_on_the_way_is_dotted_too() -> None:
    track = made.make_track()
    later = track["seen_at"] >= track["seen_at"].iloc[10]
    track["seen_at"] = track["seen_at"].where(later, track["seen_at"] - timedelta(hours=2))
    silent = replace(made.make_story(longest_silence_s=7_800), tracks=track)
    layers = _layers(InspectedFlight(silent))
    assert len(layers["track"]["data"]) == len(track) - 2
    assert {row["label"] for row in layers["unheard"]["data"]} == {
        "Not heard for 2 h 10 min",
        "Not heard in between",
    }
    assert "Gaps on the way: 1." in describe_flight(InspectedFlight(silent))


def test_positions_kept_far_apart_are_no_silence() -> None:
    story = replace(made.make_story(), tracks=made.make_track(every_s=2_700, steps=6))
    assert len(_layers(InspectedFlight(story))["track"]["data"]) >= 5


def test_far_side_is_paler_and_solid() -> None:
    layers = _layers(InspectedFlight(made.make_story(), (made.make_track(),)))
    assert layers["neighbour-0"]["getSourceColor"][3] < layers["track"]["getSourceColor"][3]


def test_simulated_stands_in_the_map_and_its_words() -> None:
    seen = InspectedFlight(made.make_story())
    assert "simulated" in _layers(seen, simulated=True)
    assert "simulated" not in _layers(seen)
    words = describe_flight(seen, simulated=True)
    assert words.startswith("SIMULATED data. Map of one flight. Ends known: ZHCC.")
    assert (
        "No receiver heard its destination: 3 airports were in reach, most likely Ashgabat" in words
    )
    assert words.endswith(CONTENTS_SENTENCE)


def test_flight_with_both_ends_heard_has_no_area() -> None:
    layers = _layers(InspectedFlight(made.make_heard_story()))
    assert layers["reach"]["data"]["features"] == [] and layers["lost"]["data"] == []
    assert {row["text"] for row in layers["names"]["data"]} == {"UAAA", "VHHH"}


def test_flight_lost_at_no_place_is_drawn_without_one() -> None:
    blind = made.make_story(again=False, last_latitude=None, last_longitude=None)
    assert _layers(InspectedFlight(blind))["lost"]["data"] == []


def test_flight_across_the_date_line_stays_in_view() -> None:
    story = made.make_story(last_longitude=-179.5, last_latitude=10.0)
    deck = json.loads(draw_flight(InspectedFlight(story), GROUND).to_json())
    assert -180 <= deck["initialViewState"]["longitude"] <= 180


def test_map_goes_on_beyond_180_degrees() -> None:
    plain = json.loads(draw_flight(InspectedFlight(made.make_story()), GROUND).to_json())
    assert [view["repeat"] for view in plain["views"]] == [True]


def test_level_flight_has_no_likeliest_airport() -> None:
    story = made.make_story()
    level = replace(story, gaps=(replace(story.gaps[0], trend=Trend(290.0, 0.0)),))
    assert _layers(InspectedFlight(level))["likeliest"]["data"] == []
    assert "likeliest" not in describe_flight(InspectedFlight(level))


def test_flight_without_positions_is_dots_between_its_ends() -> None:
    nowhere = dict.fromkeys(
        f"{e}_{n}" for e in ("first", "last") for n in ("latitude", "longitude")
    )
    row = made.make_flight(**nowhere, destination="VHHH", destination_evidence="estimated")
    chain = build_chain({"table": made.make_frame(row)}, "table")
    story = FlightReport("table", chain, 0, (), made.make_track().iloc[:0])
    layers = _layers(InspectedFlight(story))
    assert layers["track"]["data"] == [] and len(layers["unheard"]["data"]) > 5
    assert is_drawable(story) and "The archive keeps no position of it" in describe_flight(
        InspectedFlight(story)
    )


def test_nothing_excluded_is_no_list_of_airports() -> None:
    blind = made.make_story(again=False, last_latitude=None, last_longitude=None)
    assert _layers(InspectedFlight(blind))["candidates"]["data"] == []
    assert "every airport is possible" in describe_flight(InspectedFlight(blind))

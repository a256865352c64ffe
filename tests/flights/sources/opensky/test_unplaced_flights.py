"""Flights whose source tells no positions, through all of the house: they are never misplaced."""

import io
import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from opensky_server import OpenSky
from streamlit.testing.v1 import AppTest

from flights.archive import Archive
from flights.legs import join_departures
from flights.pull import plan_pull, run_pull
from flights.query import DuckDBEngine, RouteQuestion
from flights.records import Header, open_writer
from flights.regions import parse_region
from flights.routes import Route, load_route
from flights.sources import contents_note, open_source

DAY, NEXT = date(2025, 6, 13), date(2025, 6, 14)


@pytest.fixture
def archive(sky: OpenSky, tmp_path: Path) -> Archive:
    """Two days of Luxembourg: a known route, a lost origin, a lost destination, over midnight."""
    sky.fly("4d0101", "ZHCC", "ELLX", "2025-06-13 01:00", "2025-06-13 12:00")
    sky.fly("4d0102", None, "ELLX", "2025-06-13 04:00", "2025-06-13 12:30")
    sky.fly("4d0103", "ELLX", None, "2025-06-13 08:00", "2025-06-13 12:30", None)
    sky.fly("4d0104", "ZHCC", "ELLX", "2025-06-13 22:00", "2025-06-14 07:30")
    sky.fly("4d0105", None, "ELLX", "2025-06-14 00:01", "2025-06-14 07:40")
    archive = Archive(tmp_path / "archive")
    source = open_source("opensky-rest", regions="airport:ELLX")
    run_pull(plan_pull(source, archive, DAY, NEXT), archive)
    return archive


def test_flights_are_loaded_by_day_of_departure(archive: Archive) -> None:
    (source,) = archive.sources()
    flights = archive.load_flights(source, DAY, NEXT, join=join_departures)
    assert flights.groupby("day").size().to_dict() == {DAY: 4, NEXT: 1}
    assert flights["first_latitude"].isna().all()
    assert archive.load_flights(source, NEXT, NEXT, join=join_departures)["icao24"].tolist() == [
        "4d0105"
    ]


def test_lost_end_without_a_place_is_possible_anywhere_and_heard_nowhere(archive: Archive) -> None:
    (source,) = archive.sources()
    engine = DuckDBEngine(archive)
    china, here = frozenset({"ZHCC"}), frozenset({"ELLX"})
    question = RouteQuestion(source, DAY, NEXT, china, here)
    counts = engine.count_by_day(question)
    assert counts["lower"].tolist() == [2, 0]
    assert counts["upper"].tolist() == [3, 1]
    in_cells = RouteQuestion(source, DAY, NEXT, china, here, frozenset(range(64_800)), None)
    assert engine.count_by_day(in_cells)["upper"].tolist() == [2, 0]
    everywhere = engine.heard_by_day(source, DAY, NEXT, here, frozenset(range(64_800)))
    assert everywhere.tolist() == [4, 1]
    assert engine.heard_by_day(source, DAY, NEXT, frozenset({"EDDF"})).tolist() == [0, 0]
    engine.close()


def test_route_says_that_the_place_is_not_known(archive: Archive) -> None:
    (source,) = archive.sources()
    route = Route(parse_region("airport:ZHCC"), parse_region("airport:ELLX"), "")
    found = load_route(archive, route, source=source, first=DAY, last=NEXT)
    said = found.flights.set_index("icao24")["why"]
    assert "First heard at unknown height at an unknown place" in said["4d0102"]
    assert "nan" not in " ".join(said).lower()
    assert [entry.status for entry in found.ledger] == ["complete", "complete"]


@pytest.mark.parametrize("kind", ["csv", "json", "parquet"])
def test_export_leaves_the_places_empty(archive: Archive, kind: str) -> None:
    (source,) = archive.sources()
    flights = archive.load_flights(source, DAY, NEXT, join=join_departures)
    stream = io.BytesIO()
    writer = open_writer(kind, stream, Header(contents_note(None), {}, ()))
    writer.write(flights)
    writer.close()
    stream.seek(0)
    if kind == "json":
        rows = pd.DataFrame(json.loads(stream.read())["flights"])
    else:
        rows = pd.read_csv(stream) if kind == "csv" else pd.read_parquet(stream)
    assert len(rows) == 5
    for name in ("first_latitude", "last_longitude", "longest_silence_s", "received"):
        assert rows[name].isna().all()


def test_map_of_a_flight_without_any_place_says_that_there_is_none(archive: Archive) -> None:
    (source,) = archive.sources()
    flight = (
        archive.load_flights(source, DAY, DAY, join=join_departures)
        .query("icao24 == '4d0102'")
        .iloc[0]
    )

    def page(root, flight):
        from analysis.blocks.flight.inspector import show_flight
        from analysis.blocks.flight_request import request_for
        from flights.archive import Archive

        show_flight(Archive(root), request_for(flight), alone=True)

    app = AppTest.from_function(page, args=(str(archive.root), flight)).run(timeout=20)
    assert not app.exception
    assert any("has no positions of this flight" in each.proto.body for each in app.get("html"))

"""Lists pulled into an archive: what the ledger keeps, what is asked again, what routes count."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from lists_server import mirrors_of, put_opdi, put_zenodo
from loopback import cut, drop, quick_door, status
from made_lists import every_hour, list_bytes, opdi_bytes, row

from flights.archive import Archive
from flights.legs import join_departures
from flights.pull import plan_pull, run_pull
from flights.query import DuckDBEngine
from flights.regions import parse_region
from flights.routes import Route, load_route
from flights.sources.flight_lists import opdi, opensky_lists

APRIL = [date(2021, 4, 1) + timedelta(days=n) for n in range(30)]
NAMES = {
    month: f"flightlist_2021{month:02d}01_2021{month:02d}{last}.csv.gz"
    for month, last in ((3, 31), (4, 30), (6, 30))
}


@pytest.fixture
def archive(tmp_path) -> Archive:
    return Archive(tmp_path / "archive")


@pytest.fixture
def lists(loopback, monkeypatch, tmp_path):
    """OpenSky's lists with one month, in which a freighter flies each night over midnight."""
    monkeypatch.setenv("FLIGHTS_MIRRORS", mirrors_of(loopback))
    nightly = [row(f"{day}T23:30", icao24="4d0999") for day in APRIL[:-1]]
    usual = {"callsign": "DLH1", "typecode": "A320", "origin": "EDDF"}
    days = [line for day in APRIL for line in every_hour(day, 3, **usual)]
    put_zenodo(loopback, NAMES[4], list_bytes([*days, *nightly]))
    source = opensky_lists.open_source()
    return replace(source, door=quick_door(tmp_path / "cache", tries=2))


def statuses(archive, source, days) -> list[str]:
    known = archive.read_ledger(source.spec.key)
    return [known[day].status if day in known else "not asked" for day in days]


def test_month_is_pulled_once_and_then_skipped(lists, archive, loopback):
    report = run_pull(plan_pull(lists, archive, APRIL[0], APRIL[-1]), archive)
    assert report.is_complete and statuses(archive, lists, APRIL) == ["complete"] * 30
    again = plan_pull(lists, archive, APRIL[0], APRIL[-1])
    assert (again.offers, len(again.skipped)) == ((), 30)
    assert sum(each.method == "GET" for each in loopback.requests) == 1


def test_departures_over_midnight_count_on_the_day_they_left(lists, archive):
    run_pull(plan_pull(lists, archive, APRIL[0], APRIL[9]), archive)
    route = Route(parse_region("airport:ELLX"), parse_region("airport:LTFM"))
    evidence = load_route(archive, route, source="opensky-lists", first=APRIL[0], last=APRIL[9])
    assert evidence.flights["day"].tolist() == APRIL[:9]
    counts = DuckDBEngine(archive).heard_by_day("opensky-lists", APRIL[0], APRIL[10])
    assert counts.loc[APRIL[0]] == 73
    assert counts.isna().tolist() == [False] * 9 + [True, True], "the last day lacks the next one"


def test_month_that_cannot_be_read_fails_on_every_day_and_is_asked_again(lists, archive, loopback):
    body = loopback._pages[f"/records/7923702/files/{NAMES[4]}"].body
    put_zenodo(loopback, NAMES[4], b"<html>maintenance</html>")
    run_pull(plan_pull(lists, archive, APRIL[0], APRIL[2]), archive)
    entry = archive.entry("opensky-lists", APRIL[1])
    assert entry.status == "failed" and "<html>" in entry.reasons[0]
    put_zenodo(loopback, NAMES[4], body)
    run_pull(plan_pull(lists, archive, APRIL[0], APRIL[2]), archive)
    assert statuses(archive, lists, APRIL[:4]) == ["complete"] * 3 + ["not asked"]


@pytest.mark.parametrize(
    "faults",
    [[status(500)] * 4, [drop()] * 4, [status(403)], [status(404)], [cut(0)] * 9],
    ids=["500", "silence", "403", "404", "cut again and again"],
)
def test_fault_of_the_server_never_ends_in_an_empty_complete_day(lists, archive, loopback, faults):
    plan = plan_pull(lists, archive, APRIL[0], APRIL[2])
    loopback.fault(plan.offers[0].parts[0].url.removeprefix(loopback.url), *faults)
    run_pull(plan, archive)
    assert set(statuses(archive, lists, APRIL[:3])) == {"failed"}
    assert not archive.load_flights("opensky-lists", APRIL[0], APRIL[2], join=join_departures).size
    reasons = " ".join(archive.entry("opensky-lists", APRIL[0]).reasons)
    assert reasons and "?" not in reasons


def test_wait_that_is_too_long_ends_the_pull_and_notes_nothing(lists, archive, loopback):
    plan = plan_pull(lists, archive, APRIL[0], APRIL[2])
    path = plan.offers[0].parts[0].url.removeprefix(loopback.url)
    loopback.fault(path, status(429, {"Retry-After": "7200"}), forever=True)
    report = run_pull(plan, archive)
    assert report.progress.state == "paused"
    assert set(statuses(archive, lists, APRIL[:3])) == {"not asked"}


def test_month_the_publisher_lacks_is_missing(lists, archive):
    run_pull(plan_pull(lists, archive, date(2021, 3, 31), APRIL[0]), archive)
    assert statuses(archive, lists, [date(2021, 3, 31), APRIL[0]]) == ["missing", "complete"]


def test_opdi_month_is_pulled_and_lost_ends_widen_the_upper_bound(
    loopback, archive, monkeypatch, tmp_path
):
    monkeypatch.setenv("FLIGHTS_MIRRORS", mirrors_of(loopback))
    day = date(2024, 3, 5)
    seen = {"first_seen": f"{day} 10:00:00", "last_seen": f"{day} 12:00:00"}
    rows = [
        seen,
        {**seen, "icao24": "4d0999", "ades": ""},
        {**seen, "icao24": "4d0aaa", "adep": "CY-0002"},
    ]
    put_opdi(loopback, "202403", opdi_bytes(rows))
    source = replace(opdi.open_source(), door=quick_door(tmp_path / "cache"))
    run_pull(plan_pull(source, archive, day, day), archive)
    route = Route(parse_region("airport:ELLX"), parse_region("airport:LTFM"))
    evidence = load_route(archive, route, source="opdi", first=day, last=day)
    assert evidence.flights.sort_values("icao24")["bound"].tolist() == ["lower", "upper", "upper"]
    assert "unknown height at an unknown place" in " ".join(evidence.flights["why"])

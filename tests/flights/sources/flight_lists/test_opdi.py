"""The source `opdi`: months that are there, not yet there, published anew, or no Parquet."""

import pickle
from dataclasses import replace
from datetime import date

import pytest
from lists_server import mirrors_of, put_opdi
from loopback import cut, quick_door, status
from made_lists import opdi_bytes

from flights.errors import BadPayload, NotCovered, SourceUnavailable
from flights.records import TABLES, conform
from flights.sources.flight_lists.opdi import BOX, Opdi, open_source

DAY = date(2024, 3, 5)


def quiet(text: str, share: float) -> None:
    """No report."""


@pytest.fixture
def source(loopback, monkeypatch, tmp_path) -> Opdi:
    monkeypatch.setenv("FLIGHTS_MIRRORS", mirrors_of(loopback))
    return replace(open_source(), door=quick_door(tmp_path / "cache", tries=3))


def flight(first_seen: str, last_seen: str, **given) -> dict:
    return {"first_seen": first_seen, "last_seen": last_seen, **given}


MARCH = [
    flight("2024-03-05 10:00:00", "2024-03-05 12:30:00"),
    flight("2024-03-05 23:50:00", "2024-03-06 01:30:00", icao24="aaaaaa"),
]


def collect(source, first=DAY, last=DAY):
    return {
        records.day: records
        for offer in source.offers(first, last)
        for records in source.collect(offer, quiet)
    }


@pytest.mark.parametrize("times", ["text", "stamp", "zoned"])
@pytest.mark.parametrize("ids", ["number", "text"])
def test_both_forms_of_ids_and_times_give_the_same_flights(source, loopback, times, ids):
    put_opdi(loopback, "202403", opdi_bytes(MARCH, times=times, ids=ids))
    records = collect(source)[DAY]
    assert records.entry.status == "complete"
    assert records.flights["flight_id"].tolist() == ["4d0103-1709632800", "aaaaaa-1709682600"]
    assert str(records.flights["lastseen"].iloc[1]) == "2024-03-06 01:30:00+00:00"
    for table in TABLES:
        conform(table, records.table(table))


def test_flight_over_midnight_lies_in_the_day_it_began(source, loopback):
    put_opdi(loopback, "202403", opdi_bytes(MARCH))
    found = collect(source, DAY, date(2024, 3, 6))
    assert [len(found[day].flights) for day in (DAY, date(2024, 3, 6))] == [2, 0]
    assert found[DAY].entry.filed_by == "firstseen"
    assert found[date(2024, 3, 6)].entry.status == "missing"


def test_months_not_published_yet_are_offered_by_nobody_and_asked_for_once(source, loopback):
    for month in ("202603", "202604", "202605"):
        put_opdi(loopback, month, b"x")
    offers = source.offers(date(2026, 3, 1), date.max)
    assert [offer.day.month for offer in offers] == [3, 4, 5]
    assert len(loopback.requests) == 4


def test_hole_among_published_months_does_not_end_the_series(source, loopback):
    put_opdi(loopback, "202401", b"x")
    put_opdi(loopback, "202403", b"x")
    offers = source.offers(date(2024, 1, 1), date(2024, 3, 31))
    assert [offer.day.month for offer in offers] == [1, 3]


def test_days_before_2022_are_not_covered(source):
    with pytest.raises(NotCovered, match="2022-01-01"):
        source.offers(date(2021, 1, 1), date(2021, 12, 31))


def test_month_published_anew_has_another_fingerprint(source, loopback):
    put_opdi(loopback, "202403", opdi_bytes(MARCH))
    (old,) = source.offers(DAY, DAY)
    assert collect(source)[DAY].entry.fingerprint == old.fingerprint
    put_opdi(loopback, "202403", opdi_bytes([*MARCH, flight("2024-03-05 1:00", "2024-03-05 2:00")]))
    (new,) = source.offers(DAY, DAY)
    assert new.fingerprint != old.fingerprint
    entry = collect(source)[DAY].entry
    assert entry.fingerprint == new.fingerprint
    assert entry.inputs[0].etag == new.parts[0].etag


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"<!DOCTYPE html><html>Sorry, an error</html>", "DOCTYPE"),
        (b"", "begins with ''"),
        (opdi_bytes(MARCH)[:-9], "cut off"),
        (b"PAR1" + b"\xff" * 400 + b"PAR1", "damaged"),
    ],
    ids=["error page", "empty", "cut", "noise"],
)
def test_what_is_no_parquet_is_refused_and_not_kept(source, loopback, body, told):
    put_opdi(loopback, "202403", body)
    with pytest.raises(BadPayload, match=told):
        collect(source)
    assert not list(source.door.cache.rglob("*.parquet"))


def test_file_cut_on_its_way_is_fetched_on(source, loopback):
    body = opdi_bytes(MARCH)
    path = put_opdi(loopback, "202403", body)
    loopback.fault(path, cut(500), method="GET")
    assert collect(source)[DAY].entry.is_complete
    assert loopback.requests[-1].range == "bytes=500-"


def test_refusal_is_no_answer_of_nothing(source, loopback):
    path = put_opdi(loopback, "202403", b"x")
    loopback.fault(path, status(403), forever=True)
    with pytest.raises(SourceUnavailable):
        source.offers(DAY, DAY)


def test_day_of_a_permanent_gap_of_opensky_is_partial(source, loopback):
    rows = [flight("2023-06-21 10:00:00", "2023-06-21 12:00:00")]
    put_opdi(loopback, "202306", opdi_bytes(rows))
    day = date(2023, 6, 21)
    entry = collect(source, day, day)[day].entry
    assert entry.status == "partial" and "permanent gap" in entry.reasons[0]


def test_area_is_a_box_and_source_is_picklable(source):
    south, west, north, east = pickle.loads(pickle.dumps(source)).spec.box
    assert (south, west, north, east) == BOX
    assert south < north and west < east < 50

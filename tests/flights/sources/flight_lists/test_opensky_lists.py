"""The source `opensky_lists`: what is offered, fetched, kept, and said of months gone wrong."""

import gzip
import pickle
from dataclasses import replace
from datetime import date, timedelta

import pytest
from lists_server import CC_BY, FULL, mirrors_of, put_zenodo
from loopback import changed, claim, cut, drop, no_ranges, quick_door, status
from made_lists import COLUMNS, every_hour, list_bytes, row

from flights.errors import BadPayload, InvalidInput, NotCovered, RateLimited, SourceUnavailable
from flights.records import TABLES, conform, judge_departures
from flights.sources import find_spec
from flights.sources.flight_lists.opensky_lists import OpenSkyLists, open_source

FEBRUARY = [date(2020, 2, 1) + timedelta(days=n) for n in range(29)]
NAME = "flightlist_20200201_20200229.csv.gz"


def quiet(text: str, share: float) -> None:
    """No report."""


def month_bytes(days=FEBRUARY, **given) -> bytes:
    return list_bytes([line for day in days for line in every_hour(day, 1, **given)])


@pytest.fixture(scope="module")
def february() -> bytes:
    return month_bytes()


@pytest.fixture
def source(loopback, monkeypatch, tmp_path) -> OpenSkyLists:
    """The full edition as the loopback server has it."""
    monkeypatch.setenv("FLIGHTS_MIRRORS", mirrors_of(loopback))
    return replace(open_source(), door=quick_door(tmp_path / "cache", tries=3))


def collect(source, first=FEBRUARY[0], last=FEBRUARY[-1], report=quiet):
    return {
        records.day: records
        for offer in source.offers(first, last)
        for records in source.collect(offer, report)
    }


def cached(source) -> list[str]:
    return sorted(path.name for path in source.door.cache.rglob("*") if "flightlist" in path.name)


def test_month_is_one_offer_of_the_days_that_are_asked_for(source, loopback, february):
    put_zenodo(loopback, NAME, february)
    (offer,) = source.offers(date(2020, 2, 10), date(2020, 2, 12))
    assert offer.all_days == (date(2020, 2, 10), date(2020, 2, 11), date(2020, 2, 12))
    assert (offer.size_bytes, offer.requests) == (len(february), 1)
    assert NAME in offer.fingerprint and "md5:" in offer.fingerprint
    assert [each.method for each in loopback.requests] == ["HEAD"]
    assert sorted(collect(source, *offer.days[::2])) == [*offer.days]


def test_may_2021_has_its_odd_name_and_its_31_days(source, loopback):
    put_zenodo(loopback, "flightlist_20210501_20210530.csv.gz", b"x")
    put_zenodo(loopback, "flightlist_20210401_20210430.csv.gz", b"x")
    april, may = source.offers(date(2021, 4, 1), date(2021, 5, 31))
    assert (len(april.all_days), len(may.all_days), may.days[-1].day) == (30, 31, 31)


def test_month_that_is_not_there_is_offered_by_nobody(source, loopback, february):
    put_zenodo(loopback, NAME, february)
    offers = source.offers(date(2020, 1, 31), date(2020, 3, 1))
    assert [offer.days[0].month for offer in offers] == [2]


def test_days_outside_the_lists_are_not_covered(source):
    with pytest.raises(NotCovered, match="2019-01-01 to 2022-12-31"):
        source.offers(date(2023, 1, 1), date(2023, 2, 1))


def test_server_that_fails_is_no_answer_of_nothing(source, loopback):
    path = put_zenodo(loopback, NAME, b"")
    loopback.fault(path, status(503), forever=True)
    with pytest.raises(SourceUnavailable):
        source.offers(FEBRUARY[0], FEBRUARY[1])


def test_whole_month_is_complete_and_then_leaves_the_cache(source, loopback, february):
    put_zenodo(loopback, NAME, february)
    found = collect(source)
    assert [*found] == FEBRUARY
    assert {records.entry.status for records in found.values()} == {"complete"}
    entry = found[FEBRUARY[4]].entry
    assert (entry.reader, entry.filed_by, entry.detail) == ("opensky list 1", "lastseen", "flights")
    assert entry.release_kind == f"full edition, Zenodo record {FULL}"
    assert entry.counts["flights"] == 24
    assert (entry.inputs[0].size, entry.inputs[0].name) == (len(february), NAME)
    assert cached(source) == []
    for records in found.values():
        for table in TABLES:
            conform(table, records.table(table))


def test_ledger_names_the_file_by_the_fingerprint_of_its_offer(source, loopback, february):
    put_zenodo(loopback, NAME, february)
    (offer,) = source.offers(FEBRUARY[0], FEBRUARY[-1])
    assert next(iter(source.collect(offer, quiet))).entry.fingerprint == offer.fingerprint


def test_departures_of_the_last_day_need_the_day_after(source, loopback, february):
    put_zenodo(loopback, NAME, february)
    entries = {day: records.entry for day, records in collect(source).items()}
    judged = judge_departures(entries)
    assert [judged[day].status for day in FEBRUARY[-2:]] == ["complete", "partial"]


def test_month_asked_for_in_parts_is_fetched_once(source, loopback, february):
    path = put_zenodo(loopback, NAME, february)
    collect(source, FEBRUARY[0], FEBRUARY[1])
    assert cached(source) == [NAME, f"{NAME}.json"]
    (offer,) = source.offers(FEBRUARY[2], FEBRUARY[3])
    assert offer.requests == 0
    assert {r.entry.status for r in source.collect(offer, quiet)} == {"complete"}
    assert loopback.count(path, "GET") == 1


def test_kept_month_is_fetched_again_where_it_was_published_anew(source, loopback, february):
    put_zenodo(loopback, NAME, february)
    collect(source, FEBRUARY[0], FEBRUARY[1])
    path = put_zenodo(loopback, NAME, month_bytes(callsign="NEW1"))
    found = collect(source, FEBRUARY[2], FEBRUARY[3])
    assert set(found[FEBRUARY[2]].flights["callsign"]) == {"NEW1"}
    assert loopback.count(path, "GET") == 2


def test_kept_month_that_was_tampered_with_is_fetched_again(source, loopback, february):
    path = put_zenodo(loopback, NAME, february)
    collect(source, FEBRUARY[0], FEBRUARY[1])
    next(source.door.cache.rglob(NAME)).write_bytes(b"short")
    assert collect(source, FEBRUARY[2], FEBRUARY[2])[FEBRUARY[2]].entry.is_complete
    assert loopback.count(path, "GET") == 2


def test_cut_download_goes_on_by_range(source, loopback, february):
    path = put_zenodo(loopback, NAME, february)
    loopback.fault(path, cut(len(february) // 2), drop(), method="GET")
    assert {r.entry.status for r in collect(source).values()} == {"complete"}
    ranges = [each.range for each in loopback.requests if each.method == "GET"]
    assert ranges[-1] == f"bytes={len(february) // 2}-"


def test_download_cut_by_a_kill_goes_on_in_the_next_run(source, loopback, february):
    path = put_zenodo(loopback, NAME, february)
    loopback.fault(path, cut(len(february) // 2), *[drop()] * 3, method="GET")
    with pytest.raises(SourceUnavailable):
        collect(source)
    again = replace(source, door=quick_door(source.door.cache))
    assert {r.entry.status for r in collect(again).values()} == {"complete"}
    assert loopback.requests[-1].range == f"bytes={len(february) // 2}-"


def test_server_without_ranges_gives_the_whole_again(source, loopback, february):
    path = put_zenodo(loopback, NAME, february)
    loopback.fault(path, cut(len(february) // 2), no_ranges(), method="GET")
    assert {r.entry.status for r in collect(source).values()} == {"complete"}


def test_length_that_lies_is_no_complete_day(source, loopback, february):
    path = put_zenodo(loopback, NAME, february)
    loopback.fault(path, claim(len(february) + 10), method="GET", forever=True)
    with pytest.raises((SourceUnavailable, BadPayload)):
        collect(source)


def test_file_that_changes_between_look_and_fetch_is_refused_or_named(source, loopback, february):
    path = put_zenodo(loopback, NAME, february)
    (offer,) = source.offers(FEBRUARY[0], FEBRUARY[-1])
    loopback.fault(path, changed(month_bytes(callsign="NEW1")), method="GET")
    with pytest.raises(BadPayload, match="pull it again"):
        list(source.collect(offer, quiet))
    assert cached(source) == []


def test_file_republished_in_the_same_size_is_named_as_it_was_fetched(source, loopback, february):
    path = put_zenodo(loopback, NAME, february, etag='"one"')
    (offer,) = source.offers(FEBRUARY[0], FEBRUARY[0])
    put_zenodo(loopback, NAME, february, etag='"two"')
    (records,) = source.collect(offer, quiet)
    (newer,) = source.offers(FEBRUARY[0], FEBRUARY[0])
    assert records.entry.fingerprint == newer.fingerprint != offer.fingerprint
    assert (newer.requests, loopback.count(path, "GET")) == (0, 1)


def test_server_without_tags_is_asked_once_for_a_month_in_parts(source, loopback, february):
    path = f"/records/{FULL}/files/{NAME}"
    loopback.put(path, february, etag=None)
    collect(source, FEBRUARY[0], FEBRUARY[0])
    assert collect(source, FEBRUARY[1], FEBRUARY[1])[FEBRUARY[1]].entry.is_complete
    assert loopback.count(path, "GET") == 1


def test_file_that_is_not_what_its_md5_names_is_refused(source, loopback, february):
    put_zenodo(loopback, NAME, february, etag=f'"md5:{"0" * 32}"')
    with pytest.raises(BadPayload, match="md5"):
        collect(source)


def test_rate_limit_ends_the_pull(source, loopback, february):
    path = put_zenodo(loopback, NAME, february)
    loopback.fault(path, status(429, {"Retry-After": "9000"}), method="GET")
    with pytest.raises(RateLimited):
        collect(source)


def test_error_page_with_200_is_refused_and_not_kept(source, loopback):
    put_zenodo(loopback, NAME, b"<!doctype html><title>Zenodo is down</title>", etag='"1"')
    with pytest.raises(BadPayload, match="doctype"):
        collect(source)
    assert cached(source) == []


def test_truncated_month_is_partial_on_every_day(source, loopback, february):
    put_zenodo(loopback, NAME, february[: len(february) * 3 // 4])
    entries = [records.entry for records in collect(source).values()]
    assert "complete" not in {entry.status for entry in entries}
    whole = [entry for entry in entries if entry.status == "partial"]
    assert whole and all("cut off or damaged" in " ".join(entry.reasons) for entry in entries)
    assert cached(source) == []


def test_list_that_came_unpacked_is_read_all_the_same(source, loopback, february):
    put_zenodo(loopback, NAME, gzip.decompress(february))
    assert {r.entry.status for r in collect(source).values()} == {"complete"}


def test_cc_by_edition_names_airframes_by_stand_ins(loopback, monkeypatch, tmp_path):
    columns = [name for name in COLUMNS if name not in ("icao24", "registration")]
    columns.insert(2, "aircraft_uid")
    rows = [
        row("2020-02-01T10:00", columns=columns, aircraft_uid="8a4d-1"),
        row("2020-02-01T20:00", columns=columns, aircraft_uid="8a4d-1"),
        row("2020-02-01T20:00", columns=columns, aircraft_uid="8a4d-2"),
        row("2020-02-01T21:00", columns=columns, aircraft_uid=" "),
    ]
    put_zenodo(loopback, NAME, list_bytes(rows, columns), record=CC_BY)
    monkeypatch.setenv("FLIGHTS_MIRRORS", mirrors_of(loopback))
    source = replace(open_source(edition="cc-by"), door=quick_door(tmp_path))
    records = collect(source)[FEBRUARY[0]]
    assert records.entry.source == source.spec.key != find_spec("opensky-lists").key
    assert (source.spec.licence, source.spec.scope) == ("CC BY 4.0", "edition:cc-by")
    assert records.entry.release_kind == f"cc-by edition, Zenodo record {CC_BY}"
    assert records.entry.counts["dropped_bad_address"] == 1
    assert records.flights["icao24"].str.fullmatch("~[0-9a-f]{6}").all()
    assert (len(records.flights), records.flights["icao24"].nunique()) == (3, 2)
    assert records.flights["registration"].isna().all()


def test_source_is_picklable_and_knows_its_editions(source):
    assert pickle.loads(pickle.dumps(source)).spec.key == "opensky-lists"
    with pytest.raises(InvalidInput, match="full, cc-by"):
        open_source(edition="half")


def test_progress_goes_from_fetching_to_the_last_day(source, loopback, february):
    put_zenodo(loopback, NAME, february)
    told = []
    collect(source, report=lambda text, share: told.append(share))
    assert told == sorted(told) and told[0] >= 0 and 0.9 < told[-1] <= 1

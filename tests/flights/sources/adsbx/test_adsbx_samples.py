"""ADS-B Exchange's samples, pulled from a server on this machine (adsbx_samples)."""

import gzip
import json
import os
import pickle
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from loopback import LoopbackServer, claim, cut, drop, quick_door, status

from flights.archive import Archive
from flights.errors import BadPayload, InvalidInput, NotCovered, RateLimited, SourceUnavailable
from flights.pull import plan_pull, run_pull
from flights.sources import find_spec, open_source
from flights.sources.adsbx.source import AdsbxSamples

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[4]
DAY, NEXT = date(2025, 1, 1), date(2025, 2, 1)
MIDNIGHT = 1_735_689_600
TABLE = "/operations-ax-v2/2025/01/01/operations.csv.gz"
INDEX = "/traces/2025/01/01/index.json"
HEAD = "time,icao,operation,airport,registration,flight,ac_type,signal_type\n"


def quiet(message: str, share: float) -> None:
    """Nobody listens."""


def table(first_hour: int = 0, day: str = "2025-01-01", last_hour: int = 23) -> bytes:
    """A take-off and a landing in each of these hours."""
    named = "LX-VCJ,CLX9TK,B748,adsb_icao"
    rows = [
        f"{day} {hour:02d}:{minute}:00+00:00,4d01{hour:02d},{what},{where},{named}\n"
        for hour in range(first_hour, last_hour + 1)
        for minute, what, where in (("05", "takeoff", "ELLX"), ("50", "landing", "EBLG"))
    ]
    return (HEAD + "".join(rows)).encode()


def trace(icao24: str, start: float = MIDNIGHT) -> bytes:
    """An hour over Luxembourg at cruise, a point a minute."""
    points = [[n * 60.0, 49.6 + n / 100, 6.2, 35_000, 450.0, 0.0, 0, 0, None] for n in range(60)]
    return json.dumps({"icao": icao24, "timestamp": start + 36_000, "trace": points}).encode()


@pytest.fixture
def server(loopback: LoopbackServer, monkeypatch: pytest.MonkeyPatch) -> LoopbackServer:
    """A samples' server with one month: operations, and an index that fills all folders."""
    monkeypatch.setenv("FLIGHTS_MIRRORS", f"https://samples.adsbexchange.com={loopback.url}")
    loopback.put(TABLE, gzip.compress(table()))
    addresses = [f"4d01{n:02x}" for n in range(256)]
    loopback.put(INDEX, json.dumps({"traces": addresses}).encode())
    for each in addresses[:4]:
        loopback.put(f"/traces/2025/01/01/{each[-2:]}/trace_full_{each}.json", trace(each))
    return loopback


def open_quickly(tmp_path: Path, **options) -> AdsbxSamples:
    source = open_source("adsbx-samples", **options)
    assert isinstance(source, AdsbxSamples)
    door = quick_door(tmp_path / "cache", tries=3)
    return replace(source, samples=replace(source.samples, door=door))


def collect(source: AdsbxSamples, day: date = DAY):
    (offer,) = source.offers(day, day)
    return source.collect(offer, quiet)[0]


# what is offered


def test_first_days_of_months_are_offered_and_nothing_else(
    server: LoopbackServer, tmp_path: Path
) -> None:
    server.put(TABLE.replace("/01/01/", "/03/01/"), gzip.compress(table(day="2025-03-01")))
    offers = open_quickly(tmp_path).offers(date(2024, 12, 15), date(2025, 3, 20))
    assert [offer.day for offer in offers] == [DAY, date(2025, 3, 1)]
    assert offers[0].size_bytes == len(gzip.compress(table()))
    assert offers[0].fingerprint


def test_range_without_a_sample_is_not_covered(server: LoopbackServer, tmp_path: Path) -> None:
    with pytest.raises(NotCovered, match=r"first day of each month only.*2025-07-01"):
        open_quickly(tmp_path).offers(date(2025, 6, 2), date(2025, 6, 30))
    with pytest.raises(NotCovered, match="since 2024-07-01"):
        open_quickly(tmp_path).offers(date(2020, 1, 1), date(2020, 6, 30))
    assert not server.requests


def test_end_of_the_days_must_be_said(server: LoopbackServer, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="--to"):
        open_quickly(tmp_path).offers(DAY, date.max)


def test_days_between_are_missing_with_their_reason(server: LoopbackServer, tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    source = open_quickly(tmp_path)
    run_pull(plan_pull(source, archive, DAY, date(2025, 1, 3)), archive)
    entries = archive.read_ledger("adsbx-samples")
    assert [entry.status for entry in entries.values()] == ["complete", "missing", "missing"]
    assert "first day of a month only" in entries[date(2025, 1, 2)].reasons[0]


def test_refusal_is_no_answer_and_the_day_fails(server: LoopbackServer, tmp_path: Path) -> None:
    server.fault(TABLE, status(403), forever=True)
    archive = Archive(tmp_path / "archive")
    plan = plan_pull(open_quickly(tmp_path), archive, DAY, DAY)
    assert "403" in plan.offers[0].problem
    run_pull(plan, archive)
    entry = archive.entry("adsbx-samples", DAY)
    assert entry.status == "failed" and "403" in entry.reasons[0]


def test_nothing_there_is_an_answer_and_the_day_is_missing(
    server: LoopbackServer, tmp_path: Path
) -> None:
    server.remove(TABLE)
    archive = Archive(tmp_path / "archive")
    run_pull(plan_pull(open_quickly(tmp_path), archive, DAY, DAY), archive)
    assert archive.entry("adsbx-samples", DAY).status == "missing"


def test_server_that_asks_to_wait_long_ends_the_pull(
    server: LoopbackServer, tmp_path: Path
) -> None:
    server.fault(TABLE, status(429, {"Retry-After": "9000"}), forever=True)
    with pytest.raises(RateLimited):
        open_quickly(tmp_path).offers(DAY, DAY)


@pytest.mark.parametrize("wrong", ["xyz", "4d010", "4d0103;ls"])
def test_something_that_is_no_address_is_refused(wrong: str) -> None:
    with pytest.raises(InvalidInput, match="icao24"):
        open_source("adsbx-samples", icao24=wrong)


def test_series_of_traces_has_a_key_of_its_own_and_no_frequency() -> None:
    for options in ({"icao24": "4d0103"}, {"all_traces": "yes"}, {}):
        spec = open_source("adsbx-samples", **options).spec
        assert spec.serves_frequency is False
        assert find_spec(spec.key).serves_frequency is False
        assert ("." in spec.key) is bool(options)


def test_source_goes_to_other_processes(server: LoopbackServer, tmp_path: Path) -> None:
    source = open_quickly(tmp_path, icao24="4d0103")
    assert pickle.loads(pickle.dumps(source)) == source


# operations


@pytest.mark.parametrize("way", ["stored", "packed on the way", "plain under the name"])
def test_table_is_read_however_it_arrives(server: LoopbackServer, tmp_path: Path, way: str) -> None:
    if way == "plain under the name":
        server.put(TABLE, table())
    elif way == "packed on the way":
        head = {"Content-Encoding": "gzip"}
        server.put(TABLE, gzip.compress(table()), headers=head)
    records = collect(open_quickly(tmp_path))
    assert (records.entry.status, records.entry.reasons) == ("complete", ())
    assert len(records.flights) == 24
    assert set(records.flights["destination"]) == {"EBLG"}
    assert records.entry.inputs[0].size > 0 and records.entry.fingerprint


def test_sample_is_not_kept(server: LoopbackServer, tmp_path: Path) -> None:
    collect(open_quickly(tmp_path))
    assert not list((tmp_path / "cache" / "adsbx").glob("*csv*"))


def test_hours_without_any_operation_make_the_day_partial(
    server: LoopbackServer, tmp_path: Path
) -> None:
    server.put(TABLE, gzip.compress(table(5)))
    entry = collect(open_quickly(tmp_path)).entry
    assert entry.status == "partial"
    assert "5 of the 24 hours" in entry.reasons[0] and "00, 01, 02, 03, 04" in entry.reasons[0]


def test_rows_of_another_day_are_left_out_and_said(server: LoopbackServer, tmp_path: Path) -> None:
    other = table(0, "2025-01-02", 0).partition(b"\n")[2]
    server.put(TABLE, gzip.compress(table() + other))
    entry = collect(open_quickly(tmp_path)).entry
    assert entry.status == "partial" and "2 rows are of other days" in entry.reasons[0]
    assert entry.counts["flights"] == 24


@pytest.mark.parametrize("body", [HEAD.encode(), table(day="2024-12-01")])
def test_table_without_the_day_is_missing(
    server: LoopbackServer, tmp_path: Path, body: bytes
) -> None:
    server.put(TABLE, gzip.compress(body))
    assert collect(open_quickly(tmp_path)).entry.status == "missing"


def test_many_bad_rows_make_the_day_partial(server: LoopbackServer, tmp_path: Path) -> None:
    server.put(TABLE, gzip.compress(table() + b"rubbish\n"))
    entry = collect(open_quickly(tmp_path)).entry
    assert entry.status == "partial" and "1 of 49 rows" in entry.reasons[0]


def test_table_published_cut_is_partial(server: LoopbackServer, tmp_path: Path) -> None:
    rows = table().splitlines(keepends=True)
    packed = gzip.compress(b"".join(rows), 0)
    server.put(TABLE, packed[: len(packed) - 200])
    records = collect(open_quickly(tmp_path))
    assert records.entry.status == "partial"
    assert "cut off or damaged" in " ".join(records.entry.reasons)
    assert 0 < len(records.flights) < 24


def test_web_page_instead_of_a_table_fails(server: LoopbackServer, tmp_path: Path) -> None:
    server.put(TABLE, b"<html>Just a moment...</html>")
    with pytest.raises(BadPayload, match="not a table of operations"):
        collect(open_quickly(tmp_path))


@pytest.mark.parametrize("fault", [status(503), cut(100), drop(), claim(10**6)])
def test_what_passes_is_tried_again(server: LoopbackServer, tmp_path: Path, fault) -> None:
    server.fault(TABLE, fault, method="GET")
    assert collect(open_quickly(tmp_path)).entry.status == "complete"


def test_table_gone_since_it_was_looked_at_is_missing(
    server: LoopbackServer, tmp_path: Path
) -> None:
    source = open_quickly(tmp_path)
    (offer,) = source.offers(DAY, DAY)
    server.remove(TABLE)
    assert source.collect(offer, quiet)[0].entry.status == "missing"


# traces


def test_only_the_traces_asked_for_are_fetched(server: LoopbackServer, tmp_path: Path) -> None:
    source = open_quickly(tmp_path, icao24="4d0101, 4D0103")
    (offer,) = source.offers(DAY, DAY)
    assert offer.requests == 2
    records = source.collect(offer, quiet)[0]
    assert records.entry.status == "complete", records.entry.reasons
    assert records.entry.counts["aircraft"] == 2
    assert records.entry.scope == "icao24:4d0101,4d0103"
    assert records.entry.inputs[0].name == "traces/ (2 files)"
    fetched = [each.path for each in server.requests if "trace_full" in each.path]
    assert len(fetched) == 2


def test_aircraft_not_in_the_index_was_not_heard(server: LoopbackServer, tmp_path: Path) -> None:
    records = collect(open_quickly(tmp_path, icao24="abcdef"))
    assert (records.entry.status, records.entry.counts["flights"]) == ("complete", 0)


def test_index_that_lacks_folders_makes_the_day_partial(
    server: LoopbackServer, tmp_path: Path
) -> None:
    server.put(INDEX, b'{"traces": ["4d0101"]}')
    records = collect(open_quickly(tmp_path, icao24="4d0101"))
    assert records.entry.status == "partial"
    assert "1 of 256 trace folders" in records.entry.reasons[0]


def test_all_traces_cost_a_request_each_and_those_not_there_are_said(
    server: LoopbackServer, tmp_path: Path
) -> None:
    source = open_quickly(tmp_path, all_traces="yes")
    (offer,) = source.offers(DAY, DAY)
    assert offer.requests == 256 and offer.size_bytes > 256
    records = source.collect(offer, quiet)[0]
    assert records.entry.status == "partial"
    assert "252 of 256 traces of the index do not exist" in records.entry.reasons[0]


def test_pull_cut_off_asks_for_no_trace_twice(server: LoopbackServer, tmp_path: Path) -> None:
    source = open_quickly(tmp_path, icao24="4d0100,4d0101,4d0102,4d0103")
    last = "/traces/2025/01/01/03/trace_full_4d0103.json"
    server.fault(last, status(500), status(500), status(500))
    (offer,) = source.offers(DAY, DAY)
    with pytest.raises(SourceUnavailable):
        source.collect(offer, quiet)
    assert source.collect(offer, quiet)[0].entry.status == "complete"
    assert server.count("/traces/2025/01/01/00/trace_full_4d0100.json") == 1
    assert not list((tmp_path / "cache" / "adsbx").iterdir()), "nothing is kept"


def test_traces_may_be_packed_or_plain(server: LoopbackServer, tmp_path: Path) -> None:
    path = "/traces/2025/01/01/00/trace_full_4d0100.json"
    server.put(path, gzip.compress(trace("4d0100")))
    server.put("/traces/2025/01/01/01/trace_full_4d0101.json", trace("4d0101"), packed=True)
    records = collect(open_quickly(tmp_path, icao24="4d0100,4d0101"))
    assert records.entry.status == "complete" and records.entry.counts["aircraft"] == 2


def test_web_page_instead_of_a_trace_makes_the_day_partial(
    server: LoopbackServer, tmp_path: Path
) -> None:
    server.put("/traces/2025/01/01/00/trace_full_4d0100.json", b"<html></html>")
    records = collect(open_quickly(tmp_path, icao24="4d0100,4d0101"))
    assert records.entry.status == "partial"
    assert records.entry.counts["unreadable_members"] == 1


@pytest.mark.parametrize(
    "body",
    [b"<html></html>", b"[]", b"{}", b'{"traces": 5}', b'{"traces": "4d0101"}', b"[" * 100_000,
     b'{"traces": ["../../etc"]}', b'{"traces": [null]}'],
)  # fmt: skip
def test_something_that_is_no_index_fails_the_day(
    server: LoopbackServer, tmp_path: Path, body: bytes
) -> None:
    server.put(INDEX, body)
    source = open_quickly(tmp_path, icao24="4d0101")
    (offer,) = source.offers(DAY, DAY)
    assert "not a list of traces" in offer.problem
    with pytest.raises(BadPayload, match="not a list of traces"):
        source.collect(offer, quiet)


# from the command line


def test_command_pulls_a_sample_through_a_mirror(server: LoopbackServer, tmp_path: Path) -> None:
    command = ["pull", "adsbx-samples", "--from", "2025-01-01", "--to", "2025-01-02", "--yes"]
    own = {"FLIGHTS_ARCHIVE": str(tmp_path / "archive"), "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "flights", *command],
        cwd=ROOT,
        env={**os.environ, **own},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    entries = Archive(tmp_path / "archive").read_ledger("adsbx-samples")
    assert [entry.status for entry in entries.values()] == ["complete", "missing"], done.stderr
    assert done.returncode == 1, done.stderr
    assert "evaluation only" in done.stderr + done.stdout

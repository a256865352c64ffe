"""The source `adsblol`: what the ledger says of whole, cut, damaged and re-uploaded releases."""

import gzip
import io
import json
import pickle
import tarfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from github import GitHub
from loopback import cut, no_ranges, quick_door, status

from flights.archive import Archive
from flights.errors import InvalidInput, ResourceChanged, SourceUnavailable
from flights.pull import plan_pull, run_pull
from flights.readsb import remote_members
from flights.readsb.heatmap import SLICE_MAGIC
from flights.records import POSITION, TABLES, DayRecords, LedgerEntry, conform
from flights.records.ledger import from_json, to_json
from flights.sources import find_spec
from flights.sources.adsblol.source import Adsblol, open_source
from flights.sources.readsb_archive import open_source as open_archive
from flights.sources.simulated.readsb.encode import write_day, write_tar

DAY = date(2025, 6, 11)
START = int(datetime(2025, 6, 11, tzinfo=UTC).timestamp()) * 1000
HEX = [1, 2, 3, 0x4D0103, 0x4D0104, 0xFFFFFE]


def quiet(text: str, share: float) -> None:
    """No report."""


def made_positions() -> np.ndarray:
    """Six aircraft crossing the day."""
    made = np.zeros((6, 1440), POSITION)
    made["icao24"] = np.array(HEX)[:, None]
    made["seen_at"] = START + np.arange(1440) * 60_000 + 5_000
    made["latitude"] = np.round(np.linspace(-60, 60, 1440), 6)
    made["longitude"] = np.arange(6)[:, None] * 10
    made["altitude_ft"] = 35_000
    made["speed_kt"] = 300
    made["callsign"] = b"CLX1"
    return made.reshape(-1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_day(tmp_path_factory.mktemp("written"), made_positions(), day=DAY)


@pytest.fixture(scope="module")
def tar(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> bytes:
    return write_tar(tmp_path_factory.mktemp("tar") / "x.tar", folder).read_bytes()


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHub]:
    """GitHub, played; even small tars are searched by ranges, as large ones are."""
    monkeypatch.setattr(remote_members, "SMALL_BYTES", 0)
    with GitHub() as server:
        monkeypatch.setenv("FLIGHTS_MIRRORS", server.mirrors)
        yield server


Open = Callable[..., Adsblol]


@pytest.fixture
def opened(github: GitHub, tmp_path: Path) -> Open:
    """The source as `open_source` makes it, with a door that hardly pauses."""

    def make(**options: str) -> Adsblol:
        source = open_source(**options)
        quick = quick_door(tmp_path / "cache", tries=3)
        releases = source.resolver.releases
        object.__setattr__(releases, "door", quick)
        return source

    return make


def collect(source: Adsblol, day: date = DAY) -> DayRecords:
    (offer,) = source.offers(day, day)
    (records,) = source.collect(offer, quiet)
    return records


def entry_of(source: Adsblol, day: date = DAY) -> LedgerEntry:
    return collect(source, day).entry


def edited(tar: bytes, edit: Callable[[tarfile.TarInfo, bytes], bytes | None]) -> bytes:
    """The tar with other bodies; None leaves a member out."""
    out = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(tar)) as old, tarfile.open(fileobj=out, mode="w") as new:
        for info in old:
            file = old.extractfile(info)
            body = edit(info, file.read() if file else b"")
            if body is not None:
                info.size = len(body)
                new.addfile(info, io.BytesIO(body))
    return out.getvalue()


@pytest.mark.parametrize("part_bytes", [0, 70_000])
@pytest.mark.parametrize("detail", ["heatmaps", "traces"])
def test_whole_day_is_complete_and_names_its_release(github, opened, tar, detail, part_bytes):
    release = github.publish(DAY, "staging-0tmp", tar, part_bytes=part_bytes)
    github.list_releases()
    source = opened(detail=detail)
    (offer,) = source.offers(DAY, DAY)
    (records,) = source.collect(offer, quiet)
    entry = records.entry
    assert (entry.source, entry.day, entry.status, entry.reasons) == (
        "adsblol",
        DAY,
        "complete",
        (),
    )
    assert (entry.release_kind, entry.detail) == ("staging-0tmp", detail)
    assert entry.fingerprint == offer.fingerprint != ""
    assert entry.counts["positions"] == 6 * 1440 and len(records.flights) > 0
    assert all(release.tag in each.name and each.etag for each in entry.inputs)
    if detail == "heatmaps":
        assert all(each.name.startswith("heatmap/ of ") for each in entry.inputs)
    else:
        assert sum(each.size for each in entry.inputs) == len(tar) == offer.size_bytes
    assert from_json(to_json(entry)) == entry


@pytest.mark.parametrize("detail", ["heatmaps", "traces"])
def test_far_tar_gives_the_same_day_as_the_same_tar_here(github, opened, shared, detail):
    file = shared / "globe_history-sim" / "globe_history_mini10s_2026-02-28.tar"
    day = date(2026, 2, 28)
    github.publish(day, "prod-0", file.read_bytes(), part_bytes=900_000)
    github.list_releases()
    far = collect(opened(detail=detail), day)
    near_source = open_archive(path=file, detail=detail)
    (offer,) = near_source.offers(day, day)
    near = near_source.collect(offer, quiet)[0]
    for name in TABLES:
        far_table = (
            conform(name, far.table(name)).to_pandas().drop(columns="source", errors="ignore")
        )
        near_table = conform(name, near.table(name)).to_pandas()
        columns = [each for each in far_table.columns if each != "flight_id"]
        assert far_table[columns].equals(near_table[columns])
    assert far.entry.counts == near.entry.counts and far.entry.status == near.entry.status


def test_source_and_offer_can_go_to_another_process(github, opened, tar):
    github.publish(DAY, "prod-0", tar)
    source = opened()
    (offer,) = source.offers(DAY, DAY)
    again, same = pickle.loads(pickle.dumps((source, offer)))
    assert same == offer
    (records,) = again.collect(same, quiet)
    assert records.entry.is_complete


def test_offer_tells_what_a_day_costs(github, opened, tar):
    github.publish(DAY, "prod-0", tar)
    (heatmaps,) = opened().offers(DAY, DAY)
    (traces,) = opened(detail="traces").offers(DAY, DAY)
    assert traces.size_bytes == len(tar) > heatmaps.size_bytes > 0
    assert heatmaps.requests > traces.requests > 0
    assert heatmaps.fingerprint == traces.fingerprint


def test_release_uploaded_anew_is_noticed_on_the_next_look(github, opened, tar):
    release = github.publish(DAY, "prod-0", tar)
    source = opened()
    (before,) = source.offers(DAY, DAY)
    github.lay(release, ".tar", tar + b"\0" * 10_240)
    (after,) = source.offers(DAY, DAY)
    assert after.fingerprint != before.fingerprint
    with pytest.raises(ResourceChanged):
        list(source.collect(before, quiet))
    assert collect(source).entry.fingerprint == after.fingerprint


def test_missing_heatmaps_make_it_partial(github, opened, tar):
    def edit(info: tarfile.TarInfo, body: bytes) -> bytes | None:
        return None if info.name.endswith(("07.bin.ttf", "08.bin.ttf")) else body

    github.publish(DAY, "prod-0", edited(tar, edit))
    entry = entry_of(opened())
    assert entry.status == "partial"
    assert entry.reasons[0] == "2 of 48 half hours have no whole heatmap: 03:30-04:30 UTC."


def test_release_a_fifth_of_those_around_it_is_never_complete(github, opened, tar):
    """As the plain releases of 11 June 2025, though all its heatmaps may be there."""
    github.publish(DAY, "prod-0", tar + b"\0" * (1 << 20))
    for number in (-2, -1, 1, 2):
        padded = tar + b"\0" * (5 << 20)
        github.publish(DAY + timedelta(days=number), "prod-0", padded)
    github.list_releases()
    (offer,) = opened().offers(DAY, DAY)
    (records,) = opened().collect(offer, quiet)
    assert records.entry.status == "partial" and records.entry.counts["heatmaps"] == 48
    assert "part of the day is missing" in records.entry.reasons[0]
    assert "part of the day is missing" in offer.problem
    assert not opened().offers(DAY + timedelta(days=1), DAY + timedelta(days=1))[0].problem


def silent(body: bytes, *, kept_slices: int = 0) -> bytes:
    """The heatmap with its first slices only, or with all of them and no record in any."""
    words = np.frombuffer(gzip.decompress(body), "<i4").reshape(-1, 4)
    headers = np.flatnonzero(words[:, 0] == SLICE_MAGIC)
    count = kept_slices or len(headers)
    index = np.zeros((count, 4), "<i4")
    if kept_slices:
        kept = words[headers[0] : headers[count]]
        index[:, 0] = headers[:count] - headers[0] + count
    else:
        kept = words[headers]
        index[:, 0] = count + np.arange(count)
    return gzip.compress(index.tobytes() + kept.tobytes())


def test_half_hours_without_positions_are_no_complete_day(github, opened, tar):
    """All 48 heatmaps are there and whole; in three of them nobody was heard, worldwide."""

    def edit(info: tarfile.TarInfo, body: bytes) -> bytes | None:
        hushed = ("heatmap/03.bin.ttf", "heatmap/04.bin.ttf", "heatmap/40.bin.ttf")
        return silent(body) if info.name.endswith(hushed) else body

    github.publish(DAY, "prod-0", edited(tar, edit))
    entry = entry_of(opened())
    assert entry.status == "partial" and entry.counts["heatmaps"] == 48
    assert entry.reasons[0] == (
        "3 half hour(s) contain less than a twentieth of the 180 positions that are usual on this "
        "day: 01:30-02:30, 20:00-20:30 UTC."
    )


def test_traces_that_are_silent_for_an_hour_are_no_complete_day(github, opened, tar):
    def edit(info: tarfile.TarInfo, body: bytes) -> bytes | None:
        if "trace_full" not in info.name:
            return body
        whole = json.loads(gzip.decompress(body))
        whole["trace"] = [each for each in whole["trace"] if not 3600 <= each[0] < 7200]
        return gzip.compress(json.dumps(whole).encode())

    github.publish(DAY, "prod-0", edited(tar, edit))
    entry = entry_of(opened(detail="traces"))
    assert entry.status == "partial" and "01:00-02:00 UTC" in entry.reasons[0]
    assert entry_of(opened(icao24="4d0103")).status == "complete", "others' traces are not read"


def test_heatmap_of_more_aircraft_than_there_are_is_refused(github, opened, tar, monkeypatch):
    monkeypatch.setattr("flights.readsb.content.MOST_AIRCRAFT", 100)

    def edit(info: tarfile.TarInfo, body: bytes) -> bytes | None:
        if not info.name.endswith("heatmap/21.bin.ttf"):
            return body
        words = np.frombuffer(gzip.decompress(body), "<i4").reshape(-1, 4).copy()
        made = np.flatnonzero((words[:, 0] != SLICE_MAGIC) & (words[:, 1] != 0))
        words[made, 0] = 0x500000 + np.arange(len(made))
        return gzip.compress(words.tobytes())

    github.publish(DAY, "prod-0", edited(tar, edit))
    records = collect(opened())
    assert records.entry.status == "partial" and records.flights["icao24"].nunique() == 6
    assert any("21.bin.ttf contains 180 aircraft more" in each for each in records.entry.reasons)


def test_heatmap_of_ten_minutes_is_no_half_hour(github, opened, tar):
    """Its index and its slices agree: it was begun late or written early."""

    def edit(info: tarfile.TarInfo, body: bytes) -> bytes | None:
        return silent(body, kept_slices=20) if info.name.endswith("heatmap/07.bin.ttf") else body

    github.publish(DAY, "prod-0", edited(tar, edit))
    entry = entry_of(opened())
    assert entry.status == "partial"
    assert "1 of 48 half hours have no whole heatmap: 03:30-04:00 UTC." in entry.reasons
    assert any("07.bin.ttf covers 10 of its 30 minutes" in each for each in entry.reasons)


def test_missing_trace_folders_make_it_partial(github, opened, tar):
    def edit(info: tarfile.TarInfo, body: bytes) -> bytes | None:
        parts = info.name.split("/")
        return None if "traces" in parts and parts[-1] > "7f" and len(parts) == 3 else body

    github.publish(DAY, "prod-0", edited(tar, edit))
    entry = entry_of(opened(detail="traces"))
    assert entry.status == "partial" and "of 256 trace folders are there" in entry.reasons[0]


@pytest.mark.parametrize("detail", ["heatmaps", "traces"])
def test_truncated_release_is_partial_with_the_place(github, opened, tar, detail):
    github.publish(DAY, "prod-0", tar[: len(tar) // 2])
    entry = entry_of(opened(detail=detail))
    assert entry.status in ("partial", "failed")
    assert any("cut" in reason for reason in entry.reasons)


def test_truncated_release_is_read_from_its_rival_where_that_is_whole(github, opened, tar):
    prod = github.publish(DAY, "prod-0", tar[: int(0.95 * len(tar))])
    github.publish(DAY, "staging-0", tar)
    github.list_releases({DAY: prod})
    (offer,) = opened().offers(DAY, DAY)
    (records,) = opened().collect(offer, quiet)
    assert (records.entry.status, records.entry.release_kind) == ("complete", "staging-0")
    assert "prod-0 is cut" in records.entry.reasons[0]
    assert records.entry.fingerprint == offer.fingerprint


@pytest.mark.parametrize("detail", ["heatmaps", "traces"])
def test_release_without_its_first_part_is_failed_and_never_an_empty_day(
    github, opened, tar, detail
):
    release = github.publish(DAY, "prod-0", tar, part_bytes=70_123)
    github.list_releases()
    github.take_away(release, ".tar.aa")
    entry = entry_of(opened(detail=detail))
    assert entry.status == "failed"
    assert any("Part aa" in reason for reason in entry.reasons)


@pytest.mark.parametrize(
    "body",
    [b"<html>", gzip.compress(b"\0" * (200 << 20)), b"\x1f\x8b\x08" + b"\xff" * 999, b""],
    ids=["html", "gzip bomb", "broken gzip", "empty"],
)
def test_bad_heatmap_is_refused_by_its_name_and_the_day_is_partial(github, opened, tar, body):
    def edit(info: tarfile.TarInfo, old: bytes) -> bytes | None:
        return body if info.name.endswith("heatmap/05.bin.ttf") else old

    github.publish(DAY, "prod-0", edited(tar, edit))
    entry = entry_of(opened())
    assert entry.status == "partial" and entry.counts["unreadable_members"] == 1
    assert any("05.bin.ttf" in reason and "unreadable" in reason for reason in entry.reasons)


NESTED = b'{"icao":"4d0103","timestamp":1749600000,"trace":' + b"[" * 100_000
MANY = b'{"icao":"4d0103","timestamp":1749600000,"trace":[' + b"0," * (40 << 20)


@pytest.mark.parametrize(
    "body",
    [json.dumps({"icao": "4d0103", "timestamp": 1749600000.0, "trace": [[0, float("nan"), 1, 2]]})
     .encode(), NESTED, gzip.compress(MANY, 1), b"{}", b"[]", b"null"],
    ids=["NaN", "deep nesting", "points without end", "no points", "a list", "null"],
)  # fmt: skip
def test_bad_trace_is_refused_by_its_name_and_the_day_is_partial(github, opened, tar, body):
    def edit(info: tarfile.TarInfo, old: bytes) -> bytes | None:
        return body if info.name.endswith("trace_full_4d0103.json") else old

    github.publish(DAY, "prod-0", edited(tar, edit))
    entry = entry_of(opened(detail="traces"))
    assert entry.status == "partial" and entry.counts["unreadable_members"] == 1
    assert any("trace_full_4d0103.json" in reason for reason in entry.reasons)
    assert entry.counts["positions"] == 5 * 1440


def test_some_aircraft_are_a_narrowed_series_that_serves_no_frequency(github, opened, tar):
    github.publish(DAY, "prod-0", tar)
    source = opened(icao24="4D0104, 4d0103")
    assert source.spec.scope == "icao24:4d0103,4d0104" and not source.spec.serves_frequency
    assert source.spec.key.startswith("adsblol.icao24-") and source.detail == "traces"
    records = collect(source)
    assert set(records.flights["icao24"]) == {"4d0103", "4d0104"}
    assert (records.entry.status, records.entry.scope) == ("complete", source.spec.scope)
    assert records.entry.source == source.spec.key
    assert records.entry.counts["positions"] == 2 * 1440
    assert find_spec(source.spec.key).licence == "ODbL 1.0"


def test_aircraft_that_was_not_heard_on_a_whole_day_is_an_answer(github, opened, tar):
    github.publish(DAY, "prod-0", tar)
    entry = entry_of(opened(icao24="abcdef"))
    assert entry.status == "complete" and entry.counts["positions"] == 0
    assert "no position of the 1 requested aircraft" in entry.reasons[0]


def test_aircraft_that_was_not_heard_on_half_a_day_is_no_answer(github, opened, tar):
    github.publish(DAY, "prod-0", tar[: len(tar) // 2])
    entry = entry_of(opened(icao24="abcdef"))
    assert entry.status in ("partial", "failed")


def test_aircraft_table_names_airframes_and_is_an_input(github, opened, tar, tmp_path):
    table = tmp_path / "aircraft.csv"
    table.write_text("4D0103;LX-VCF;B748;00;BOEING 747-8;2012;Cargolux;\n")
    github.publish(DAY, "prod-0", tar)
    records = collect(opened(aircraft=str(table)))
    one = records.flights.set_index("icao24").loc["4d0103"]
    assert (one["registration"], one["typecode"]) == ("LX-VCF", "B748")
    assert records.entry.inputs[-1].name == "aircraft.csv"


def test_day_without_a_release_is_missing_in_the_ledger(github, opened, tar, tmp_path):
    github.publish(DAY, "prod-0", tar)
    github.list_releases()
    archive = Archive(tmp_path / "archive")
    run_pull(plan_pull(opened(), archive, DAY, DAY + timedelta(days=1)), archive)
    statuses = {d: e.status for d, e in archive.read_ledger("adsblol").items()}
    assert statuses == {DAY: "complete", DAY + timedelta(days=1): "missing"}


@pytest.mark.parametrize("detail", ["heatmaps", "traces"])
def test_cuts_and_passing_failures_lose_nothing(github, opened, tar, detail):
    release = github.publish(DAY, "prod-0", tar)
    (offer,) = opened(detail=detail).offers(DAY, DAY)
    path = github.path_of(release, ".tar")
    faults = [status(503), cut(1_000), status(429, {"Retry-After": "0"}), cut(90_000)]
    github.store.fault(path, *faults, method="GET")
    (records,) = opened(detail=detail).collect(offer, quiet)
    assert records.entry.status == "complete"


@pytest.mark.parametrize("fault", [status(500), status(404), cut(0)], ids=["500", "404", "cut"])
@pytest.mark.parametrize("detail", ["heatmaps", "traces"])
def test_lasting_failure_is_failed_in_the_ledger(github, opened, tar, detail, fault, tmp_path):
    release = github.publish(DAY, "prod-0", tar)
    archive = Archive(tmp_path / "archive")
    plan = plan_pull(opened(detail=detail), archive, DAY, DAY)
    github.store.fault(github.path_of(release, ".tar"), fault, method="GET", forever=True)
    run_pull(plan, archive)
    entry = archive.entry("adsblol", DAY)
    assert entry.status == "failed" and entry.reasons
    assert "sig=" not in " ".join(entry.reasons)


def test_server_without_ranges_gives_the_same_day(github, opened, tar):
    release = github.publish(DAY, "prod-0", tar)
    github.store.fault(github.path_of(release, ".tar"), no_ranges(), forever=True)
    entry = entry_of(opened())
    assert entry.status == "complete" and entry.inputs[0].size == len(tar)


def test_day_whose_look_failed_is_offered_and_asked_again(github, opened, tar):
    bad = github.publish(DAY, "prod-0", tar)
    good = DAY + timedelta(days=1)
    github.publish(good, "prod-0", tar)
    github.list_releases()
    path = github.path_of(bad, ".tar")
    github.store.fault(path, status(500), forever=True)
    source = opened()
    first, second = source.offers(DAY, good)
    assert "could not be checked" in first.problem and second.fingerprint
    with pytest.raises(SourceUnavailable):
        source.collect(first, quiet)
    github.store._faults.clear()
    (records,) = source.collect(first, quiet)
    assert records.entry.status == "complete" and records.entry.fingerprint


def test_listings_that_cannot_be_had_are_an_error_and_no_empty_plan(github, opened):
    github.raw.fault("/adsblol/globe_history_2025/main/RELEASES.md", status(500), forever=True)
    with pytest.raises(SourceUnavailable):
        opened().offers(DAY, DAY)


@pytest.mark.parametrize(
    "options,said",
    [({"detail": "everything"}, "must be one of"), ({"icao24": "CLX789"}, "not an aircraft"),
     ({"icao24": ",".join(f"{n:06x}" for n in range(1001))}, "the limit is 1,000"),
     ({"aircraft": "/nowhere.csv"}, "is not there|does not exist")],
)  # fmt: skip
def test_wrong_options_are_refused_with_a_sentence(options, said):
    with pytest.raises(InvalidInput, match=said):
        open_source(**options)


def test_spec_tells_the_known_holes_and_the_attribution():
    spec = find_spec("adsblol")
    assert spec.attribution == "Contains data from adsb.lol, ODbL 1.0"
    assert spec.first_day == date(2023, 2, 16) and spec.remote
    told = " ".join(spec.known_holes)
    assert "28 May to 10 June 2025" in told and "15 October 2025" in told


def test_opening_the_source_asks_nobody(github):
    open_source()
    assert not (github.pages.requests or github.raw.requests or github.store.requests)

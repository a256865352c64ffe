"""The source `readsb_archive`: what the ledger says of whole, short and odd days."""

import gzip
import io
import pickle
import shutil
import tarfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from flights.errors import InvalidInput
from flights.records import NON_ICAO, POSITION, TABLES, conform
from flights.records.ledger import from_json, to_json
from flights.sources.readsb_archive import ReadsbArchive, open_source
from flights.sources.simulated.readsb.encode import write_day, write_heatmaps, write_tar

DAY = date(2031, 5, 4)
START = int(datetime(2031, 5, 4, tzinfo=UTC).timestamp()) * 1000


def quiet(text: str, share: float) -> None:
    """No report."""


@pytest.fixture(scope="module")
def positions() -> np.ndarray:
    """Six aircraft crossing the day, one of them with an address that is not ICAO's."""
    made = np.zeros((6, 1440), POSITION)
    made["icao24"] = np.array([1, 2, 3, 0x4D0103, 0xFFFFFE, 5 | NON_ICAO])[:, None]
    made["seen_at"] = START + np.arange(1440) * 60_000 + 5_000
    made["latitude"] = np.round(np.linspace(-60, 60, 1440), 6)
    made["longitude"] = np.arange(6)[:, None] * 10
    made["altitude_ft"] = 35_000
    made["speed_kt"] = 300
    made["callsign"] = b"CLX1"
    return made.reshape(-1)


@pytest.fixture(scope="module")
def written(tmp_path_factory, positions) -> Path:
    """The day written once; tests get copies."""
    root = tmp_path_factory.mktemp("written") / "globe_history"
    write_day(root, positions, day=DAY)
    return root


@pytest.fixture
def root(tmp_path, written) -> Path:
    return Path(shutil.copytree(written, tmp_path / "globe_history"))


@pytest.fixture
def folder(root) -> Path:
    return root / f"{DAY:%Y/%m/%d}"


def collect(path, **options):
    """Records by day of all that is offered at `path`."""
    source = open_source(path=path, **options)
    return [
        records
        for offer in source.offers(date.min, date.max)
        for records in source.collect(offer, quiet)
    ]


def entry_of(path, **options):
    (records,) = collect(path, **options)
    return records.entry


def test_traces_tell_how_sure_aircraft_were_of_their_position_and_heatmaps_do_not(root):
    (traces,), (heatmaps,) = (collect(root, detail=each) for each in ("traces", "heatmaps"))
    assert 0 < traces.reception["integrity_aircraft"].sum() <= traces.reception["aircraft"].sum()
    assert traces.reception["degraded_aircraft"].sum() == 0
    assert heatmaps.reception["integrity_aircraft"].isna().all()


@pytest.mark.parametrize("detail", ["heatmaps", "traces"])
def test_whole_day_is_complete(root, detail):
    (records,) = collect(root, detail=detail)
    entry = records.entry
    assert (entry.source, entry.day, entry.status, entry.reasons) == ("readsb", DAY, "complete", ())
    assert (entry.detail, entry.reader) == (detail, f"readsb {detail} 2")
    assert entry.counts["positions"] == 6 * 1440 and entry.counts["aircraft"] == 6
    assert entry.counts["heatmaps" if detail == "heatmaps" else "trace_files"] in (48, 6)
    assert entry.counts["flights"] == len(records.flights) > 0
    assert from_json(to_json(entry)) == entry
    for name in TABLES:
        conform(name, records.table(name))


def test_order_of_members_changes_nothing(tmp_path, folder):
    tar = write_tar(tmp_path / "globe_history_2031-05-04.tar", folder)
    (expected,) = collect(tar)
    with tarfile.open(tar) as old:
        members = [(info, old.extractfile(info)) for info in old if info.isfile()]
        bodies = [(info, data.read()) for info, data in members if data]
    with tarfile.open(tar, "w") as new:
        for info, data in reversed(bodies):
            new.addfile(info, io.BytesIO(data))
    (found,) = collect(tar)
    for name in TABLES:
        assert conform(name, found.table(name)).equals(conform(name, expected.table(name)))


def test_missing_half_hours_make_it_partial_and_are_named(folder):
    for name in ("07", "08", "30"):
        (folder / "heatmap" / f"{name}.bin.ttf").unlink()
    entry = entry_of(folder)
    assert entry.status == "partial"
    assert entry.reasons == (
        "3 of 48 half hours have no whole heatmap: 03:30-04:30, 15:00-15:30 UTC.",
    )


def test_missing_trace_folders_make_it_partial(folder):
    (folder / "traces" / "77").rmdir()
    entry = entry_of(folder, detail="traces")
    assert (entry.status, entry.reasons) == (
        "partial",
        ("255 of 256 trace folders are there.",),
    )


def test_truncated_heatmap_makes_it_partial_and_what_came_before_stays(folder):
    path = folder / "heatmap" / "10.bin.ttf"
    path.write_bytes(path.read_bytes()[:-100])
    entry = entry_of(folder)
    assert entry.status == "partial" and 0 < 6 * 1440 - entry.counts["positions"] < 180
    assert "05:00-05:30" in entry.reasons[0] and "cut short" in entry.reasons[1]


def test_truncated_trace_makes_it_partial(folder):
    path = folder / "traces" / "03" / "trace_full_000003.json"
    path.write_bytes(path.read_bytes()[:-3000])
    entry = entry_of(folder, detail="traces")
    assert entry.status == "partial" and "cut short" in entry.reasons[0]
    assert entry.counts["positions"] < 6 * 1440


def test_unreadable_member_makes_it_partial_and_is_counted(folder):
    (folder / "heatmap" / "10.bin.ttf").write_bytes(b"<html>404</html>")
    entry = entry_of(folder)
    assert entry.status == "partial" and entry.counts["unreadable_members"] == 1
    assert any("not a readsb heatmap" in reason for reason in entry.reasons)


def test_truncated_tar_is_partial_with_the_place(tmp_path, folder):
    tar = write_tar(tmp_path / "globe_history_2031-05-04.tar", folder)
    tar.write_bytes(tar.read_bytes()[:60_000])
    entry = entry_of(tar)
    assert entry.status == "partial" and 0 < entry.counts["heatmaps"] < 48
    assert "cut at byte" in entry.reasons[0] and "half hours" in entry.reasons[1]
    assert entry.inputs[0].size == 60_000


def test_changing_interval_between_files_is_no_deficit(tmp_path, folder, positions):
    write_heatmaps(tmp_path / "denser", positions, day=DAY, interval_ms=10_000)
    for number in range(24):
        name = f"heatmap/{number:02d}.bin.ttf"
        (folder / name).write_bytes((tmp_path / "denser" / name).read_bytes())
    entry = entry_of(folder)
    assert entry.status == "complete" and entry.counts["positions"] == 6 * 1440


@pytest.mark.parametrize("detail", ["heatmaps", "traces"])
def test_stamps_are_trusted_over_the_folder_and_the_disagreement_is_told(root, folder, detail):
    other = root / "2031/05/20"
    folder.rename(other)
    asked, stamped = collect(root, detail=detail)
    assert (asked.day, asked.entry.status) == (date(2031, 5, 20), "missing")
    assert "2031-05-04 (8,640 positions)" in asked.entry.reasons[0] and not len(asked.flights)
    assert (stamped.day, stamped.entry.status) == (DAY, "partial")
    assert "2031/05/20" in stamped.entry.reasons[0] and len(stamped.flights)


def test_heatmap_of_another_day_among_the_days_own_is_filed_under_its_own(
    tmp_path, root, positions
):
    day_after = DAY + timedelta(days=1)
    later = positions.copy()
    later["seen_at"] += 86_400_000
    stray = write_day(tmp_path / "elsewhere", later, day=day_after) / "heatmap" / "05.bin.ttf"
    stray.rename(root / "2031/05/04/heatmap/05.bin.ttf")
    first, second = collect(root)
    assert (first.entry.status, second.entry.status) == ("partial", "partial")
    assert first.entry.counts["positions"] == 47 * 180
    assert second.day == day_after and second.entry.counts["positions"] == 180
    assert "02:30-03:00" in first.entry.reasons[0] and "2031-05-05 (180)" in first.entry.reasons[1]


def test_heatmap_under_another_half_hours_name_is_told(folder):
    heatmaps = folder / "heatmap"
    (heatmaps / "10.bin.ttf").write_bytes((heatmaps / "11.bin.ttf").read_bytes())
    entry = entry_of(folder)
    assert entry.status == "partial" and entry.counts["dropped_repeated"] == 180
    assert any("stamped other than named" in reason for reason in entry.reasons)


def test_day_of_empty_heatmaps_is_missing(tmp_path):
    write_day(tmp_path, np.zeros(0, POSITION), day=DAY)
    entry = entry_of(tmp_path)
    assert entry.status == "missing" and "48 file(s)" in entry.reasons[0]
    assert len(entry.inputs) == 48


def test_empty_day_folder_is_missing_and_the_other_detail_is_proposed(tmp_path):
    (tmp_path / "2031/05/04/traces").mkdir(parents=True)
    entry = entry_of(tmp_path)
    assert entry.status == "missing" and "--detail traces" in entry.reasons[0]


def test_day_of_which_nothing_can_be_read_is_failed(folder):
    for path in (folder / "heatmap").iterdir():
        path.write_bytes(b"nonsense")
    entry = entry_of(folder)
    assert entry.status == "failed" and entry.counts["unreadable_members"] == 48


def test_tar_that_is_none_is_failed(tmp_path):
    path = tmp_path / "globe_history_2031-05-04.tar"
    path.write_bytes(gzip.compress(b"no tar at all" * 100))
    assert entry_of(path).status == "failed"


def test_multilateration_only_release_is_never_complete(tmp_path, folder):
    write_tar(tmp_path / "v2031.05.04-planes-readsb-mlatonly-0.tar", folder)
    entry = entry_of(tmp_path / "v2031.05.04-planes-readsb-mlatonly-0.tar")
    assert (entry.status, entry.release_kind) == ("partial", "mlatonly-0")


def test_refused_link_is_told_and_a_lost_heatmap_counts(folder):
    (folder / "heatmap" / "03.bin.ttf").unlink()
    (folder / "heatmap" / "03.bin.ttf").symlink_to("04.bin.ttf")
    entry = entry_of(folder)
    assert entry.status == "partial" and entry.counts["refused_members"] == 1
    assert any("refused" in reason for reason in entry.reasons)


@pytest.mark.parametrize("stamp", [0, -(1 << 40), 1 << 45])
def test_impossible_times_are_refused_and_not_filed(folder, stamp):
    path = folder / "heatmap" / "03.bin.ttf"
    data = np.frombuffer(gzip.decompress(path.read_bytes()), "<i4").reshape(-1, 4).copy()
    headers = data[:, 0] == 0x0E7F7C9D
    data[headers, 1] = np.int32(stamp >> 32)
    data[headers, 2] = np.uint32(stamp & 0xFFFFFFFF).view(np.int32)
    path.write_bytes(gzip.compress(data.tobytes()))
    (records,) = collect(folder)
    assert records.entry.status == "partial" and records.entry.counts["unreadable_members"] == 1


def test_traces_name_the_airframe_and_heatmaps_do_with_a_table(root, folder, tmp_path):
    table = tmp_path / "aircraft.csv"
    table.write_text("4D0103;LX-VCF;B748;00;BOEING 747-8;2012;Cargolux;\n")
    (bare,) = collect(root)
    (named,) = collect(root, aircraft=table)
    assert bare.flights["registration"].isna().all()
    one = named.flights.set_index("icao24").loc["4d0103"]
    assert (one["registration"], one["typecode"]) == ("LX-VCF", "B748")
    assert [each.name for each in named.entry.inputs][-1] == "aircraft.csv"


def test_offers_are_the_days_asked_for_with_their_size(root, positions):
    later = positions.copy()
    later["seen_at"] += 86_400_000
    write_day(root, later, day=DAY + timedelta(days=1))
    source = open_source(path=root)
    (offer,) = source.offers(DAY, DAY)
    heatmaps = (root / "2031/05/04/heatmap").iterdir()
    assert offer.size_bytes == sum(each.stat().st_size for each in heatmaps)
    assert [each.day for each in source.offers(date.min, date.max)] == [
        DAY,
        offer.day + timedelta(1),
    ]
    assert source.offers(date(2000, 1, 1), date(2000, 1, 2)) == []


def test_progress_rises_from_nothing_to_all(root):
    source, shares = open_source(path=root), []
    (offer,) = source.offers(DAY, DAY)
    source.collect(offer, lambda text, share: shares.append(share))
    assert shares == sorted(shares) and shares[0] == 0 and 0.6 < shares[-1] <= 1


def test_source_and_offer_can_go_to_another_process(root):
    source = open_source(path=root)
    (offer,) = source.offers(DAY, DAY)
    again = pickle.loads(pickle.dumps(source))
    assert isinstance(again, ReadsbArchive) and pickle.loads(pickle.dumps(offer)) == offer


def test_days_of_the_simulated_world_are_not_taken_for_observation(tmp_path, positions):
    shifted = positions.copy()
    shifted["seen_at"] += int(datetime(2050, 5, 4, tzinfo=UTC).timestamp()) * 1000 - START
    write_day(tmp_path, shifted, day=date(2050, 5, 4))
    with pytest.raises(InvalidInput, match="SIMULATED"):
        collect(tmp_path)
    (tmp_path / "2050").rename(tmp_path / "2031")
    with pytest.raises(InvalidInput, match="SIMULATED"):
        collect(tmp_path)


@pytest.mark.parametrize(
    "options,said",
    [({"path": "/nowhere/at/all"}, "does not exist"), ({"detail": "everything"}, "must be one of"),
     ({"aircraft": "/nowhere.csv"}, "is not there|does not exist")],
)  # fmt: skip
def test_wrong_options_are_refused_with_a_sentence(root, options, said):
    with pytest.raises(InvalidInput, match=said):
        open_source(**{"path": root, **options})

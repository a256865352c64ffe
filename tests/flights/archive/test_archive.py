"""The archive keeps whole days, whoever reads, writes or damages what."""

import os
import resource
import stat
import time
from collections.abc import Set
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import processes
import pyarrow.parquet as pq
import pytest
import worlds
from worlds import DAY, SOURCE

from flights.archive import Archive
from flights.errors import ArchiveError, BadPayload, InvalidInput
from flights.legs import join_departures
from flights.records import TABLES, arrow_schema

NEXT = DAY + timedelta(days=1)


def tree(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def flight_ids(archive: Archive, day: date = DAY) -> list[str]:
    return sorted(archive.load("flights", SOURCE, day, day)["flight_id"])


def glob_ids(root: Path) -> list[str]:
    """What a plain glob of another tool sees."""
    if not list(root.glob("flights/*/*.parquet")):
        return []
    sql = "select flight_id from read_parquet($files) order by 1"
    with duckdb.connect() as connection:
        rows = connection.execute(sql, {"files": f"{root}/flights/*/*.parquet"}).fetchall()
    return [row[0] for row in rows]


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    records = worlds.records(7)
    stored = archive.write_day(records)
    assert stored.tables["flights"]["rows"] == 7
    assert stored.program.startswith("flights ")
    assert archive.entry(SOURCE, DAY) == Archive(tmp_path).entry(SOURCE, DAY) == stored
    assert archive.sources() == [SOURCE]
    for name in TABLES:
        loaded = archive.load(name, SOURCE, DAY, DAY)
        assert list(loaded.columns) == arrow_schema(name).names
        assert len(loaded) == len(records.table(name))
    assert flight_ids(archive) == sorted(records.flights["flight_id"]) == glob_ids(tmp_path)


def test_parquet_says_what_it_is_and_when_it_was_written_nowhere(tmp_path: Path) -> None:
    Archive(tmp_path).write_day(worlds.records(7))
    said = pq.read_schema(tmp_path / "flights" / SOURCE / f"{DAY}.parquet").metadata
    assert set(said) == {b"contents"}
    assert b"cannot be inferred" in said[b"contents"]


def test_same_records_in_any_order_give_the_same_bytes(tmp_path: Path) -> None:
    records = worlds.records(20)
    shuffled = replace(
        records,
        flights=records.flights.sample(frac=1, random_state=1),
        tracks=records.tracks.sample(frac=1, random_state=1),
    )
    Archive(tmp_path / "a").write_day(records)
    Archive(tmp_path / "b").write_day(shuffled)
    once = tree(tmp_path / "a")
    Archive(tmp_path / "a").write_day(records)
    assert once == tree(tmp_path / "a") == tree(tmp_path / "b")


def test_nothing_is_left_beside_the_day(tmp_path: Path) -> None:
    Archive(tmp_path).write_day(worlds.records(3))
    assert sorted(tree(tmp_path)) == sorted(
        [f"ledger/{SOURCE}/{DAY}.json", *(f"{name}/{SOURCE}/{DAY}.parquet" for name in TABLES)]
    )


def test_reading_an_archive_that_is_not_there_makes_nothing(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "none")
    assert archive.sources() == []
    assert archive.read_ledger(SOURCE) == {}
    assert archive.entry(SOURCE, DAY).status == "not asked"
    for frame in (
        archive.load_flights(SOURCE, DAY, NEXT, join=join_departures),
        archive.load("flights", SOURCE, DAY, NEXT),
    ):
        assert frame.empty
        assert list(frame.columns) == arrow_schema("flights").names
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("old", "new", "refresh", "left"),
    [
        ("complete", "partial", False, "complete"),
        ("complete", "partial", True, "partial"),
        ("complete", "missing", False, "complete"),
        ("complete", "missing", True, "missing"),
        ("complete", "failed", True, "complete"),
        ("partial", "failed", True, "partial"),
        ("missing", "failed", False, "missing"),
        ("partial", "missing", False, "partial"),
        ("failed", "missing", False, "missing"),
        ("missing", "partial", False, "partial"),
        ("partial", "complete", False, "complete"),
        ("complete", "complete", False, "complete"),
    ],
)
def test_worse_answer_never_replaces_a_better_one_unasked(
    tmp_path: Path, old: str, new: str, refresh: bool, left: str
) -> None:
    archive = Archive(tmp_path)
    archive.write_day(worlds.records(5, seed=1, of=worlds.entry(status=old)))
    stored = archive.write_day(
        worlds.records(5, seed=2, of=worlds.entry(status=new)), refresh=refresh
    )
    assert stored.status == archive.entry(SOURCE, DAY).status == left
    assert glob_ids(tmp_path) == flight_ids(archive)
    assert bool(flight_ids(archive)) == (left in ("complete", "partial"))


def test_partial_day_with_fewer_positions_does_not_replace_one_with_more(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    partial = worlds.entry(status="partial")
    archive.write_day(worlds.records(9, of=partial))
    archive.write_day(worlds.records(2, of=partial))
    assert len(flight_ids(archive)) == 9
    archive.write_day(worlds.records(11, of=partial))
    assert len(flight_ids(archive)) == 11


def test_day_that_turned_out_to_be_missing_leaves_no_table_behind(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.write_day(worlds.records(4))
    archive.write_day(worlds.records(0, of=worlds.entry(status="missing")), refresh=True)
    assert sorted(tree(tmp_path)) == [f"ledger/{SOURCE}/{DAY}.json"]


def test_rows_of_another_day_are_refused_and_the_day_stays(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.write_day(worlds.records(4))
    before = tree(tmp_path)
    strange = worlds.records(4, seed=3)
    with pytest.raises(BadPayload, match="another source or day"):
        archive.write_day(replace(strange, flights=strange.flights.assign(day=NEXT)))
    with pytest.raises(BadPayload):
        archive.write_day(replace(strange, tracks=strange.tracks.drop(columns="latitude")))
    assert tree(tmp_path) == before


@pytest.mark.parametrize("key", ["../x", "a/b", "", ".", "..", "A", "a b", "x" * 65, "a\0", "-a"])
def test_source_key_cannot_leave_the_archive(tmp_path: Path, key: str) -> None:
    archive = Archive(tmp_path / "root")
    for ask in (
        lambda: archive.entry(key, DAY),
        lambda: archive.read_ledger(key),
        lambda: archive.load("flights", key, DAY, DAY),
        lambda: archive.write_day(worlds.records(1, of=worlds.entry(source=key))),
    ):
        with pytest.raises(InvalidInput, match="not a valid key of a source"):
            ask()
    assert not list(tmp_path.rglob("*"))


def damage(path: Path, how: str) -> None:
    content = path.read_bytes()
    if how == "gone":
        path.unlink()
    elif how == "short":
        path.write_bytes(content[:-100])
    elif how == "flipped":
        middle = len(content) // 2
        path.write_bytes(content[:middle] + bytes([content[middle] ^ 255]) + content[middle + 1 :])


@pytest.mark.parametrize("how", ["gone", "short", "flipped"])
def test_damaged_table_is_an_error_and_a_failed_day_never_zero(tmp_path: Path, how: str) -> None:
    archive = Archive(tmp_path)
    for day in (DAY, NEXT):
        archive.write_day(worlds.records(30, of=worlds.entry(day)))
    damage(tmp_path / "flights" / SOURCE / f"{DAY}.parquet", how)
    for opened in (archive, Archive(tmp_path)):
        with pytest.raises(ArchiveError, match=f"{DAY}.parquet is damaged.*--refresh"):
            opened.load("flights", SOURCE, DAY, NEXT)
        ledger = opened.read_ledger(SOURCE)
        assert (ledger[DAY].status, ledger[NEXT].status) == ("failed", "complete")
        assert "damaged" in ledger[DAY].reasons[0]
    assert Archive(tmp_path).read_ledger(SOURCE, verify=True)[DAY].status == "failed"
    if how != "flipped":  # the size alone tells
        assert Archive(tmp_path).entry(SOURCE, DAY).status == "failed"
    assert len(archive.load("flights", SOURCE, NEXT, NEXT)) == 30


def test_pulling_a_damaged_day_again_mends_it_even_when_only_in_part(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.write_day(worlds.records(30))
    damage(tmp_path / "flights" / SOURCE / f"{DAY}.parquet", "flipped")
    archive.write_day(worlds.records(20, of=worlds.entry(status="partial")))
    assert archive.entry(SOURCE, DAY, verify=True).status == "partial"
    assert len(flight_ids(archive)) == 20


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "3", '{"day": "x"}', "\udcff", '{"source": 1}', "null"]
)
def test_damaged_ledger_entry_is_a_failed_day(tmp_path: Path, text: str) -> None:
    archive = Archive(tmp_path)
    archive.write_day(worlds.records(3))
    path = tmp_path / "ledger" / SOURCE / f"{DAY}.json"
    path.write_bytes(text.encode("utf-8", errors="surrogateescape"))
    entry = archive.read_ledger(SOURCE)[DAY]
    assert entry.status == "failed"
    assert str(path) in entry.reasons[0]
    assert "again" in entry.reasons[0]
    with pytest.raises(ArchiveError, match="not a ledger entry"):
        archive.load("flights", SOURCE, DAY, DAY)
    archive.write_day(worlds.records(3))
    assert archive.entry(SOURCE, DAY).is_complete


def test_file_that_cannot_be_opened_is_an_error_with_its_name(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.write_day(worlds.records(3))
    table = tmp_path / "flights" / SOURCE / f"{DAY}.parquet"
    table.unlink()
    table.mkdir()
    with pytest.raises(ArchiveError, match=f"{DAY}.parquet"):
        archive.load("flights", SOURCE, DAY, DAY)
    entry = tmp_path / "ledger" / SOURCE / f"{DAY}.json"
    entry.unlink()
    entry.mkdir()
    assert Archive(tmp_path).entry(SOURCE, DAY).status == "failed"


def test_entry_copied_from_another_day_is_not_believed(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.write_day(worlds.records(3))
    folder = tmp_path / "ledger" / SOURCE
    (folder / f"{NEXT}.json").write_bytes((folder / f"{DAY}.json").read_bytes())
    assert archive.entry(SOURCE, NEXT).status == "failed"


def test_archive_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    archive = Archive(tmp_path / "file")
    assert archive.sources() == []
    with pytest.raises(ArchiveError, match="could not be written"):
        archive.write_day(worlds.records(1))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_folder_without_permission_says_so(tmp_path: Path) -> None:
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    with pytest.raises(ArchiveError, match="permissions"):
        Archive(tmp_path).write_day(worlds.records(1))


def _write_with_little_room(root: str, count: int, room: int) -> None:
    archive = Archive(root)
    records = worlds.records(count, seed=5)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    try:
        archive.write_day(records)
    except ArchiveError as error:
        assert "free space" in str(error)
        os._exit(9)
    os._exit(0)


@pytest.mark.parametrize("room", [100, 4000, 12_000])
def test_full_disk_leaves_the_old_day_and_nothing_else(tmp_path: Path, room: int) -> None:
    archive = Archive(tmp_path)
    archive.write_day(worlds.records(3))
    before = tree(tmp_path)
    assert processes.run(_write_with_little_room, str(tmp_path), 2000, room) == 9
    assert tree(tmp_path) == before


def _read_until_both_were_seen(root: str, results) -> None:
    seen: dict[int, int] = {40: 0, 80: 0}
    give_up = time.monotonic() + 60
    while min(seen.values()) < 15 and time.monotonic() < give_up:
        archive = Archive(root)
        flights = archive.load("flights", SOURCE, DAY, DAY)
        tracks = archive.load("tracks", SOURCE, DAY, DAY)
        ledger = archive.entry(SOURCE, DAY)
        if len(flights) not in seen or len(tracks) not in (120, 240) or not ledger.is_complete:
            results.put(f"mixed: {len(flights)}, {len(tracks)}, {ledger.status} {ledger.reasons}")
            return
        seen[len(flights)] += 1
    results.put("whole days" if min(seen.values()) else f"always the same: {seen}")


def test_two_readers_see_whole_days_while_one_writes(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    by_turn = [worlds.records(40, seed=1), worlds.records(80, seed=2)]
    archive.write_day(by_turn[0])
    context = processes.context()
    results = context.Queue()
    readers = [
        context.Process(target=_read_until_both_were_seen, args=(str(tmp_path), results))
        for _ in range(2)
    ]
    for reader in readers:
        reader.start()
    turn = 0
    while any(reader.is_alive() for reader in readers):
        turn += 1
        archive.write_day(by_turn[turn % 2])
    assert [results.get(timeout=5) for _ in readers] == ["whole days"] * 2


def test_flights_come_joined_by_the_rule_given_on_the_day_they_left(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    for n in range(-1, 3):
        archive.write_day(worlds.records(10, of=worlds.entry(DAY + timedelta(days=n))))
    asked = []

    def join(
        flights: pd.DataFrame, edges: pd.DataFrame, complete: Set[date]
    ) -> tuple[pd.DataFrame, pd.Series]:
        assert {DAY - timedelta(days=1), DAY} <= complete
        asked.append(sorted(set(flights["day"])))
        late = flights["day"] == DAY
        earlier = flights["firstseen"].where(~late, flights["firstseen"] - timedelta(days=1))
        return flights.assign(firstseen=earlier), earlier.dt.floor("D")

    flights = archive.load_flights(SOURCE, DAY, NEXT, join=join)
    assert asked == [[DAY + timedelta(days=n) for n in range(-1, 3)]]
    assert set(flights["day"]) == {NEXT}  # those of DAY moved to the day before
    assert flights["firstseen"].is_monotonic_increasing
    assert archive.load_flights(SOURCE, DAY, NEXT, without=frozenset({NEXT}), join=join).empty


def test_tracks_of_one_airframe_between_two_moments(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    records = worlds.records(5)
    archive.write_day(records)
    one = records.flights.iloc[2]
    start = one["firstseen"].to_pydatetime()
    found = archive.load_tracks(SOURCE, one["icao24"], start, start + timedelta(seconds=120))
    assert found["longitude"].tolist() == [2.0, 3.0]  # the third lies at the open end
    nobody = archive.load_tracks(SOURCE, "ffffff", start, datetime(2050, 12, 31, tzinfo=UTC))
    assert nobody.empty
    assert list(nobody.columns) == arrow_schema("tracks").names


def test_archive_may_be_pickled(tmp_path: Path) -> None:
    import pickle

    archive = Archive(tmp_path)
    archive.write_day(worlds.records(2))
    assert pickle.loads(pickle.dumps(archive)).entry(SOURCE, DAY).is_complete


def test_process_looks_for_leftovers_once_however_often_it_is_sent_an_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pickle

    sent = pickle.dumps(Archive(tmp_path))
    looked: list[Path] = []
    monkeypatch.setattr("flights.archive.commit_log.recover", looked.append)
    first, second = pickle.loads(sent), pickle.loads(sent)
    assert looked == [tmp_path]
    first.write_day(worlds.records(3))
    assert second.entry(SOURCE, DAY).is_complete

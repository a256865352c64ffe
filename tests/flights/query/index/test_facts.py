"""The index follows the archive and the cargo rules, and survives whoever builds it."""

import json
import os
import signal
import time
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import processes
import pyarrow.parquet as pq
import pytest
import worlds
from made_questions import Rules
from worlds import DAY, SOURCE

from flights.archive import Archive
from flights.query import DuckDBEngine, RouteIndex, RouteQuestion
from flights.query.index import index
from flights.records import NON_ICAO

pytestmark = pytest.mark.slow

FIRST, LAST = date(2050, 3, 1), date(2050, 4, 30)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """Three days of March and one of April."""
    archive = Archive(tmp_path)
    for day in (DAY, DAY + timedelta(days=1), DAY + timedelta(days=2), date(2050, 4, 5)):
        archive.write_day(worlds.records(20, of=worlds.entry(day)))
    return archive


def months(archive: Archive, cargo: Rules | None = None) -> dict[str, list[str]]:
    """Folders of the index by month, after asking for all of it."""
    found = RouteIndex(archive, cargo or Rules())
    found.months(SOURCE, FIRST, LAST, archive.read_ledger(SOURCE))
    return folders(archive)


def folders(archive: Archive) -> dict[str, list[str]]:
    by_month: dict[str, list[str]] = {}
    for path in sorted((archive.root / "index" / SOURCE).iterdir()):
        if path.is_dir():
            by_month.setdefault(path.name[:7], []).append(path.name)
    return by_month


def total(archive: Archive, **more: object) -> int:
    engine = DuckDBEngine(archive, cargo=Rules())
    counts = engine.count_by_day(RouteQuestion(SOURCE, FIRST, LAST, **more))
    engine.close()
    return int(counts["lower"].sum())


def test_only_the_month_of_a_changed_day_is_built_again(archive: Archive) -> None:
    before = months(archive)
    assert {month: len(names) for month, names in before.items()} == {"2050-03": 1, "2050-04": 1}
    assert months(archive) == before
    archive.write_day(worlds.records(25, seed=9, of=worlds.entry(DAY)))
    after = months(archive)
    assert after["2050-04"] == before["2050-04"]
    assert after["2050-03"] != before["2050-03"]
    assert len(after["2050-03"]) == 1
    assert total(archive) == 85


def test_same_days_give_the_same_index_wherever_it_is_built(archive: Archive) -> None:
    before = months(archive)
    archive.write_day(worlds.records(20, of=worlds.entry(DAY)), refresh=True)
    assert months(archive) == before


def test_neighbouring_day_in_another_month_makes_a_month_stale(archive: Archive) -> None:
    before = months(archive)
    archive.write_day(worlds.records(5, of=worlds.entry(date(2050, 3, 31))))
    after = months(archive)
    assert after["2050-03"] != before["2050-03"]
    assert after["2050-04"] != before["2050-04"]  # a flight over that midnight may now be joined


def test_other_cargo_rules_make_every_month_stale(archive: Archive) -> None:
    class Other(Rules):
        digest = "2"

    before, after = months(archive), months(archive, Other())
    assert set(after) == set(before)
    assert not {n for names in after.values() for n in names} & {
        n for names in before.values() for n in names
    }


def test_index_may_be_deleted_or_damaged_and_is_built_again(archive: Archive) -> None:
    import shutil

    whole = total(archive)
    assert whole == 80
    shutil.rmtree(archive.root / "index" / SOURCE)
    assert total(archive) == whole
    for spoil in ("airports.json", "about.json"):
        for path in (archive.root / "index" / SOURCE).rglob(spoil):
            path.write_text("{")
        assert total(archive) == whole
        assert total(archive, origin_airports=frozenset({"ZZAA"})) > 0


def test_engine_that_is_open_follows_days_and_folders_that_go(archive: Archive) -> None:
    import shutil

    engine = DuckDBEngine(archive, cargo=Rules())
    question = RouteQuestion(SOURCE, FIRST, LAST)
    assert engine.count_by_day(question)["lower"].sum() == 80
    shutil.rmtree(archive.root / "index")
    assert engine.count_by_day(question)["lower"].sum() == 80
    archive.write_day(worlds.records(7, of=worlds.entry(DAY + timedelta(days=5))))
    assert engine.count_by_day(question)["lower"].sum() == 87
    assert len(engine.match(question)) == 87


def test_engine_that_is_open_notices_other_airport_numbers(archive: Archive) -> None:
    engine = DuckDBEngine(archive, cargo=Rules())
    question = RouteQuestion(SOURCE, FIRST, LAST, frozenset({"ZZAA"}), frozenset({"ZZBB"}))
    before, flights = engine.count_by_day(question), engine.match(question)
    path = archive.root / "index" / SOURCE / "airports.json"
    path.write_text(json.dumps(json.loads(path.read_text())[::-1]))
    pd.testing.assert_frame_equal(engine.count_by_day(question), before)
    pd.testing.assert_frame_equal(engine.match(question), flights)
    assert before["lower"].sum() > 0


def test_damaged_day_is_failed_in_every_answer_until_it_is_mended(archive: Archive) -> None:
    path = archive.root / "flights" / SOURCE / f"{DAY}.parquet"
    whole = path.read_bytes()
    path.write_bytes(whole[:500] + b"\0" + whole[501:])  # the size stays: only a hash tells
    engine = DuckDBEngine(Archive(archive.root), cargo=Rules())
    counts = engine.count_by_day(RouteQuestion(SOURCE, FIRST, LAST))
    assert counts.loc[DAY, "status"] == "failed"
    assert "damaged" in counts.loc[DAY, "reason"]
    assert pd.isna(counts.loc[DAY, "lower"])
    assert counts["lower"].sum() == 60
    assert pd.isna(engine.heard_by_day(SOURCE, DAY, DAY)[DAY])
    assert [entry.status for entry in engine.ledger(SOURCE, DAY, DAY)] == ["failed"]
    later = DuckDBEngine(Archive(archive.root), cargo=Rules())  # a process that found it so
    assert later.count_by_day(RouteQuestion(SOURCE, DAY, DAY)).loc[DAY, "status"] == "failed"
    path.write_bytes(whole)
    assert later.count_by_day(RouteQuestion(SOURCE, FIRST, LAST))["lower"].sum() == 80


def test_index_holds_what_the_flights_say(archive: Archive) -> None:
    strange = worlds.records(20, of=worlds.entry(DAY))
    frame = strange.flights.copy()
    frame.loc[0, "icao24"] = "~2a1b3c"
    archive.write_day(
        worlds.DayRecords(
            strange.entry,
            frame,
            *(strange.table(name) for name in ("edges", "tracks", "reception")),
        )
    )
    months(archive)
    (folder,) = (archive.root / "index" / SOURCE).glob("2050-03.*/")
    rows = pq.read_table(folder / "facts.parquet").to_pandas()
    wide = pq.read_table(folder / "flights.parquet").to_pandas()
    assert rows["id"].tolist() == wide["id"].tolist()
    assert (rows["has_lost"] == wide[["origin", "destination"]].isna().any(axis=1)).all()
    numbers = [int(text.removeprefix("~"), 16) for text in wide["icao24"]]
    flagged = [NON_ICAO if text.startswith("~") else 0 for text in wide["icao24"]]
    assert rows["address"].tolist() == [a | b for a, b in zip(numbers, flagged, strict=True)]
    pieces = wide["flight_id"].str.rpartition("-")
    assert rows["firstseen_s"].tolist() == pieces[2].astype(int).tolist()
    seconds = wide["lastseen"].astype("datetime64[s, UTC]").astype("int64")
    assert rows["lastseen_s"].tolist() == seconds.tolist()
    order = ["has_lost", "grade", "origin_place", "destination_place", "day"]
    assert rows[order].sort_values(order, kind="stable").index.tolist() == rows.index.tolist()


def _build(root: str) -> None:
    assert total(Archive(root)) == 80


def test_two_processes_may_build_at_once(archive: Archive) -> None:
    builders = [
        processes.context().Process(target=_build, args=(str(archive.root),)) for _ in range(3)
    ]
    for builder in builders:
        builder.start()
    for builder in builders:
        builder.join(timeout=60)
    assert [builder.exitcode for builder in builders] == [0, 0, 0]
    assert {month: len(names) for month, names in folders(archive).items()} == {
        "2050-03": 1,
        "2050-04": 1,
    }


def _build_and_die(root: str) -> None:
    index._write_about = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    months(Archive(root))


def test_killed_builder_leaves_nothing_that_counts_or_stays(archive: Archive) -> None:
    assert processes.run(_build_and_die, str(archive.root)) == -signal.SIGKILL
    assert list((archive.root / "index" / SOURCE).glob(".building-*"))
    assert total(archive) == 80
    assert not list((archive.root / "index" / SOURCE).glob(".building-*"))
    assert not list((archive.root / "index").rglob("*.temporary"))


def test_day_replaced_while_its_month_is_built_is_in_the_answer(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_month, turns = index.write_month, []

    def meanwhile(*given: object) -> int:
        count = write_month(*given)
        if not turns:
            turns.append(time.monotonic())
            archive.write_day(worlds.records(30, seed=4, of=worlds.entry(DAY)))
        return count

    monkeypatch.setattr(index, "write_month", meanwhile)
    assert total(archive) == 90

"""What a pull would ask and cost, before it does."""

from dataclasses import replace
from pathlib import Path

import pytest
import worlds
from made_source import SPEC, Source, day
from worlds import SOURCE

from flights.archive import Archive
from flights.errors import ArchiveError, InvalidInput
from flights.pull import check_disk_space, plan_pull
from flights.pull import plan as planning
from flights.records import InputFile
from flights.sources import narrow

REMOTE = replace(SPEC, remote=True)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "a")


def test_plan_asks_for_what_is_not_complete_and_says_why_it_leaves_the_rest(archive) -> None:
    for n, status in enumerate(["complete", "partial", "failed", "missing"]):
        archive.write_day(worlds.records(3, of=worlds.entry(day(n), status)))
    plan = plan_pull(Source(6), archive, day(0), day(7), rate_bytes_s=500_000)
    assert plan.days == tuple(map(day, range(1, 6)))
    assert plan.skipped == ((day(0), "complete already"),)
    assert plan.absent == (day(6), day(7))
    assert plan.size_bytes == 5_000_000
    assert plan.seconds == 10
    assert plan_pull(Source(6), archive).absent == ()
    assert plan_pull(Source(6), archive).seconds is None
    assert len(plan_pull(Source(6), archive, refresh=True).days) == 6
    with pytest.raises(InvalidInput, match="before they begin"):
        plan_pull(Source(6), archive, day(2), day(1))


def test_costs_are_those_of_the_offers_that_will_be_asked(archive) -> None:
    archive.write_day(worlds.records(3, of=worlds.entry(day(0))))
    plan = plan_pull(Source(4), archive)
    assert (plan.requests, plan.credits, plan.size_bytes) == (6, 12, 3_000_000)


def test_file_of_several_days_is_left_out_only_when_all_of_them_are_complete(archive) -> None:
    for n in (0, 1, 2, 4):
        archive.write_day(worlds.records(3, of=worlds.entry(day(n))))
    plan = plan_pull(Source(8, together=3), archive, day(0), day(9))
    assert [offer.day for offer in plan.offers] == [day(3), day(6)]
    assert plan.days == (day(3), day(5), day(6), day(7))
    assert [d for d, _ in plan.skipped] == [day(0), day(1), day(2), day(4)]
    assert plan.absent == (day(8), day(9))
    every = plan_pull(Source(8, together=3), archive, day(0), day(9), refresh=True)
    assert every.days == tuple(map(day, range(8)))
    assert every.skipped == ()


def test_day_that_failed_before_is_asked_last(archive) -> None:
    for n in (0, 2):
        archive.write_day(worlds.records(0, of=worlds.entry(day(n), "failed")))
    plan = plan_pull(Source(4), archive)
    assert [offer.day for offer in plan.offers] == [day(1), day(3), day(0), day(2)]
    assert plan.days == tuple(map(day, range(4)))


@pytest.mark.parametrize(
    ("pulled", "published", "says"),
    [("a", "b", True), ("a", "a", False), ("", "b", False), ("a", "", False)],
)
def test_day_published_anew_is_kept_and_said(archive, pulled, published, says) -> None:
    archive.write_day(worlds.records(3, of=worlds.entry(day(0), fingerprint=pulled)))
    source = Source(1, published=published)
    plan = plan_pull(source, archive)
    assert plan.offers == ()
    [(_, why)] = plan.skipped
    assert why.startswith("complete already")
    assert (
        "published again since (pulled 2050-04-01): --refresh downloads the new version" in why
    ) == says
    assert len(plan_pull(source, archive, refresh=True).offers) == 1


def test_complete_day_that_the_source_no_longer_has_is_kept(archive) -> None:
    archive.write_day(worlds.records(3, of=worlds.entry(day(1))))
    plan = plan_pull(Source(1), archive, day(0), day(2))
    assert plan.absent == (day(2),)
    assert plan.skipped == ((day(1), "complete already; no longer in the source"),)


def test_series_narrowed_to_something_else_is_not_added_to(archive) -> None:
    entry = worlds.entry(day(0), scope="regions:airport:ELLX")
    archive.write_day(worlds.records(3, of=entry))
    with pytest.raises(ArchiveError, match=r"but this pull is narrowed to nothing"):
        plan_pull(Source(1), archive)
    other = Source(1, spec=narrow(SPEC, "regions:airport:ELLX"))
    assert plan_pull(other, archive).days == (day(0),)


def test_archive_learns_how_much_of_a_source_it_keeps(archive) -> None:
    assert plan_pull(Source(2), archive).disk_needed == 1_000_000
    narrowed = Source(2, spec=narrow(SPEC, "icao24:4d0103"))
    assert plan_pull(narrowed, archive).disk_needed == 100_000
    inputs = (InputFile("day.tar", 10_000_000, "ab" * 32),)
    stored = archive.write_day(worlds.records(3, of=worlds.entry(day(0), inputs=inputs)))
    kept = sum(table["bytes"] for table in stored.tables.values())
    assert plan_pull(Source(2), archive).disk_needed == kept * 1_000_000 // 10_000_000


def test_downloads_of_all_workers_need_room_beside_the_archive(archive) -> None:
    plan = plan_pull(Source(4, spec=REMOTE), archive)
    assert (plan.cache_needed, plan.cache_free) == (1_000_000, None)
    enough = planning.SPARE_BYTES + plan.disk_needed + 2_000_000
    check_disk_space(replace(plan, disk_free=enough), archive.root, workers=2)
    with pytest.raises(ArchiveError, match="free some space"):
        check_disk_space(replace(plan, disk_free=enough), archive.root, workers=3)
    assert plan_pull(Source(4), archive).cache_needed == 0
    local = replace(plan_pull(Source(4), archive), disk_free=enough)
    check_disk_space(local, archive.root, workers=3)


def test_cache_on_another_disk_needs_room_there(archive, monkeypatch, tmp_path: Path) -> None:
    other = Path("/dev/shm")
    if not other.is_dir() or other.stat().st_dev == tmp_path.stat().st_dev:
        other = Path("/proc")
    monkeypatch.setenv("FLIGHTS_CACHE", str(other / "flights-cache"))
    plan = plan_pull(Source(4, spec=REMOTE), archive)
    assert plan.cache_free is not None
    assert plan.cache_needed == 1_000_000
    with pytest.raises(ArchiveError, match=r"flights-cache has 0 kB free, .* 51 MB there"):
        check_disk_space(replace(plan, cache_free=0), archive.root)
    roomy = replace(plan, cache_free=10**9, disk_free=plan.disk_needed + planning.SPARE_BYTES)
    check_disk_space(roomy, archive.root)
    assert not (other / "flights-cache").exists()
    assert plan.source.spec.key == SOURCE


def test_file_of_many_days_counts_once_in_what_the_archive_will_grow(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    whole = (InputFile("month.csv.gz", 10_000_000, "ab" * 32),)
    stored = 0
    for n in range(2):
        made = archive.write_day(worlds.records(4, of=worlds.entry(day(10 + n), inputs=whole)))
        stored += sum(table["bytes"] for table in made.tables.values())
    assert plan_pull(Source(2), archive).disk_needed == stored * 2_000_000 // 10_000_000

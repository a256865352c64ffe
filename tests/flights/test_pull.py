"""Pulls: what is asked, what is stored, and what a stop leaves."""

import threading
import time
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import processes
import pytest
import worlds
from worlds import DAY, SOURCE

from flights import pull
from flights.archive import Archive
from flights.errors import ArchiveError, BadPayload, InvalidInput
from flights.progress import PullProgress
from flights.pull import plan_pull, run_pull
from flights.records import DayRecords
from flights.sources.base import Offer, Report, SourceSpec

SPEC = SourceSpec(SOURCE, "Made up", "flights", "nothing", "none", "nobody", "none")


def day(n: int) -> date:
    return DAY + timedelta(days=n)


@dataclass(frozen=True)
class Source:
    """Days 0 to `count`; `ends` says how a day ends other than complete."""

    count: int = 4
    ends: tuple[tuple[int, str], ...] = ()
    spill: bool = False
    spec: SourceSpec = SPEC

    def offers(self, first: date, last: date) -> list[Offer]:
        every = [Offer(day(n), 1_000_000) for n in range(self.count)]
        return [offer for offer in every if first <= offer.day <= last]

    def collect(self, offer: Offer, report: Report) -> tuple[DayRecords, ...]:
        how = dict(self.ends).get((offer.day - DAY).days, "complete")
        for step in range(3):
            report(f"file {step}", step / 3)
            if how == "slow":
                time.sleep(0.2)
            if how == "endless":
                time.sleep(0.05)
                while True:
                    report("still at it", 0.5)
                    time.sleep(0.02)
        if how == "boom":
            raise ZeroDivisionError("division by zero in a decoder")
        if how == "bad":
            raise BadPayload("heatmap/07.bin.ttf ends in the middle of a record")
        if how == "interrupted":
            raise KeyboardInterrupt
        if how == "elsewhere":
            return (worlds.records(2, of=worlds.entry(offer.day + timedelta(days=10), "partial")),)
        status = how if how in ("partial", "missing") else "complete"
        found = [worlds.records(5, of=worlds.entry(offer.day, status))]
        if self.spill:
            after = worlds.entry(offer.day + timedelta(days=1), "partial")
            found.append(worlds.records(1, of=after))
        return tuple(found)


class Clock:
    """A second later at every look."""

    def __init__(self) -> None:
        self.now = datetime(2051, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def statuses(archive: Archive) -> dict[int, str]:
    return {(d - DAY).days: e.status for d, e in archive.read_ledger(SOURCE).items()}


def leftovers(archive: Archive) -> list[Path]:
    found = (p for folder in ("redo", "pulls") for p in (archive.root / folder).rglob("*"))
    return [path for path in found if path.is_file()]


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


def test_every_day_ends_in_the_ledger_and_a_failing_one_stops_nothing(archive) -> None:
    source = Source(6, ((1, "boom"), (2, "bad"), (3, "partial"), (4, "elsewhere")))
    seen: list[PullProgress] = []
    report = run_pull(
        plan_pull(source, archive, day(0), day(6)), archive, progress=seen.append, clock=Clock()
    )
    assert statuses(archive) == {
        **{0: "complete", 1: "failed", 2: "failed", 3: "partial", 4: "missing", 5: "complete"},
        **{6: "missing", 14: "partial"},
    }
    ledger = archive.read_ledger(SOURCE)
    assert "ZeroDivisionError: division by zero" in ledger[day(1)].reasons[0]
    assert ledger[day(2)].reasons == ("heatmap/07.bin.ttf ends in the middle of a record",)
    assert str(day(14)) in ledger[day(4)].reasons[0]
    assert ledger[day(1)].asked_at is not None
    assert [entry.day for entry in report.spilled] == [day(14)]
    assert not report.is_complete
    end = seen[-1]
    assert (end.state, end.bytes_done, end.bytes_total) == ("finished", 6_000_000, 6_000_000)
    assert [row.state for row in end.days][:3] == ["complete", "failed", "failed"]
    assert end.flights == 15
    assert seen[0].state == "running"
    assert seen[0].share == 0
    assert any(0 < row.share < 1 for now in seen for row in now.days)
    shares = [now.share for now in seen]
    assert shares == sorted(shares)
    halfway = next(now for now in seen if now.bytes_done > 2_000_000)
    assert halfway.rate_bytes_s
    assert halfway.seconds_left == pytest.approx(
        (halfway.bytes_total - halfway.bytes_done) / halfway.rate_bytes_s
    )


def test_pull_asked_twice_reads_nothing_the_second_time(archive) -> None:
    run_pull(plan_pull(Source(3), archive), archive)
    plan = plan_pull(Source(3), archive)
    assert plan.offers == ()
    report = run_pull(plan, archive)
    assert report.is_complete
    assert report.stored == ()


def test_failure_never_takes_away_a_day_the_archive_has(archive) -> None:
    run_pull(plan_pull(Source(1), archive), archive)
    plan = plan_pull(Source(1, ((0, "boom"),)), archive, refresh=True)
    report = run_pull(plan, archive)
    assert statuses(archive) == {0: "complete"}
    row = report.progress.days[0]
    assert row.state == "failed"
    assert "keeps the day it has (complete)" in row.message
    assert not report.is_complete


def test_refresh_lets_no_fragment_of_a_neighbour_in(archive) -> None:
    run_pull(plan_pull(Source(3), archive), archive)
    plan = plan_pull(Source(3, spill=True), archive, day(0), day(1), refresh=True)
    run_pull(plan, archive)
    assert statuses(archive) == {0: "complete", 1: "complete", 2: "complete"}


def test_interrupt_keeps_whole_days_and_leaves_nothing_else(archive) -> None:
    seen: list[PullProgress] = []
    source = Source(3, ((1, "interrupted"),))
    with pytest.raises(KeyboardInterrupt):
        run_pull(plan_pull(source, archive), archive, progress=seen.append)
    assert statuses(archive) == {0: "complete"}
    assert leftovers(archive) == []
    assert seen[-1].state == "cancelled"
    assert [row.state for row in seen[-1].days] == ["complete", "waiting", "waiting"]
    report = run_pull(plan_pull(Source(3), archive), archive)
    assert [entry.day for entry in report.stored] == [day(1), day(2)]
    assert statuses(archive) == {0: "complete", 1: "complete", 2: "complete"}


def test_pull_without_room_reads_nothing(archive, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = replace(plan_pull(Source(2), archive), disk_free=1000)
    seen: list[PullProgress] = []
    with pytest.raises(ArchiveError, match="free some space"):
        run_pull(plan, archive, progress=seen.append)
    assert seen[-1].state == "failed"
    assert not archive.root.exists()


def test_archive_that_cannot_be_written_ends_the_pull(archive, monkeypatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise ArchiveError("the disk is full")

    monkeypatch.setattr(Archive, "write_day", full)
    with pytest.raises(ArchiveError, match="full"):
        run_pull(plan_pull(Source(2), archive), archive)


@pytest.fixture(params=["threads", "processes"])
def executor(request: pytest.FixtureRequest):
    if request.param == "threads":
        found: Executor = ThreadPoolExecutor(2)
    else:
        found = ProcessPoolExecutor(2, mp_context=processes.context())
    with found:
        yield found


def test_any_executor_will_do(archive, executor: Executor) -> None:
    source = Source(5, ((1, "boom"), (2, "slow"), (3, "slow")), spill=True)
    seen: list[PullProgress] = []
    report = run_pull(
        plan_pull(source, archive, day(0), day(5)),
        archive,
        executor=executor,
        progress=seen.append,
    )
    assert statuses(archive) == {
        0: "complete",
        1: "failed" if statuses(archive)[1] == "failed" else "partial",  # day 0 spills into it
        **{2: "complete", 3: "complete", 4: "complete", 5: "partial"},
    }
    assert report.progress.state == "finished"
    assert any(row.state == "running" and row.message for now in seen for row in now.days)
    assert leftovers(archive) == []


def test_stop_reaches_workers_in_any_executor(
    archive, executor: Executor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pull, "_POLL_S", 0.05)
    source = Source(4, ((1, "endless"), (2, "endless")))

    def stop(now: PullProgress) -> None:
        if sum(row.state == "running" for row in now.days) >= 2:
            raise KeyboardInterrupt

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run_pull(plan_pull(source, archive), archive, executor=executor, progress=stop)
    assert time.monotonic() - began < 30
    assert set(statuses(archive).values()) <= {"complete"}
    assert {1, 2}.isdisjoint(statuses(archive))
    assert leftovers(archive) == []
    assert threading.active_count() < 20


def _pull_and_stall(root: str) -> None:
    run_pull(plan_pull(Source(3, ((1, "endless"),)), Archive(root)), Archive(root))


def test_killed_pull_is_taken_up_where_it_was(archive) -> None:
    process = processes.context().Process(target=_pull_and_stall, args=(str(archive.root),))
    process.start()
    give_up = time.monotonic() + 60
    while statuses(archive) != {0: "complete"} and time.monotonic() < give_up:
        time.sleep(0.05)
    process.kill()
    process.join()
    again = Archive(archive.root)
    assert plan_pull(Source(3), again).days == (day(1), day(2))
    assert run_pull(plan_pull(Source(3), again), again).is_complete
    assert leftovers(again) == []

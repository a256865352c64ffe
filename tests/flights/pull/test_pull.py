"""Pulls: what is asked, what is stored, and what a stop leaves."""

import threading
import time
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import processes
import pytest
import worlds
from made_source import SPEC, Clock, Source, day, leftovers, statuses
from worlds import SOURCE

from flights.archive import Archive
from flights.errors import ArchiveError, BadPayload
from flights.pull import PullProgress, plan_pull, run, run_pull
from flights.records import DayRecords


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "a")


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


def test_days_that_bring_nothing_make_no_pull_look_fast(archive) -> None:
    seen: list[PullProgress] = []
    source = Source(4, tuple((n, "boom") for n in range(3)))
    run_pull(plan_pull(source, archive), archive, progress=seen.append, clock=Clock())
    failed = [now for now in seen if now.days[2].state == "failed" and now.days[3].share == 0]
    assert failed and {now.rate_bytes_s for now in failed} == {None}
    assert {now.seconds_left for now in failed} == {None}
    end = seen[-1]
    assert end.started_at and end.updated_at and end.bytes_done == 4_000_000
    took = (end.updated_at - end.started_at).total_seconds()
    assert end.rate_bytes_s == pytest.approx(1_000_000 / took)


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
    assert "keeps the stored day (complete)" in row.message
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
    monkeypatch.setattr(run, "_POLL_S", 0.05)
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


def test_several_days_of_one_file_are_stored_one_by_one(archive) -> None:
    archive.write_day(worlds.records(9, of=worlds.entry(day(1))))
    before = archive.entry(SOURCE, day(1))
    seen: list[PullProgress] = []
    plan = plan_pull(Source(6, ((4, "nothing"),), together=6), archive)
    report = run_pull(plan, archive, progress=seen.append, clock=Clock())
    assert statuses(archive) == {n: "missing" if n == 4 else "complete" for n in range(6)}
    assert "days it has" in archive.entry(SOURCE, day(4)).reasons[0]
    assert archive.entry(SOURCE, day(1)) == before
    assert [entry.day for entry in report.stored] == [day(n) for n in (0, 2, 3, 4, 5)]
    done = [sum(row.state == "complete" for row in now.days) for now in seen]
    assert {0, 1, 2, 3, 4} <= set(done)
    shares = [now.share for now in seen]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert len(set(shares)) > 10


def test_file_that_breaks_off_keeps_the_days_before(archive, executor: Executor) -> None:
    plan = plan_pull(Source(8, ((2, "bad"), (6, "boom")), together=4), archive)
    report = run_pull(plan, archive, executor=executor)
    assert statuses(archive) == {n: "complete" if n in (0, 1, 4, 5) else "failed" for n in range(8)}
    assert archive.entry(SOURCE, day(3)).reasons == archive.entry(SOURCE, day(2)).reasons
    assert [row.state for row in report.progress.days] == [
        *("complete", "complete", "failed", "failed") * 2
    ]
    again = plan_pull(Source(8, together=4), archive)
    assert again.days == (day(2), day(3), day(6), day(7))
    assert run_pull(again, archive).is_complete


def test_entry_learns_series_and_edition_from_the_pull(archive) -> None:
    spec = replace(SPEC, scope="regions:airport:ELLX")
    source = Source(2, ((1, "boom"),), spec=spec, published="v1 99")
    run_pull(plan_pull(source, archive, day(0), day(2)), archive)
    ledger = archive.read_ledger(SOURCE)
    assert {entry.scope for entry in ledger.values()} == {"regions:airport:ELLX"}
    assert [ledger[day(n)].fingerprint for n in range(3)] == ["v1 99", "v1 99", ""]


def test_records_of_another_series_are_refused(archive) -> None:
    source = Source(1, spec=replace(SPEC, key="other"))
    run_pull(plan_pull(source, archive), archive)
    [entry] = archive.read_ledger("other").values()
    assert entry.status == "failed"
    assert "as a day of made-up" in entry.reasons[0]
    assert archive.sources() == ["other"]


def test_day_that_cannot_be_stored_fails_alone(archive, monkeypatch) -> None:
    write = Archive.write_day

    def broken(self, records: DayRecords, **more: object):
        if records.day == day(1) and records.entry.status == "complete":
            raise BadPayload("flights: columns are missing")
        return write(self, records, **more)

    monkeypatch.setattr(Archive, "write_day", broken)
    run_pull(plan_pull(Source(3), archive), archive)
    assert statuses(archive) == {0: "complete", 1: "failed", 2: "complete"}


def test_links_in_errors_lose_what_is_secret(archive) -> None:
    seen: list[PullProgress] = []
    run_pull(plan_pull(Source(1, ((0, "leaky"),)), archive), archive, progress=seen.append)
    written = [path.read_text() for path in archive.root.rglob("*.json")] + [str(seen)]
    assert "https://example.org/day.tar" in written[0]
    assert not [text for text in written if "secret" in text or "word" in text]


def test_offers_under_way_are_never_more_than_the_workers(archive) -> None:
    class Counting(ThreadPoolExecutor):
        most = under_way = 0

        def submit(self, *args, **more):
            self.under_way += 1
            self.most = max(self.most, self.under_way)
            job = super().submit(*args, **more)
            job.add_done_callback(lambda _: setattr(self, "under_way", self.under_way - 1))
            return job

    with Counting(8) as executor:
        report = run_pull(plan_pull(Source(9), archive), archive, executor=executor, workers=3)
        assert report.is_complete
        assert executor.most == 3


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


def test_day_that_is_not_over_is_not_noted_as_nothing(archive) -> None:
    source = Source(2, spec=replace(SPEC, remote=True))
    now = datetime(*day(3).timetuple()[:3], 9, tzinfo=UTC)
    report = run_pull(plan_pull(source, archive, day(0), day(5)), archive, clock=lambda: now)
    states = {row.day: row.state for row in report.progress.days}
    assert states[day(2)] == "missing" and states[day(3)] == states[day(5)] == "waiting"
    assert archive.entry(SOURCE, day(3)).status == "not asked"
    assert not report.is_complete

"""Pulls that end early: told to wait, refused, cut off; what they leave and say."""

from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import processes
import pytest
from made_source import Clock, Source, day, leftovers, statuses

from flights.archive import Archive
from flights.errors import ArchiveError
from flights.pull import PullProgress, plan_pull, run_pull

NOON = datetime(2051, 1, 1, 10, 49, 30, tzinfo=UTC)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "a")


def states(progress: PullProgress) -> list[str]:
    return [row.state for row in progress.days]


def test_source_that_asks_to_wait_pauses_the_pull(archive) -> None:
    plan = plan_pull(Source(4, ((1, "limited"),)), archive)
    report = run_pull(plan, archive, clock=lambda: NOON)
    assert statuses(archive) == {0: "complete"}
    assert report.progress.state == "paused"
    assert states(report.progress) == ["complete", "waiting", "waiting", "waiting"]
    assert report.progress.resume_at == datetime(2051, 1, 1, 13, 59, 30, tzinfo=UTC)
    assert report.progress.message == (
        "Example asks to wait 3 h 10 min. Run the same command again after 14:00 UTC "
        "(in 3 h 10 min). Days already stored are kept."
    )
    assert not report.is_complete
    again = run_pull(plan_pull(Source(4), archive), archive)
    assert [entry.day for entry in again.stored] == [day(1), day(2), day(3)]


def test_pause_beyond_midnight_names_the_day(archive) -> None:
    late = NOON.replace(hour=23)
    report = run_pull(plan_pull(Source(1, ((0, "limited"),)), archive), archive, clock=lambda: late)
    assert "after 03:00 UTC on 2051-01-02" in report.progress.message


def test_pause_without_an_end_says_later(archive) -> None:
    report = run_pull(plan_pull(Source(1, ((0, "busy"),)), archive), archive, clock=Clock())
    assert report.progress.resume_at is None
    assert "asks to wait. Run the same command again later." in report.progress.message


def test_days_of_a_file_stay_when_the_source_asks_to_wait_in_its_middle(archive) -> None:
    plan = plan_pull(Source(6, ((2, "limited"),), together=4), archive)
    assert run_pull(plan, archive).progress.state == "paused"
    assert statuses(archive) == {0: "complete", 1: "complete"}


def test_days_under_way_go_on_to_their_end_and_nothing_is_begun(archive) -> None:
    source = Source(6, ((0, "slow"), (1, "limited")))
    with ThreadPoolExecutor(2) as executor:
        plan = plan_pull(source, archive)
        report = run_pull(plan, archive, executor=executor, workers=2)
    assert report.progress.state == "paused"
    assert statuses(archive) == {0: "complete"}
    assert states(report.progress) == ["complete", *["waiting"] * 5]


def test_refused_account_ends_the_pull_instead_of_failing_every_day(archive) -> None:
    report = run_pull(plan_pull(Source(6, ((1, "rejected"),)), archive), archive)
    assert report.progress.state == "failed"
    assert report.progress.message == "Example refused the account that is set."
    assert statuses(archive) == {0: "complete"}
    assert not report.is_complete


def test_lost_connection_ends_the_pull_after_three_days(archive) -> None:
    ends = tuple((n, "unreachable") for n in range(1, 9))
    report = run_pull(plan_pull(Source(9, ends), archive), archive)
    assert statuses(archive) == {0: "complete", 1: "failed", 2: "failed", 3: "failed"}
    assert report.progress.state == "failed"
    assert "3 times in a row: example.org cannot be reached" in report.progress.message
    assert "when the connection works" in report.progress.message
    again = run_pull(plan_pull(Source(9, ends[:3]), archive), archive)
    assert again.progress.state == "failed"
    assert set(statuses(archive)) == set(range(9))
    assert {statuses(archive)[n] for n in range(4, 9)} == {"complete"}


def test_days_that_cannot_be_had_here_and_there_do_not_end_the_pull(archive) -> None:
    ends = tuple((n, "unreachable") for n in (0, 1, 3, 4))
    report = run_pull(plan_pull(Source(6, ends), archive), archive)
    assert report.progress.state == "finished"
    assert {statuses(archive)[n] for n in (2, 5)} == {"complete"}


def test_files_that_are_not_there_are_no_lost_connection(archive) -> None:
    ends = tuple((n, "gone") for n in range(5))
    report = run_pull(plan_pull(Source(6, ends), archive), archive)
    assert report.progress.state == "finished"
    assert statuses(archive)[5] == "complete"


def test_worker_that_dies_ends_the_pull_and_days_stored_stay(archive) -> None:
    seen: list[PullProgress] = []
    plan = plan_pull(Source(6, ((3, "killed"),)), archive)
    with (
        ProcessPoolExecutor(1, mp_context=processes.context()) as executor,
        pytest.raises(ArchiveError, match="try again with fewer workers"),
    ):
        run_pull(plan, archive, executor=executor, workers=1, progress=seen.append)
    assert statuses(archive) == {0: "complete", 1: "complete", 2: "complete"}
    assert seen[-1].state == "failed"
    assert leftovers(archive) == []


class Refusing(ThreadPoolExecutor):
    """A cluster whose scheduler cannot make sense of what it is given."""

    def submit(self, work, offer, *rest):
        if offer.day != day(2):
            return super().submit(work, offer, *rest)
        refused: Future = Future()
        refused.set_exception(RuntimeError("No module named 'flights'\nand more"))
        return refused


def test_executor_that_cannot_read_a_day_ends_the_pull_in_a_sentence(archive) -> None:
    seen: list[PullProgress] = []
    with Refusing(1) as executor, pytest.raises(ArchiveError, match="PYTHONPATH") as caught:
        run_pull(plan_pull(Source(6), archive), archive, executor=executor, progress=seen.append)
    assert "No module named 'flights' Days already stored are kept." in str(caught.value)
    assert {0} <= set(statuses(archive)) <= {0, 1}  # the second day was under way
    assert seen[-1].state == "failed"
    assert leftovers(archive) == []

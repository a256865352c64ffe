"""Pulls in a process of their own: followed, stopped, found dead."""

import errno
import json
import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from made_source import Source
from worlds import SOURCE

from flights.archive import Archive
from flights.errors import ArchiveError, InvalidInput
from flights.pull import (
    DayProgress,
    ProgressFile,
    PullProgress,
    background,
    estimate_seconds,
    plan_pull,
)
from flights.pull.background import (
    can_start_again,
    cancel_pull,
    find_measured_rate,
    list_pulls,
    mark_process,
    read_progress,
    start_again,
    start_pull,
    write_progress,
)
from flights.pull.progress import decode_json, encode_json
from flights.sources import Option, find_spec

pytestmark = pytest.mark.slow

NOW = datetime(2051, 1, 1, tzinfo=UTC)
ROW = DayProgress(date(2050, 3, 1), "running", 0.5, "reading", 1000, 20, 3)


def progress(pull_id: str = "7-a", **more) -> PullProgress:
    known = PullProgress(pull_id, "simulated", "running", started_at=NOW, days=(ROW,))
    return replace(known, **more)


def wait_for(archive: Path, pull_id: str, done: Callable[[PullProgress], bool]) -> PullProgress:
    give_up = time.monotonic() + 90
    while not done(now := read_progress(archive, pull_id)) and time.monotonic() < give_up:
        time.sleep(0.1)
    return now


def test_progress_survives_its_file(tmp_path: Path) -> None:
    mine = progress(pid=os.getpid(), process=mark_process(os.getpid()), rate_bytes_s=5.5)
    write_progress(tmp_path, mine)
    assert read_progress(tmp_path, "7-a") == mine
    assert decode_json(encode_json(mine), PullProgress) == mine
    assert [path.name for path in (tmp_path / "pulls").iterdir()] == ["7-a.json"]


def test_share_goes_by_bytes_and_by_days_where_there_are_none() -> None:
    other = DayProgress(date(2050, 3, 2), "waiting", 0.0, "", 3000)
    gone = DayProgress(date(2050, 3, 3), "skipped", 1.0, "", 5000)
    known = progress(days=(ROW, other, gone), bytes_total=4000)
    assert known.share == 0.125
    assert replace(known, bytes_total=0).share == 0.25
    assert progress(days=(gone,)).share == 0
    assert progress(days=(), state="finished").share == 1


@pytest.mark.parametrize(
    ("pid", "mark"),
    [(os.getpid(), "another start"), (2**22 - 3, "1"), (2**22 - 3, "")],
    ids=["its number was given away", "gone", "gone, mark unknown"],
)
def test_pull_whose_process_is_gone_is_failed(tmp_path: Path, pid: int, mark: str) -> None:
    write_progress(tmp_path, progress(pid=pid, process=mark))
    (tmp_path / "pulls" / "7-a.log").write_text("a line\nMemoryError: too much\n")
    found = read_progress(tmp_path, "7-a")
    assert found.state == "failed"
    assert "MemoryError: too much" in found.message
    assert "start the pull again" in found.message


def test_pull_that_never_began_is_failed_after_a_while(tmp_path: Path) -> None:
    write_progress(tmp_path, progress())
    assert read_progress(tmp_path, "7-a").state == "running"
    long_ago = time.time() - 3600
    os.utime(tmp_path / "pulls" / "7-a.json", (long_ago, long_ago))
    assert read_progress(tmp_path, "7-a").state == "failed"


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"days": []}'])
def test_damaged_progress_file_is_a_failed_pull(tmp_path: Path, text: str) -> None:
    (tmp_path / "pulls").mkdir()
    (tmp_path / "pulls" / "7-a.json").write_text(text)
    assert read_progress(tmp_path, "7-a").state == "failed"
    assert len(list_pulls(tmp_path)) == 1


@pytest.mark.parametrize("pull_id", ["../x", "a/b", "", "A", ".x", "x\0"])
def test_id_cannot_leave_the_archive(tmp_path: Path, pull_id: str) -> None:
    with pytest.raises(InvalidInput):
        read_progress(tmp_path, pull_id)
    with pytest.raises(InvalidInput):
        cancel_pull(tmp_path, pull_id)


def test_unknown_pull_is_named(tmp_path: Path) -> None:
    assert list_pulls(tmp_path) == []
    with pytest.raises(InvalidInput, match="no pull '9-z'"):
        read_progress(tmp_path, "9-z")


def test_newest_pull_comes_first_and_gives_the_rate(tmp_path: Path) -> None:
    for pull_id, rate in (("1-a", 100.0), ("3-c", None), ("2-b", 200.0)):
        write_progress(tmp_path, progress(pull_id, state="finished", rate_bytes_s=rate))
    assert [each.id for each in list_pulls(tmp_path)] == ["3-c", "2-b", "1-a"]
    assert find_measured_rate(tmp_path, "simulated") == 200.0
    assert find_measured_rate(tmp_path, "readsb") is None


def test_progress_file_is_not_written_at_every_step(tmp_path: Path) -> None:
    file = ProgressFile(tmp_path, "7-a")
    file(progress())
    first = (tmp_path / "pulls" / "7-a.json").read_bytes()
    file(progress(bytes_done=1))
    assert (tmp_path / "pulls" / "7-a.json").read_bytes() == first
    file(progress(state="finished"))
    assert read_progress(tmp_path, "7-a").state == "finished"


def test_full_disk_leaves_no_half_written_progress(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = ProgressFile(tmp_path, "7-a")
    file(progress())

    def full(self: Path, target: Path) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(ArchiveError, match=r"No space left on device\. .* are kept"):
        file(progress(state="failed"))
    assert [path.name for path in (tmp_path / "pulls").iterdir()] == ["7-a.json"]


def test_started_pull_can_be_followed_to_its_end(tmp_path: Path) -> None:
    days = date(2050, 3, 1), date(2050, 3, 2)
    pull_id = start_pull(tmp_path, "simulated", {"path": None}, *days)
    assert read_progress(tmp_path, pull_id).state == "running"
    end = wait_for(tmp_path, pull_id, lambda now: now.state != "running")
    assert end.state == "finished", end
    assert [row.state for row in end.days] == ["complete", "complete"]
    assert end.flights > 100
    assert [entry.status for entry in Archive(tmp_path).read_ledger("simulated").values()] == [
        "complete",
        "complete",
    ]
    cancel_pull(tmp_path, pull_id)  # too late does no harm
    assert [each.id for each in list_pulls(tmp_path)] == [pull_id]


def test_started_pull_that_cannot_begin_says_why(tmp_path: Path) -> None:
    pull_id = start_pull(tmp_path, "readsb", {"path": str(tmp_path / "nothing")})
    end = wait_for(tmp_path, pull_id, lambda now: now.state != "running")
    assert end.state == "failed"
    assert "nothing" in end.message
    assert not (tmp_path / "ledger").exists()


def test_started_pull_can_be_cancelled(tmp_path: Path) -> None:
    pull_id = start_pull(tmp_path, "simulated", {}, date(2050, 1, 1), date(2050, 12, 31))
    wait_for(tmp_path, pull_id, lambda now: now.flights > 0)
    cancel_pull(tmp_path, pull_id)
    end = wait_for(tmp_path, pull_id, lambda now: now.state != "running")
    assert end.state == "cancelled"
    ledger = Archive(tmp_path).read_ledger("simulated", verify=True)
    assert 0 < len(ledger) < 365
    assert "failed" not in {entry.status for entry in ledger.values()}
    assert not [path for path in (tmp_path / "redo").rglob("*") if path.is_file()]


def test_killed_pull_is_found_dead(tmp_path: Path) -> None:
    pull_id = start_pull(tmp_path, "simulated", {}, date(2050, 1, 1), date(2050, 12, 31))
    now = wait_for(tmp_path, pull_id, lambda now: now.pid is not None)
    assert now.pid
    os.kill(now.pid, signal.SIGKILL)
    end = wait_for(tmp_path, pull_id, lambda now: now.state != "running")
    assert end.state == "failed"
    assert "stopped unexpectedly" in end.message


def test_pull_that_ended_is_started_again_as_it_was_asked(tmp_path: Path, monkeypatch) -> None:
    spawned: list[list[str]] = []
    monkeypatch.setattr(background, "_spawn", lambda arguments, log: spawned.append(arguments))
    first = date(2050, 3, 1)
    begun = start_pull(tmp_path, "simulated", {"workers": "2"}, first, refresh=True)
    assert can_start_again(tmp_path, begun)
    again = start_again(tmp_path, begun)
    assert again != begun
    assert spawned[0][:-1] == spawned[1][:-1]
    assert spawned[0][3:5] == ["pull", "simulated"]
    assert {"--workers=2", "--from=2050-03-01", "--refresh"} <= set(spawned[1])


def test_pull_of_another_hand_cannot_be_started_again(tmp_path: Path) -> None:
    write_progress(tmp_path, progress())
    assert not can_start_again(tmp_path, "7-a")
    with pytest.raises(InvalidInput, match="on the command line"):
        start_again(tmp_path, "7-a")


def test_pull_that_cannot_be_started_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ArchiveError, match="pull cannot be started"):
        start_pull(tmp_path / "file", "simulated", {})


def test_option_that_looks_like_another_stays_a_value() -> None:
    arguments = background._arguments(Path("/a"), "readsb", {"path": "--refresh"}, None, None)
    assert "--path=--refresh" in arguments
    assert "--refresh" not in arguments


def test_flags_and_names_of_several_words_reach_the_command_line(monkeypatch) -> None:
    options = (Option("keep_files", "Keep them.", "flag"), Option("long_name", "Any."))
    spec = replace(find_spec("simulated"), options=options)
    monkeypatch.setattr(background, "find_spec", lambda key: spec)
    given = {"keep_files": "yes", "long_name": "a b", "workers": "2", "other": None}
    arguments = background._arguments(Path("/a"), "simulated", given, date(2050, 1, 1), None)
    assert arguments[4:] == [
        *("simulated", "--archive", "/a", "--yes", "--keep-files", "--long-name=a b"),
        *("--workers=2", "--from=2050-01-01"),
    ]


def test_paused_pull_keeps_when_to_go_on(tmp_path: Path) -> None:
    mine = progress(state="paused", resume_at=NOW, message="Example asks to wait.")
    write_progress(tmp_path, mine)
    assert read_progress(tmp_path, "7-a") == mine
    plain = json.loads(encode_json(mine))
    del plain["resume_at"]  # as an older program wrote it
    assert decode_json(json.dumps(plain).encode(), PullProgress).resume_at is None


def test_progress_file_of_an_older_program_is_read(tmp_path: Path) -> None:
    row = {"day": "2050-03-01", "state": "complete", "share": 1.0, "message": "", "flights": 3}
    old = {"id": "7-a", "source": "readsb", "state": "finished", "pid": 12, "process": "815"}
    old |= {"started_at": "2051-01-01T00:00:00+00:00", "days": [row], "rate_bytes_s": 5}
    (tmp_path / "pulls").mkdir()
    (tmp_path / "pulls" / "7-a.json").write_text(json.dumps(old))
    found = read_progress(tmp_path, "7-a")
    assert (found.state, found.started_at, found.rate_bytes_s) == ("finished", NOW, 5.0)
    assert found.days == (DayProgress(date(2050, 3, 1), "complete", 1.0, flights=3),)


def test_wrong_field_of_a_progress_file_is_named_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "pulls").mkdir()
    content = encode_json(progress()).replace(b'"positions":20', b'"positions":"many"')
    (tmp_path / "pulls" / "7-a.json").write_bytes(content)
    assert "$.days[0].positions" in read_progress(tmp_path, "7-a").message


def test_oldest_pulls_are_forgotten_and_running_ones_never(tmp_path: Path) -> None:
    for number in range(10, 40):
        write_progress(tmp_path, progress(f"{number}-a", state="finished"))
    alive = progress("09-a", pid=os.getpid(), process=mark_process(os.getpid()))
    write_progress(tmp_path, alive)
    (tmp_path / "pulls" / "10-a.log").write_text("words")
    new = background.new_pull_id(tmp_path)
    left = [each.id for each in list_pulls(tmp_path)]
    assert left == [f"{number}-a" for number in range(39, 19, -1)] + ["09-a"]
    assert not list((tmp_path / "pulls").glob("*.log"))
    assert new not in left


def test_time_is_expected_by_bytes_or_by_days(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    plan = plan_pull(Source(4), archive)
    assert estimate_seconds(archive, plan).seconds is None
    done = tuple(DayProgress(date(2050, 3, n), "complete", 1.0) for n in (1, 2))
    known = replace(progress("1-a"), source=SOURCE, state="finished", days=done)
    known = replace(known, updated_at=NOW + timedelta(seconds=8))
    write_progress(tmp_path, known)
    assert estimate_seconds(archive, plan).seconds is None
    assert estimate_seconds(archive, replace(plan, size_bytes=0)).seconds == 16
    write_progress(tmp_path, replace(known, rate_bytes_s=1e6))
    assert estimate_seconds(archive, plan).seconds == 4

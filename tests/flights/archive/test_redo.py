"""A writer killed at any moment leaves the old day or the new one, and no rest."""

import os
import signal
import threading
from pathlib import Path

import processes
import pytest
import worlds
from test_archive import flight_ids, glob_ids, tree
from worlds import DAY, SOURCE

from flights.archive import Archive, commit_log
from flights.archive.commit_log import Slot
from flights.errors import ArchiveError

pytestmark = pytest.mark.slow

OLD, NEW = worlds.records(4, seed=1), worlds.records(6, seed=2)


def _write_and_die(root: str, at: int, when: str) -> None:
    moves, real = 0, Path.replace

    def replace(self: Path, target: Path) -> Path:
        nonlocal moves
        moves += 1
        if moves == at and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        moved = real(self, target)
        if moves == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return moved

    Path.replace = replace  # type: ignore[method-assign]
    Archive(root).write_day(NEW)


MOVES = {
    "half of the tables are staged": 2,
    "all tables are staged": 4,
    "the ledger is replaced": 5,
    "one table is in place": 6,
    "three tables are in place": 8,
    "all tables are in place": 9,
}


def write_and_die(root: Path, at: int, when: str) -> None:
    assert processes.run(_write_and_die, str(root), at, when) == -signal.SIGKILL


@pytest.mark.parametrize("moment", MOVES)
@pytest.mark.parametrize("had_day", [True, False])
def test_kill_leaves_the_old_day_or_the_new(tmp_path: Path, moment: str, had_day: bool) -> None:
    before = Archive(tmp_path)
    if had_day:
        before.write_day(OLD)
    old = sorted(OLD.flights["flight_id"]) if had_day else []
    new = sorted(NEW.flights["flight_id"])
    write_and_die(tmp_path, MOVES[moment], "after")
    committed = MOVES[moment] >= 5
    # One that was open all the time, another tool, and one that opens the archive now:
    assert flight_ids(before) == (new if committed else old)
    assert glob_ids(tmp_path) in (old, new)
    after = Archive(tmp_path)
    assert flight_ids(after) == glob_ids(tmp_path) == (new if committed else old)
    assert len(after.load("tracks", SOURCE, DAY, DAY)) == 3 * len(flight_ids(after))
    left = after.entry(SOURCE, DAY, verify=True)
    assert left.status == ("complete" if committed or had_day else "not asked")
    assert not [name for name in tree(tmp_path) if name.startswith("redo")]


def test_killed_before_anything_moved(tmp_path: Path) -> None:
    Archive(tmp_path).write_day(OLD)
    before = tree(tmp_path)
    write_and_die(tmp_path, 1, "before")
    assert [name for name in tree(tmp_path) if name.startswith("redo")]
    Archive(tmp_path)
    assert tree(tmp_path) == before


def test_interrupt_after_the_commit_does_not_lose_the_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = Archive(tmp_path)
    archive.write_day(OLD)

    def interrupted(slot: commit_log.Slot, entry: object) -> None:
        commit(slot, entry)
        raise KeyboardInterrupt

    commit = commit_log.commit
    monkeypatch.setattr(commit_log, "commit", interrupted)
    with pytest.raises(KeyboardInterrupt):
        archive.write_day(NEW)
    assert flight_ids(archive) == glob_ids(tmp_path) == sorted(NEW.flights["flight_id"])
    assert not [name for name in tree(tmp_path) if name.startswith("redo")]


def test_day_is_written_by_one_process_at_a_time(tmp_path: Path) -> None:
    slot = commit_log.Slot(tmp_path, SOURCE, DAY)
    with commit_log.lock_day(slot):
        with (
            pytest.raises(ArchiveError, match="another process"),
            commit_log.lock_day(slot, wait_s=0.2),
        ):
            pass
        Archive(tmp_path)  # opening does not disturb the writer
        assert slot.lock.exists()
    with commit_log.lock_day(slot, wait_s=0):
        pass
    assert not slot.lock.exists()


def test_archive_that_may_only_be_read_shows_the_new_day(tmp_path: Path) -> None:
    before = Archive(tmp_path)
    before.write_day(OLD)
    write_and_die(tmp_path, MOVES["the ledger is replaced"], "after")
    assert before.entry(SOURCE, DAY, verify=True).is_complete
    assert flight_ids(before) == sorted(NEW.flights["flight_id"])
    assert glob_ids(tmp_path) == sorted(OLD.flights["flight_id"])


def test_archive_opens_while_days_are_taken_and_given_back(tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            with commit_log.lock_day(Slot(tmp_path, SOURCE, DAY)):
                pass

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(2000):
            Archive(tmp_path)
    finally:
        stop.set()
        writer.join()

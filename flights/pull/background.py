"""Pulls that run in their own process, and their progress.

<root>/pulls/<id>.json    progress, replaced atomically
<root>/pulls/<id>.log     standard error of the process
<root>/pulls/<id>.asked   the arguments of `start_pull`, to start the same pull again
"""

import os
import re
import signal
import sys
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import psutil

from flights.archive import Archive
from flights.errors import ArchiveError, InvalidInput
from flights.pull.plan import PullPlan
from flights.pull.progress import DayProgress, PullProgress, decode_json, encode_json
from flights.records.atomic_files import write_whole
from flights.sources import find_spec

__all__ = ["DayProgress", "PullProgress", "mark_process"]

_ID = re.compile(r"[0-9a-z][0-9a-z-]{0,63}")
_EVERY_S = 0.3  # a page that follows a pull reads the file about twice a second
_STARTING_S = 30  # a new process has written its number by then, on a slow disk too
_REMEMBERED = 20  # pulls that have ended; older ones are deleted
_SAME_START_S = 2.0  # psutil derives start times from the boot time, which may differ by 1 s
_GONE = (
    "The pull process stopped unexpectedly. Days already stored are kept; start the pull again to "
    "continue."
)


@dataclass(frozen=True)
class _Arguments:
    """What `start_pull` was given besides the source."""

    options: dict[str, str | None]
    days: tuple[date | None, date | None]
    refresh: bool


def start_pull(
    archive: Archive | Path | str,
    source: str,
    options: Mapping[str, str | None],
    first: date | None = None,
    last: date | None = None,
    *,
    refresh: bool = False,
) -> str:
    """Start `python -m flights pull` in its own process; the id of the pull.

    `options` are the source's by name, e.g. `{"path": "/data/day.tar", "detail": "heatmaps"}`
    (a flag is "yes" or None), and `workers` where several processes read.

    Raises
    ------
    ArchiveError
        The archive's folder cannot be written.
    """
    root = _root(archive).absolute()
    arguments = _arguments(root, source, options, first, last)
    if refresh:
        arguments.append("--refresh")
    try:
        pull_id = new_pull_id(root)
        waiting = PullProgress(pull_id, source, "running", "Starting …")
        write_progress(root, waiting)
        asked = _Arguments(dict(options), (first, last), refresh)
        (root / "pulls" / f"{pull_id}.asked").write_bytes(encode_json(asked))
        _spawn([*arguments, "--progress-id", pull_id], root / "pulls" / f"{pull_id}.log")
    except OSError as error:
        raise ArchiveError(f"The pull cannot be started in {root}: {error}.") from error
    return pull_id


def start_again(archive: Archive | Path | str, pull_id: str) -> str:
    """Start a pull that ended again, for the days that are not complete; the new id.

    Raises
    ------
    InvalidInput
        It was not started by `start_pull`, or its files were deleted.
    ArchiveError
        The archive's folder cannot be written.
    """
    progress = read_progress(archive, pull_id)
    try:
        content = _path(_root(archive), pull_id).with_suffix(".asked").read_bytes()
        asked = decode_json(content, _Arguments)
    except (OSError, ValueError) as error:
        raise InvalidInput(
            "This pull was started on the command line; start it again there, or fill in the form."
        ) from error
    source = progress.source.partition(".")[0]
    return start_pull(archive, source, asked.options, *asked.days, refresh=asked.refresh)


def can_start_again(archive: Archive | Path | str, pull_id: str) -> bool:
    """True where the arguments of the pull were stored."""
    return _path(_root(archive), pull_id).with_suffix(".asked").is_file()


def _spawn(arguments: list[str], log: Path) -> None:
    """Start a process that continues when this one ends; its standard error goes to `log`."""
    nothing, writing = os.O_RDONLY, os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    os.posix_spawn(
        arguments[0],
        arguments,
        {**os.environ, "PYTHONPATH": _python_path()},
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, nothing, 0),
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, writing, 0),
            (os.POSIX_SPAWN_OPEN, 2, str(log), writing, 0o644),
        ],
        setsid=True,
    )


def _arguments(
    root: Path,
    source: str,
    options: Mapping[str, str | None],
    first: date | None,
    last: date | None,
) -> list[str]:
    # The source comes first: argparse reads the other options with the parser of the source.
    arguments = [sys.executable, "-m", "flights", "pull", source, "--archive", str(root), "--yes"]
    flags = {option.name for option in find_spec(source).options if option.kind == "flag"}
    for name, value in options.items():
        if value is not None:
            option = f"--{name.replace('_', '-')}"
            arguments.append(option if name in flags else f"{option}={value}")
    days = {"from": first, "to": last}
    return arguments + [f"--{name}={day.isoformat()}" for name, day in days.items() if day]


def _python_path() -> str:
    """PYTHONPATH with this project first, so that the new process finds it from any folder."""
    ours = str(Path(__file__).parents[2])
    return os.pathsep.join(filter(None, [ours, os.environ.get("PYTHONPATH")]))


def new_pull_id(archive: Archive | Path | str) -> str:
    """The id of a new pull; deletes the files of the oldest pulls that have ended."""
    root = _root(archive)
    for old in sorted((root / "pulls").glob("*.json"), reverse=True)[_REMEMBERED:]:
        if _ID.fullmatch(old.stem) and read_progress(root, old.stem).state != "running":
            for each in (root / "pulls").glob(f"{old.stem}.*"):
                each.unlink(missing_ok=True)
    return f"{time.time_ns() // 1_000_000}-{uuid.uuid4().hex[:6]}"


def read_progress(archive: Archive | Path | str, pull_id: str) -> PullProgress:
    """The progress of a pull; `failed` where its process has stopped unexpectedly.

    Raises
    ------
    InvalidInput
        There is no pull of this id.
    """
    path = _path(_root(archive), pull_id)
    try:
        progress = decode_json(path.read_bytes(), PullProgress)
        age_s = time.time() - path.stat().st_mtime
    except FileNotFoundError as error:
        raise InvalidInput(f"There is no pull {pull_id!r} in this archive.") from error
    except ValueError as error:
        return PullProgress(pull_id, "", "failed", f"{path.name} cannot be read: {error}")
    if progress.state != "running" or _is_alive(progress, age_s):
        return progress
    return replace(progress, state="failed", message=_describe_end(path), seconds_left=None)


def mark_process(pid: int) -> str:
    """Start time of a running process [s since 1970]; "" when it has ended.

    With its number it identifies a process: the system gives the number alone to later ones.
    """
    try:
        process = psutil.Process(pid)
        if process.status() != psutil.STATUS_ZOMBIE:
            return f"{process.create_time():.2f}"
        with suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)  # a child of ours that ended; removes its entry
    except psutil.NoSuchProcess:
        pass
    return ""


def is_same_process(pid: int, mark: str) -> bool:
    """Whether the process that `mark_process` marked still runs under this number."""
    found = mark_process(pid)
    try:
        return bool(found) and abs(float(found) - float(mark)) < _SAME_START_S
    except ValueError:
        return False


def _is_alive(progress: PullProgress, age_s: float) -> bool:
    if progress.pid is None:
        return age_s < _STARTING_S
    return is_same_process(progress.pid, progress.process)


def _describe_end(path: Path) -> str:
    with suppress(OSError):
        lines = path.with_suffix(".log").read_text("utf-8", errors="replace").strip().splitlines()
        if lines:
            return f"{_GONE} Last line of its log: {lines[-1][:300]}"
    return _GONE


def cancel_pull(archive: Archive | Path | str, pull_id: str) -> None:
    """Ask a running pull to stop; stored days are kept, the day in work is not changed."""
    progress = read_progress(archive, pull_id)
    give_up = time.monotonic() + _STARTING_S
    while progress.state == "running" and progress.pid is None and time.monotonic() < give_up:
        time.sleep(0.1)
        progress = read_progress(archive, pull_id)
    if progress.state == "running" and progress.pid is not None:
        with suppress(ProcessLookupError):
            os.kill(progress.pid, signal.SIGTERM)


def list_pulls(archive: Archive | Path | str) -> list[PullProgress]:
    """All pulls of this archive, newest first."""
    root = _root(archive)
    paths = sorted((root / "pulls").glob("*.json"), reverse=True)
    return [read_progress(root, path.stem) for path in paths if _ID.fullmatch(path.stem)]


def find_measured_rate(archive: Archive | Path | str, source: str) -> float | None:
    """Input read per second by the latest pull of this source that measured it [bytes/s]."""
    rates = (each.rate_bytes_s for each in list_pulls(archive) if each.source == source)
    return next((rate for rate in rates if rate), None)


def estimate_seconds(archive: Archive | Path | str, plan: PullPlan) -> PullPlan:
    """The plan with the time it takes at the speed of the latest pull that measured one.

    By bytes where the source knows how many there are, else by days.
    """
    if rate := plan.size_bytes and find_measured_rate(archive, plan.source.spec.key):
        return replace(plan, seconds=plan.size_bytes / rate)
    found = (each for each in list_pulls(archive) if each.source == plan.source.spec.key)
    paces = (pace for each in found if (pace := _seconds_per_day(each)))
    pace = None if plan.size_bytes else next(paces, None)
    return replace(plan, seconds=pace and pace * len(plan.days))


def _seconds_per_day(progress: PullProgress) -> float | None:
    done = [day for day in progress.days if day.state in ("complete", "partial")]
    if not (done and progress.started_at and progress.updated_at):
        return None
    return (progress.updated_at - progress.started_at).total_seconds() / len(done)


def write_progress(root: Path, progress: PullProgress) -> None:
    """Replace the progress file of a pull."""
    path = _path(root, progress.id)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, encode_json(progress))


class ProgressFile:
    """A callback for `run_pull` that writes the progress file, at most a few times a second."""

    def __init__(self, root: Path, pull_id: str) -> None:
        self._root, self._id = root, pull_id
        self._written = -_EVERY_S
        self._states: object = None

    def __call__(self, progress: PullProgress) -> None:
        states = (progress.state, [day.state for day in progress.days])
        if states == self._states and time.monotonic() - self._written < _EVERY_S:
            return
        self._states, self._written = states, time.monotonic()
        pid = os.getpid()
        marked = replace(progress, id=self._id, pid=pid, process=mark_process(pid))
        try:
            write_progress(self._root, marked)
        except OSError as error:
            raise ArchiveError(
                f"{self._root} cannot be written: {error.strerror or error}. Days already "
                "stored are kept; run the same command again to continue."
            ) from error


def _path(root: Path, pull_id: str) -> Path:
    if not _ID.fullmatch(pull_id):
        raise InvalidInput(f"{pull_id!r} is not the id of a pull.")
    return root / "pulls" / f"{pull_id}.json"


def _root(archive: Archive | Path | str) -> Path:
    return archive.root if isinstance(archive, Archive) else Path(archive)

"""Pulls that run in a process of their own, and how far they are.

<root>/pulls/<id>.json    progress, replaced atomically
<root>/pulls/<id>.log     what the process wrote to standard error
<root>/pulls/<id>.asked   what `start_pull` was asked for, so that it can be asked again
"""

import json
import os
import re
import signal
import sys
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

from flights.archive import Archive
from flights.errors import ArchiveError, InvalidInput
from flights.pull.plan import PullPlan
from flights.pull.process_marks import process_mark
from flights.pull.progress import DayProgress, PullProgress, from_json, to_json
from flights.sources import find_spec

__all__ = ["DayProgress", "PullProgress", "process_mark"]

_ID = re.compile(r"[0-9a-z][0-9a-z-]{0,63}")
_EVERY_S = 0.3
_STARTING_S = 30
_REMEMBERED = 20
_GONE = (
    "The process of this pull ended without a word. Days already stored stay; start it again "
    "to go on from there."
)


def start_pull(
    archive: Archive | Path | str,
    source: str,
    options: Mapping[str, str | None],
    first: date | None = None,
    last: date | None = None,
    *,
    refresh: bool = False,
) -> str:
    """Start `python -m flights pull` on its own; the id to ask after it by.

    `options` are the source's by name, e.g. `{"path": "/data/day.tar", "detail": "heatmaps"}`
    (a flag is "yes" or None), and `workers` where more than one shall read.

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
        days = [day and day.isoformat() for day in (first, last)]
        asked = {"options": dict(options), "days": days, "refresh": refresh}
        (root / "pulls" / f"{pull_id}.asked").write_text(json.dumps(asked), encoding="utf-8")
        _spawn([*arguments, "--progress-id", pull_id], root / "pulls" / f"{pull_id}.log")
    except OSError as error:
        raise ArchiveError(f"No pull can be started in {root}: {error}.") from error
    return pull_id


def start_again(archive: Archive | Path | str, pull_id: str) -> str:
    """Start a pull that ended once more, for the days that are still not complete; the new id.

    Raises
    ------
    InvalidInput
        It was not started by `start_pull`, or is not known any more.
    ArchiveError
        The archive's folder cannot be written.
    """
    progress = read_progress(archive, pull_id)
    try:
        asked = json.loads(_path(_root(archive), pull_id).with_suffix(".asked").read_bytes())
        first, last = (day and date.fromisoformat(day) for day in asked["days"])
        options, refresh = dict(asked["options"]), bool(asked["refresh"])
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise InvalidInput(
            "This pull was started elsewhere; start it again there, or fill in the form."
        ) from error
    source = progress.source.partition(".")[0]
    return start_pull(archive, source, options, first, last, refresh=refresh)


def can_start_again(archive: Archive | Path | str, pull_id: str) -> bool:
    """True where `start_again` knows what was asked for."""
    return _path(_root(archive), pull_id).with_suffix(".asked").is_file()


def _spawn(arguments: list[str], log: Path) -> None:
    """Start a process that outlives this one, its standard error in `log`."""
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
    arguments = [sys.executable, "-m", "flights", "pull", "--archive", str(root), "--yes"]
    flags = {option.name for option in find_spec(source).options if option.kind == "flag"}
    for name, value in options.items():
        if value is not None:
            option = f"--{name.replace('_', '-')}"
            arguments.append(option if name in flags else f"{option}={value}")
    spans = {"from": first, "to": last}
    arguments += [f"--{name}={day.isoformat()}" for name, day in spans.items() if day]
    return [*arguments, source]


def _python_path() -> str:
    """So that the new process finds this package wherever it was started."""
    ours = str(Path(__file__).parents[2])
    return os.pathsep.join(filter(None, [ours, os.environ.get("PYTHONPATH")]))


def new_pull_id(archive: Archive | Path | str) -> str:
    """The id of a pull that begins now; forgets the oldest that have ended."""
    root = _root(archive)
    for old in sorted((root / "pulls").glob("*.json"), reverse=True)[_REMEMBERED:]:
        if _ID.fullmatch(old.stem) and read_progress(root, old.stem).state != "running":
            for each in (root / "pulls").glob(f"{old.stem}.*"):
                each.unlink(missing_ok=True)
    return f"{time.time_ns() // 1_000_000}-{uuid.uuid4().hex[:6]}"


def read_progress(archive: Archive | Path | str, pull_id: str) -> PullProgress:
    """How far a pull is. One whose process is gone without a word is `failed`.

    Raises
    ------
    InvalidInput
        There is no pull of this id.
    """
    path = _path(_root(archive), pull_id)
    try:
        progress = from_json(json.loads(path.read_bytes()))
        age_s = time.time() - path.stat().st_mtime
    except FileNotFoundError as error:
        raise InvalidInput(f"There is no pull {pull_id!r} in this archive.") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        said = f"{path.name} cannot be read: {error}"
        return PullProgress(pull_id, "", "failed", said)
    if progress.state != "running" or _is_alive(progress, age_s):
        return progress
    return replace(progress, state="failed", message=_last_words(path), seconds_left=None)


def _is_alive(progress: PullProgress, age_s: float) -> bool:
    if progress.pid is None:
        return age_s < _STARTING_S
    return process_mark(progress.pid) == progress.process != ""


def _last_words(path: Path) -> str:
    with suppress(OSError):
        lines = path.with_suffix(".log").read_text("utf-8", errors="replace").strip().splitlines()
        if lines:
            return f"{_GONE} Its last words: {lines[-1][:300]}"
    return _GONE


def cancel_pull(archive: Archive | Path | str, pull_id: str) -> None:
    """Ask a running pull to stop; days that are done stay, the day under way is left as it was."""
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
    """The plan with its time as the latest pull of this source that measured one would take.

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
    rough = path.with_suffix(f".{os.getpid()}.rough")
    try:
        rough.write_text(json.dumps(to_json(progress)), encoding="utf-8")
        rough.replace(path)
    except OSError:
        rough.unlink(missing_ok=True)
        raise


class ProgressFile:
    """A callback for `run_pull` that keeps the progress file fresh, a few times a second."""

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
        marked = replace(progress, id=self._id, pid=pid, process=process_mark(pid))
        try:
            write_progress(self._root, marked)
        except OSError as error:
            raise ArchiveError(
                f"{self._root} cannot be written: {error.strerror or error}. Days already stored "
                "stay; the same command goes on from there."
            ) from error


def _path(root: Path, pull_id: str) -> Path:
    if not _ID.fullmatch(pull_id):
        raise InvalidInput(f"{pull_id!r} is no id of a pull.")
    return root / "pulls" / f"{pull_id}.json"


def _root(archive: Archive | Path | str) -> Path:
    return archive.root if isinstance(archive, Archive) else Path(archive)

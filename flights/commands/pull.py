"""`python -m flights pull`: days of a source into the archive."""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import FrameType

from flights.archive import Archive
from flights.commands.base import DONE, IN_PART, add_days, open_archive, settings_of, write_message
from flights.commands.executors import open_executor
from flights.commands.pull_lines import (
    DayLines,
    LiveLine,
    describe_pull,
    describe_source,
    format_count,
)
from flights.commands.source_options import add_source_options, read_source_options
from flights.config import ARCHIVE_VARIABLE
from flights.errors import FlightDataError, InvalidInput, RateLimited
from flights.pull import (
    ProgressFile,
    PullPlan,
    PullProgress,
    PullReport,
    check_disk_space,
    estimate_seconds,
    format_states,
    new_pull_id,
    plan_pull,
    run_pull,
    utc_now,
)
from flights.reference.editions import current_aircraft
from flights.sources import contents_note, find_source, find_spec, open_source

EXAMPLE = "pull readsb --path globe_history --from 2025-06-12 --to 2025-06-14"


def add_options(parser: argparse.ArgumentParser) -> None:
    """The source with its options, the days, and how to go about it."""
    parser.add_argument("source", help="key of the source, as `sources` lists it")
    add_days(parser, required=False)
    parser.add_argument(
        "--refresh", action="store_true", help="ask complete days again, and let worse answers in"
    )
    parser.add_argument("--yes", action="store_true", help="start without asking")
    parser.add_argument(
        "--workers", type=int, metavar="N", help="read so many days at once, in processes (1)"
    )
    parser.add_argument(
        "--scheduler", metavar="ADDRESS", help="read on a Dask cluster, e.g. tcp://host:8786"
    )
    parser.add_argument("--progress-id", help=argparse.SUPPRESS)
    add_source_options(parser)


def run(asked: argparse.Namespace) -> int:
    """Plan, state the cost, ask where somebody can answer, pull, report."""
    stop = _Stop()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, stop)
    archive = open_archive(asked)
    if asked.scheduler:  # whose workers stand in other folders
        archive = Archive(archive.root.absolute())
    # Sources keep what they fetch in the cache of this archive, whatever named it.
    os.environ[ARCHIVE_VARIABLE] = str(archive.root)
    with _report_planning(asked, archive):
        plan = _plan(asked, archive)
        _state(plan, archive, asked.workers or 1)
        if not asked.yes and not _agreed(plan):
            write_message("Nothing was read.")
            return IN_PART
    report = _pull(asked, plan, archive, stop)
    _report(report)
    _index(report, plan, archive)
    write_message(contents_note(plan.source.spec))
    return DONE if report.is_complete else IN_PART


@contextmanager
def _report_planning(asked: argparse.Namespace, archive: Archive) -> Iterator[None]:
    """Whoever follows this pull learns what happens before it: planning may take minutes."""
    if not asked.progress_id:
        yield
        return
    file = ProgressFile(archive.root, asked.progress_id)
    begun = PullProgress(asked.progress_id, asked.source, "running", "Asking what there is …")
    file(begun)
    try:
        yield
    except KeyboardInterrupt:
        file(replace(begun, state="cancelled", message="Stopped as asked."))
        raise
    except RateLimited as error:
        wait = timedelta(seconds=error.wait_seconds or 0)
        resume_at = utc_now() + wait if wait else None
        file(replace(begun, state="paused", message=str(error), resume_at=resume_at))
        raise
    except FlightDataError as error:
        file(replace(begun, state="failed", message=str(error)))
        raise


class _Stop:
    """Takes signals: a pull that is told to end leaves as tidily as one that is interrupted.

    The interrupt is lost where it is raised inside a callback of foreign code, so it is raised
    again at the next step.
    """

    def __init__(self) -> None:
        self.asked = False

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True
        raise KeyboardInterrupt


def _plan(asked: argparse.Namespace, archive: Archive) -> PullPlan:
    find_source(asked.source)
    if asked.workers is not None and asked.workers < 1:
        raise InvalidInput(f"--workers is {asked.workers}; give 1 or more.")
    source = open_source(asked.source, **_options(asked))
    plan = plan_pull(source, archive, asked.first, asked.last, refresh=asked.refresh)
    if not (plan.offers or plan.skipped or plan.absent):
        raise InvalidInput(
            f"The source {asked.source!r} offers no day there. Check its options and the days."
        )
    return estimate_seconds(archive, plan)


def _options(asked: argparse.Namespace) -> dict[str, str | None]:
    """Options as given, and the aircraft table of now where the source can use one."""
    options = read_source_options(asked)
    known = {option.name: option.kind for option in find_spec(asked.source).options}
    if "aircraft" in known:
        found = current_aircraft(settings_of(asked), options.get("aircraft"))
        options["aircraft"] = str(found) if found else None
    for name, value in options.items():
        if value and asked.scheduler and known.get(name) == "path":
            options[name] = str(Path(value).expanduser().absolute())
    return options


def _state(plan: PullPlan, archive: Archive, workers: int) -> None:
    """Say what will happen; `ArchiveError` where the disk cannot hold it."""
    spec = plan.source.spec
    name = spec.key.partition(".")[0]
    if name not in {key.partition(".")[0] for key in archive.sources()}:
        for line in describe_source(spec):
            write_message(line)
    for line in describe_pull(plan):
        write_message(line)
    check_disk_space(plan, archive.root, workers=workers)


def _agreed(plan: PullPlan) -> bool:
    """Ask where somebody sits. A script gave its answer by running this, but for requests to
    others it must have said so."""
    if not plan.offers:
        return True
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        if plan.source.spec.remote:
            raise InvalidInput(
                "This pull asks servers of others and nobody is here to confirm it: add --yes."
            )
        return True
    sys.stderr.write("Go on? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _pull(asked: argparse.Namespace, plan: PullPlan, archive: Archive, stop: _Stop) -> PullReport:
    file = ProgressFile(archive.root, asked.progress_id or new_pull_id(archive))
    lines: Callable[[PullProgress], None] = (
        LiveLine() if sys.stderr.isatty() else DayLines(write_message)
    )

    def progress(now: PullProgress) -> None:
        file(now)
        if not asked.progress_id:
            lines(now)
        if stop.asked and now.state == "running":
            raise KeyboardInterrupt

    with open_executor(len(plan.offers), asked.workers, asked.scheduler) as (executor, workers):
        return run_pull(plan, archive, executor=executor, workers=workers, progress=progress)


def _report(report: PullReport) -> None:
    for entry in report.spilled:
        write_message(f"{entry.day} {entry.status}: found inside the input of another day.")
    end = report.progress
    write_message(f"Pull {end.state}: {format_states(end)}.")
    if end.state != "finished":
        write_message(end.message)


def _index(report: PullReport, plan: PullPlan, archive: Archive) -> None:
    """Get the index ready for questions, but not after every single day of a daily pull."""
    from flights.query import RouteIndex

    days = [entry.day for entry in report.stored if entry.tables]
    if len(days) < 2:
        return
    source = plan.source.spec.key
    try:
        months = RouteIndex(archive).months(source, days[0], days[-1], archive.read_ledger(source))
        write_message(f"Index ready for questions: {format_count(len(months), 'month')}.")
    except FlightDataError as error:
        write_message(f"The days are stored; the index will be built when it is asked for: {error}")

"""`python -m flights pull`: days of a source into the archive."""

import argparse
import signal
import sys
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import nullcontext
from datetime import date
from types import FrameType
from typing import Any

from flights.archive import Archive
from flights.commands.base import DONE, IN_PART, add_days, open_archive, settings_of, tell
from flights.errors import FlightDataError, InvalidInput
from flights.export import note_of
from flights.progress import PullProgress
from flights.pull import PullPlan, PullReport, plan_pull, run_pull
from flights.pulls import ProgressFile, measured_rate, write_progress
from flights.sources import find_source, open_source

EXAMPLE = "pull readsb --path globe_history --from 2025-06-12 --to 2025-06-14"


def add_options(parser: argparse.ArgumentParser) -> None:
    """The source with its options, the days, and how to go about it."""
    parser.add_argument("source", help="key of the source, as `sources` lists it")
    parser.add_argument("--path", help="readsb: folder, .tar, or first part of a split tar")
    parser.add_argument(
        "--detail", choices=("heatmaps", "traces"), help="readsb: which files to read"
    )
    parser.add_argument("--aircraft", metavar="FILE", help="readsb: table that names airframes")
    add_days(parser, required=False)
    parser.add_argument(
        "--refresh", action="store_true", help="ask complete days again, and let worse answers in"
    )
    parser.add_argument("--yes", action="store_true", help="start without asking")
    parser.add_argument("--workers", type=int, default=1, metavar="N", help="processes (1)")
    parser.add_argument("--progress-id", help=argparse.SUPPRESS)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def run(asked: argparse.Namespace) -> int:
    """Plan, state the cost, ask where somebody can answer, pull, report."""
    # A pull that is told to end leaves as tidily as one that is interrupted.
    signal.signal(signal.SIGTERM, _interrupt)
    archive = open_archive(asked)
    try:
        plan = _plan(asked, archive)
        _state_cost(plan)
        if not asked.yes and not _agreed(plan):
            tell("Nothing was read.")
            return IN_PART
        report = _pull(asked, plan, archive)
    except FlightDataError as error:
        if asked.progress_id:
            failed = PullProgress(asked.progress_id, asked.source, "failed", str(error))
            write_progress(archive.root, failed)
        raise
    _report(report)
    _index(report, plan, archive)
    tell(note_of(plan.source.spec))
    return DONE if report.is_complete else IN_PART


def _plan(asked: argparse.Namespace, archive: Archive) -> PullPlan:
    find_source(asked.source)
    if asked.workers < 1:
        raise InvalidInput(f"--workers is {asked.workers}; give 1 or more.")
    options = {"path": asked.path, "detail": asked.detail, "aircraft": _aircraft(asked)}
    source = open_source(asked.source, **options)
    rate = measured_rate(archive, asked.source)
    plan = plan_pull(
        source, archive, asked.first, asked.last, refresh=asked.refresh, rate_bytes_s=rate
    )
    if not (plan.offers or plan.skipped or plan.absent):
        raise InvalidInput(f"The source {asked.source!r} offers no day there. Check path and days.")
    return plan


def _aircraft(asked: argparse.Namespace) -> str | None:
    """The table that names airframes; the environment's only where the source can use one."""
    if asked.aircraft or asked.source != "readsb":
        return asked.aircraft
    found = settings_of(asked).aircraft
    return str(found) if found else None


def _state_cost(plan: PullPlan) -> None:
    time = f", about {_span(plan.seconds)}" if plan.seconds is not None else ""
    tell(
        f"{plan.source.spec.key}: {len(plan.offers)} days to read "
        f"({plan.size_bytes / 1e6:,.1f} MB{time}), {len(plan.skipped)} complete already, "
        f"{len(plan.absent)} not in the source. The archive will grow by about "
        f"{plan.disk_needed / 1e6:,.1f} MB; {plan.disk_free / 1e9:,.1f} GB are free."
    )


def _agreed(plan: PullPlan) -> bool:
    """Ask only where somebody sits: a script gave its answer by running this."""
    if not plan.offers or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return True
    sys.stderr.write("Go on? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _pull(asked: argparse.Namespace, plan: PullPlan, archive: Archive) -> PullReport:
    if asked.progress_id:
        progress: Any = ProgressFile(archive.root, asked.progress_id)
    else:
        progress = _DayLines()
    workers = min(asked.workers, max(1, len(plan.offers)))
    with _executor(workers) as executor:
        return run_pull(
            plan,
            archive,
            executor=executor,
            progress=progress,
            workers=workers,
        )


def _executor(workers: int) -> Any:
    if workers == 1:
        return nullcontext(None)
    import multiprocessing

    # Not "fork": Arrow and DuckDB have threads by now.
    context = multiprocessing.get_context("spawn")
    executor: Executor = ProcessPoolExecutor(workers, mp_context=context)
    return executor


class _DayLines:
    """Tells each day once, when it is done."""

    def __init__(self) -> None:
        self._told = set[date]()

    def __call__(self, progress: PullProgress) -> None:
        for day in progress.days:
            if day.state in ("waiting", "running", "skipped") or day.day in self._told:
                continue
            self._told.add(day.day)
            left = progress.seconds_left
            rest = f", {_span(left)} left" if left else ""
            tell(
                f"{day.day} {day.state}: {day.flights} flights, {day.positions} positions"
                f"{rest}. {day.message}".rstrip()
            )


def _span(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _report(report: PullReport) -> None:
    for entry in report.spilled:
        tell(f"{entry.day} {entry.status}: found inside the input of another day.")
    tell(f"Pull {report.progress.state}: {report.progress.message}.")


def _index(report: PullReport, plan: PullPlan, archive: Archive) -> None:
    """Get the index ready for questions, but not after every single day of a daily pull."""
    from flights.facts import Facts

    days = [entry.day for entry in report.stored if entry.tables]
    if len(days) < 2:
        return
    source = plan.source.spec.key
    try:
        months = Facts(archive).months(source, days[0], days[-1], archive.read_ledger(source))
        tell(f"Index ready for questions: {len(months)} months.")
    except FlightDataError as error:
        tell(f"The days are stored; the index will be built when it is asked for: {error}")

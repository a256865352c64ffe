"""`python -m flights pull`: download days of a source into the archive."""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import FrameType

from flights.archive import Archive
from flights.commands import LazyParser
from flights.commands.base import (
    DONE,
    IN_PART,
    add_archive,
    add_days,
    open_archive,
    settings_of,
    write_message,
)
from flights.commands.executors import open_executor
from flights.commands.pull_lines import (
    DayLines,
    ProgressBar,
    describe_pull,
    describe_source,
    format_count,
)
from flights.commands.source_options import add_source_options, metavar_of, read_source_options
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
from flights.sources import SOURCES, SourceSpec, contents_note, find_spec, open_source

EXAMPLE = "pull readsb --path globe_history --from 2025-06-12 --to 2025-06-14"


def add_options(parser: argparse.ArgumentParser) -> None:
    """One sub-parser per source; it has the options of that source only."""
    found = parser.add_subparsers(
        dest="source",
        required=True,
        metavar="SOURCE",
        title="sources",
        description="`pull SOURCE --help` lists the options of a source.",
        parser_class=LazyParser,
    )
    for key in SOURCES:
        spec = find_spec(key)
        about = f"{spec.title}. Gives {spec.gives}.".replace("%", "%%")
        title = spec.title.replace("%", "%%")
        found.add_parser(key, help=title, description=about, add_options=_SourceOptions(spec))


class _SourceOptions:
    """Adds the options of a source, then those that every pull has."""

    def __init__(self, spec: SourceSpec) -> None:
        self._spec = spec

    def __call__(self, parser: argparse.ArgumentParser) -> None:
        needed = [option for option in self._spec.options if option.required]
        words = [f"--{each.name} {metavar_of(each)}" for each in needed]
        # One line in place of argparse's eight: every option has its own line below.
        parser.usage = " ".join([parser.prog, *words, "[options]"])
        add_source_options(parser, self._spec)
        add_days(parser, required=False)
        add_archive(parser)
        parser.add_argument(
            "--refresh",
            action="store_true",
            help="download complete days again, even if worse",
        )
        parser.add_argument("--yes", action="store_true", help="start without a question")
        parser.add_argument(
            "--workers", type=int, metavar="N", help="read N days at once (default: 1)"
        )
        parser.add_argument(
            "--scheduler", metavar="ADDRESS", help="read on a Dask cluster, e.g. tcp://host:8786"
        )
        parser.add_argument("--progress-id", help=argparse.SUPPRESS)


def run(asked: argparse.Namespace) -> int:
    """Plan, print the cost, ask for confirmation on a terminal, pull, report."""
    stop = _Stop()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, stop)
    archive = open_archive(asked)
    if asked.scheduler:  # its workers run in other folders
        archive = Archive(archive.root.absolute())
    # Sources store their downloads in the cache of this archive, also where it was a default.
    os.environ[ARCHIVE_VARIABLE] = str(archive.root)
    with _report_planning(asked, archive):
        plan = _plan(asked, archive)
        _print_plan(plan, archive, asked.workers or 1)
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
    """Write a progress file while the pull is planned, which may take minutes."""
    if not asked.progress_id:
        yield
        return
    file = ProgressFile(archive.root, asked.progress_id)
    begun = PullProgress(asked.progress_id, asked.source, "running", "Listing available days …")
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
    """Handles signals: SIGTERM ends a pull in the same way as Ctrl-C.

    A library that calls back into Python may swallow the interrupt, so it is raised again at the
    next step.
    """

    def __init__(self) -> None:
        self.asked = False

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True
        raise KeyboardInterrupt


def _plan(asked: argparse.Namespace, archive: Archive) -> PullPlan:
    if asked.workers is not None and asked.workers < 1:
        raise InvalidInput(f"--workers is {asked.workers}; give 1 or more.")
    source = open_source(asked.source, **_options(asked))
    plan = plan_pull(source, archive, asked.first, asked.last, refresh=asked.refresh)
    if not (plan.offers or plan.skipped or plan.absent):
        raise InvalidInput(
            f"The source {asked.source!r} has no days there. Check its options and the days."
        )
    return estimate_seconds(archive, plan)


def _options(asked: argparse.Namespace) -> dict[str, str | None]:
    """Options as given, and the current aircraft table where the source can use one."""
    options = read_source_options(asked)
    known = {option.name: option.kind for option in find_spec(asked.source).options}
    if "aircraft" in known:
        found = current_aircraft(settings_of(asked), options.get("aircraft"))
        options["aircraft"] = str(found) if found else None
    for name, value in options.items():
        if value and asked.scheduler and known.get(name) == "path":
            options[name] = str(Path(value).expanduser().absolute())
    return options


def _print_plan(plan: PullPlan, archive: Archive, workers: int) -> None:
    """Print the plan; `ArchiveError` where the disk has too little space."""
    spec = plan.source.spec
    name = spec.key.partition(".")[0]
    if name not in {key.partition(".")[0] for key in archive.sources()}:
        for line in describe_source(spec):
            write_message(line)
    for line in describe_pull(plan):
        write_message(line)
    check_disk_space(plan, archive.root, workers=workers)


def _agreed(plan: PullPlan) -> bool:
    """Ask for confirmation on a terminal.

    A script needs no confirmation, except for requests to the servers of others: then `--yes`.
    """
    if not plan.offers:
        return True
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        if plan.source.spec.remote:
            raise InvalidInput(
                "This pull sends requests to public servers and needs a confirmation: add --yes."
            )
        return True
    sys.stderr.write("Start? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _pull(asked: argparse.Namespace, plan: PullPlan, archive: Archive, stop: _Stop) -> PullReport:
    file = ProgressFile(archive.root, asked.progress_id or new_pull_id(archive))
    with ExitStack() as closing:
        show = _open_display(closing)

        def progress(now: PullProgress) -> None:
            file(now)
            if not asked.progress_id:
                show(now)
            if stop.asked and now.state == "running":
                raise KeyboardInterrupt

        executor, workers = closing.enter_context(
            open_executor(len(plan.offers), asked.workers, asked.scheduler)
        )
        return run_pull(plan, archive, executor=executor, workers=workers, progress=progress)


def _open_display(closing: ExitStack) -> Callable[[PullProgress], None]:
    """A progress bar on a terminal, one line per day elsewhere."""
    if not sys.stderr.isatty():
        return DayLines(write_message)
    return closing.enter_context(ProgressBar())


def _report(report: PullReport) -> None:
    for entry in report.spilled:
        write_message(f"{entry.day} {entry.status}: found in the input of another day.")
    end = report.progress
    write_message(f"Pull {end.state}: {format_states(end)}.")
    if end.state != "finished":
        write_message(end.message)


def _index(report: PullReport, plan: PullPlan, archive: Archive) -> None:
    """Build the index, except after a pull of one day, which may be one of many."""
    from flights.query import RouteIndex

    days = [entry.day for entry in report.stored if entry.tables]
    if len(days) < 2:
        return
    source = plan.source.spec.key
    try:
        months = RouteIndex(archive).months(source, days[0], days[-1], archive.read_ledger(source))
        write_message(f"Index built: {format_count(len(months), 'month')}.")
    except FlightDataError as error:
        write_message(f"The days are stored; the next query builds the index: {error}")

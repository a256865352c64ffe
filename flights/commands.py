"""What the commands of `python -m flights` do, the parsing of arguments left out."""

import argparse
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager, nullcontext
from datetime import date, timedelta
from pathlib import Path
from typing import IO, Any

import pandas as pd

from flights import CONTENTS_SENTENCE
from flights.archive import Archive
from flights.errors import ArchiveError, FlightDataError, InvalidInput
from flights.export import Header, format_ledger, note_of, open_writer
from flights.ledger import LedgerEntry, not_asked
from flights.progress import PullProgress
from flights.pull import PullPlan, PullReport, plan_pull, run_pull
from flights.pulls import ProgressFile, measured_rate, write_progress
from flights.regions.base import Region
from flights.sources import find_source, find_spec, open_source

Tell = Callable[[str], None]

CHUNK_DAYS = 5


def pull_days(asked: argparse.Namespace, archive: Archive, tell: Tell) -> int:
    """Plan, state the cost, ask where somebody can answer, pull, report; the exit code."""
    try:
        plan = _plan(asked, archive)
        _state_cost(plan, tell)
        if not asked.yes and not _agreed(plan):
            tell("Nothing was read.")
            return 1
        report = _pull(asked, plan, archive, tell)
    except FlightDataError as error:
        if asked.progress_id:
            failed = PullProgress(asked.progress_id, asked.source, "failed", str(error))
            write_progress(archive.root, failed)
        raise
    _report(report, tell)
    _index(report, plan, archive, tell)
    tell(note_of(plan.source.spec))
    return 0 if report.is_complete else 1


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
    from flights.config import read_settings

    if asked.aircraft or asked.source != "readsb":
        return asked.aircraft
    found = read_settings(asked.archive).aircraft
    return str(found) if found else None


def _state_cost(plan: PullPlan, tell: Tell) -> None:
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


def _pull(asked: argparse.Namespace, plan: PullPlan, archive: Archive, tell: Tell) -> PullReport:
    if asked.progress_id:
        progress: Any = ProgressFile(archive.root, asked.progress_id)
    else:
        progress = _DayLines(tell)
    workers = min(asked.workers, max(1, len(plan.offers)))
    with _executor(workers) as executor:
        return run_pull(
            plan,
            archive,
            executor=executor,
            progress=progress,
            pull_id=asked.progress_id or "",
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

    def __init__(self, tell: Tell) -> None:
        self._tell, self._told = tell, set[date]()

    def __call__(self, progress: PullProgress) -> None:
        for day in progress.days:
            if day.state in ("waiting", "running", "skipped") or day.day in self._told:
                continue
            self._told.add(day.day)
            left = progress.seconds_left
            rest = f", {_span(left)} left" if left else ""
            self._tell(
                f"{day.day} {day.state}: {day.flights} flights, {day.positions} positions"
                f"{rest}. {day.message}".rstrip()
            )


def _span(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _report(report: PullReport, tell: Tell) -> None:
    for entry in report.spilled:
        tell(f"{entry.day} {entry.status}: found inside the input of another day.")
    tell(f"Pull {report.progress.state}: {report.progress.message}.")


def _index(report: PullReport, plan: PullPlan, archive: Archive, tell: Tell) -> None:
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


def print_ledger(asked: argparse.Namespace, archive: Archive, tell: Tell) -> int:
    """Print the ledger of one source or all; days asked for by date are all listed."""
    sources = [asked.source] if asked.source else archive.sources()
    if not sources:
        tell(f"{archive.root} holds no days yet; `python -m flights pull` fills it.")
    _check_days(asked.first, asked.last)
    entries: list[LedgerEntry] = []
    for source in sources:
        entries += _entries(archive, source, asked)
    sys.stdout.write(format_ledger(entries, asked.format) + "\n")
    states = [entry.status for entry in entries]
    counts = ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states))
    tell(f"{counts or 'no days'}. A day that is not complete is unknown, not zero.")
    tell(_note(sources))
    return 0


def _entries(archive: Archive, source: str, asked: argparse.Namespace) -> list[LedgerEntry]:
    known = archive.read_ledger(source, verify=asked.verify)
    if asked.first and asked.last:
        days = list(_each_day(asked.first, asked.last))
    else:
        first, last = asked.first or date.min, asked.last or date.max
        days = [day for day in known if first <= day <= last]
    return [known.get(day) or not_asked(source, day) for day in days]


def write_flights(asked: argparse.Namespace, archive: Archive, tell: Tell) -> int:
    """Write flights by day of `firstseen`, of a route where one is named; the exit code."""
    _check_days(asked.first, asked.last)
    source = asked.source or _only_source(archive)
    known = archive.read_ledger(source)
    days = [known.get(day) or not_asked(source, day) for day in _each_day(asked.first, asked.last)]
    header = Header(_note([source]), _question(asked, source), days)
    count = 0
    with _output(asked) as stream:
        writer = open_writer(asked.format, stream, header)
        for frame in _frames(asked, archive, source):
            writer.write(frame)
            count += len(frame)
        writer.close()
    return _tell_written(count, days, header.note, tell)


def _tell_written(count: int, days: list[LedgerEntry], note: str, tell: Tell) -> int:
    lacking = [entry for entry in days if not entry.is_complete]
    tell(f"{count} flights written.")
    if lacking:
        named = ", ".join(f"{entry.day} {entry.status}" for entry in lacking[:5])
        more = f" and {len(lacking) - 5} more" if len(lacking) > 5 else ""
        tell(
            f"{len(lacking)} of {len(days)} days are not complete ({named}{more}): "
            "what is not here may have flown all the same."
        )
    tell(note)
    return 1 if lacking else 0


def _question(asked: argparse.Namespace, source: str) -> dict[str, Any]:
    return {
        "source": source,
        "from": asked.first.isoformat(),
        "to": asked.last.isoformat(),
        "origin": asked.origin,
        "destination": asked.destination,
        "min_grade": asked.min_grade,
    }


def _frames(asked: argparse.Namespace, archive: Archive, source: str) -> Iterator[pd.DataFrame]:
    """Flights a few days at a time; at least one frame, so that the columns are always there."""
    if asked.origin or asked.destination or asked.min_grade:
        yield _match(asked, archive, source)
        return
    start = asked.first
    while start <= asked.last:
        stop = min(start + timedelta(days=CHUNK_DAYS - 1), asked.last)
        yield archive.load_flights(source, start, stop)
        start = stop + timedelta(days=1)


def _match(asked: argparse.Namespace, archive: Archive, source: str) -> pd.DataFrame:
    """Flights of the upper bound of a route, each with the sentence why it counts."""
    from flights.query import DuckDBEngine, RouteQuestion
    from flights.regions import parse_region
    from flights.routes import Route, explain_bounds

    origin, destination = (parse_region(t or "world:") for t in (asked.origin, asked.destination))
    grade = asked.min_grade
    question = RouteQuestion(
        source,
        asked.first,
        asked.last,
        _airports(origin),
        _airports(destination),
        min_grade=grade,
    )
    route = Route(origin, destination, grade or "")
    found = DuckDBEngine(archive).match(question)
    return found.assign(why=pd.Series(explain_bounds(found, route), found.index, dtype="str"))


def _airports(region: Region) -> frozenset[str] | None:
    from flights.reference.airports import all_codes
    from flights.regions import is_anywhere

    return None if is_anywhere(region) else all_codes(region.airports())


@contextmanager
def _output(asked: argparse.Namespace) -> Iterator[IO[bytes]]:
    """Standard output, or a file that appears only when it is whole."""
    if not asked.out:
        if asked.format == "parquet" and sys.stdout.isatty():
            raise InvalidInput("Parquet is not for the screen; add --out FILE.")
        yield sys.stdout.buffer
        return
    target = Path(asked.out)
    rough = target.with_name(f".{target.name}.rough")
    try:
        with rough.open("wb") as stream:
            yield stream
        rough.replace(target)
    except OSError as error:
        raise ArchiveError(f"{target} cannot be written: {error}.") from error
    finally:
        rough.unlink(missing_ok=True)


def _only_source(archive: Archive) -> str:
    sources = archive.sources()
    if len(sources) == 1:
        return sources[0]
    if not sources:
        raise InvalidInput(f"{archive.root} holds no days; `python -m flights pull` fills it.")
    raise InvalidInput(f"The archive holds {', '.join(sources)}; choose one with --source.")


def _note(sources: list[str]) -> str:
    specs = []
    for source in sources:
        try:
            specs.append(find_spec(source))
        except InvalidInput:
            continue
    made_up = next((spec for spec in specs if spec.simulated), None)
    return note_of(made_up) if made_up else CONTENTS_SENTENCE


def _check_days(first: date | None, last: date | None) -> None:
    if first and last and last < first:
        raise InvalidInput(f"The days end ({last}) before they begin ({first}); swap them.")


def _each_day(first: date, last: date) -> Iterator[date]:
    for n in range((last - first).days + 1):
        yield first + timedelta(days=n)

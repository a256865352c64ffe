"""The days that a study lacks, and the commands that pull them."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import partial

from analysis.numerics import Design
from analysis.study import StudyResult, format_date
from flights.planning import format_pull_commands
from flights.records import LedgerEntry
from flights.sources import find_spec

Write = Callable[[list[date]], list[str]]
"""Days -> the commands that pull them."""


def describe_missing(
    result: StudyResult, *, archive: str | None = None, ledger: Sequence[LedgerEntry] = ()
) -> list[str]:
    """Sentences and commands for the days that a pull could add; empty if no day is missing.

    `ledger`: the entries of the days, with the area of the series and how its days are filed.
    """
    write = partial(_format_commands, result, archive, ledger)
    lacking = [(day, status) for day, status, _ in result.days_missing if status != "outage"]
    lines = []
    if lacking:
        statuses = sorted({status for _, status in lacking})
        counts = ", ".join(f"{sum(s == each for _, s in lacking)} {each}" for each in statuses)
        total = len(result.series.days)
        lines.append(f"{len(lacking)} of {total} days of this study are missing ({counts}). Pull:")
        lines += write([day for day, _ in lacking])
    lines += [*_describe_earlier(result, write), *_describe_later(result, write)]
    if lines:
        lines.append("To compare other sources: python -m analysis plan STUDY.toml")
    return lines


def _describe_earlier(result: StudyResult, write: Write) -> list[str]:
    """The days to add before the study's first day if it has too few for a verdict."""
    study, begins = result.study, result.series.days[0]
    design = Design((result.event - begins).days, study["window"], study["baseline"])
    needed = result.event - timedelta(days=design.needed_days)
    known = result.lower.n_placebo if result.lower else 0
    if needed >= begins or known >= design.needed_placebos:
        return []
    days = list(_days(needed, begins - timedelta(days=1)))
    said = f"The study begins too late: set first = {needed.isoformat()}"
    return [f"{said} ({format_date(needed)}) and pull:", *write(days)]


def _describe_later(result: StudyResult, write: Write) -> list[str]:
    """The days to add after the study's last day if the window ends after it."""
    ends = result.series.days[-1]
    needed = result.event + timedelta(days=result.study["window"] - 1)
    if needed <= ends:
        return []
    days = list(_days(ends + timedelta(days=1), needed))
    said = f"The study ends before the window: set last = {needed.isoformat()}"
    return [f"{said} ({format_date(needed)}) and pull:", *write(days)]


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)


def _format_commands(
    result: StudyResult,
    archive: str | None,
    ledger: Sequence[LedgerEntry],
    days: list[date],
) -> list[str]:
    spec = find_spec(result.study["source"])
    scope = next((entry.scope for entry in ledger if entry.scope), "")
    if any(entry.filed_by == "lastseen" for entry in ledger):
        days = sorted({*days, *(day + timedelta(days=1) for day in days)})
    return [f"  {line}" for line in format_pull_commands(spec, days, scope=scope, archive=archive)]

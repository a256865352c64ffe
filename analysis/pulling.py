"""Which days a study still lacks, and the commands that pull them."""

import inspect
import shlex
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from analysis.estimators.base import Design
from analysis.results import StudyResult
from analysis.wording import write_date
from flights.sources import find_source

SHOWN = 8
"""Commands shown at most; the ledger shows the rest."""


def tell_missing(result: StudyResult, *, archive: str | None = None) -> list[str]:
    """Sentences and commands for the days that a pull could still bring; none when all is there."""
    lacking = [(day, status) for day, status, _ in result.days_missing if status != "outage"]
    lines = []
    if lacking:
        statuses = sorted({status for _, status in lacking})
        counts = ", ".join(f"{sum(s == each for _, s in lacking)} {each}" for each in statuses)
        total = len(result.series.days)
        lines.append(f"{len(lacking)} of {total} days of this study are missing ({counts}). Pull:")
        lines += _commands(result, [day for day, _ in lacking], archive)
    return [*lines, *_tell_earlier(result, archive), *_tell_later(result, archive)]


def group_days(days: Iterable[date]) -> Iterator[tuple[date, date]]:
    """First and last day of each run of neighbouring days.

    >>> days = [date(2050, 1, 1), date(2050, 1, 2), date(2050, 1, 4)]
    >>> [(a.day, b.day) for a, b in group_days(days)]
    [(1, 2), (4, 4)]
    """
    first = last = None
    for day in sorted(days):
        if first is None or last is None:
            first = day
        elif day - last > timedelta(days=1):
            yield first, last
            first = day
        last = day
    if first is not None and last is not None:
        yield first, last


def _tell_earlier(result: StudyResult, archive: str | None) -> list[str]:
    """What to add before the study's first day when its days cannot be enough."""
    study, begins = result.study, result.series.days[0]
    design = Design((result.event - begins).days, study["window"], study["baseline"])
    needed = result.event - timedelta(days=design.needed_days)
    known = result.lower.n_placebo if result.lower else 0
    if needed >= begins or known >= design.needed_placebos:
        return []
    days = list(_days(needed, begins - timedelta(days=1)))
    said = f"The study begins too late: set first = {needed.isoformat()}"
    return [f"{said} ({write_date(needed)}) and pull:", *_commands(result, days, archive)]


def _tell_later(result: StudyResult, archive: str | None) -> list[str]:
    """What to add after the study's last day when the window runs beyond it."""
    ends = result.series.days[-1]
    needed = result.event + timedelta(days=result.study["window"] - 1)
    if needed <= ends:
        return []
    days = list(_days(ends + timedelta(days=1), needed))
    said = f"The window runs beyond the study: set last = {needed.isoformat()}"
    return [f"{said} ({write_date(needed)}) and pull:", *_commands(result, days, archive)]


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)


def _commands(result: StudyResult, days: list[date], archive: str | None) -> list[str]:
    source = result.study["source"]
    asks_path = "path" in inspect.signature(find_source(source).open_source).parameters
    extra = " --path FOLDER_OR_TAR" if asks_path else ""
    extra += f" --archive {shlex.quote(archive)}" if archive else ""
    runs = list(group_days(days))
    lines = [
        f"  python -m flights pull {source}{extra} --from {first} --to {last}"
        for first, last in runs[:SHOWN]
    ]
    if len(runs) > SHOWN:
        lines.append(f"  … and {len(runs) - SHOWN} more runs of days; see python -m flights ledger")
    return lines

"""A pull in lines of text: what it will cost, and how far it is."""

import shutil
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import TextIO

from flights.planning.text import describe_time
from flights.pull import DayProgress, PullPlan, PullProgress, write_bytes, write_span
from flights.sources import SourceSpec

WriteLine = Callable[[str], None]

_EVERY_S = 0.2
_SHOWN = 6
_LEAST_PARTS = 2


def describe_source(spec: SourceSpec) -> Iterator[str]:
    """What to know before a source is pulled for the first time."""
    yield f"{spec.title}. Gives {spec.gives}. Needs: {spec.needs}."
    yield f"  Licence: {spec.licence}"
    yield f"  Attribution: {spec.attribution}"
    yield f"  Terms: {spec.terms}"


def describe_pull(plan: PullPlan) -> Iterator[str]:
    """What a pull will ask and cost, and the days it leaves out with the reason."""
    yield f"{plan.source.spec.key}: {format_count(len(plan.days), 'day')} to read{_cost(plan)}."
    if plan.days:
        yield f"  Days: {format_day_runs(plan.days)}."
    yield from (f"  {note}" for note in dict.fromkeys(n for o in plan.offers for n in o.notes))
    problems = [f"{offer.day}: {offer.problem}" for offer in plan.offers if offer.problem]
    yield from (f"  Known before: {each}" for each in problems[:_SHOWN])
    if len(problems) > _SHOWN:
        yield f"  … and {format_count(len(problems) - _SHOWN, 'day')} more with something wrong."
    for why, days in _by_reason(plan.skipped).items():
        yield f"  Left out: {format_count(len(days), 'day')} {why} ({format_day_runs(days)})."
    if plan.absent:
        days_absent = format_count(len(plan.absent), "day")
        yield f"  Not in the source: {days_absent} ({format_day_runs(plan.absent)})."
    if not plan.offers:
        return
    cache = ""
    if plan.cache_free is not None and plan.cache_needed:
        cache = f" The cache has {write_bytes(plan.cache_free)} free."
    yield (
        f"  The archive will grow by about {write_bytes(plan.disk_needed)}; "
        f"{write_bytes(plan.disk_free)} are free.{cache}"
    )


def _cost(plan: PullPlan) -> str:
    parts = [
        format_count(plan.requests, "request") if plan.requests else "",
        write_bytes(plan.size_bytes) if plan.size_bytes else "",
        format_count(plan.credits, "credit") if plan.credits else "",
        describe_time(plan) if plan.offers else "",
    ]
    said = ", ".join(filter(None, parts))
    return f": {said}" if said else ""


def _by_reason(skipped: Iterable[tuple[date, str]]) -> dict[str, list[date]]:
    found: dict[str, list[date]] = defaultdict(list)
    for day, why in skipped:
        found[why].append(day)
    return found


def format_count(number: int, noun: str) -> str:
    """A number with its noun.

    >>> count(1, "day"), count(1200, "request")
    ('1 day', '1,200 requests')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def format_day_runs(days: Iterable[date]) -> str:
    """Days as runs, shortened where there are many.

    >>> list_days([date(2050, 1, 1), date(2050, 1, 2), date(2050, 1, 4)])
    '2050-01-01 to 2050-01-02, 2050-01-04'
    """
    runs: list[list[date]] = []
    for day in sorted(days):
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    said = [f"{run[0]} to {run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs]
    more = [f"… and {len(said) - _SHOWN} more runs of days"] if len(said) > _SHOWN else []
    return ", ".join([*said[:_SHOWN], *more])


class DayLines:
    """Tells each day once, when it is done."""

    def __init__(self, tell: WriteLine) -> None:
        self._tell, self._told = tell, set[date]()

    def __call__(self, progress: PullProgress) -> None:
        for day in progress.days:
            if day.state in ("waiting", "running", "skipped") or day.day in self._told:
                continue
            self._told.add(day.day)
            left = progress.seconds_left
            parts = [
                f"{format_count(day.flights, 'flight')}, {format_count(day.positions, 'position')}"
                if day.state in ("complete", "partial")  # elsewhere nothing is known, not zero
                else "",
                day.message.rstrip("."),
                f"{write_span(left)} left" if left else "",
            ]
            self._tell(f"{day.day} {day.state}: {'. '.join(filter(None, parts))}.")


class LiveLine:
    """One line drawn anew in place, for a terminal, under the lines of the days that are done."""

    def __init__(
        self, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._clock, self._drawn = clock, -_EVERY_S
        self._days = DayLines(self._above)

    def __call__(self, progress: PullProgress) -> None:
        self._days(progress)
        if progress.state != "running":
            self._write("\r\x1b[K")
        elif self._clock() - self._drawn >= _EVERY_S:
            self._drawn = self._clock()
            width = max(20, shutil.get_terminal_size().columns - 1)
            self._write(f"\r\x1b[K{format_progress_line(progress, width)}")

    def _above(self, text: str) -> None:
        self._write(f"\r\x1b[K{text}\n")
        self._drawn = -_EVERY_S

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def format_progress_line(progress: PullProgress, width: int | None = None) -> str:
    """How far a pull is, in one line; where it has no room for all, figures give way first.

    What is done now stays, or else nobody sees on a narrow terminal that a source makes us wait.
    """
    asked = [day for day in progress.days if day.state != "skipped"]
    done = [day for day in asked if day.state not in ("waiting", "running")]
    figures = [
        f"{len(done)} of {format_count(len(asked), 'day')}",
        f"{write_span(progress.seconds_left)} left" if progress.seconds_left else "",
        _bytes_done(progress),
        f"{write_bytes(progress.rate_bytes_s)}/s" if progress.rate_bytes_s else "",
        format_count(progress.flights, "flight") if progress.flights else "",
        format_count(progress.positions, "position") if progress.positions else "",
    ]
    parts = list(filter(None, [*figures, _doing(asked)]))
    while width is not None and len(" · ".join(parts)) > width and len(parts) > _LEAST_PARTS:
        del parts[-2]
    return " · ".join(parts)[:width]


def _bytes_done(progress: PullProgress) -> str:
    if not progress.bytes_total:
        return ""
    return f"{write_bytes(progress.bytes_done)} of {write_bytes(progress.bytes_total)}"


def _doing(asked: list[DayProgress]) -> str:
    """What is done now; a wait goes before anything else."""
    running = [day for day in asked if day.state == "running" and day.message]
    running.sort(key=lambda day: not day.message.startswith("waiting"))
    return f"{running[0].day} {_plain(running[0].message)}" if running else ""


def _plain(text: str) -> str:
    """Without anything that would move the cursor: names in files are untrusted."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)

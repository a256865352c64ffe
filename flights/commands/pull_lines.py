"""A pull on the command line: what it costs, and its progress."""

import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import Self, TextIO

from flights.planning.text import describe_time
from flights.pull import DayProgress, PullPlan, PullProgress
from flights.records.amounts import format_size, format_span
from flights.sources import SourceSpec

WriteLine = Callable[[str], None]

_EVERY_S = 0.2  # time between two drawings: faster is flicker
_SHOWN = 6  # days or runs of days listed at most
_LEAST_PARTS = 2  # of a progress line: days done, and what is done now
_BAR_WIDTH = 20
_PERCENT_WIDTH = 7  # "100%" and blanks between the columns


def describe_source(spec: SourceSpec) -> Iterator[str]:
    """Licence and terms, printed before the first pull of a source."""
    yield f"{spec.title}. Gives {spec.gives}. Needs: {spec.needs}."
    yield f"  Licence: {spec.licence}"
    yield f"  Attribution: {spec.attribution}"
    yield f"  Terms: {spec.terms}"


def describe_pull(plan: PullPlan) -> Iterator[str]:
    """Days, requests and cost of a pull, and the days it leaves out with the reason."""
    yield f"{plan.source.spec.key}: {format_count(len(plan.days), 'day')} to read{_cost(plan)}."
    if plan.days:
        yield f"  Days: {format_day_runs(plan.days)}."
    yield from (f"  {note}" for note in dict.fromkeys(n for o in plan.offers for n in o.notes))
    problems = [f"{offer.day}: {offer.problem}" for offer in plan.offers if offer.problem]
    yield from (f"  Known problem: {each}" for each in problems[:_SHOWN])
    if len(problems) > _SHOWN:
        yield f"  … and {format_count(len(problems) - _SHOWN, 'more day')} with a known problem."
    for why, days in _by_reason(plan.skipped).items():
        yield f"  Left out: {format_count(len(days), 'day')} {why} ({format_day_runs(days)})."
    if plan.absent:
        days_absent = format_count(len(plan.absent), "day")
        yield f"  Not in the source: {days_absent} ({format_day_runs(plan.absent)})."
    if not plan.offers:
        return
    cache = ""
    if plan.cache_free is not None and plan.cache_needed:
        cache = f" The cache has {format_size(plan.cache_free)} free."
    yield (
        f"  The archive grows by about {format_size(plan.disk_needed)}; "
        f"{format_size(plan.disk_free)} are free.{cache}"
    )


def _cost(plan: PullPlan) -> str:
    parts = [
        format_count(plan.requests, "request") if plan.requests else "",
        format_size(plan.size_bytes) if plan.size_bytes else "",
        format_count(plan.credits, "credit") if plan.credits else "",
        describe_time(plan) if plan.offers else "",
    ]
    text = ", ".join(filter(None, parts))
    return f": {text}" if text else ""


def _by_reason(skipped: Iterable[tuple[date, str]]) -> dict[str, list[date]]:
    found: dict[str, list[date]] = defaultdict(list)
    for day, why in skipped:
        found[why].append(day)
    return found


def format_count(number: int, noun: str) -> str:
    """A number with its noun.

    >>> format_count(1, "day"), format_count(1200, "request")
    ('1 day', '1,200 requests')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def format_day_runs(days: Iterable[date]) -> str:
    """Days as runs; a long list is cut.

    >>> format_day_runs([date(2050, 1, 1), date(2050, 1, 2), date(2050, 1, 4)])
    '2050-01-01 to 2050-01-02, 2050-01-04'
    """
    runs: list[list[date]] = []
    for day in sorted(days):
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    shown = [f"{run[0]} to {run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs]
    more = [f"… and {len(shown) - _SHOWN} more runs of days"] if len(shown) > _SHOWN else []
    return ", ".join([*shown[:_SHOWN], *more])


class DayLines:
    """Writes one line per day, when the day is done."""

    def __init__(self, write: WriteLine) -> None:
        self._write, self._written = write, set[date]()

    def __call__(self, progress: PullProgress) -> None:
        for day in progress.days:
            if day.state in ("waiting", "running", "skipped") or day.day in self._written:
                continue
            self._written.add(day.day)
            left = progress.seconds_left
            parts = [
                f"{format_count(day.flights, 'flight')}, {format_count(day.positions, 'position')}"
                if day.state
                in ("complete", "partial")  # other days have no counts, which is not zero
                else "",
                day.message.rstrip("."),
                f"{format_span(left)} left" if left else "",
            ]
            self._write(f"{day.day} {day.state}: {'. '.join(filter(None, parts))}.")


class ProgressBar:
    """One line with a bar on a terminal, below the lines of the days that are done.

    rich draws it, and obeys NO_COLOR. It is drawn a few times a second, in the calling thread.
    """

    def __init__(
        self, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

        self._console = Console(file=stream or sys.stderr, force_terminal=True, highlight=False)
        self._progress = Progress(
            BarColumn(_BAR_WIDTH),
            TaskProgressColumn(),
            TextColumn("{task.description}", markup=False),
            console=self._console,
            auto_refresh=False,
            transient=True,
        )
        self._task = self._progress.add_task("", total=1.0)
        self._clock, self._drawn = clock, -_EVERY_S
        self._days = DayLines(self._print_above)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def __call__(self, progress: PullProgress) -> None:
        self._days(progress)
        if progress.state != "running":
            self._progress.stop()
        elif self._clock() - self._drawn >= _EVERY_S:
            self._drawn = self._clock()
            width = max(20, self._console.width - _BAR_WIDTH - _PERCENT_WIDTH)
            text = format_progress_line(progress, width)
            self._progress.update(self._task, completed=progress.share, description=text)
            self._progress.refresh()

    def _print_above(self, text: str) -> None:
        self._console.print(text, markup=False, soft_wrap=True)
        self._drawn = -_EVERY_S


def format_progress_line(progress: PullProgress, width: int | None = None) -> str:
    """The progress of a pull in one line of at most `width` characters.

    Where the line is too long, figures are left out first: what is done now must stay, so that a
    wait for the source is visible on a narrow terminal.
    """
    asked = [day for day in progress.days if day.state != "skipped"]
    done = [day for day in asked if day.state not in ("waiting", "running")]
    figures = [
        f"{len(done)} of {format_count(len(asked), 'day')}",
        f"{format_span(progress.seconds_left)} left" if progress.seconds_left else "",
        _bytes_done(progress),
        f"{format_size(progress.rate_bytes_s)}/s" if progress.rate_bytes_s else "",
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
    return f"{format_size(progress.bytes_done)} of {format_size(progress.bytes_total)}"


def _doing(asked: list[DayProgress]) -> str:
    """What is done now; a wait comes first."""
    running = [day for day in asked if day.state == "running" and day.message]
    running.sort(key=lambda day: not day.message.startswith("waiting"))
    return f"{running[0].day} {_plain(running[0].message)}" if running else ""


def _plain(text: str) -> str:
    """Without control characters, which could move the cursor: names in files are not trusted."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)

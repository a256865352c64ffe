"""One source for a whole study, and its cost."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from flights.archive import Archive
from flights.planning.commands import format_pull_commands, group_days
from flights.planning.missing_days import find_days_to_pull
from flights.planning.needed_days import DaySpan
from flights.pull import background
from flights.records import LedgerEntry
from flights.sources import Cost, SourceSpec

FITS = ("whole", "in part", "own files", "no")
"""`whole`: covers the route. `in part`: covers a part of a region. `own files`: covers what is in
the user's files. `no`: cannot be used, and `Way.why` says why."""

ASSUMED_BYTES_S = 5e6
"""Bytes a second of an ordinary connection (40 Mbit/s), until a pull here has measured a rate."""
ASSUMED_REQUEST_S = 1.0
"""Seconds per request, with the pause that public servers ask for."""
MONTH_DAYS, DAY_S = 30.4, 86_400.0


@dataclass(frozen=True)
class Way:
    """One source for the whole series of a study.

    `spec` is that of the series, narrowed where needed. `days` are the days to pull, `held` is
    the number of complete days of `span`. `seconds` is None where the time is unknown;
    `measured` is True where it comes from a pull of this archive. `credit_days`: number of days
    over which the credits must be spread.
    """

    spec: SourceSpec
    fit: str
    why: tuple[str, ...] = ()
    span: DaySpan | None = None
    days: tuple[date, ...] = ()
    held: int = 0
    size_bytes: int = 0
    requests: int = 0
    credits: int = 0
    credit_days: int = 0
    seconds: float | None = None
    measured: bool = False
    commands: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        """Key of the source, without what it is narrowed to."""
        return self.spec.key.partition(".")[0]


@dataclass(frozen=True)
class CostEstimator:
    """Estimates the cost of days: complete ones are free, measured rates replace assumed ones.

    `archive_option` goes into the commands as `--archive`.
    """

    archive: Archive
    archive_option: str | None = None

    def estimate(self, way: Way, span: DaySpan, *, airports: int = 1) -> Way:
        """The way with its cost for the days of a span; each of `airports` needs own requests."""
        spec = way.spec
        entries = self.archive.read_ledger(spec.key)
        days = find_days_to_pull(entries, span.days, with_next=lands_later(spec))
        commands = format_pull_commands(spec, days, scope=spec.scope, archive=self.archive_option)
        way = replace(
            way,
            span=span,
            days=tuple(days),
            held=_count_complete(entries, span),
            commands=tuple(commands),
        )
        if spec.cost is None:
            return replace(way, seconds=0.0 if spec.simulated or not days else None)
        counted = self._count(way, spec.cost, airports)
        return replace(counted, seconds=self._expect(counted), measured=bool(self._rate(spec)))

    def _count(self, way: Way, cost: Cost, airports: int) -> Way:
        """Bytes, requests and credits."""
        days = float(len(way.days))
        if cost.next_day < 1:  # the source requests the next day itself, once per run of days
            days += cost.next_day * len(list(group_days(way.days)))
        credits = math.ceil(cost.credits_per_day * days * airports)
        return replace(
            way,
            size_bytes=int(cost.bytes_per_day * (_count_file_days(way.days, cost) or days)),
            requests=math.ceil(cost.requests_per_day * days * airports),
            credits=credits,
            credit_days=math.ceil(credits / cost.credits_budget) if cost.credits_budget else 0,
        )

    def _expect(self, way: Way) -> float | None:
        """Seconds; None for the user's own files until a pull here has measured a rate."""
        rate = self._rate(way.spec)
        if rate is None and not way.spec.remote:
            return None
        return max(
            way.size_bytes / (rate or ASSUMED_BYTES_S),
            way.requests * ASSUMED_REQUEST_S,
            max(way.credit_days - 1, 0) * DAY_S,
        )

    def _rate(self, spec: SourceSpec) -> float | None:
        return background.find_measured_rate(self.archive, spec.key)


def _count_file_days(days: Sequence[date], cost: Cost) -> float:
    """Days in all files that have one of `days`; 0 where days come one by one."""
    if not cost.file_months:
        return 0
    files = {(12 * day.year + day.month - 1) // cost.file_months for day in days}
    return len(files) * cost.file_months * MONTH_DAYS


def lands_later(spec: SourceSpec) -> bool:
    """True where flights are stored under the day of landing: the next day is needed too."""
    return spec.cost is not None and spec.cost.next_day >= 1


def _count_complete(entries: Mapping[date, LedgerEntry], span: DaySpan) -> int:
    return sum(day in entries and entries[day].is_complete for day in span.days)

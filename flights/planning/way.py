"""One source as the only one of a study's series, and what that takes."""

import math
from collections.abc import Mapping
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
"""`whole`: covers the route. `in part`: covers some of a region. `own files`: covers what the
user's files hold. `no`: cannot serve, and `Way.why` says for what reason."""

ASSUMED_BYTES_S = 5e6
ASSUMED_REQUEST_S = 1.0
MONTH_DAYS, DAY_S = 30.4, 86_400.0


@dataclass(frozen=True)
class Way:
    """One source as the only one of a study's series.

    `spec` is that of the series, narrowed where it must be. `days` are those to pull, `held`
    how many of `span` are complete. `seconds` is None where nothing says how long it takes;
    `measured` tells a rate seen here from an assumed one. `credit_days`: days whose credits
    are needed.
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
        """Key of the source, whatever it is narrowed to."""
        return self.spec.key.partition(".")[0]


@dataclass(frozen=True)
class CostEstimator:
    """Reckons what days take here: held days are free, measured rates replace assumed ones.

    `archive_option` goes into the commands as `--archive`.
    """

    archive: Archive
    archive_option: str | None = None

    def price(self, way: Way, span: DaySpan, *, airports: int = 1) -> Way:
        """The way with all it takes to have the days of a span; `airports` are asked one by one."""
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
        if cost.next_day < 1:  # a source that asks for it by itself, once a run of days
            days += cost.next_day * len(list(group_days(way.days)))
        months = len({(day.year, day.month) for day in way.days})
        credits = math.ceil(cost.credits_per_day * days * airports)
        return replace(
            way,
            size_bytes=int(cost.bytes_per_day * (months * MONTH_DAYS if cost.monthly else days)),
            requests=math.ceil(cost.requests_per_day * days * airports),
            credits=credits,
            credit_days=math.ceil(credits / cost.credits_budget) if cost.credits_budget else 0,
        )

    def _expect(self, way: Way) -> float | None:
        """Seconds; None for files of the user's own until a pull here has read some."""
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


def lands_later(spec: SourceSpec) -> bool:
    """True where a flight lies in the day it landed in, so that the day after is needed too."""
    return spec.cost is not None and spec.cost.next_day >= 1


def _count_complete(entries: Mapping[date, LedgerEntry], span: DaySpan) -> int:
    return sum(day in entries and entries[day].is_complete for day in span.days)

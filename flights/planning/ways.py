"""Every source judged as the one that could serve a study's whole series."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from flights import pulls
from flights.archive import Archive
from flights.coverage import judge_cover
from flights.history import Span, plan_span
from flights.ledger import LedgerEntry
from flights.planning.commands import group_days, write_pulls
from flights.planning.lacking import Lack, list_days_to_pull, list_lacking
from flights.planning.need import StudyNeed
from flights.regions import is_anywhere
from flights.sources import SOURCES, find_spec
from flights.sources.base import Cost, SourceSpec, narrow

FITS = ("whole", "in part", "own files", "no")
"""`whole`: covers the route. `in part`: covers some of a region. `own files`: covers what the
user's files hold. `no`: cannot serve, and `Way.why` says for what reason."""

ASSUMED_BYTES_S = 5e6
ASSUMED_REQUEST_S = 1.0

STORY_BEFORE, STORY_AFTER = 7, 6
"""A fortnight in detail: days before and after the event."""


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
    span: Span | None = None
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
class StudyPlan:
    """What a study lacks, and the ways to get it.

    `span` is the shortest run of days before and after the first event that a verdict can rest
    on. `lacking` and `commands` are of the study's own source and days, `ways` in order: what
    serves best first, what cannot serve last. `story` is where flights are followed in detail.
    """

    need: StudyNeed
    spec: SourceSpec
    span: Span
    lacking: tuple[Lack, ...]
    commands: tuple[str, ...]
    ways: tuple[Way, ...]
    story: Way | None


def plan_study(
    need: StudyNeed, archive: Archive, *, today: date, archive_option: str | None = None
) -> StudyPlan:
    """What the study lacks, and every source judged for it.

    `archive_option` goes into the commands as `--archive`.

    Raises
    ------
    InvalidInput
        No source has the key the study names.
    """
    span = plan_span(need.events, need.window, need.baseline)
    assert span is not None  # nothing bounds it
    own = find_spec(need.source)
    entries = archive.read_ledger(need.source)
    scope = next((entry.scope for entry in entries.values() if entry.scope), "")
    days = list_days_to_pull(entries, need.days.days, with_next=_by_arrival(own))
    known = {key: find_spec(key) for key in SOURCES}
    planner = _Planner(need, archive, today, archive_option)
    ways = [planner.judge(spec) for spec in known.values() if spec.simulated == own.simulated]
    return StudyPlan(
        need=need,
        spec=own,
        span=span,
        lacking=list_lacking(entries, need.days, source=need.source),
        commands=tuple(write_pulls(own, days, scope=scope, archive=archive_option)),
        ways=tuple(sorted(ways, key=_rank)),
        story=planner.tell_story(known.values()),
    )


def _rank(way: Way) -> tuple[int, float, int]:
    seconds = math.inf if way.seconds is None else way.seconds
    return FITS.index(way.fit), seconds, ("", "free", "granted").index(way.spec.account)


def _by_arrival(spec: SourceSpec) -> bool:
    """True where a flight lies in the day it landed in, so that the day after is needed too."""
    return spec.cost is not None and spec.cost.next_day >= 1


@dataclass(frozen=True)
class _Planner:
    need: StudyNeed
    archive: Archive
    today: date
    archive_option: str | None

    def judge(self, spec: SourceSpec) -> Way:
        """One source as the only one."""
        if not spec.serves_frequency:
            return Way(spec, "no", (_NEVER_COUNTED,))
        need, scope = self.need, self._scope(spec)
        if scope is None:
            return Way(spec, "no", ("It is pulled airport by airport, and the route names none.",))
        cover = judge_cover(spec, scope, need.origin, need.destination)
        if cover.refusal:
            return Way(spec, "no", (cover.refusal,))
        held = self._held(spec)
        span = plan_span(need.events, need.window, need.baseline, held=held)
        if span is None:
            return Way(spec, "no", (_explain_days(spec, need, held),))
        part = spec.box is not None and bool(cover.notes)
        fit = "in part" if part else "whole" if spec.remote or spec.simulated else "own files"
        why = (*cover.notes, *self._tell_later(span))
        return self.price(narrow(spec, scope) if scope else spec, span, fit=fit, why=why)

    def price(self, spec: SourceSpec, span: Span, *, fit: str, why: tuple[str, ...]) -> Way:
        """What it takes to have all days of a span from a source."""
        entries = self.archive.read_ledger(spec.key)
        days = list_days_to_pull(entries, span.days, with_next=_by_arrival(spec))
        way = Way(
            spec=spec,
            fit=fit,
            why=why,
            span=span,
            days=tuple(days),
            held=_count_complete(entries, span),
            commands=tuple(write_pulls(spec, days, scope=spec.scope, archive=self.archive_option)),
        )
        if spec.cost is None:
            return replace(way, seconds=0.0 if spec.simulated or not days else None)
        return self._add_cost(way, spec.cost)

    def tell_story(self, specs: Iterable[SourceSpec]) -> Way | None:
        """The fortnight around the first event from the source that shows where flights were."""
        event = min(self.need.events)
        span = Span(event - timedelta(days=STORY_BEFORE), event + timedelta(days=STORY_AFTER))
        simulated = find_spec(self.need.source).simulated
        found = [
            self.price(spec, span, fit="whole", why=())
            for spec in specs
            if spec.positions and spec.remote and spec.serves_frequency
            if spec.simulated == simulated and _spans(self._held(spec), span)
        ]
        return min(found, key=_rank, default=None)

    def _scope(self, spec: SourceSpec) -> str | None:
        """What to narrow it to: the end with fewer airports, where it is asked by airport."""
        by_airport = spec.cost is not None and spec.cost.per_airport
        ends = [each for each in (self.need.origin, self.need.destination) if not is_anywhere(each)]
        if not by_airport and not any(o.name == "regions" and o.required for o in spec.options):
            return ""
        if not ends:
            return None
        if by_airport:
            return f"regions:{min(ends, key=lambda region: len(region.airports())).spec}"
        return f"regions:{'+'.join(dict.fromkeys(region.spec for region in ends))}"

    def _held(self, spec: SourceSpec) -> Span:
        """Days a source can have by now."""
        delay = spec.cost.delay_days if spec.cost else 1
        latest = self.today - timedelta(days=delay)
        if spec.simulated:
            latest = date.max
        return Span(spec.first_day or date.min, min(spec.last_day or latest, latest))

    def _tell_later(self, span: Span) -> tuple[str, ...]:
        if span.first >= min(self.need.events) - timedelta(days=self.need.baseline):
            return (_ONLY_LATER,)
        own = timedelta(days=self.need.window)
        return (_SOME_LATER,) if span.last >= max(self.need.events) + own else ()

    def _add_cost(self, way: Way, cost: Cost) -> Way:
        airports = self._count_airports(way.spec) if cost.per_airport else 1
        days = float(len(way.days))
        if cost.next_day < 1:  # a source that asks for it by itself, once a run of days
            days += cost.next_day * len(list(group_days(way.days)))
        months = len({(day.year, day.month) for day in way.days})
        size = cost.bytes_per_day * (months * 30.4 if cost.monthly else days)
        requests = math.ceil(cost.requests_per_day * days * airports)
        credits = math.ceil(cost.credits_per_day * days * airports)
        credit_days = math.ceil(credits / cost.credits_budget) if cost.credits_budget else 0
        rate = pulls.measured_rate(self.archive, way.source)
        seconds = max(size / (rate or ASSUMED_BYTES_S), requests * ASSUMED_REQUEST_S)
        return replace(
            way,
            size_bytes=int(size),
            requests=requests,
            credits=credits,
            credit_days=credit_days,
            seconds=max(seconds, max(credit_days - 1, 0) * 86_400.0),
            measured=rate is not None,
        )

    def _count_airports(self, spec: SourceSpec) -> int:
        ends = {each.spec: each for each in (self.need.origin, self.need.destination)}
        return len(ends[spec.scope.removeprefix("regions:")].airports())


_NEVER_COUNTED = "Its days cannot be compared with one another, so nothing is counted from it."
_ONLY_LATER = (
    "It holds too few days before the event: the dates to compare with lie after it, in days the "
    "event may have changed too."
)
_SOME_LATER = "Some of the dates to compare with lie after the event."


def _spans(held: Span, span: Span) -> bool:
    return held.first <= span.first and span.last <= held.last


def _count_complete(entries: Mapping[date, LedgerEntry], span: Span) -> int:
    return sum(day in entries and entries[day].is_complete for day in span.days)


def _explain_days(spec: SourceSpec, need: StudyNeed, held: Span) -> str:
    """Why the days a source can have are not enough."""
    first, last = min(need.events), max(need.events)
    window_ends = last + timedelta(days=need.window - 1)
    if held.last < window_ends:
        if spec.last_day is not None and held.last == spec.last_day:
            return f"Its last day is {spec.last_day}; the study needs days to {window_ends}."
        return (
            f"The {need.window} days from {last} are not over, or not published: the latest day "
            f"there can be is {held.last}."
        )
    if held.first > first - timedelta(days=need.baseline):
        return f"Its first day is {held.first}, after the weeks before the event begin."
    return f"Its days, {held.first} to {held.last}, give too few dates to compare with."

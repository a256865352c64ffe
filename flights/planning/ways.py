"""Every source judged as the one for a whole study."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from flights.archive import Archive
from flights.planning.commands import format_pull_commands
from flights.planning.missing_days import MissingDays, find_days_to_pull, find_missing_days
from flights.planning.need import StudyNeed
from flights.planning.needed_days import DaySpan, plan_span
from flights.planning.way import FITS, CostEstimator, Way, lands_later
from flights.regions import is_anywhere
from flights.routes import format_series_title, judge_cover
from flights.sources import SOURCES, SourceSpec, find_spec, narrow

DETAIL_BEFORE, DETAIL_AFTER = 7, 6
"""Two weeks in detail: days before and after the event."""


@dataclass(frozen=True)
class StudyPlan:
    """What a study lacks, and the ways to get it.

    `span` is the shortest run of days that is enough for a verdict. `lacking` and `commands` are
    of the study's own source and days. `ways`: the best first, sources that cannot be used last.
    `detail` is the source that shows single flights in detail.
    """

    need: StudyNeed
    spec: SourceSpec
    span: DaySpan
    lacking: tuple[MissingDays, ...]
    commands: tuple[str, ...]
    ways: tuple[Way, ...]
    detail: Way | None


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
    assert span is not None  # no limit of available days was given
    own = find_spec(need.source)
    entries = archive.read_ledger(need.source)
    scope = next((entry.scope for entry in entries.values() if entry.scope), "")
    days = find_days_to_pull(entries, need.days.days, with_next=lands_later(own))
    known = {key: find_spec(key) for key in SOURCES}
    planner = _Planner(need, CostEstimator(archive, archive_option), today)
    ways = [planner.judge(spec) for spec in known.values() if spec.simulated == own.simulated]
    return StudyPlan(
        need=need,
        spec=own,
        span=span,
        lacking=find_missing_days(entries, need.days, source=need.source),
        commands=tuple(format_pull_commands(own, days, scope=scope, archive=archive_option)),
        ways=tuple(sorted(ways, key=_rank)),
        detail=planner.find_detail(known.values()),
    )


def _rank(way: Way) -> tuple[int, bool, float]:
    """Sources that need an application come last; then by time."""
    seconds = math.inf if way.seconds is None else way.seconds
    return FITS.index(way.fit), way.spec.account == "granted", seconds


@dataclass(frozen=True)
class _Planner:
    need: StudyNeed
    costs: CostEstimator
    today: date

    def judge(self, spec: SourceSpec) -> Way:
        """One source for the whole study."""
        if not spec.serves_frequency:
            return Way(spec, "no", (_NEVER_COUNTED,))
        need, scope = self.need, self._scope(spec)
        if scope is None:
            return Way(spec, "no", ("It is pulled by airport, and the route has no airport.",))
        if too_many := self._find_too_many(spec, scope):
            return Way(spec, "no", (too_many,))
        cover = judge_cover(spec, scope, need.origin, need.destination)
        if cover.refusal:
            return Way(spec, "no", (cover.refusal,))
        available = self._available(spec)
        span = plan_span(need.events, need.window, need.baseline, available=available)
        if span is None:
            return Way(spec, "no", (_explain_days(spec, need, available),))
        part = spec.box is not None and bool(cover.notes)
        fit = "in part" if part else "whole" if spec.remote or spec.simulated else "own files"
        why = (
            *cover.notes,
            *self._describe_airports(spec, scope),
            *self._describe_later_dates(span),
        )
        way = Way(_narrow(spec, scope), fit, why)
        by_airport = spec.cost is not None and spec.cost.per_airport
        airports = self._count_airports(scope) if by_airport else 1
        return self.costs.estimate(way, span, airports=airports)

    def find_detail(self, specs: Iterable[SourceSpec]) -> Way | None:
        """The two weeks around the first event, from the best source with positions."""
        event = min(self.need.events)
        span = DaySpan(event - timedelta(days=DETAIL_BEFORE), event + timedelta(days=DETAIL_AFTER))
        simulated = find_spec(self.need.source).simulated
        found = [
            self.costs.estimate(Way(spec, "whole"), span)
            for spec in specs
            if spec.positions and spec.remote and spec.serves_frequency
            if spec.simulated == simulated and _contains(self._available(spec), span)
        ]
        return min(found, key=_rank, default=None)

    def _scope(self, spec: SourceSpec) -> str | None:
        """What to narrow the source to: both ends, or, where every airport costs requests, the end
        with fewer airports. "" where it cannot be narrowed; None where it must be but cannot."""
        if not any(option.name == "regions" for option in spec.options):
            return ""
        by_airport = spec.cost is not None and spec.cost.per_airport
        ends = [each for each in (self.need.origin, self.need.destination) if not is_anywhere(each)]
        if not ends:
            return None if by_airport else ""
        if by_airport:
            return f"regions:{min(ends, key=lambda region: len(region.airports())).spec}"
        return f"regions:{'+'.join(dict.fromkeys(region.spec for region in ends))}"

    def _available(self, spec: SourceSpec) -> DaySpan:
        """Days that the source can have today."""
        delay = spec.cost.delay_days if spec.cost else 1
        latest = self.today - timedelta(days=delay)
        if spec.simulated:
            latest = date.max
        return DaySpan(spec.first_day or date.min, min(spec.last_day or latest, latest))

    def _describe_later_dates(self, span: DaySpan) -> tuple[str, ...]:
        if span.first >= min(self.need.events) - timedelta(days=self.need.baseline):
            return (_ONLY_LATER,)
        own = timedelta(days=self.need.window)
        return (_SOME_LATER,) if span.last >= max(self.need.events) + own else ()

    def _count_airports(self, scope: str) -> int:
        ends = {each.spec: each for each in (self.need.origin, self.need.destination)}
        return len(ends[scope.removeprefix("regions:")].airports())

    def _find_too_many(self, spec: SourceSpec, scope: str) -> str:
        """A sentence where one day of all airports costs more than a day's credits."""
        cost = spec.cost
        if cost is None or not (cost.per_airport and cost.credits_budget):
            return ""
        airports = self._count_airports(scope)
        credits = airports * cost.credits_per_day
        if credits <= cost.credits_budget:
            return ""
        return (
            f"Each end has at least {airports:,} airports, which cost {credits:,} credits a day; "
            "the "
            f"limit is {cost.credits_budget:,}. Name the relevant airports in the study, for "
            "example airports:ELLX,EBLG."
        )

    def _describe_airports(self, spec: SourceSpec, scope: str) -> tuple[str, ...]:
        if spec.cost is None or not spec.cost.per_airport:
            return ()
        airports = self._count_airports(scope)
        if airports == 1:
            return ()
        return (
            f"It sends requests for {airports} airports; a study of the relevant ones costs less.",
        )


def _narrow(spec: SourceSpec, scope: str) -> SourceSpec:
    """The spec of a series with a readable title; that of the source where there is no scope."""
    return (
        replace(narrow(spec, scope), title=format_series_title(spec.title, scope))
        if scope
        else spec
    )


_NEVER_COUNTED = "Its days cannot be compared with each other, so it is not used for counts."
_ONLY_LATER = (
    "It has too few days before the event: the comparison dates are after the event, in days that "
    "it may have changed too."
)
_SOME_LATER = "Some of the comparison dates are after the event."


def _contains(available: DaySpan, span: DaySpan) -> bool:
    return available.first <= span.first and span.last <= available.last


def _explain_days(spec: SourceSpec, need: StudyNeed, available: DaySpan) -> str:
    """Why the available days are not enough."""
    first, last = min(need.events), max(need.events)
    window_ends = last + timedelta(days=need.window - 1)
    if available.last < window_ends:
        if spec.last_day is not None and available.last == spec.last_day:
            return f"Its last day is {spec.last_day}; the study needs days to {window_ends}."
        return (
            f"The {need.window} days from {last} are not over or not published: the latest "
            "available "
            f"day is {available.last}."
        )
    if available.first > first - timedelta(days=need.baseline):
        return f"Its first day is {available.first}, after the start of the weeks before the event."
    return f"Its days, {available.first} to {available.last}, give too few comparison dates."

"""Every source judged as the one that could serve a study's whole series."""

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

STORY_BEFORE, STORY_AFTER = 7, 6
"""A fortnight in detail: days before and after the event."""


@dataclass(frozen=True)
class StudyPlan:
    """What a study lacks, and the ways to get it.

    `span` is the shortest run of days before and after the first event that a verdict can rest
    on. `lacking` and `commands` are of the study's own source and days, `ways` in order: what
    serves best first, what cannot serve last. `story` is where flights are followed in detail.
    """

    need: StudyNeed
    spec: SourceSpec
    span: DaySpan
    lacking: tuple[MissingDays, ...]
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
        story=planner.tell_story(known.values()),
    )


def _rank(way: Way) -> tuple[int, bool, float]:
    """What anybody may pull comes before what has to be applied for."""
    seconds = math.inf if way.seconds is None else way.seconds
    return FITS.index(way.fit), way.spec.account == "granted", seconds


@dataclass(frozen=True)
class _Planner:
    need: StudyNeed
    prices: CostEstimator
    today: date

    def judge(self, spec: SourceSpec) -> Way:
        """One source as the only one."""
        if not spec.serves_frequency:
            return Way(spec, "no", (_NEVER_COUNTED,))
        need, scope = self.need, self._scope(spec)
        if scope is None:
            return Way(spec, "no", ("It is pulled airport by airport, and the route names none.",))
        if too_many := self._find_too_many(spec, scope):
            return Way(spec, "no", (too_many,))
        cover = judge_cover(spec, scope, need.origin, need.destination)
        if cover.refusal:
            return Way(spec, "no", (cover.refusal,))
        held = self._held(spec)
        span = plan_span(need.events, need.window, need.baseline, held=held)
        if span is None:
            return Way(spec, "no", (_explain_days(spec, need, held),))
        part = spec.box is not None and bool(cover.notes)
        fit = "in part" if part else "whole" if spec.remote or spec.simulated else "own files"
        why = (*cover.notes, *self._tell_airports(spec, scope), *self._tell_later(span))
        way = Way(_narrow(spec, scope), fit, why)
        by_airport = spec.cost is not None and spec.cost.per_airport
        airports = self._count_airports(scope) if by_airport else 1
        return self.prices.price(way, span, airports=airports)

    def tell_story(self, specs: Iterable[SourceSpec]) -> Way | None:
        """The fortnight around the first event from the source that shows where flights were."""
        event = min(self.need.events)
        span = DaySpan(event - timedelta(days=STORY_BEFORE), event + timedelta(days=STORY_AFTER))
        simulated = find_spec(self.need.source).simulated
        found = [
            self.prices.price(Way(spec, "whole"), span)
            for spec in specs
            if spec.positions and spec.remote and spec.serves_frequency
            if spec.simulated == simulated and _spans(self._held(spec), span)
        ]
        return min(found, key=_rank, default=None)

    def _scope(self, spec: SourceSpec) -> str | None:
        """What to narrow it to, where it can be: both ends, or, where every airport costs, the
        end with fewer of them. None where it must be and cannot."""
        if not any(option.name == "regions" for option in spec.options):
            return ""
        by_airport = spec.cost is not None and spec.cost.per_airport
        ends = [each for each in (self.need.origin, self.need.destination) if not is_anywhere(each)]
        if not ends:
            return None if by_airport else ""
        if by_airport:
            return f"regions:{min(ends, key=lambda region: len(region.airports())).spec}"
        return f"regions:{'+'.join(dict.fromkeys(region.spec for region in ends))}"

    def _held(self, spec: SourceSpec) -> DaySpan:
        """Days a source can have by now."""
        delay = spec.cost.delay_days if spec.cost else 1
        latest = self.today - timedelta(days=delay)
        if spec.simulated:
            latest = date.max
        return DaySpan(spec.first_day or date.min, min(spec.last_day or latest, latest))

    def _tell_later(self, span: DaySpan) -> tuple[str, ...]:
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
            f"Either end has {airports:,} airports or more, {credits:,} credits a day of the "
            f"{cost.credits_budget:,} there are. Name the airports that matter in the study, as "
            "in airports:ELLX,EBLG."
        )

    def _tell_airports(self, spec: SourceSpec, scope: str) -> tuple[str, ...]:
        if spec.cost is None or not spec.cost.per_airport:
            return ()
        airports = self._count_airports(scope)
        if airports == 1:
            return ()
        return (f"It is asked for {airports} airports; a study of those that matter costs less.",)


def _narrow(spec: SourceSpec, scope: str) -> SourceSpec:
    """The spec of a series under a title for people; the source itself for no scope."""
    return (
        replace(narrow(spec, scope), title=format_series_title(spec.title, scope))
        if scope
        else spec
    )


_NEVER_COUNTED = "Its days cannot be compared with one another, so nothing is counted from it."
_ONLY_LATER = (
    "It holds too few days before the event: the dates to compare with lie after it, in days the "
    "event may have changed too."
)
_SOME_LATER = "Some of the dates to compare with lie after the event."


def _spans(held: DaySpan, span: DaySpan) -> bool:
    return held.first <= span.first and span.last <= held.last


def _explain_days(spec: SourceSpec, need: StudyNeed, held: DaySpan) -> str:
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

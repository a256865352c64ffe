"""Several events of one kind together: both bounds, with a rule like that of one event."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from analysis.estimators.stacked_rate_ratio import (
    LEAST_EVENTS,
    SETS,
    StackedRatio,
    estimate_stacked_ratio,
)
from analysis.event_study import sentences, verdicts
from analysis.event_study.verdicts import CHANGE, COVERAGE, HISTORY, NO_CHANGE, TOO_THIN, Facts
from analysis.numerics import COVERAGE_VETO, THIN_ABOVE, Coverage, DailySeries, Design
from analysis.study import Stack, StackAnswer, Verdict, numbers

BOUNDS = ("lower", "upper")


@dataclass(frozen=True)
class StackCase:
    """Several events of one record, all with the same windows.

    `designs` has one element per event, in the order of the study; `facts` has, per bound, the
    findings on each event alone. `days` are the days of the record.
    """

    days: tuple[date, ...]
    series: Mapping[str, DailySeries]
    designs: tuple[Design, ...]
    facts: Mapping[str, Sequence[Facts]]
    seed: int = 0

    @property
    def window(self) -> int:
        """Days after an event."""
        return self.designs[0].window

    @property
    def events(self) -> tuple[date, ...]:
        """The dates judged together."""
        return tuple(self.days[design.event] for design in self.designs)

    @property
    def apart(self) -> int:
        """Least days between two events, so that their windows share no days."""
        return self.window + self.designs[0].baseline

    @property
    def overlaps(self) -> bool:
        """True where windows of two events share days.

        Windows of the random sets share none. Three events within one season or one slow drift
        of a route had a false CHANGE in up to 11 % of null series.
        """
        places = sorted(design.event for design in self.designs)
        return any(b - a < self.apart for a, b in pairwise(places))

    def worst(self, bound: str) -> int:
        """Place of the event with the largest change of coverage."""
        kappas = [facts.coverage.kappa for facts in self.facts[bound]]
        return kappas.index(max(kappas))


def answer_stack(case: StackCase) -> StackAnswer | None:
    """The answer to all events together; None where there are fewer than three."""
    if len(case.designs) < LEAST_EVENTS:
        return None
    if case.overlaps:
        sentence = sentences.STACK_OVERLAP.format(events=len(case.designs), apart=case.apart)
        return StackAnswer(Verdict(HISTORY, sentence), None, None)
    found = {bound: _estimate(case, bound) for bound in BOUNDS}
    lower, upper = found["lower"], found["upper"]
    kinds = _decide(case, "lower", lower), _decide(case, "upper", upper)
    directions = (
        verdicts.find_direction(kinds[0], lower),
        verdicts.find_direction(kinds[1], upper),
    )
    same = (
        lower is not None
        and upper is not None
        and (lower.n1, lower.expected, lower.z) == (upper.n1, upper.expected, upper.z)
    )

    def write(kind: str, bound: str) -> str:
        return _format_sentence(kind, case, bound, found[bound])

    noted = upper if lower is not None else None
    verdict = verdicts.join_bounds(kinds, directions, write, noted, same=same)
    stacks = {bound: _build(case, bound, ratio) for bound, ratio in found.items()}
    return StackAnswer(verdict, stacks["lower"], stacks["upper"])


def format_among(stack: Stack, *, window: int, baseline: int, asked: str, p_adjusted: float) -> str:
    """The sentence of a change that is none with all dates and routes taken into account."""
    return sentences.STACK_NO_CHANGE_AMONG.format(
        **_fill_ins(stack, len(stack.events), window, baseline, observed=stack.bound == "lower"),
        asked=asked,
        p_adjusted=numbers.format_p(p_adjusted),
    )


def _estimate(case: StackCase, bound: str) -> StackedRatio | None:
    head, *rest = case.designs
    together = Design(head.event, head.window, head.baseline, tuple(each.event for each in rest))
    kappa = _coverage(case, bound).kappa
    return estimate_stacked_ratio(case.series[bound], together, seed=case.seed, kappa=kappa)


def _coverage(case: StackCase, bound: str) -> Coverage:
    return case.facts[bound][case.worst(bound)].coverage


def _moved(facts: Facts) -> bool:
    coverage = facts.coverage
    return (coverage.kappa > COVERAGE_VETO and coverage.moved_with_count) or len(facts.editions) > 1


def _decide(case: StackCase, bound: str, ratio: StackedRatio | None) -> str:
    """The kind of verdict of one bound; coverage as at the worst of the events."""
    facts = case.facts[bound]
    if ratio is None or any(map(verdicts.lacks_days, facts)) or _lacks_dates(case, ratio):
        return HISTORY
    if any(map(_moved, facts)):
        return COVERAGE
    if ratio.is_significant:
        outruns = _outruns_coverage(ratio, _coverage(case, bound).kappa)
        return CHANGE if outruns and not any(map(_has_uneven_gaps, facts)) else COVERAGE
    return TOO_THIN if ratio.mde_up > THIN_ABOVE else NO_CHANGE


def _outruns_coverage(ratio: StackedRatio, kappa: float) -> bool:
    return ratio.lo > kappa or ratio.hi < 1 / kappa


def _has_uneven_gaps(facts: Facts) -> bool:
    return facts.coverage.missing_jumps


def _lacks_dates(case: StackCase, ratio: StackedRatio) -> bool:
    return ratio.room < ratio.needed_room or ratio.placebos < case.designs[0].needed_placebos


def _build(case: StackCase, bound: str, ratio: StackedRatio | None) -> Stack | None:
    if ratio is None:
        return None
    names = ("n1", "expected", "rr", "lo", "hi", "z", "r", "p", "mde_up", "mde_down")
    return Stack(
        bound=bound,
        events=case.events,
        **{name: getattr(ratio, name) for name in names},
        sets=len(ratio.set_rr),
        n_placebo=ratio.placebos,
        room=ratio.room,
        needed_room=ratio.needed_room,
        kappa=_coverage(case, bound).kappa,
    )


def _fill_ins(
    found: Stack | StackedRatio, events: int, window: int, baseline: int, *, observed: bool
) -> dict[str, Any]:
    return {
        **verdicts.fill_numbers(found, observed=observed),
        "events": events,
        "window": window,
        "weeks": baseline // 7,
        "sets": SETS,
    }


def _format_sentence(kind: str, case: StackCase, bound: str, ratio: StackedRatio | None) -> str:
    if kind == HISTORY:
        return _format_history(case, bound, ratio)
    if kind == COVERAGE:
        return _format_coverage(case, bound, ratio)
    assert ratio is not None
    templates = {
        CHANGE: sentences.STACK_CHANGE,
        NO_CHANGE: sentences.STACK_NO_CHANGE,
        TOO_THIN: sentences.STACK_TOO_THIN,
    }
    chosen = templates[kind]
    if kind == TOO_THIN and math.isinf(ratio.mde_up):
        chosen = sentences.STACK_TOO_THIN_UNBOUNDED
    size = len(case.designs), case.window, case.designs[0].baseline
    return chosen.format(**_fill_ins(ratio, *size, observed=bound == "lower"))


def _place(case: StackCase, number: int) -> verdicts.EventContext:
    day = case.events[number]
    return verdicts.EventContext(day, case.designs[number], lacking_days=0, lacking_before=day)


def _format_coverage(case: StackCase, bound: str, ratio: StackedRatio | None) -> str:
    facts = case.facts[bound]
    moved = [number for number, each in enumerate(facts) if _moved(each)]
    if not moved and ratio is not None and _outruns_coverage(ratio, _coverage(case, bound).kappa):
        holes = next(number for number, each in enumerate(facts) if _has_uneven_gaps(each))
        return verdicts.format_missing(facts[holes].coverage, _place(case, holes))
    number = moved[0] if moved else case.worst(bound)
    if len(facts[number].editions) > 1:
        place = _place(case, number)
        return verdicts.format_sentence(COVERAGE, facts[number], place, observed=bound == "lower")
    coverage = facts[number].coverage
    return sentences.STACK_COVERAGE.format(
        coverage=numbers.format_ratio(coverage.worst),
        raw=numbers.format_ratio(coverage.raw),
        date=numbers.format_date(case.events[number]),
        events=len(case.designs),
    )


def _format_history(case: StackCase, bound: str, ratio: StackedRatio | None) -> str:
    facts = case.facts[bound]
    for number, each in enumerate(facts):
        if verdicts.lacks_days(each) or each.ratio is None:
            return verdicts.format_history(each, _place(case, number))
    assert ratio is not None
    return sentences.STACK_HISTORY.format(
        n=numbers.format_count(ratio.placebos),
        room=ratio.room,
        window=case.window,
        events=len(case.designs),
        needed=ratio.needed_room,
        days=numbers.format_count(_count_lacking(case, ratio)),
        date=numbers.format_date(case.days[0]),
    )


def _count_lacking(case: StackCase, ratio: StackedRatio) -> int:
    """Complete days before the record until enough windows fit side by side."""
    window, baseline = case.window, case.designs[0].baseline
    first = min(design.event for design in case.designs)
    reach = max(0, window + baseline - first)  # days until the first comparable date
    return reach + max(0, ratio.needed_room - ratio.room) * window

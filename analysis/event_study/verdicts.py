"""The decision rule: from the numbers of both bounds to one of a closed list of verdicts.

STATISTICS.md, section 6.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from analysis.event_study import sentences
from analysis.numerics import (
    COVERAGE_VETO,
    MISSING_TOLERATED,
    NORMAL_95,
    THIN_ABOVE,
    VOLATILE_ABOVE,
    Coverage,
    Design,
    RateRatio,
)
from analysis.study import CheckResult, Verdict, numbers

CHANGE, NO_CHANGE, TOO_THIN = "change", "no detectable change", "too thin"
COVERAGE, HISTORY, SOURCE = (
    "no verdict (coverage)",
    "no verdict (history)",
    "no verdict (source)",
)

_WEAKEST_FIRST = (SOURCE, HISTORY, COVERAGE, TOO_THIN, NO_CHANGE, CHANGE)
_TIMETABLE_BELOW = 0.5
"""Variance over that of chance, below which a route is timetable-like (STATISTICS.md, 6)."""
_TEMPLATES = {
    CHANGE: sentences.CHANGE,
    NO_CHANGE: sentences.NO_CHANGE,
    TOO_THIN: sentences.TOO_THIN,
}
_IN_SPACE = {
    CHANGE: (sentences.CHANGE_IN_SPACE, sentences.CHANGE_IN_SPACE),
    NO_CHANGE: (sentences.NO_CHANGE_IN_SPACE, sentences.NO_CHANGE_IN_SPACE_UNBOUNDED),
}
"""Sentences of a record compared with other routes: with a detectable increase, and without."""


class Estimate(Protocol):
    """What sentences need of an estimate, of one event or of several together."""

    @property
    def n1(self) -> float: ...
    @property
    def expected(self) -> float: ...
    @property
    def rr(self) -> float: ...
    @property
    def lo(self) -> float: ...
    @property
    def hi(self) -> float: ...
    @property
    def r(self) -> int: ...
    @property
    def p(self) -> float: ...
    @property
    def mde_up(self) -> float: ...


@dataclass(frozen=True)
class Facts:
    """The input of the rule, for one bound of one event.

    `placebos` is the number of comparable dates; `heard` is False where the receivers heard no
    other flight on any day; `editions` are the sources, editions and readers of the days inside
    the windows.
    """

    coverage: Coverage
    ratio: RateRatio | None
    placebos: int
    heard: bool = True
    editions: tuple[str, ...] = ()


@dataclass(frozen=True)
class EventContext:
    """What sentences name besides the numbers: the event, its design, the origin, days to pull.

    `lacking_days` more days before `lacking_before` would give enough comparable dates.
    """

    event: date
    design: Design
    lacking_days: int
    lacking_before: date
    origin: str = "the same origin"


def decide(facts: Facts, design: Design) -> str:
    """The kind of verdict of one bound."""
    coverage, ratio = facts.coverage, facts.ratio
    moved = coverage.kappa > COVERAGE_VETO and coverage.moved_with_count
    in_space = ratio is not None and ratio.n_controls > 0
    if lacks_days(facts) or (facts.placebos < design.needed_placebos and not in_space):
        return HISTORY
    if ratio is None:  # the days are there, but in one window all of them are outages
        return COVERAGE if moved else HISTORY
    if moved or len(facts.editions) > 1:
        return COVERAGE
    if ratio.is_significant:
        if not ratio.outruns_coverage or coverage.missing_jumps:
            return COVERAGE
        return CHANGE if ratio.survives_era else NO_CHANGE
    return TOO_THIN if ratio.mde_up > THIN_ABOVE else NO_CHANGE


def pick_bound(lower: str, upper: str) -> str:
    """`lower` or `upper`: the bound with the weaker verdict; the lower one where equal."""
    return "upper" if _WEAKEST_FIRST.index(upper) < _WEAKEST_FIRST.index(lower) else "lower"


def conclude(lower: Facts, upper: Facts, place: EventContext) -> Verdict:
    """One verdict from both bounds: the weaker is the headline, the note names both."""
    kinds = decide(lower, place.design), decide(upper, place.design)
    directions = find_direction(kinds[0], lower.ratio), find_direction(kinds[1], upper.ratio)
    few, many = lower.ratio, upper.ratio
    same = (
        few is not None
        and many is not None
        and (few.n1, few.n0, few.s) == (many.n1, many.n0, many.s)
    )

    def write(kind: str, bound: str) -> str:
        facts = upper if bound == "upper" else lower
        return format_sentence(kind, facts, place, observed=bound == "lower")

    return join_bounds(kinds, directions, write, many if few is not None else None, same=same)


def join_bounds(
    kinds: tuple[str, str],
    directions: tuple[str, str],
    write: Callable[[str, str], str],
    upper: Estimate | None,
    *,
    same: bool,
) -> Verdict:
    """The verdict of two bounds, lower first.

    `write` gives the sentence of a kind for a bound. `upper` is the estimate of the upper bound,
    None where there are no numbers to add; `same` says that both bounds have the same numbers.
    """
    if kinds == (CHANGE, CHANGE) and directions[0] != directions[1]:
        note = sentences.BOUNDS_OPPOSE.format(
            lower=numbers.format_heading(CHANGE, directions[0]),
            upper=numbers.format_heading(CHANGE, directions[1]),
        )
        return Verdict(NO_CHANGE, write(NO_CHANGE, "lower"), "", note)
    bound = pick_bound(*kinds)
    at = 1 if bound == "upper" else 0
    note = _format_bound_note(kinds, directions, upper, same=same)
    return Verdict(kinds[at], write(kinds[at], bound), directions[at], note)


def find_direction(kind: str, found: Estimate | None) -> str:
    """`increase` or `decrease` for a change, else ''."""
    if kind != CHANGE or found is None:
        return ""
    return "increase" if found.lo > 1 else "decrease"


def format_sentence(kind: str, facts: Facts, place: EventContext, *, observed: bool = True) -> str:
    """The sentence of the closed list with its numbers filled in.

    `observed` is False where the flights counted include ones with an unknown end.
    """
    if kind == HISTORY:
        return format_history(facts, place)
    if kind == COVERAGE:
        return _format_coverage(facts, place)
    assert facts.ratio is not None
    template = {
        CHANGE: sentences.CHANGE,
        NO_CHANGE: sentences.NO_CHANGE,
        TOO_THIN: sentences.TOO_THIN,
    }
    chosen = template[kind]
    if facts.ratio.n_controls and kind in _IN_SPACE:
        chosen = _IN_SPACE[kind][math.isinf(facts.ratio.mde_up)]
    elif kind == TOO_THIN and facts.ratio.n0 == 0:
        chosen = sentences.TOO_THIN_NONE_BEFORE
    elif kind == TOO_THIN and math.isinf(facts.ratio.mde_up):
        chosen = sentences.TOO_THIN_UNBOUNDED
    elif kind == NO_CHANGE and math.isinf(facts.ratio.mde_up):
        chosen = sentences.NO_CHANGE_UNBOUNDED
    return chosen.format(**_fill_ins(facts.ratio, place, observed))


def list_badges(
    ratio: RateRatio | None,
    checks: Sequence[CheckResult],
    badges: dict[str, str],
    *,
    enough: bool,
) -> list[str]:
    """Badges of the failed checks (`badges` maps check to badge), of the variance and of the era.

    `enough` says that there are enough comparable dates to measure both.
    """
    found = [badges[c.name] for c in checks if c.outcome == "failed" and badges.get(c.name)]
    if ratio is None or not enough:
        return found
    if (ratio.q / NORMAL_95) ** 2 < _TIMETABLE_BELOW:
        found.append("timetable-like")
    if ratio.volatility > VOLATILE_ABOVE and "volatile era" not in found:
        found.append("volatile era")
    return found


def lacks_days(facts: Facts) -> bool:
    """True where either window lacks more days than allowed (`MISSING_TOLERATED`)."""
    return facts.coverage.missing_share > MISSING_TOLERATED + 1e-9


def _fill_ins(ratio: RateRatio, place: EventContext, observed: bool) -> dict[str, str]:
    return {
        **fill_numbers(ratio, observed=observed),
        "window": str(place.design.window),
        "weeks": str(place.design.baseline // 7),
        "date": numbers.format_date(place.event),
        "n": numbers.format_count(len(ratio.placebo_s)),
        "m": numbers.format_count(ratio.n_controls),
        "origin": place.origin,
    }


def fill_numbers(found: Estimate, *, observed: bool) -> dict[str, str]:
    """The fill-ins of every sentence with a ratio, by the name of their brace."""
    return {
        "n1": numbers.format_count(found.n1),
        "observed": "observed" if observed else "observed or possible",
        "expected": numbers.format_number(found.expected),
        "rr": numbers.format_ratio(found.rr),
        "lo": numbers.format_limit(found.lo),
        "hi": numbers.format_limit(found.hi),
        "r": numbers.format_count(found.r),
        "p": numbers.format_p(found.p),
        "mde_up": numbers.format_ratio(found.mde_up),
    }


def _format_coverage(facts: Facts, place: EventContext) -> str:
    coverage, ratio = facts.coverage, facts.ratio
    moved = coverage.kappa > COVERAGE_VETO and coverage.moved_with_count
    if len(facts.editions) > 1 and not moved:
        return sentences.SOURCE_CHANGED.format(editions="; ".join(facts.editions))
    if ratio is not None and ratio.outruns_coverage and not moved:
        return format_missing(coverage, place)
    filled = {
        "coverage": numbers.format_ratio(coverage.worst),
        "raw": numbers.format_ratio(coverage.raw),
    }
    template = sentences.COVERAGE_NO_COUNT if math.isnan(coverage.raw) else sentences.COVERAGE
    return template.format(**filled)


def format_history(facts: Facts, place: EventContext) -> str:
    """The sentences on the days that are lacking for this event."""
    design, coverage = place.design, facts.coverage
    said = []
    if place.lacking_days > 0:
        said.append(
            sentences.HISTORY.format(
                n=numbers.format_count(facts.placebos),
                needed=design.needed_placebos,
                days=numbers.format_count(place.lacking_days),
                date=numbers.format_date(place.lacking_before),
            )
        )
    if not facts.heard:
        said.append(sentences.HISTORY_UNHEARD)
    elif lacks_days(facts):
        said.append(sentences.HISTORY_MISSING.format(**fill_missing(place, coverage)))
    return " ".join(said) or sentences.HISTORY_OUTAGE


def format_missing(coverage: Coverage, place: EventContext) -> str:
    """The sentence on more missing days on one side of an event."""
    raw = numbers.format_ratio(coverage.raw)
    return sentences.COVERAGE_MISSING.format(**fill_missing(place, coverage), raw=raw)


def fill_missing(place: EventContext, coverage: Coverage) -> dict[str, object]:
    """The fill-ins on missing days on both sides of an event, by the name of their brace."""
    return {
        "missing_after": coverage.missing_after,
        "window": place.design.window,
        "date": numbers.format_date(place.event),
        "missing_before": coverage.missing_before,
        "baseline": place.design.baseline,
    }


def _format_bound_note(
    kinds: tuple[str, str], directions: tuple[str, str], upper: Estimate | None, *, same: bool
) -> str:
    if kinds[0] != kinds[1]:
        return sentences.BOUNDS_DIFFER.format(
            lower=numbers.format_heading(kinds[0], directions[0]),
            upper=numbers.format_heading(kinds[1], directions[1]),
        )
    if upper is None:
        return ""
    if same:
        return sentences.BOUNDS_EQUAL
    if kinds[0] in (HISTORY, COVERAGE):
        return sentences.BOUNDS_AGREE_ONLY_KIND
    return sentences.BOUNDS_AGREE.format(
        n1=numbers.format_count(upper.n1),
        expected=numbers.format_number(upper.expected),
        rr=numbers.format_ratio(upper.rr),
        lo=numbers.format_limit(upper.lo),
        hi=numbers.format_limit(upper.hi),
    )

"""What a check takes, and what it gives: passed, failed or not applicable, a table, a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.estimators.placebo_rate_ratio import estimate_rate_ratio
from analysis.numerics import DailySeries, Design, RateRatio
from analysis.study import CheckResult, ControlEffect, CountSeries

PASSED, FAILED, NOT_APPLICABLE = "passed", "failed", "not applicable"

LARGEST = 3
"""How many of the largest days, aircraft or operators are left out, one at a time.

A choice for the table: the outcome depends on the largest alone (STATISTICS.md, section 6)."""


@dataclass(frozen=True)
class Case:
    """One event, with the bound that gives the headline.

    `flights` are those of the bound, with a column `at`: the index of their day in `series`.
    `ratio` is None where the record gives no estimate. `control_effects` are the effects of other
    routes from the same origin on the same days; `origin` is the name of that origin.
    """

    counts: CountSeries
    series: DailySeries
    design: Design
    ratio: RateRatio | None
    flights: pd.DataFrame = field(default_factory=pd.DataFrame)
    control_effects: tuple[ControlEffect, ...] = ()
    origin: str = "the same origin"

    @property
    def after(self) -> slice:
        """Days of the window that are in the record, as indices into the series."""
        return slice(self.design.event, self.design.event + self.design.window)

    @property
    def before(self) -> slice:
        """Days of the baseline that are in the record, as indices into the series."""
        return slice(max(self.design.event - self.design.baseline, 0), self.design.event)


class Check(Protocol):
    """A module of this package, or an object in one of them.

    `NAME` is the key in results, `TITLE` the name on screens, `BADGE` what a failure adds to the
    verdict ("" for nothing).
    """

    NAME: str
    TITLE: str
    BADGE: str

    def run_check(self, case: Case) -> CheckResult:
        """The outcome; never raises for thin or missing data."""
        ...


def leave_out(case: Case, *, counts: NDArray[np.float64]) -> RateRatio | None:
    """The estimate with other counts instead of the case's own.

    Parameters
    ----------
    counts
        Flights per day, shape (days,); NaN = missing.
    """
    return estimate_rate_ratio(replace(case.series, counts=counts), case.design, detectable=False)


def describe_ratio(ratio: RateRatio | None) -> Mapping[str, Any]:
    """The columns that every table of re-estimates has; None where there is no estimate."""
    if ratio is None:
        return dict.fromkeys(("n1", "expected", "rr", "lo", "hi", "p", "holds"))
    return {
        "n1": ratio.n1,
        "expected": ratio.expected,
        "rr": ratio.rr,
        "lo": ratio.lo,
        "hi": ratio.hi,
        "p": ratio.p,
        "holds": ratio.is_significant,
    }


def judge_leaving_out(
    rows: tuple[Mapping[str, Any], ...], case: Case, *, name: str, title: str, thing: str
) -> CheckResult:
    """Does the finding stay without the first row's day, aircraft or operator?

    `rows` are estimates without one `thing` each, the thing with the most flights first.
    """
    if case.ratio is None or not case.ratio.is_significant:
        sentence = f"There is no finding that could depend on one {thing}."
        return CheckResult(name, title, NOT_APPLICABLE, sentence, rows)
    if not rows:
        sentence = f"The {thing} of these flights is not known."
        return CheckResult(name, title, NOT_APPLICABLE, sentence)
    first = rows[0]
    largest = f"{first['left out']} ({first['flights']} flights)"
    if first["holds"]:
        return CheckResult(name, title, PASSED, f"The finding stays without {largest}.", rows)
    sentence = f"The finding disappears without one {thing}: {largest}."
    return CheckResult(name, title, FAILED, sentence, rows)

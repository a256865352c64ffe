"""What a check takes, and what it gives: passed, failed or not applicable, a table, a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
import pandas as pd

from analysis.estimators.placebo_rate_ratio import estimate_rate_ratio
from analysis.numerics import DailySeries, Design, RateRatio
from analysis.study import CheckResult, ControlEffect, CountSeries

PASSED, FAILED, NOT_APPLICABLE = "passed", "failed", "not applicable"

LARGEST = 3
"""How many of the largest contributors are left out, one at a time."""


@dataclass(frozen=True)
class Case:
    """One event under the bound that gives the headline.

    `flights` are those of the bound, with a column `at`: the index of their day in `series`.
    `ratio` is None where the record gives no estimate. `control_effects` are what other routes
    from the same origin, which `origin` names, did in the same days.
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
        """Days of the window that lie in the record."""
        return slice(self.design.event, self.design.event + self.design.window)

    @property
    def before(self) -> slice:
        """Days of the baseline that lie in the record."""
        return slice(max(self.design.event - self.design.baseline, 0), self.design.event)


class Check(Protocol):
    """A module of this package. `BADGE` is '' where a failure carries none."""

    NAME: str
    TITLE: str
    BADGE: str

    def run_check(self, case: Case) -> CheckResult:
        """The answer; never raises for thin or missing data."""
        ...


def leave_out(case: Case, *, counts: np.ndarray) -> RateRatio | None:
    """The estimate with other counts in the place of the case's own (NaN = missing)."""
    return estimate_rate_ratio(replace(case.series, counts=counts), case.design, detectable=False)


def describe(ratio: RateRatio | None) -> Mapping[str, Any]:
    """The columns every table of re-estimates shares; None where there is no estimate."""
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


def leave_out_by(case: Case, column: str) -> tuple[Mapping[str, Any], ...]:
    """Estimates without each of the `LARGEST` values of a flights column, largest first.

    Largest by flights in the window for an increase, in the baseline for a decrease. Flights
    without a value are nobody's and stay.
    """
    ratio = case.ratio
    if ratio is None or case.flights.empty:
        return ()
    codes, names = pd.factorize(case.flights[column], sort=True)  # -1 where there is none
    at = case.flights["at"].to_numpy(dtype=int)
    side = case.after if ratio.s >= 0 else case.before
    inside = (at >= side.start) & (at < side.stop) & case.series.used[at] & (codes >= 0)
    flights = np.bincount(codes[inside], minlength=len(names))
    rows = []
    for code in np.argsort(-flights, kind="stable")[:LARGEST]:
        if flights[code] == 0:
            break
        gone = np.bincount(at[codes == code], minlength=len(case.series))
        without = leave_out(case, counts=case.series.counts - gone)
        rows.append({"left out": names[code], "flights": int(flights[code]), **describe(without)})
    return tuple(rows)


def judge_leaving_out(
    rows: tuple[Mapping[str, Any], ...], case: Case, *, name: str, title: str, thing: str
) -> CheckResult:
    """Does the finding stay when the largest contributor goes?"""
    if case.ratio is None or not case.ratio.is_significant:
        sentence = f"There is no finding that one {thing} could carry."
        return CheckResult(name, title, NOT_APPLICABLE, sentence, rows)
    if not rows:
        sentence = f"The flights do not say which {thing} they belong to."
        return CheckResult(name, title, NOT_APPLICABLE, sentence)
    first = rows[0]
    who = f"{first['left out']} ({first['flights']} flights)"
    if first["holds"]:
        return CheckResult(name, title, PASSED, f"The finding stays without {who}.", rows)
    sentence = f"The finding goes when one {thing} is left out: {who}."
    return CheckResult(name, title, FAILED, sentence, rows)

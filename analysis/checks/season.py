"""Was there a similar change on the same calendar dates a year before?"""

from datetime import date

import numpy as np

from analysis.checks.base import FAILED, NOT_APPLICABLE, PASSED, Case
from analysis.numerics import SIGNIFICANT
from analysis.study import CheckResult, format_date, format_ratio

NAME = "season"
TITLE = "A year before"
BADGE = "season"


def run_check(case: Case) -> CheckResult:
    """Rank the date a year before the event among all comparable dates."""
    ratio = case.ratio
    if ratio is None or not ratio.is_significant:
        sentence = "There is no finding that a season could explain."
        return CheckResult(NAME, TITLE, NOT_APPLICABLE, sentence)
    event = case.counts.days[case.design.event]
    earlier = _year_before(event)
    at = case.design.event - (event - earlier).days
    place = np.flatnonzero(ratio.placebo_dates == at)
    if not len(place):
        sentence = f"The record does not contain the same dates of {earlier.year}."
        return CheckResult(NAME, TITLE, NOT_APPLICABLE, sentence)
    s, rr = float(ratio.placebo_s[place[0]]), float(ratio.placebo_rr[place[0]])
    others = np.abs(ratio.placebo_s)
    share = float(np.mean(others >= abs(s) - 1e-9))
    row = {"day": earlier.isoformat(), "rr": rr, "share of dates that differ as much": share}
    same = np.sign(s) == np.sign(ratio.s) and share <= SIGNIFICANT
    found = f"From {format_date(earlier)} the route changed by {format_ratio(rr)}"
    if same:
        return CheckResult(NAME, TITLE, FAILED, f"{found}, in the same direction.", (row,))
    sentence = f"{found}, which is not a similar change."
    return CheckResult(NAME, TITLE, PASSED, sentence, (row,))


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, day=28)

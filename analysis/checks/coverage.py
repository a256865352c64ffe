"""Did reception change at the event, and could that alone explain the finding?"""

import math
from typing import Any

import numpy as np

from analysis.checks.base import FAILED, NOT_APPLICABLE, PASSED, Case
from analysis.numerics import COVERAGE_VETO
from analysis.study import CheckResult, format_limit, format_ratio

NAME = "coverage"
TITLE = "Coverage"
BADGE = ""

FLIGHTS, OVERHEAD = "other flights", "positions per aircraft-hour at cruising height"
"""The two proxies of reception: how many other flights were heard, and how well those in cruise."""


def run_check(case: Case) -> CheckResult:
    """Compare both proxies after and before, in both regions, with the finding."""
    counts = case.counts
    table = tuple(
        row
        for measure, place, values in (
            (FLIGHTS, "both", counts.exposure),
            (FLIGHTS, "origin", counts.exposure_origin),
            (FLIGHTS, "destination", counts.exposure_destination),
            (OVERHEAD, "origin", counts.overhead_origin),
            (OVERHEAD, "destination", counts.overhead_destination),
        )
        if (row := _compare(measure, place, values=values, case=case))
    )
    ratio = case.ratio
    if ratio is None or not table:
        sentence = "The exposure before and after the event is not known, so it cannot be compared."
        return CheckResult(NAME, TITLE, NOT_APPLICABLE, sentence, table)
    coverage = ratio.coverage
    moved = (
        f"What the receivers hear changed by {format_ratio(coverage.worst)}{_format_most(table)}"
    )
    if coverage.kappa > COVERAGE_VETO and coverage.moved_with_count:
        sentence = f"{moved}, the same way as the route's count ({format_ratio(coverage.raw)})."
        return CheckResult(NAME, TITLE, FAILED, sentence, table)
    if ratio.is_significant and not ratio.outruns_coverage:
        span = f"{format_limit(ratio.lo)}–{format_limit(ratio.hi)}"
        sentence = f"{moved}, large enough to explain the change (interval {span})."
        return CheckResult(NAME, TITLE, FAILED, sentence, table)
    return CheckResult(NAME, TITLE, PASSED, f"{moved} between the two periods.", table)


def _format_most(table: tuple[dict[str, Any], ...]) -> str:
    """Which proxy changed most, where there is more than one; else an empty text."""
    moved = [row for row in table if row["place"] != "both" and row["ratio"]]
    if len({row["measure"] for row in moved}) < 2:
        return ""
    most = max(moved, key=lambda row: abs(math.log(row["ratio"])))
    return f" (the largest change of {len(moved)} measures: {most['measure']}, {most['place']})"


def _compare(
    measure: str, place: str, *, values: tuple[float | None, ...], case: Case
) -> dict[str, Any] | None:
    """A row of the table: mean of one proxy on both sides; None where a side has no known day."""
    if not values:
        return None
    heard = np.array([np.nan if value is None else value for value in values])
    heard = np.where(case.series.known, heard, np.nan)
    after, before = heard[case.after], heard[case.before]
    if not (np.isfinite(after).any() and np.isfinite(before).any()):
        return None
    later, earlier = float(np.nanmean(after)), float(np.nanmean(before))
    change = later / earlier if earlier else None
    row = {"measure": measure, "place": place, "before, a day": earlier}
    return {**row, "after, a day": later, "ratio": change}

"""Which days of the windows are missing, and are they spread evenly over both sides?"""

from analysis.checks.base import FAILED, PASSED, Case
from analysis.estimators.placebo_rate_ratio import compare_coverage
from analysis.numerics import MISSING_TOLERATED
from analysis.study import CheckResult

NAME = "missing_days"
TITLE = "Missing days"
BADGE = ""


def run_check(case: Case) -> CheckResult:
    """List the days inside the windows that no sum uses, with their reasons."""
    counts, series = case.counts, case.series
    table = tuple(
        {
            "day": counts.days[at].isoformat(),
            "status": "outage" if series.outage[at] else counts.status[at],
            "reason": counts.reason[at],
        }
        for at in range(case.before.start, min(case.after.stop, len(series)))
        if not series.used[at]
    )
    found = compare_coverage(series, case.design)
    before = f"{found.missing_before} of {case.design.baseline} days before the event"
    after = f"{found.missing_after} of {case.design.window} days from the event day on"
    outages = sum(row["status"] == "outage" for row in table)
    sentence = f"{before} and {after} are missing" + (
        f"; {outages} more are left out as outages." if outages else "."
    )
    if found.missing_jumps:
        sentence += " More days are missing on one side of the event than chance explains."
    # The tolerance keeps rounding of e.g. 0.2 from deciding.
    lacking = found.missing_share > MISSING_TOLERATED + 1e-9
    outcome = FAILED if lacking or found.missing_jumps else PASSED
    return CheckResult(NAME, TITLE, outcome, sentence, table)

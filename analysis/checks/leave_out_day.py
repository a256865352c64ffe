"""Does the finding stay when the day with the most flights is left out?"""

import numpy as np

from analysis.checks.base import LARGEST, Case, describe_ratio, judge_leaving_out, leave_out
from analysis.study import CheckResult

NAME = "leave_out_day"
TITLE = "Without the largest day"
BADGE = "one day"


def run_check(case: Case) -> CheckResult:
    """Estimate again without each of the largest days; such a day is missing, with its exposure."""
    ratio = case.ratio
    rows = []
    if ratio is not None:
        side = case.after if ratio.s >= 0 else case.before
        # -1 sorts unused days last, behind used days without flights.
        counts = np.where(case.series.used, case.series.counts, -1.0)[side]
        for place in np.argsort(-counts, kind="stable")[:LARGEST]:
            if counts[place] <= 0:
                break
            at = int(side.start + place)
            missing = case.series.counts.copy()
            missing[at] = np.nan
            row = {"left out": case.counts.days[at].isoformat(), "flights": int(counts[place])}
            rows.append({**row, **describe_ratio(leave_out(case, counts=missing))})
    return judge_leaving_out(tuple(rows), case, name=NAME, title=TITLE, thing="day")

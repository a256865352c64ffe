"""Does the finding stay when the aircraft with the most flights is left out?"""

from analysis.checks.base import Case, judge_leaving_out, leave_out_by
from analysis.study import CheckResult

NAME = "leave_out_airframe"
TITLE = "Without the largest aircraft"
BADGE = "one aircraft"


def run_check(case: Case) -> CheckResult:
    """Estimate again without each of the largest, over the whole record."""
    rows = leave_out_by(case, "icao24")
    return judge_leaving_out(rows, case, name=NAME, title=TITLE, thing="aircraft")

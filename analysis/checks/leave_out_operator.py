"""Does the finding stay when the operator with the most flights is left out?"""

from analysis.checks.base import Case, judge_leaving_out, leave_out_by
from analysis.study import CheckResult

NAME = "leave_out_operator"
TITLE = "Without the largest operator"
BADGE = "one operator"


def run_check(case: Case) -> CheckResult:
    """Estimate again without each of the largest, over the whole record."""
    rows = leave_out_by(case, "operator")
    return judge_leaving_out(rows, case, name=NAME, title=TITLE, thing="operator")

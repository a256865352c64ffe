"""Are there enough flights to notice a change of a useful size?"""

from analysis.checks.base import FAILED, NOT_APPLICABLE, PASSED, Case
from analysis.numerics import THIN_ABOVE
from analysis.study import CheckResult, format_number, format_ratio

NAME = "low_count"
TITLE = "Enough flights"
BADGE = ""


def run_check(case: Case) -> CheckResult:
    """State the smallest change that would probably have been noticed."""
    ratio = case.ratio
    if ratio is None:
        return CheckResult(NAME, TITLE, NOT_APPLICABLE, "There is no estimate.")
    row = {
        "flights before": ratio.n0,
        "expected": ratio.expected,
        "smallest increase": ratio.mde_up,
        "largest decrease": ratio.mde_down,
    }
    sentence = f"{format_number(ratio.expected)} flights expected; " + (
        f"an increase of {format_ratio(ratio.mde_up)} or more would probably be noticed."
        if ratio.mde_up < float("inf")
        else "no increase would reliably be noticed."
    )
    outcome = PASSED if ratio.mde_up <= THIN_ABOVE else FAILED
    return CheckResult(NAME, TITLE, outcome, sentence, (row,))

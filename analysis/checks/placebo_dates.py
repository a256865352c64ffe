"""Is this date special, or do many other dates of the record differ as much?"""

from analysis.checks.base import FAILED, NOT_APPLICABLE, PASSED, Case
from analysis.numerics import SIGNIFICANT
from analysis.study import CheckResult, format_p

NAME = "placebo_dates"
TITLE = "Other dates"
BADGE = ""


def run_check(case: Case) -> CheckResult:
    """Rank the event among all comparable dates."""
    needed = case.design.needed_placebos
    ratio = case.ratio
    n = 0 if ratio is None else len(ratio.placebo_s)
    if ratio is None or n < needed:
        sentence = f"This record has {n} comparable dates; {needed} are needed."
        return CheckResult(NAME, TITLE, NOT_APPLICABLE, sentence)
    row = {"comparable dates": n, "differ as much": ratio.r, "p": ratio.p, "phi": ratio.phi}
    sentence = f"{ratio.r} of {n} other dates differ as much (p = {format_p(ratio.p)})."
    outcome = PASSED if ratio.p <= SIGNIFICANT else FAILED
    return CheckResult(NAME, TITLE, outcome, sentence, (row,))

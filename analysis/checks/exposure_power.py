"""Does the answer depend on how strongly the count is adjusted for exposure?"""

from analysis.checks.base import FAILED, NOT_APPLICABLE, PASSED, Case, describe_ratio
from analysis.estimators.placebo_rate_ratio import estimate_rate_ratio
from analysis.study import CheckResult

NAME = "exposure_power"
TITLE = "Raw, adjusted, over-adjusted"
BADGE = ""

POWERS = (0, 1, 2)
"""Exponents of the exposure: not adjusted, the method, adjusted twice (STATISTICS.md, 6)."""


def run_check(case: Case) -> CheckResult:
    """Estimate with exposure to the power 0 (raw), 1 (the method) and 2 (over-adjusted)."""
    found = [
        case.ratio
        if power == 1
        else estimate_rate_ratio(case.series, case.design, power=power, detectable=False)
        for power in POWERS
    ]
    table = tuple(
        {"exposure to the power": power, **describe_ratio(ratio)}
        for power, ratio in zip(POWERS, found, strict=True)
    )
    known = [ratio for ratio in found if ratio is not None]
    if len(known) < len(POWERS):
        sentence = "There is no estimate to compare."
        return CheckResult(NAME, TITLE, NOT_APPLICABLE, sentence)
    answers = {(ratio.is_significant, ratio.is_significant and ratio.s > 0) for ratio in known}
    if len(answers) == 1:
        sentence = (
            "The answer is the same without adjustment for exposure, and with twice the adjustment."
        )
        return CheckResult(NAME, TITLE, PASSED, sentence, table)
    sentence = "The answer depends on how strongly the count is adjusted for exposure."
    return CheckResult(NAME, TITLE, FAILED, sentence, table)

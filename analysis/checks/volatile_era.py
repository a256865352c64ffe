"""Does the finding stay if the series varied more around the event than in the whole record?"""

from analysis.checks.base import FAILED, NOT_APPLICABLE, PASSED, Case
from analysis.numerics import VOLATILE_ABOVE
from analysis.study import CheckResult, format_limit, format_ratio

NAME = "volatile_era"
TITLE = "Volatile era"
BADGE = "volatile era"


def run_check(case: Case) -> CheckResult:
    """Increase the dispersion to that of the months around the event."""
    ratio = case.ratio
    if ratio is None or len(ratio.placebo_s) < case.design.needed_placebos:
        sentence = "There are too few comparable dates to compare variances."
        return CheckResult(NAME, TITLE, NOT_APPLICABLE, sentence)
    row = {
        "variance near the event": ratio.volatility,
        "p": ratio.era_p,
        "lo": ratio.era_lo,
        "hi": ratio.era_hi,
    }
    varied = f"Dates near the event have {format_ratio(ratio.volatility)} the usual variance"
    span = f"{format_limit(ratio.era_lo)}–{format_limit(ratio.era_hi)}"
    if ratio.is_significant and not ratio.survives_era:
        sentence = (
            f"{varied}; if this is taken into account, the interval is {span} and the finding "
            "disappears."
        )
        return CheckResult(NAME, TITLE, FAILED, sentence, (row,))
    if ratio.volatility > VOLATILE_ABOVE:
        stays = ", and the finding stays" if ratio.is_significant else ""
        outcome = PASSED if ratio.is_significant else FAILED
        return CheckResult(NAME, TITLE, outcome, f"{varied}{stays}.", (row,))
    return CheckResult(
        NAME, TITLE, PASSED, f"{varied}, below the limit of {format_ratio(VOLATILE_ABOVE)}.", (row,)
    )

"""Did other routes from the same origin change as much in the same days?"""

from dataclasses import asdict

import numpy as np

from analysis.checks.base import FAILED, NOT_APPLICABLE, PASSED, Case
from analysis.estimators.space_rate_ratio import LEAST_ROUTES, rank_in_space
from analysis.numerics import SIGNIFICANT
from analysis.study import CheckResult, format_p

NAME = "control_routes"
TITLE = "Other routes"
BADGE = "region-wide"


def run_check(case: Case) -> CheckResult:
    """Rank the route among the others; a finding that they share concerns the whole region."""
    effects, ratio = case.control_effects, case.ratio
    table = tuple(asdict(effect) for effect in effects)
    if ratio is None:
        sentence = "There is no estimate to compare other routes with."
        return CheckResult(NAME, TITLE, NOT_APPLICABLE, sentence, table)
    if len(effects) < LEAST_ROUTES:
        sentence = (
            f"{len(effects)} other routes from {case.origin} have three or more expected flights; "
            f"{LEAST_ROUTES} are needed."
        )
        return CheckResult(NAME, TITLE, NOT_APPLICABLE, sentence, table)
    r, p = rank_in_space(ratio.s, np.array([effect.s for effect in effects]))
    found = f"{r} of {len(effects)} other routes from {case.origin} differ as much in the same days"
    if not ratio.is_significant:
        sentence = (
            f"There is no finding that other routes could share: {found} (rank {format_p(p)})."
        )
        return CheckResult(NAME, TITLE, NOT_APPLICABLE, sentence, table)
    outcome = PASSED if p <= SIGNIFICANT else FAILED
    return CheckResult(NAME, TITLE, outcome, f"{found} (rank {format_p(p)}).", table)

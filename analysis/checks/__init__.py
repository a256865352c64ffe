"""All robustness checks, in the order in which a result lists them.

A new check is one file, one line here, and one case in
`tests/analysis/checks/test_check_contract.py`.
"""

from analysis.checks import (
    control_routes,
    coverage,
    exposure_power,
    leave_out_day,
    low_count,
    missing_days,
    placebo_dates,
    season,
    source_change,
    volatile_era,
)
from analysis.checks.base import Check
from analysis.checks.leave_out_group import AIRCRAFT, OPERATOR

CHECKS: tuple[Check, ...] = (
    coverage,
    missing_days,
    source_change,
    placebo_dates,
    control_routes,
    low_count,
    exposure_power,
    leave_out_day,
    AIRCRAFT,
    OPERATOR,
    season,
    volatile_era,
)

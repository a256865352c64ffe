"""All robustness checks, in the order people see them. A new one is one file and one line here."""

from analysis.checks import (
    control_routes,
    coverage,
    exposure_power,
    leave_out_airframe,
    leave_out_day,
    leave_out_operator,
    low_count,
    missing_days,
    placebo_dates,
    season,
    source_change,
    volatile_era,
)
from analysis.checks.base import Check

CHECKS: tuple[Check, ...] = (
    coverage,
    missing_days,
    source_change,
    placebo_dates,
    control_routes,
    low_count,
    exposure_power,
    leave_out_day,
    leave_out_airframe,
    leave_out_operator,
    season,
    volatile_era,
)

"""Arithmetic without files, clock or charts: daily series, window sums, intervals, power."""

from analysis.numerics.intervals import find_interval
from analysis.numerics.power import find_detectable_changes
from analysis.numerics.series import (
    COVERAGE_VETO,
    MISSING_TOLERATED,
    NORMAL_95,
    SIGNIFICANT,
    THIN_ABOVE,
    VOLATILE_ABOVE,
    ControlRoute,
    Coverage,
    DailySeries,
    Design,
    Flags,
    Floats,
    Integers,
    RateRatio,
)
from analysis.numerics.window_sums import (
    divide_rates,
    find_placebo_dates,
    signed_root,
    sum_windows,
    weigh_days,
)

__all__ = [
    "COVERAGE_VETO",
    "MISSING_TOLERATED",
    "NORMAL_95",
    "SIGNIFICANT",
    "THIN_ABOVE",
    "VOLATILE_ABOVE",
    "ControlRoute",
    "Coverage",
    "DailySeries",
    "Design",
    "Flags",
    "Floats",
    "Integers",
    "RateRatio",
    "divide_rates",
    "find_detectable_changes",
    "find_interval",
    "find_placebo_dates",
    "signed_root",
    "sum_windows",
    "weigh_days",
]

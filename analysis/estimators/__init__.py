"""All estimators. A new one is one file and one line here."""

from analysis.estimators import exact_rate_ratio, placebo_rate_ratio, space_rate_ratio

ESTIMATORS = {
    placebo_rate_ratio.NAME: placebo_rate_ratio,
    exact_rate_ratio.NAME: exact_rate_ratio,
    space_rate_ratio.NAME: space_rate_ratio,
}
"""By name; the first is the headline."""

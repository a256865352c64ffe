"""All estimators. A new one is one file and one line here."""

from analysis.estimators import (
    change_scan,
    exact_rate_ratio,
    placebo_rate_ratio,
    quasi_poisson,
    space_rate_ratio,
    stacked_rate_ratio,
)

ESTIMATORS = {
    placebo_rate_ratio.NAME: placebo_rate_ratio,
    exact_rate_ratio.NAME: exact_rate_ratio,
    quasi_poisson.NAME: quasi_poisson,
    change_scan.NAME: change_scan,
    stacked_rate_ratio.NAME: stacked_rate_ratio,
    space_rate_ratio.NAME: space_rate_ratio,
}
"""By name; the first is the headline. `space_rate_ratio` stands in where a record is too short
for it, `stacked_rate_ratio` takes several events together; the others give no verdict."""

"""All estimators: the method page lists them, and the event study calls them.

A new estimator is one file, one line here, and one case in
`tests/analysis/estimators/test_estimator_contract.py`.
"""

from typing import Protocol

from analysis.estimators import (
    change_scan,
    placebo_rate_ratio,
    quasi_poisson,
    space_rate_ratio,
    stacked_rate_ratio,
)


class Estimator(Protocol):
    """A module of this package; its functions take what its question needs.

    `NAME` is its key, `TITLE` its name on the method page, `USE` a sentence on what its result
    decides.
    """

    NAME: str
    TITLE: str
    USE: str


ESTIMATORS: tuple[Estimator, ...] = (
    placebo_rate_ratio,
    space_rate_ratio,
    stacked_rate_ratio,
    quasi_poisson,
    change_scan,
)
"""Those that can give a verdict first, diagnostics after them."""

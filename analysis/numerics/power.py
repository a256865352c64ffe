"""The minimum detectable effect: the smallest change that a record could have shown."""

import math
from collections.abc import Callable
from functools import cache

import numpy as np

from analysis.numerics.intervals import TAIL
from analysis.numerics.series import Floats

POWER = 0.80
"""Probability with which a change of the stated size is noticed (STATISTICS.md, section 6)."""

_GRID = 21
"""Values that represent the earlier count; the smallest increase is within 1 % of 2,001 values."""

_LARGEST_RATIO = 1e4
"""Larger increases are not searched: they are shown as "any size"."""

_LEAST_COUNT = 1e-9
"""Keeps a gamma shape above 0 where the earlier count may be 0."""

_CLOSE = 1e-5
"""Accuracy of the ratios, which are shown with three digits."""


def find_detectable_changes(
    n0: float, *, m1: float, m0: float, phi: float, kappa: float = 1.0
) -> tuple[float, float]:
    """Smallest increase and largest decrease, as ratios, that would be found.

    "Found" means that the 95 % interval of `intervals.find_interval` is above `kappa` or
    below 1/`kappa`, with probability `POWER`, when both counts are negative binomial with
    variance phi * mean and the earlier one has mean `n0`.

    Parameters
    ----------
    n0
        Mean of the earlier count, 0 or more.
    m1, m0
        Weights of the later and the earlier days, in any one unit, above 0.
    phi
        Variance over mean of the counts, 1 or more.
    kappa
        1: the interval excludes 1; more: it is also beyond what coverage explains. Not finite:
        nothing would be found.

    Returns
    -------
    tuple of float
        Ratio above 1, infinite where nothing came before; ratio from 0 to below 1, NaN where
        not even a stop would be noticed.
    """
    expected = n0 * m1 / m0
    if expected <= 0 or not np.isfinite(kappa):
        return math.inf, math.nan
    before = _spread_of_count(n0, phi)
    enough = _smallest_count_above(before, kappa, m1 / m0, phi)
    few = _largest_count_below(before, 1 / kappa, m1 / m0, phi)

    @cache
    def up(ratio: float) -> float:
        return float(_chance_of_at_least(enough, ratio * expected, phi).mean())

    def down(ratio: float) -> float:
        return 1 - float(_chance_of_at_least(few + 1, ratio * expected, phi).mean())

    return _smallest_increase(up), _largest_decrease(down)


def _smallest_increase(chance: Callable[[float], float]) -> float:
    from scipy.optimize import brentq

    low, high = 1.0, 2.0
    while chance(high) < POWER:
        if high >= _LARGEST_RATIO:
            return math.inf
        low, high = high, min(high * high, _LARGEST_RATIO)
    return float(brentq(lambda ratio: chance(ratio) - POWER, low, high, rtol=_CLOSE))


def _largest_decrease(chance: Callable[[float], float]) -> float:
    from scipy.optimize import brentq

    if chance(0.0) < POWER:
        return math.nan
    return float(brentq(lambda ratio: chance(ratio) - POWER, 0, 1, xtol=_CLOSE))


def _spread_of_count(mean: float, phi: float) -> Floats:
    """Equally likely values of a count of this mean and variance phi * mean."""
    from scipy.special import gammaincinv

    # A gamma of the same mean and variance replaces the negative binomial: the interval is
    # continuous in the counts, so that whole numbers would only add steps.
    levels = (np.arange(_GRID) + 0.5) / _GRID
    values: Floats = phi * gammaincinv(mean / phi, levels)
    return values


def _smallest_count_above(before: Floats, ratio: float, share: float, phi: float) -> Floats:
    """Least later count whose interval is above `ratio` (1 or more), per earlier count.

    `share` is the later weight over the earlier one.
    """
    from scipy.special import btdtria

    spread = 1 + (phi - 1) * ratio
    odds = ratio * share * phi / spread
    at_limit = btdtria(TAIL, before / phi + 1, odds / (1 + odds)) * spread
    least: Floats = np.floor(at_limit) + 1
    return least


def _largest_count_below(before: Floats, ratio: float, share: float, phi: float) -> Floats:
    """Largest later count whose interval is below `ratio` (1 or less); -1 where none does."""
    from scipy.special import btdtria

    odds = ratio * share
    some = np.maximum(before, _LEAST_COUNT) / phi
    at_limit = (btdtria(1 - TAIL, some, odds / (1 + odds)) - 1) * phi
    largest: Floats = np.maximum(np.ceil(at_limit) - 1, -1)
    return largest


def _chance_of_at_least(count: Floats, mean: float, phi: float) -> Floats:
    """P(N >= count) of a negative binomial of this mean and variance phi * mean."""
    from scipy.special import betainc, gammainc

    if mean <= 0:
        return (count <= 0).astype(float)
    positive = np.maximum(count, 1.0)
    if phi - 1 < 1e-9:
        chance = gammainc(positive, mean)
    else:
        chance = betainc(positive, mean / (phi - 1), 1 - 1 / phi)
    return np.where(count <= 0, 1.0, chance)

"""What change a record could have shown: the minimum detectable effect."""

import math
from collections.abc import Callable
from functools import cache

import numpy as np

from analysis.numerics.intervals import TAIL

POWER = 0.80
"""Probability with which a change of the stated size is noticed."""

_GRID = 21
_LARGEST_RATIO = 1e4
_LEAST_COUNT = 1e-9
_CLOSE = 1e-5


def find_detectable_changes(
    n0: float, *, m1: float, m0: float, phi: float, kappa: float = 1.0
) -> tuple[float, float]:
    """Smallest increase and largest decrease, as ratios, that would be found.

    "Found" means that the 95 % interval of `intervals.find_interval` lies above `kappa` or
    below 1/`kappa` (1: it excludes 1; more: it also clears what coverage could have done),
    with probability `POWER`, when both counts are negative binomial with variance phi * mean
    and the earlier one has mean `n0`.

    Returns
    -------
    tuple of float
        Ratio above 1, infinite where nothing came before; ratio from 0 to below 1, NaN where
        even a stop would not be noticed.
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


def _spread_of_count(mean: float, phi: float) -> np.ndarray:
    """Equally likely values of a count of this mean and variance phi * mean."""
    from scipy.special import gammaincinv

    # A gamma of the same mean and variance stands in for the negative binomial: the interval
    # is continuous in the counts, so that a grid of whole numbers would only add steps.
    levels = (np.arange(_GRID) + 0.5) / _GRID
    return phi * gammaincinv(mean / phi, levels)


def _smallest_count_above(before: np.ndarray, ratio: float, share: float, phi: float) -> np.ndarray:
    """Least later count whose interval lies above `ratio` (1 or more), per earlier count.

    `share` is the later weight over the earlier one.
    """
    from scipy.special import btdtria

    spread = 1 + (phi - 1) * ratio
    odds = ratio * share * phi / spread
    at_limit = btdtria(TAIL, before / phi + 1, odds / (1 + odds)) * spread
    return np.floor(at_limit) + 1


def _largest_count_below(before: np.ndarray, ratio: float, share: float, phi: float) -> np.ndarray:
    """Largest later count whose interval lies below `ratio` (1 or less); -1 where none does."""
    from scipy.special import btdtria

    odds = ratio * share
    some = np.maximum(before, _LEAST_COUNT) / phi
    at_limit = (btdtria(1 - TAIL, some, odds / (1 + odds)) - 1) * phi
    return np.maximum(np.ceil(at_limit) - 1, -1)


def _chance_of_at_least(count: np.ndarray, mean: float, phi: float) -> np.ndarray:
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

"""What change a record could have shown: the minimum detectable effect."""

import math
from collections.abc import Callable

import numpy as np

from analysis.intervals import TAIL

POWER = 0.80
"""Probability with which a change of the stated size is noticed."""

_GRID = 31
_LARGEST_RATIO = 1e4


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

    def up(ratio: float) -> float:
        return float(np.mean(_chance_of_at_least(enough, ratio * expected, phi)))

    def down(ratio: float) -> float:
        return float(np.mean(1 - _chance_of_at_least(few + 1, ratio * expected, phi)))

    return _smallest_increase(up), _largest_decrease(down)


def _smallest_increase(chance: Callable[[float], float]) -> float:
    from scipy.optimize import brentq

    if chance(_LARGEST_RATIO) < POWER:
        return math.inf
    highest = math.log(_LARGEST_RATIO)
    return math.exp(brentq(lambda log: chance(math.exp(log)) - POWER, 0, highest, xtol=1e-9))


def _largest_decrease(chance: Callable[[float], float]) -> float:
    from scipy.optimize import brentq

    if chance(0.0) < POWER:
        return math.nan
    return float(brentq(lambda ratio: chance(ratio) - POWER, 0, 1, xtol=1e-9))


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
    from scipy.special import betainc

    spread = 1 + (phi - 1) * ratio
    odds = ratio * share * phi / spread
    x = odds / (1 + odds)

    def is_above(count: np.ndarray) -> np.ndarray:
        return betainc(np.maximum(count, 1e-12) / spread, before / phi + 1, x) < TAIL

    return _first_true(is_above, before)


def _largest_count_below(before: np.ndarray, ratio: float, share: float, phi: float) -> np.ndarray:
    """Largest later count whose interval lies below `ratio` (1 or less); -1 where none does."""
    from scipy.special import betainc

    odds = ratio * share
    x = odds / (1 + odds)

    def is_not_below(count: np.ndarray) -> np.ndarray:
        return ~(betainc(count / phi + 1, np.maximum(before, 1e-12) / phi, x) > 1 - TAIL)

    return _first_true(is_not_below, before) - 1


def _first_true(holds: Callable[[np.ndarray], np.ndarray], like: np.ndarray) -> np.ndarray:
    """Smallest whole number from 0 on for which a rising condition holds, per element."""
    high = np.ones_like(like)
    while not holds(high).all():
        high = np.where(holds(high), high, high * 2)
    low = np.full_like(like, -1.0)
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        true = holds(middle)
        low, high = np.where(true, low, middle), np.where(true, middle, high)
    return high


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

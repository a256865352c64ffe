"""The tests that people usually run on counts before and after a date, for comparison."""

import numpy as np
from made_series import Cell
from scipy.special import stdtr
from scipy.stats import binomtest, norm

from analysis.numerics import DailySeries

RIVALS = ("t-test", "Poisson", "HAC")
_BASELINE = 56


def judge_rivals(series: DailySeries, cell: Cell) -> dict[str, bool]:
    """Whether each of the usual tests calls the series changed at 5 %."""
    before = series.counts[cell.event - _BASELINE : cell.event]
    after = series.counts[cell.event : cell.event + cell.window]
    both = np.concatenate([before, after])
    total = int(both.sum())
    if total == 0 or np.ptp(both) == 0:
        return dict.fromkeys(RIVALS, False)
    z = (after.mean() - before.mean()) / _newey_west(before, after)
    chance = len(after) / len(both)
    return {
        "t-test": _welch(before, after) <= 0.05,
        "Poisson": binomtest(int(after.sum()), total, chance).pvalue <= 0.05,
        "HAC": 2 * norm.sf(abs(z)) <= 0.05,
    }


def _welch(before: np.ndarray, after: np.ndarray) -> float:
    """Two-sided p of Welch's t-test."""
    shares = [each.var(ddof=1) / len(each) for each in (before, after)]
    variance = sum(shares)
    freedom = variance**2 / sum(
        share**2 / (len(each) - 1) for share, each in zip(shares, (before, after), strict=True)
    )
    return float(2 * stdtr(freedom, -abs(after.mean() - before.mean()) / np.sqrt(variance)))


def _newey_west(before: np.ndarray, after: np.ndarray, lags: int = 7) -> float:
    """Newey-West standard error of an event dummy's coefficient, Bartlett weights."""
    moved = np.concatenate(
        [-(before - before.mean()) / len(before), (after - after.mean()) / len(after)]
    )
    variance = moved @ moved
    for lag in range(1, lags + 1):
        variance += 2 * (1 - lag / (lags + 1)) * (moved[lag:] @ moved[:-lag])
    return float(np.sqrt(max(variance, 1e-12)))

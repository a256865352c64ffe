"""Rate ratio of a record too short for placebo dates, calibrated by routes in the same days.

How far a ratio wanders when nothing is claimed comes from two places, and the wilder one
counts: other routes from the same origin, which share season, holidays and receivers; and the
route's own days before the event, because a route may be wilder than its neighbours. With the
neighbours alone a route of negative binomial or slowly wandering counts among Poisson ones is
called changed in 25-55 % of null series; the own days, widened for being few, bring that to 5 %
or less (`tests/bench/short_records.py` prints the table). The price: with eight weeks before the
event a doubling at one flight a day, which a long record would find two times in three, is
found one time in eight.
"""

from dataclasses import replace

import numpy as np

from analysis.numerics import (
    NORMAL_95,
    DailySeries,
    Design,
    RateRatio,
    find_detectable_changes,
    find_interval,
    signed_root,
    sum_windows,
)

NAME = "space_rate_ratio"
TITLE = "Rate ratio calibrated by other routes"

LEAST_ROUTES = 19
"""Fewest routes among which a rank can be as small as 0.05."""

_BLOCKS = (1, 7, 14)
_MOST_FREEDOM = 4.0
"""However many days there are, levels that last for weeks leave few that tell something new."""

_LEAST_BEFORE = 28
_TIE = 1e-9


def rank_in_space(s: float, others: np.ndarray) -> tuple[int, float]:
    """How many of the other statistics are as large, and (1 + that)/(1 + all of them).

    >>> rank_in_space(-2.5, np.array([0.3, 2.6, -1.0]))
    (1, 0.5)
    """
    r = int(np.sum(np.abs(others) >= abs(s) - _TIE))
    return r, (1 + r) / (1 + len(others))


def calibrate_in_space(
    ratio: RateRatio, series: DailySeries, design: Design, *, others: np.ndarray
) -> RateRatio | None:
    """The same ratio with p, phi, interval and detectable changes from other routes.

    Parameters
    ----------
    others
        Signed statistics of the other routes at the same event.

    Returns
    -------
    RateRatio or None
        None where there are fewer than `LEAST_ROUTES` or fewer than two windows' days before.
    """
    before = int(series.used[: design.event].sum())
    if len(others) < LEAST_ROUTES or before < 2 * design.window:
        return None
    r, p = rank_in_space(ratio.s, others)
    m = len(others)
    q = float(np.quantile(np.abs(others), 1 - max(0.05 * (m + 1) - 1, 0) / m))
    own = measure_own_scatter(ratio, series, design)
    freedom = min(before / design.window - 1, _MOST_FREEDOM)
    phi = max(1.0, (q / NORMAL_95) ** 2, own * _widen_for(freedom))
    lo, hi = find_interval(ratio.n1, ratio.n0, m1=ratio.m1, m0=ratio.m0, phi=phi)
    kappa = ratio.coverage.kappa
    up, down = find_detectable_changes(ratio.n0, m1=ratio.m1, m0=ratio.m0, phi=phi, kappa=kappa)
    return replace(
        ratio,
        r=r,
        p=p,
        q=q,
        phi=phi,
        lo=lo,
        hi=hi,
        mde_up=up,
        mde_down=down,
        volatility=1.0,
        era_p=p,
        era_lo=lo,
        era_hi=hi,
        n_controls=m,
    )


def measure_own_scatter(ratio: RateRatio, series: DailySeries, design: Design) -> float:
    """How much wilder than Poisson the days before the event are, at least 1.

    The largest of: dispersion of days, weeks and fortnights about one rate; mean squared
    statistic of the dates that have a window, and four weeks before it, among these days.
    """
    event = design.event
    counts = np.where(series.used, series.counts, 0.0)[:event]
    weights = ratio.weights[:event]
    dates = np.arange(_LEAST_BEFORE, event - design.window + 1)
    n1, n0 = sum_windows(counts, dates, design)
    m1, m0 = sum_windows(weights, dates, design)
    there = (m1 > 0) & (m0 > 0)
    s = signed_root(n1[there], n0[there], m1=m1[there], m0=m0[there])
    squares = float(np.mean(s**2)) if len(s) else 1.0
    held = weights > 0
    return max(1.0, squares, *(_disperse(counts[held], weights[held], each) for each in _BLOCKS))


def _disperse(counts: np.ndarray, weights: np.ndarray, block: int) -> float:
    """Pearson dispersion of sums over so many days about one rate; 1 where nothing flew."""
    blocks = len(counts) // block
    flown = counts[len(counts) - blocks * block :].reshape(blocks, block).sum(axis=1)
    heard = weights[len(counts) - blocks * block :].reshape(blocks, block).sum(axis=1)
    if blocks < 2 or not flown.sum() > 0:
        return 1.0
    expected = heard * flown.sum() / heard.sum()
    return float(np.sum((flown - expected) ** 2 / expected) / (blocks - 1))


def _widen_for(freedom: float) -> float:
    """What a variance found with so many degrees of freedom is multiplied by: t against normal."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.975) / NORMAL_95) ** 2

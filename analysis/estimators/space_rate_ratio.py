"""Rate ratio of a record too short for placebo dates, calibrated by routes in the same days.

How much a ratio varies without an event is measured in two ways, and the larger counts: from
other routes from the same origin, which share season, holidays and receivers; and from the
route's own days before the event, because a route may vary more than the others. With other
routes alone, a route of negative binomial or slowly drifting counts among Poisson routes has a
false CHANGE in 25-55 % of null series; with its own days, corrected for their small number, in
5 % or fewer (`tests/bench/short_records.py` prints the table). The price: with eight weeks before
the event, a doubling at one flight a day is found in one case of eight; a long record finds it in
two of three.
"""

from dataclasses import replace

import numpy as np

from analysis.numerics import (
    NORMAL_95,
    DailySeries,
    Design,
    Floats,
    RateRatio,
    find_detectable_changes,
    find_interval,
    signed_root,
    sum_windows,
)

NAME = "space_rate_ratio"
TITLE = "Rate ratio calibrated by other routes"
USE = "Decides where the record is short."

LEAST_ROUTES = 19
"""Least number of other routes that allows a rank p of 0.05: 1/(1 + 19)."""

_BLOCKS = (1, 7, 14)
"""Days summed before the dispersion is measured: drift shows in longer blocks only."""

_MOST_FREEDOM = 4.0
"""Most degrees of freedom of the own variance: levels last for weeks, so that days repeat them.

A choice, tested by `tests/bench/short_records.py`: false CHANGE stays at 5 % or less."""

_LEAST_BEFORE = 28
"""Days before a date that give it a baseline; the own days are too few for 56."""

_TIE = 1e-9
"""Statistics closer than this are equal, as in `placebo_rate_ratio`."""


def rank_in_space(s: float, others: Floats) -> tuple[int, float]:
    """Number r of other statistics at least as large, and its p = (1 + r)/(1 + m).

    Parameters
    ----------
    s
        Signed statistic of the route.
    others
        Those of m other routes in the same days, shape (m,).

    Examples
    --------
    >>> rank_in_space(-2.5, np.array([0.3, 2.6, -1.0]))
    (1, 0.5)
    """
    r = int(np.sum(np.abs(others) >= abs(s) - _TIE))
    return r, (1 + r) / (1 + len(others))


def calibrate_in_space(
    ratio: RateRatio, series: DailySeries, design: Design, *, others: Floats
) -> RateRatio | None:
    """The same ratio with p, phi, interval and detectable changes from other routes.

    Parameters
    ----------
    others
        Signed statistics of the other routes at the same event, shape (routes,).

    Returns
    -------
    RateRatio or None
        None where there are fewer than `LEAST_ROUTES`, or fewer used days before the event than
        two windows have.

    References
    ----------
    A. Abadie, A. Diamond, J. Hainmueller, JASA 105 (2010) 493-505, doi:10.1198/jasa.2009.ap08746
    """
    before = int(series.used[: design.event].sum())
    if len(others) < LEAST_ROUTES or before < 2 * design.window:
        return None
    r, p = rank_in_space(ratio.s, others)
    m = len(others)
    q = float(np.quantile(np.abs(others), 1 - max(0.05 * (m + 1) - 1, 0) / m))
    own = measure_own_dispersion(ratio, series, design)
    freedom = min(before / design.window - 1, _MOST_FREEDOM)
    phi = max(1.0, (q / NORMAL_95) ** 2, own * _correct_for_few(freedom))
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


def measure_own_dispersion(ratio: RateRatio, series: DailySeries, design: Design) -> float:
    """Variance over Poisson variance of the days before the event, at least 1.

    The largest of: dispersion of days, weeks and pairs of weeks around one rate; mean squared
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
    used = weights > 0
    return max(
        1.0, squares, *(_measure_block(counts[used], weights[used], each) for each in _BLOCKS)
    )


def _measure_block(counts: Floats, weights: Floats, block: int) -> float:
    """Pearson dispersion of sums over `block` days around one rate; 1 without any flight."""
    blocks = len(counts) // block
    flown = counts[len(counts) - blocks * block :].reshape(blocks, block).sum(axis=1)
    heard = weights[len(counts) - blocks * block :].reshape(blocks, block).sum(axis=1)
    if blocks < 2 or not flown.sum() > 0:
        return 1.0
    expected = heard * flown.sum() / heard.sum()
    return float(np.sum((flown - expected) ** 2 / expected) / (blocks - 1))


def _correct_for_few(freedom: float) -> float:
    """Factor for a variance with this number of degrees of freedom: (t/normal quantile)²."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.975) / NORMAL_95) ** 2

"""Sums over the windows of dates: what every estimator of this house is made of."""

import numpy as np

from analysis.numerics.series import MISSING_TOLERATED, DailySeries, Design
from flights.planning.needed_days import DAYS_LIKE_EVENT

_WEEKDAY_PRIOR = 7.0
_LEAST_WEIGHT = 1e-9


def weigh_days(
    series: DailySeries,
    *,
    event: int,
    window: int,
    power: float = 1.0,
    others: tuple[int, ...] = (),
) -> tuple[np.ndarray, np.ndarray]:
    """Weight of each day (0 where it is not used) and the seven weekday factors, Monday first.

    Factors come from all days but the event's own, and those of `others` where given, shrunk
    towards 1 by seven flights.
    """
    used = series.used
    exposure = np.where(used, series.exposure, 0.0) ** power * used
    if not exposure.sum() > 0:
        return np.zeros(len(series)), np.ones(7)
    exposure = exposure / exposure[used].mean()
    kept = used.copy()
    for own in (event, *others):
        kept[own : own + max(window, DAYS_LIKE_EVENT)] = False
    heard = np.bincount(series.weekday[kept], exposure[kept], minlength=7)
    flown = np.bincount(series.weekday[kept], series.counts[kept], minlength=7)
    rate = flown.sum() / heard.sum() if heard.sum() > 0 else 1.0
    factors = (flown + _WEEKDAY_PRIOR) / (rate * heard + _WEEKDAY_PRIOR)
    weights = np.maximum(exposure * factors[series.weekday], _LEAST_WEIGHT)
    return np.where(used, weights, 0.0), factors


def signed_root(n1: np.ndarray, n0: np.ndarray, *, m1: np.ndarray, m0: np.ndarray) -> np.ndarray:
    """Signed root of the deviance of two counts from one common rate; 0 where both are 0."""
    from scipy.special import xlogy

    total = n0 + n1
    share = m1 / (m0 + m1)
    after, before = total * share, total * (1 - share)
    safe_after, safe_before = np.where(total > 0, after, 1), np.where(total > 0, before, 1)
    deviance = 2 * (xlogy(n1, n1 / safe_after) + xlogy(n0, n0 / safe_before))
    return np.sign(n1 - after) * np.sqrt(np.maximum(deviance, 0))


def divide_rates(n1: np.ndarray, n0: np.ndarray, *, m1: np.ndarray, m0: np.ndarray) -> np.ndarray:
    """(n1/m1)/(n0/m0), with half a flight added to both where one is 0; NaN where both are."""
    half = np.where((n1 == 0) | (n0 == 0), 0.5, 0.0)
    ratio = ((n1 + half) / m1) / ((n0 + half) / m0)
    return np.where((n1 == 0) & (n0 == 0), np.nan, ratio)


def find_placebo_dates(series: DailySeries, design: Design) -> np.ndarray:
    """Indices of dates whose windows lie in the data and touch no event's own days.

    A date whose windows lack more days than an event's may (`MISSING_TOLERATED`) is no
    comparison either.
    """
    window, baseline = design.window, design.baseline
    dates = np.arange(baseline, len(series) - window + 1)
    apart = np.ones(len(dates), dtype=bool)
    for event in (design.event, *design.others):
        after = event + max(window, DAYS_LIKE_EVENT)
        apart &= (dates + window <= event) | (dates - baseline >= after)
    dates = dates[apart]
    held_after, held_before = sum_windows(series.known, dates, design)
    used_after, used_before = sum_windows(series.used, dates, design)
    full = (held_after >= (1 - MISSING_TOLERATED) * window) & (
        held_before >= (1 - MISSING_TOLERATED) * baseline
    )
    return dates[full & (used_after > 0) & (used_before > 0)]


def sum_windows(
    values: np.ndarray, dates: np.ndarray, design: Design
) -> tuple[np.ndarray, np.ndarray]:
    """Sums over the days from each date on, and over the days before it, cut at the edges.

    Dates are indices from 0 to the number of days.
    """
    last, early = len(values), design.baseline
    running = np.zeros(early + last + 1 + design.window)
    np.cumsum(values, out=running[early + 1 : early + 1 + last])
    running[early + 1 + last :] = running[early + last]
    at = running[dates + early]
    return running[dates + early + design.window] - at, at - running[dates]

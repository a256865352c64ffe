"""Sums over the windows before and after dates, which all estimators use."""

import numpy as np
from numpy.typing import NDArray

from analysis.numerics.series import MISSING_TOLERATED, DailySeries, Design, Floats, Integers
from flights.planning.needed_days import DAYS_LIKE_EVENT

_WEEKDAY_PRIOR = 7.0
"""Flights that pull each weekday factor towards 1 (STATISTICS.md, section 3).

A choice: with seven flights expected on a weekday, its factor goes half way to the data.
"""

_LEAST_WEIGHT = 1e-9
"""Keeps the weight of a used day above 0 (STATISTICS.md, section 3), so that sums can divide."""


def weigh_days(
    series: DailySeries,
    *,
    event: int,
    window: int,
    power: float = 1.0,
    others: tuple[int, ...] = (),
) -> tuple[Floats, Floats]:
    """Weight of each day, and the weekday factors (STATISTICS.md, section 3, step 1).

    Parameters
    ----------
    event, window
        Index of the event, and days that count as its own; at least 28 do.
    power
        Exponent of the exposure: 1 is the method.
    others
        Indices of further events whose days give no weekday factors.

    Returns
    -------
    tuple of array
        Weights, shape (days,), mean 1 up to the factors, 0 where a day is not used; factors,
        shape (7,), Monday first, from all days but the events' own.
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


def signed_root(n1: Floats, n0: Floats, *, m1: Floats, m0: Floats) -> Floats:
    """Signed root s of the deviance of two counts from one common rate (STATISTICS.md, 3).

    Parameters
    ----------
    n1, n0
        Counts after and before, any one shape.
    m1, m0
        Weights of the same days, above 0.

    Returns
    -------
    array
        Above 0 for an increase; 0 where both counts are 0.

    References
    ----------
    P. McCullagh, J. A. Nelder, Generalized Linear Models, 2nd ed. (1989), section 2.4 (deviance
    residuals).
    """
    from scipy.special import xlogy

    total = n0 + n1
    share = m1 / (m0 + m1)
    after, before = total * share, total * (1 - share)
    safe_after, safe_before = np.where(total > 0, after, 1), np.where(total > 0, before, 1)
    deviance = 2 * (xlogy(n1, n1 / safe_after) + xlogy(n0, n0 / safe_before))
    s: Floats = np.sign(n1 - after) * np.sqrt(np.maximum(deviance, 0))
    return s


def divide_rates(n1: Floats, n0: Floats, *, m1: Floats, m0: Floats) -> Floats:
    """(n1/m1)/(n0/m0), with half a flight added to both counts where one is 0; NaN where both are.

    Parameters as in `signed_root`. The half is for display (STATISTICS.md, section 3).
    """
    half = np.where((n1 == 0) | (n0 == 0), 0.5, 0.0)
    ratio = ((n1 + half) / m1) / ((n0 + half) / m0)
    return np.where((n1 == 0) & (n0 == 0), np.nan, ratio)


def find_placebo_dates(series: DailySeries, design: Design) -> Integers:
    """Indices of the comparable dates, rising (STATISTICS.md, section 4).

    Both windows of such a date are inside the data, contain no event's own days, and lack no
    more days than an event's windows may (`MISSING_TOLERATED`).

    References
    ----------
    A. Abadie, A. Diamond, J. Hainmueller, JASA 105 (2010) 493-505, doi:10.1198/jasa.2009.ap08746
    """
    window, baseline = design.window, design.baseline
    dates = np.arange(baseline, len(series) - window + 1)
    apart = np.ones(len(dates), dtype=bool)
    for event in (design.event, *design.others):
        after = event + max(window, DAYS_LIKE_EVENT)
        apart &= (dates + window <= event) | (dates - baseline >= after)
    dates = dates[apart]
    known_after, known_before = sum_windows(series.known, dates, design)
    used_after, used_before = sum_windows(series.used, dates, design)
    full = (known_after >= (1 - MISSING_TOLERATED) * window) & (
        known_before >= (1 - MISSING_TOLERATED) * baseline
    )
    return dates[full & (used_after > 0) & (used_before > 0)]


def sum_windows(
    values: NDArray[np.generic], dates: Integers, design: Design
) -> tuple[Floats, Floats]:
    """Sums of `values` over the window of each date, and over its baseline.

    Parameters
    ----------
    values
        One value a day, shape (days,), no NaN; True counts 1.
    dates
        Indices from 0 to the number of days, shape (dates,). Windows are cut at the edges.

    Returns
    -------
    tuple of array
        Both of shape (dates,). The cost does not depend on the length of the windows.
    """
    # One running sum, padded with `baseline` zeros before and `window` repeats after the data.
    last, early = len(values), design.baseline
    running = np.zeros(early + last + 1 + design.window)
    np.cumsum(values, out=running[early + 1 : early + 1 + last])
    running[early + 1 + last :] = running[early + last]
    at = running[dates + early]
    return running[dates + early + design.window] - at, at - running[dates]

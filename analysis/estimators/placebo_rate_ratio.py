"""Rate ratio of an event's window, calibrated by the same ratio at every comparable date.

The headline estimator. Coverage and weekdays enter as weights of days; how far the ratio
wanders when nothing is claimed comes from the record itself (placebo dates), not from a model.
"""

from typing import Any

import numpy as np

from analysis.estimators.base import (
    MISSING_TOLERATED,
    Coverage,
    DailySeries,
    Design,
    RateRatio,
)
from analysis.intervals import find_interval
from analysis.power import find_detectable_changes
from flights.history import DAYS_LIKE_EVENT

NAME = "placebo_rate_ratio"
TITLE = "Rate ratio calibrated by placebo dates"

NORMAL_95 = 1.959963984540054
_TIE = 1e-9
_WEEKDAY_PRIOR = 7.0
_LEAST_WEIGHT = 1e-9
_ERA_DAYS = 120


def estimate_rate_ratio(
    series: DailySeries, design: Design, *, power: float = 1.0, detectable: bool = True
) -> RateRatio | None:
    """Rate ratio at the event with its placebo distribution, p, interval and power.

    Parameters
    ----------
    power
        Exponent of the exposure: 1 is the method; 0 and 2 show what the exposure does.
    detectable
        Find the minimum detectable effect too (half of the time that all of it takes).

    Returns
    -------
    RateRatio or None
        None where there is nothing to divide by: no usable day after or before the event.
    """
    weights, factors = weigh_days(series, event=design.event, window=design.window, power=power)
    counts = np.where(series.used, np.nan_to_num(series.counts), 0.0)
    dates = np.arange(len(series) + 1)
    n1, n0 = _sum_windows(counts, dates, design)
    m1, m0 = _sum_windows(weights, dates, design)
    t = design.event
    if not (m1[t] > 0 and m0[t] > 0):
        return None
    placebos = find_placebo_dates(series, design)
    chosen = np.append(placebos, t)
    s = signed_root(n1[chosen], n0[chosen], m1=m1[chosen], m0=m0[chosen])
    rr = divide_rates(n1[chosen], n0[chosen], m1=m1[chosen], m0=m0[chosen])
    sums: dict[str, Any] = {
        "n1": float(n1[t]),
        "n0": float(n0[t]),
        "m1": float(m1[t]),
        "m0": float(m0[t]),
    }
    ups = (np.inf, np.nan)
    calibration = _calibrate(placebos, s, sums=sums, design=design)
    coverage = compare_coverage(series, design)
    if detectable and len(placebos):
        n0, m1, m0 = (sums[name] for name in ("n0", "m1", "m0"))
        ups = find_detectable_changes(
            n0, m1=m1, m0=m0, phi=calibration["phi"], kappa=coverage.kappa
        )
    return RateRatio(
        **sums,
        **calibration,
        coverage=coverage,
        expected=sums["n0"] * sums["m1"] / sums["m0"],
        rr=float(rr[-1]),
        mde_up=ups[0],
        mde_down=ups[1],
        weekday_factors=factors,
        weights=weights,
        placebo_dates=placebos,
        placebo_s=s[:-1],
        placebo_rr=rr[:-1],
    )


def divide_at_event(series: DailySeries, design: Design, *, power: float) -> float:
    """The rate ratio alone, without what calibrates it; NaN where there is none."""
    weights, _ = weigh_days(series, event=design.event, window=design.window, power=power)
    counts = np.where(series.used, np.nan_to_num(series.counts), 0.0)
    at = np.array([design.event])
    n1, n0 = _sum_windows(counts, at, design)
    m1, m0 = _sum_windows(weights, at, design)
    return float(divide_rates(n1, n0, m1=m1, m0=m0)[0]) if min(m1[0], m0[0]) > 0 else np.nan


def weigh_days(
    series: DailySeries, *, event: int, window: int, power: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """Weight of each day (0 where it is not used) and the seven weekday factors, Monday first.

    Factors come from all days but the event's own, shrunk towards 1 by seven flights.
    """
    used = series.used
    exposure = np.where(used, np.nan_to_num(series.exposure), 0.0) ** power * used
    if not exposure.sum() > 0:
        return np.zeros(len(series)), np.ones(7)
    exposure = exposure / exposure[used].mean()
    days = np.arange(len(series))
    kept = used & ((days < event) | (days >= event + max(window, DAYS_LIKE_EVENT)))
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
    held_after, held_before = _sum_windows(series.known.astype(float), dates, design)
    used_after, used_before = _sum_windows(series.used.astype(float), dates, design)
    full = (held_after >= (1 - MISSING_TOLERATED) * window) & (
        held_before >= (1 - MISSING_TOLERATED) * baseline
    )
    return dates[full & (used_after > 0) & (used_before > 0)]


def _sum_windows(
    values: np.ndarray, dates: np.ndarray, design: Design
) -> tuple[np.ndarray, np.ndarray]:
    """Sums over the days from each date on, and over the days before it, cut at the edges."""
    running = np.concatenate([[0.0], np.cumsum(values)])
    last = len(values)
    at = running[np.clip(dates, 0, last)]
    after = running[np.clip(dates + design.window, 0, last)]
    before = running[np.clip(dates - design.baseline, 0, last)]
    return after - at, at - before


def _calibrate(
    placebos: np.ndarray, s: np.ndarray, *, sums: dict[str, Any], design: Design
) -> dict[str, Any]:
    """r, p, q, phi and interval from the placebo statistics; the event's own is the last of `s`."""
    size, own = np.abs(s[:-1]), float(abs(s[-1]))
    n, c = len(size), design.window / 4
    if n == 0:
        unknown = {"s": float(s[-1]), "r": 0, "p": 1.0, "q": np.nan, "phi": np.nan}
        nothing = {"lo": 0.0, "hi": np.inf, "era_lo": 0.0, "era_hi": np.inf}
        return {**unknown, **nothing, "volatility": 1.0, "era_p": 1.0}
    r = int(np.sum(size >= own - _TIE))
    level = 1 - max(0.05 * (n + 1 + c) - 1 - c, 0) / n
    q = float(np.quantile(size, level))
    phi = max(1.0, (q / NORMAL_95) ** 2)
    lo, hi = find_interval(**sums, phi=phi)
    near = (placebos >= design.event - design.window - _ERA_DAYS) & (
        placebos <= design.event + design.window + design.baseline + _ERA_DAYS
    )
    wild = _volatility(size, near)
    era_r = int(np.sum(size >= own / np.sqrt(wild) - _TIE))
    era_lo, era_hi = (lo, hi) if wild == 1 else find_interval(**sums, phi=phi * wild)
    return {
        "s": float(s[-1]),
        "r": r,
        "p": (r + 1 + c) / (n + 1 + c),
        "q": q,
        "phi": phi,
        "lo": lo,
        "hi": hi,
        "volatility": wild,
        "era_p": (era_r + 1 + c) / (n + 1 + c),
        "era_lo": era_lo,
        "era_hi": era_hi,
    }


def _volatility(size: np.ndarray, near: np.ndarray) -> float:
    """Mean squared statistic of the dates near the event over that of all, at least 1."""
    overall = float(np.mean(size**2))
    if not near.any() or overall == 0:
        return 1.0
    return max(1.0, float(np.mean(size[near] ** 2)) / overall)


def compare_coverage(series: DailySeries, design: Design) -> Coverage:
    """What the receivers heard after the event over before, beside the route's raw count.

    Outage days are in: they are what this is about. Days outside the record are missing.
    """
    t = design.event
    after = np.arange(t, min(t + design.window, len(series)))
    before = np.arange(max(t - design.baseline, 0), t)
    after, before = after[series.known[after]], before[series.known[before]]
    missing = design.window - len(after), design.baseline - len(before)
    ratio = _ratio_of_means(series.exposure[after], series.exposure[before])
    of_regions = [_ratio_of_means(each[after], each[before]) for each in series.proxies]
    known = [each for each in of_regions if not np.isnan(each)] or [ratio]
    worst = max(known, key=_distance_from_one)
    return Coverage(
        ratio=ratio,
        worst=worst,
        kappa=_distance_from_one(worst),
        raw=_ratio_of_counts(series.counts[after], series.counts[before]),
        missing_after=missing[0],
        missing_before=missing[1],
        missing_share=max(missing[0] / design.window, missing[1] / design.baseline),
    )


def _distance_from_one(ratio: float) -> float:
    """max(ratio, 1/ratio); infinite for 0 and for what cannot be known."""
    if not ratio > 0:
        return np.inf
    return max(ratio, 1 / ratio)


def _ratio_of_means(after: np.ndarray, before: np.ndarray) -> float:
    if not (len(after) and len(before)):
        return np.nan
    later, earlier = after.mean(), before.mean()
    if earlier == 0:
        return np.inf if later > 0 else np.nan
    return float(later / earlier)


def _ratio_of_counts(after: np.ndarray, before: np.ndarray) -> float:
    """Flights a day after over before, nothing adjusted; NaN where there were none at all."""
    if not (len(after) and len(before)):
        return np.nan
    sums = {"m1": np.array(len(after)), "m0": np.array(len(before))}
    return float(divide_rates(np.array(after.sum()), np.array(before.sum()), **sums))

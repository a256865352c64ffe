"""Rate ratio of an event's window, calibrated by the same ratio at every comparable date.

The headline estimator (STATISTICS.md, sections 3 to 6). Coverage and weekdays are weights of
days. How much the ratio varies without an event comes from the record itself (placebo dates),
not from a model.
"""

from typing import Any

import numpy as np

from analysis.numerics import (
    NORMAL_95,
    Coverage,
    DailySeries,
    Design,
    Flags,
    Floats,
    Integers,
    RateRatio,
    divide_rates,
    find_detectable_changes,
    find_interval,
    find_placebo_dates,
    signed_root,
    sum_windows,
    weigh_days,
)

NAME = "placebo_rate_ratio"
TITLE = "Rate ratio calibrated by placebo dates"
USE = "Decides the verdict of one date."

_TIE = 1e-9
"""Statistics closer than this are equal (STATISTICS.md, section 4)."""

_ERA_DAYS = 120
"""Days beyond the windows that count as the event's era (STATISTICS.md, section 7).

A choice: four months on each side.
"""


def estimate_rate_ratio(
    series: DailySeries, design: Design, *, power: float = 1.0, detectable: bool = True
) -> RateRatio | None:
    """Rate ratio at the event with its placebo distribution, p, interval and detectable effects.

    Parameters
    ----------
    series, design
        The days, and the event among them.
    power
        Exponent of the exposure: 1 is the method; 0 and 2 show the influence of the exposure.
    detectable
        Also find the minimum detectable effect, which takes half of the time.

    Returns
    -------
    RateRatio or None
        None where no day after, or none before, the event can be used.

    References
    ----------
    A. Abadie, A. Diamond, J. Hainmueller, JASA 105 (2010) 493-505, doi:10.1198/jasa.2009.ap08746
    """
    weights, factors = weigh_days(series, event=design.event, window=design.window, power=power)
    counts = np.where(series.used, series.counts, 0.0)
    placebos = find_placebo_dates(series, design)
    dates = np.append(placebos, design.event)
    n1, n0 = sum_windows(counts, dates, design)
    m1, m0 = sum_windows(weights, dates, design)
    if not (m1[-1] > 0 and m0[-1] > 0):
        return None
    s = signed_root(n1, n0, m1=m1, m0=m0)
    rr = divide_rates(n1, n0, m1=m1, m0=m0)
    own = {"n1": n1, "n0": n0, "m1": m1, "m0": m0}
    sums: dict[str, Any] = {name: float(values[-1]) for name, values in own.items()}
    calibration = _calibrate(placebos, s, sums=sums, design=design)
    coverage = compare_coverage(series, design)
    ups = (np.inf, np.nan)
    if detectable and len(placebos):
        shares = {name: sums[name] for name in ("m1", "m0")}
        phi, kappa = calibration["phi"], coverage.kappa
        ups = find_detectable_changes(sums["n0"], **shares, phi=phi, kappa=kappa)
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
    """The rate ratio alone, without calibration; NaN where there is none.

    Parameters as in `estimate_rate_ratio`.
    """
    weights, _ = weigh_days(series, event=design.event, window=design.window, power=power)
    counts = np.where(series.used, series.counts, 0.0)
    at = np.array([design.event])
    n1, n0 = sum_windows(counts, at, design)
    m1, m0 = sum_windows(weights, at, design)
    return float(divide_rates(n1, n0, m1=m1, m0=m0)[0]) if min(m1[0], m0[0]) > 0 else np.nan


def _calibrate(
    placebos: Integers, s: Floats, *, sums: dict[str, Any], design: Design
) -> dict[str, Any]:
    """r, p, q, phi and interval from the placebo statistics; the event's own is the last of `s`.

    Placebo windows overlap, so that those as large come in runs of about window/4: `c` corrects
    p and q for that (STATISTICS.md, sections 4 and 5).
    """
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
    volatility = _measure_volatility(size, near)
    era_r = int(np.sum(size >= own / np.sqrt(volatility) - _TIE))
    era_lo, era_hi = (lo, hi) if volatility == 1 else find_interval(**sums, phi=phi * volatility)
    return {
        "s": float(s[-1]),
        "r": r,
        "p": (r + 1 + c) / (n + 1 + c),
        "q": q,
        "phi": phi,
        "lo": lo,
        "hi": hi,
        "volatility": volatility,
        "era_p": (era_r + 1 + c) / (n + 1 + c),
        "era_lo": era_lo,
        "era_hi": era_hi,
    }


def _measure_volatility(size: Floats, near: Flags) -> float:
    """Mean squared statistic of the dates near the event over that of all, at least 1."""
    overall = float(np.mean(size**2))
    if not near.any() or overall == 0:
        return 1.0
    return max(1.0, float(np.mean(size[near] ** 2)) / overall)


def compare_coverage(series: DailySeries, design: Design) -> Coverage:
    """Exposure after the event over that before, with the route's raw count and missing days.

    Outage days are included, because they are changes of coverage. Days outside the record are
    missing.
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
        missing_p=chance_of_spread(*missing, design) if any(missing) else 1.0,
    )


def chance_of_spread(missing_after: int, missing_before: int, design: Design) -> float:
    """Fisher's exact p of this number of days missing on each side of an event.

    References
    ----------
    R. A. Fisher, Journal of the Royal Statistical Society 85 (1922) 87-94, doi:10.2307/2340521

    Examples
    --------
    >>> round(chance_of_spread(3, 0, Design(event=100, window=14, baseline=56)), 4)
    0.0066
    """
    from scipy.special import binom

    total, window = missing_after + missing_before, design.window
    after = np.arange(max(0, total - design.baseline), min(total, window) + 1)
    ways = binom(window, after) * binom(design.baseline, total - after)
    own = ways[after == missing_after]
    # The margin keeps equal numbers of ways equal after rounding.
    return float(ways[ways <= own * (1 + 1e-9)].sum() / ways.sum())


def _distance_from_one(ratio: float) -> float:
    """max(ratio, 1/ratio); infinite for 0 and for an unknown ratio."""
    if not ratio > 0:
        return np.inf
    return max(ratio, 1 / ratio)


def _ratio_of_means(after: Floats, before: Floats) -> float:
    """Ratio of the means of known days; NaN where fewer than half are known on either side."""
    known = [each[np.isfinite(each)] for each in (after, before)]
    sides = zip(known, (after, before), strict=True)
    if any(not len(there) or len(there) < len(side) / 2 for there, side in sides):
        return np.nan
    later, earlier = (each.mean() for each in known)
    if earlier == 0:
        return np.inf if later > 0 else np.nan
    return float(later / earlier)


def _ratio_of_counts(after: Floats, before: Floats) -> float:
    """Flights a day after over before, not adjusted; NaN where there are none on both sides."""
    if not (len(after) and len(before)):
        return np.nan
    sums = {"m1": np.array(len(after)), "m0": np.array(len(before))}
    return float(divide_rates(np.array(after.sum()), np.array(before.sum()), **sums))

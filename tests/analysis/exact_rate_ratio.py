"""Exact conditional ratio of two Poisson rates: holds `find_interval` to published tables."""

from dataclasses import dataclass

from analysis.numerics import find_interval


@dataclass(frozen=True)
class ExactRatio:
    """Ratio of two rates, its two-sided p and its 95 % interval."""

    rr: float
    p: float
    lo: float
    hi: float


def estimate_exact_ratio(n1: float, time1: float, *, n0: float, time0: float) -> ExactRatio:
    """Ratio (n1/time1)/(n0/time0) with p and interval given the total n1 + n0.

    Counts are whole numbers; times are exposures in any one unit. The ratio is infinite where
    n0 is 0 and NaN where both counts are.

    Raises
    ------
    ValueError
        A count is negative or no whole number, or a time is not above 0.

    References
    ----------
    R manual, `poisson.test` (the same numbers for 11/800 against 21/3,011).

    Examples
    --------
    >>> found = estimate_exact_ratio(11, 800, n0=21, time0=3011)
    >>> round(found.rr, 6), round(found.p, 5), round(found.lo, 6), round(found.hi, 6)
    (1.971488, 0.07967, 0.858426, 4.277266)
    """
    from scipy.stats import binomtest

    if min(n1, n0) < 0 or n1 != int(n1) or n0 != int(n0):
        raise ValueError(f"counts are whole numbers from 0 on, not {n1} and {n0}")
    if not (time1 > 0 and time0 > 0):
        raise ValueError(f"times are above 0, not {time1} and {time0}")
    if n1 + n0 == 0:
        return ExactRatio(float("nan"), 1.0, 0.0, float("inf"))
    p = float(binomtest(int(n1), int(n1 + n0), time1 / (time1 + time0)).pvalue)
    low, high = find_interval(n1, n0, m1=time1, m0=time0, phi=1.0)
    ratio = (n1 / time1) / (n0 / time0) if n0 else float("inf")
    return ExactRatio(ratio, p, low, high)

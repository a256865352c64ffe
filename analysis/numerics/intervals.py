"""Intervals of a ratio of two counts whose variance may exceed that of Poisson counts."""

from collections.abc import Callable

TAIL = 0.025
"""Probability outside each end of a 95 % interval."""

_LARGEST = 1e9
"""A ratio above this is taken as infinite; far above any ratio of real counts."""

_CLOSE = 1e-10
"""Relative accuracy of the ends; golden vectors ask for 1e-6."""


def find_interval(
    n1: float, n0: float, *, m1: float, m0: float, phi: float, growing: bool = True
) -> tuple[float, float]:
    """95 % interval of the rate ratio (n1/m1)/(n0/m0), by inversion of a discounted exact test.

    Parameters
    ----------
    n1, n0
        Counts after and before.
    m1, m0
        Weights of these counts (days times exposure), in any one unit, above 0.
    phi
        Variance over mean of the counts at no change, 1 or more. 1 gives Clopper-Pearson.
    growing
        The dispersion of the later count grows with the ratio tested, f = 1 + (phi-1)*max(1, R).
        False keeps it at phi: narrower, and wrong for large effects on over-dispersed counts.

    Returns
    -------
    tuple of float
        Lower end, 0 where n1 is 0; upper end, infinite where n0 is 0 or every ratio fits.

    References
    ----------
    C. J. Clopper, E. S. Pearson, Biometrika 26 (1934) 404-413, doi:10.1093/biomet/26.4.404
    """
    from scipy.special import betaincinv

    def limit(ratio: float, share: float, more: tuple[int, int]) -> float:
        spread = 1 + (phi - 1) * max(1.0, ratio) if growing else phi
        x = float(betaincinv(n1 / spread + more[0], n0 / phi + more[1], share))
        return float("inf") if x >= 1 else x / (1 - x) * (m0 / m1) * spread / phi

    steady = phi == 1 or not growing
    low = 0.0 if n1 == 0 else _solve(lambda ratio: limit(ratio, TAIL, (0, 1)), steady)
    high = float("inf") if n0 == 0 else _solve(lambda ratio: limit(ratio, 1 - TAIL, (1, 0)), steady)
    return low, high


def _solve(limit: Callable[[float], float], steady: bool) -> float:
    """The ratio that equals its own limit; the limit is constant below 1, and if `steady`."""
    from scipy.optimize import brentq

    at_one = limit(1.0)
    if at_one <= 1 or steady:
        return at_one
    above = 2.0
    while limit(above) > above:
        above *= 2
        if above > _LARGEST:
            return float("inf")
    return float(brentq(lambda ratio: limit(ratio) - ratio, above / 2, above, rtol=_CLOSE))

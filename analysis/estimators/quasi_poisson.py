"""Quasi-Poisson regression of the days around an event: a diagnostic, never a verdict."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.numerics import NORMAL_95, DailySeries, Design, Floats, Integers

NAME = "quasi_poisson"
TITLE = "Quasi-Poisson regression"
USE = "A diagnostic; decides nothing."

_ROUNDS = 50
"""Most iterations; a fit that converges takes about six."""

_CLOSE = 1e-10
"""Relative change of the likelihood at which the fit has converged."""

_LARGEST = 30.0
"""Largest log rate of an iteration: exp() stays finite before the fit converges."""


@dataclass(frozen=True)
class ShapeFit:
    """A step at the event, and the same step next to a linear trend.

    `rr` is the ratio of the step with its 95 % interval `lo` to `hi`. `dispersion` is Pearson's
    chi-square over its degrees of freedom, of the fit without trend; `weekday_rates`, shape (7,),
    are relative to the mean weekday, Monday first, NaN on a weekday without flights.
    """

    rr: float
    lo: float
    hi: float
    rr_trend: float
    lo_trend: float
    hi_trend: float
    dispersion: float
    weekday_rates: Floats


@dataclass(frozen=True)
class PoissonFit:
    """Coefficients of a log-linear fit, their covariance at dispersion 1, and the dispersion."""

    coefficients: NDArray[np.floating[Any]]
    covariance: NDArray[np.floating[Any]]
    dispersion: float

    def interval(self, place: int) -> tuple[float, float, float]:
        """exp of one coefficient, and of both ends of its 95 % interval."""
        at = self.coefficients[place]
        reach = NORMAL_95 * np.sqrt(self.dispersion * self.covariance[place, place])
        with np.errstate(over="ignore"):
            middle, low, high = np.exp(np.array([at, at - reach, at + reach])).tolist()
        return middle, low, high


def estimate_shape(series: DailySeries, design: Design) -> ShapeFit | None:
    """Step at the event among the days of its baseline and window.

    Exposure is the offset. Weekdays without any flight in these days are left out: they contain
    no information on a step. None where the step has no finite ratio, or there are too few days.

    References
    ----------
    R. W. M. Wedderburn, Biometrika 61 (1974) 439-447, doi:10.1093/biomet/61.3.439
    """
    days = _days_of_fit(series, design)
    counts, weekday = series.counts[days], series.weekday[days]
    step = (days >= design.event).astype(float)
    kinds = np.unique(weekday)
    if not (counts[step == 1].sum() > 0 and counts[step == 0].sum() > 0):
        return None
    if len(days) <= len(kinds) + 3:
        return None
    dummies = (weekday[:, None] == kinds).astype(float)
    offset = np.log(series.exposure[days])
    plain = fit_poisson(np.column_stack([step, dummies]), counts, offset)
    slope = (days - design.event) / design.window
    trend = fit_poisson(np.column_stack([step, slope, dummies]), counts, offset)
    if plain is None or trend is None:
        return None
    return ShapeFit(
        *plain.interval(0),
        *trend.interval(0),
        dispersion=plain.dispersion,
        weekday_rates=_weekday_rates(plain.coefficients[1:], kinds),
    )


def fit_poisson(design: Floats, counts: Floats, offset: Floats) -> PoissonFit | None:
    """Log-linear fit by iteratively reweighted least squares; None where it does not converge.

    Parameters
    ----------
    design
        One row per day, one column per term: shape (days, terms).
    counts, offset
        Flights of each day, and the log of its exposure; shape (days,).

    References
    ----------
    P. McCullagh, J. A. Nelder, Generalized Linear Models, 2nd ed. (1989), section 2.5.
    """
    mean = counts + 0.5
    log_mean = np.log(mean)
    before = np.inf
    for _ in range(_ROUNDS):
        response = log_mean - offset + (counts - mean) / mean
        weighted = design * mean[:, None]
        information = weighted.T @ design
        try:
            coefficients = np.linalg.solve(information, weighted.T @ response)
        except np.linalg.LinAlgError:
            return None
        # A step too far would overflow exp(); later iterations come back from the edge.
        log_mean = np.clip(design @ coefficients + offset, -_LARGEST, _LARGEST)
        mean = np.exp(log_mean)
        fitness = float(counts @ log_mean - mean.sum())
        if abs(fitness - before) <= _CLOSE * (abs(fitness) + 1):
            chi = float(np.sum((counts - mean) ** 2 / mean))
            dispersion = chi / (len(counts) - design.shape[1])
            return PoissonFit(coefficients, np.linalg.inv(information), dispersion)
        before = fitness
    return None


def _days_of_fit(series: DailySeries, design: Design) -> Integers:
    first = max(design.event - design.baseline, 0)
    days = np.arange(first, min(design.event + design.window, len(series)))
    days = days[series.used[days] & (np.nan_to_num(series.exposure[days]) > 0)]
    flown = np.bincount(series.weekday[days], series.counts[days], minlength=7)
    with_flights: Integers = days[flown[series.weekday[days]] > 0]
    return with_flights


def _weekday_rates(logs: NDArray[np.floating[Any]], kinds: Integers) -> Floats:
    rates = np.full(7, np.nan)
    rates[kinds] = np.exp(logs - logs.max())
    relative: Floats = rates / np.nanmean(rates)
    return relative

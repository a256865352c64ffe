"""Quasi-Poisson regression of the days around an event: a look at its shape, never a verdict."""

from dataclasses import dataclass

import numpy as np

from analysis.numerics import NORMAL_95, DailySeries, Design

NAME = "quasi_poisson"
TITLE = "Quasi-Poisson regression"

_ROUNDS = 50
_CLOSE = 1e-10
_LARGEST = 30.0
"""Largest log rate that a step may reach: keeps exp() finite while it looks for the way."""


@dataclass(frozen=True)
class ShapeFit:
    """A step at the event, and the same step with a straight trend allowed for.

    `dispersion` is Pearson's chi-square over its degrees of freedom, of the fit without trend;
    `weekday_rates` are relative to the mean weekday, Monday first, NaN where nothing flew.
    """

    rr: float
    lo: float
    hi: float
    rr_trend: float
    lo_trend: float
    hi_trend: float
    dispersion: float
    weekday_rates: np.ndarray


@dataclass(frozen=True)
class PoissonFit:
    """Coefficients of a log-linear fit, their covariance at dispersion 1, and the dispersion."""

    coefficients: np.ndarray
    covariance: np.ndarray
    dispersion: float

    def interval(self, place: int) -> tuple[float, float, float]:
        """exp of one coefficient, and of both ends of its 95 % interval."""
        at = self.coefficients[place]
        reach = NORMAL_95 * np.sqrt(self.dispersion * self.covariance[place, place])
        with np.errstate(over="ignore"):
            return tuple(float(np.exp(each)) for each in (at, at - reach, at + reach))  # type: ignore[return-value]


def estimate_shape(series: DailySeries, design: Design) -> ShapeFit | None:
    """Step at the event among the days of its baseline and window.

    Exposure is the offset; weekdays on which nothing flew in these days leave, as they tell
    nothing of a step. None where the step has no finite ratio, or there are too few days.

    References
    ----------
    P. McCullagh, J. A. Nelder, Generalized Linear Models, 2nd ed. (1989), chapters 6 and 9.
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


def fit_poisson(design: np.ndarray, counts: np.ndarray, offset: np.ndarray) -> PoissonFit | None:
    """Log-linear fit by reweighted least squares; None where it does not settle.

    Parameters
    ----------
    design
        One row a day, one column a term.
    counts, offset
        Flights of each day, and the log of what they are counted against.
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
        log_mean = np.clip(design @ coefficients + offset, -_LARGEST, _LARGEST)
        mean = np.exp(log_mean)
        fitness = float(counts @ log_mean - mean.sum())
        if abs(fitness - before) <= _CLOSE * (abs(fitness) + 1):
            chi = float(np.sum((counts - mean) ** 2 / mean))
            dispersion = chi / (len(counts) - design.shape[1])
            return PoissonFit(coefficients, np.linalg.inv(information), dispersion)
        before = fitness
    return None


def _days_of_fit(series: DailySeries, design: Design) -> np.ndarray:
    first = max(design.event - design.baseline, 0)
    days = np.arange(first, min(design.event + design.window, len(series)))
    days = days[series.used[days] & (np.nan_to_num(series.exposure[days]) > 0)]
    flown = np.bincount(series.weekday[days], series.counts[days], minlength=7)
    return days[flown[series.weekday[days]] > 0]


def _weekday_rates(logs: np.ndarray, kinds: np.ndarray) -> np.ndarray:
    rates = np.full(7, np.nan)
    rates[kinds] = np.exp(logs - logs.max())
    return rates / np.nanmean(rates)

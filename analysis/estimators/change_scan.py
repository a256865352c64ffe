"""Days from which a series has another level: exploratory, never a verdict.

A scan looks at every day, so it finds the levels that seasons, timetables and new receivers make
as readily as any other. It helps to ask the next question, no more (STATISTICS.md, section 1).
"""

import numpy as np

from analysis.numerics import Floats

NAME = "change_scan"
TITLE = "Scan for levels"
USE = "For exploratory studies only; decides nothing."

LEAST_DAYS = 14
"""Least length of a level. A choice: the default window, so that shorter changes are no levels."""

_PENALTY = 3.0
"""Gain that a further level needs, in log(days). A choice: pure chance then has one level.

`test_change_scan.py`: of 20 Poisson series over two years at most one is divided.
"""


def scan_levels(counts: Floats, weights: Floats) -> list[int]:
    """First days (indices) of the levels that divide a series best, without that of the first.

    Parameters
    ----------
    counts
        Flights per day, shape (days,); ignored where the weight is 0.
    weights
        Weight of each day (exposure times weekday), shape (days,); 0 = the day is missing.

    Returns
    -------
    list of int
        Empty where one level is best, or fewer than two levels fit.

    Notes
    -----
    Levels are Poisson rates; dynamic programming finds the division with the least deviance. A
    further level has to gain 3 log(days) times the dispersion of weekly sums, so that a series
    that varies more than Poisson is not divided into many levels. Time grows with the square of
    the days: under 0.1 s for four years.

    References
    ----------
    B. Jackson et al., IEEE Signal Processing Letters 12 (2005) 105-108,
    doi:10.1109/LSP.2001.838216
    """
    there = np.flatnonzero(weights > 0)
    flown, heard = counts[there], weights[there]
    if len(there) < 2 * LEAST_DAYS:
        return []
    penalty = _PENALTY * np.log(len(there)) * _measure_dispersion(flown, heard)
    return [int(there[place]) for place in _divide(flown, heard, penalty)]


def _divide(flown: Floats, heard: Floats, penalty: float) -> list[int]:
    """Places at which the division with the least cost begins a new level."""
    flights = np.concatenate([[0.0], np.cumsum(flown)])
    exposure = np.concatenate([[0.0], np.cumsum(heard)])
    last = len(flown)
    cost = np.zeros(last + 1)
    origin = np.zeros(last + 1, dtype=int)
    for stop in range(LEAST_DAYS, last + 1):
        starts = np.append(0, np.arange(LEAST_DAYS, stop - LEAST_DAYS + 1))
        level = _deviance(flights[stop] - flights[starts], exposure[stop] - exposure[starts])
        own = cost[starts] + level
        best = int(np.argmin(own))
        cost[stop], origin[stop] = own[best] + penalty, starts[best]
    places, stop = [], last
    while origin[stop] > 0:
        stop = int(origin[stop])
        places.append(stop)
    return places[::-1]


def _deviance(flights: Floats, exposure: Floats) -> Floats:
    """Minus twice the log likelihood of one rate per run of days, up to a constant."""
    from scipy.special import xlogy

    cost: Floats = -2 * xlogy(flights, flights / exposure)
    return cost


def _measure_dispersion(flown: Floats, heard: Floats) -> float:
    """Variance over mean of weekly sums, from differences of neighbouring weeks; at least 1.

    Differences of neighbours do not contain levels and trends.
    """
    weeks = len(flown) // 7
    flights = flown[: 7 * weeks].reshape(weeks, 7).sum(axis=1)
    share = heard[: 7 * weeks].reshape(weeks, 7).sum(axis=1)
    expected = flights.sum() * share / share.sum()
    if weeks < 3 or not flights.sum() > 0:
        return 1.0
    differences = np.diff(flights) - np.diff(expected)
    return max(1.0, float(np.mean(differences**2) / (2 * expected.mean())))

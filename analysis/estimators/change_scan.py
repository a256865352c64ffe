"""Where a series runs at another level from some day on: exploratory, never a verdict.

A scan looks everywhere, so it finds something almost everywhere: seasons, timetables and
receivers switched on make levels of their own. It helps to ask the next question, no more.
"""

import numpy as np

NAME = "change_scan"
TITLE = "Scan for levels (exploratory)"

LEAST_DAYS = 14
"""Days that a level lasts at least."""

_PENALTY = 3.0


def scan_levels(counts: np.ndarray, weights: np.ndarray) -> list[int]:
    """First days (indices) of the levels that divide a series best, the first level's left out.

    Parameters
    ----------
    counts
        Flights per day; ignored where the weight is 0.
    weights
        What each day is counted against: 0 = the day is missing.

    Notes
    -----
    Levels are Poisson rates; the division with the least deviance is found by dynamic
    programming. A further level has to gain 3 log(days) times the scatter of weekly sums about
    one another, so that series wilder than Poisson are not cut to pieces.

    References
    ----------
    B. Jackson et al., IEEE Signal Processing Letters 12 (2005) 105-108,
    doi:10.1109/LSP.2001.838216
    """
    there = np.flatnonzero(weights > 0)
    flown, heard = counts[there], weights[there]
    if len(there) < 2 * LEAST_DAYS:
        return []
    penalty = _PENALTY * np.log(len(there)) * _scatter(flown, heard)
    return [int(there[place]) for place in _divide(flown, heard, penalty)]


def _divide(flown: np.ndarray, heard: np.ndarray, penalty: float) -> list[int]:
    """Places at which the cheapest division begins a new level."""
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


def _deviance(flights: np.ndarray, exposure: np.ndarray) -> np.ndarray:
    """Minus twice the log likelihood of one rate over each stretch, up to a constant."""
    from scipy.special import xlogy

    return -2 * xlogy(flights, flights / exposure)


def _scatter(flown: np.ndarray, heard: np.ndarray) -> float:
    """Variance over mean of weekly sums, from neighbouring weeks; at least 1.

    Differences of neighbours leave levels and trends out.
    """
    weeks = len(flown) // 7
    flights = flown[: 7 * weeks].reshape(weeks, 7).sum(axis=1)
    share = heard[: 7 * weeks].reshape(weeks, 7).sum(axis=1)
    expected = flights.sum() * share / share.sum()
    if weeks < 3 or not flights.sum() > 0:
        return 1.0
    differences = np.diff(flights) - np.diff(expected)
    return max(1.0, float(np.mean(differences**2) / (2 * expected.mean())))

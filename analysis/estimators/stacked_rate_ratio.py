"""Rate ratio of several events of one kind, ranked among random sets of as many other dates.

STATISTICS.md, section 7.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.numerics import (
    DailySeries,
    Design,
    Floats,
    Integers,
    find_placebo_dates,
    sum_windows,
    weigh_days,
)

NAME = "stacked_rate_ratio"
TITLE = "Rate ratio of several dates together"
USE = "Decides for three or more dates together."

LEAST_EVENTS = 3
"""Least number of events that are judged together (STATISTICS.md, section 7)."""

SETS = 999
"""Random sets of comparable dates: p is a multiple of 0.001 (STATISTICS.md, section 7)."""

SIGNIFICANT = 0.025
"""Largest p that counts as a finding. Sets share dates: 0.05 gives too many false alarms."""

WINDOWS_PER_EVENT = 7.5
"""Windows that must fit into the comparable dates without overlap, per event.

Sets of k drawn without replacement from m windows vary less than k events outside them, by the
factor (1 + k/m)/(1 - k/m). Judging at 0.025 instead of 0.05 compensates that for k/m up to 1/7.5:
the normal quantiles 2.241 and 1.960 have a squared ratio of 1.307, and the factor is 1.308. The
interval is also widened by it.
"""

_TIE = 1e-9
"""Statistics closer than this are equal, as in `placebo_rate_ratio`."""

_TAIL = SIGNIFICANT / 2
_POWER = 0.80
"""As `numerics.power.POWER`: probability with which a change of the stated size is noticed."""

_STEP, _DEEPEST = 0.01, 6.0
"""Log ratios that are searched for a decrease: steps of 1 %, down to 1/400."""


@dataclass(frozen=True)
class StackedRatio:
    """Several events' common rate ratio; symbols as in `results.Stack`.

    `placebos` is the number of comparable dates, `room` how many windows fit into them without
    overlap, `needed_room` how many must. `set_rr`, shape (sets,), is the ratio of each random set.
    """

    n1: float
    expected: float
    rr: float
    lo: float
    hi: float
    z: float
    r: int
    p: float
    mde_up: float
    mde_down: float
    placebos: int
    room: int
    needed_room: int
    set_rr: Floats

    @property
    def is_significant(self) -> bool:
        """True where p is at most 0.025 and the interval does not contain 1."""
        return self.p <= SIGNIFICANT and (self.lo > 1 or self.hi < 1)


def estimate_stacked_ratio(
    series: DailySeries, design: Design, *, seed: int = 0, kappa: float = 1.0
) -> StackedRatio | None:
    """Common rate ratio of `design.event` and `design.others`, judged at 0.025.

    Parameters
    ----------
    seed
        Seed of the random sets; the same seed gives the same sets.
    kappa
        Change of coverage at the worst of the events; a detectable change must exceed it.

    Returns
    -------
    StackedRatio or None
        None where an event has no usable day after or before it. Where too few windows fit
        into the record there are no sets: p is 1 and the interval is 0 to infinity.
    """
    events = np.array([design.event, *design.others])
    weights, _ = weigh_days(series, event=design.event, window=design.window, others=design.others)
    counts = np.where(series.used, np.nan_to_num(series.counts), 0.0)
    dates = find_placebo_dates(series, design)
    sums = _Sums.over(counts, weights, np.concatenate([dates, events]), design)
    own = sums.take(np.arange(len(dates), len(dates) + len(events))[None])
    if not np.all((own.m1 > 0) & (own.m0 > 0)):
        return None
    room, needed = count_apart(dates, design.window), count_needed_room(len(events))
    n1, expected, rr, z = (float(each[0]) for each in own.stack())
    known: dict[str, Any] = {"n1": n1, "expected": expected, "rr": rr, "z": z}
    known |= {"placebos": len(dates), "room": room, "needed_room": needed}
    if room < needed:
        unknown: dict[str, Any] = {
            "lo": 0.0,
            "hi": math.inf,
            "mde_up": math.inf,
            "mde_down": math.nan,
        }
        return StackedRatio(**known, **unknown, r=0, p=1.0, set_rr=np.empty(0))
    chosen = draw_sets(dates, size=len(events), window=design.window, seed=seed)
    _, _, set_rr, set_z = sums.take(chosen).stack()
    r = int(np.sum(np.abs(set_z) >= abs(z) - _TIE))
    logs, share = np.log(set_rr), len(events) / room
    wider = math.sqrt((1 + share) / (1 - share))
    low, high = np.quantile(logs, (_TAIL, 1 - _TAIL)) * wider
    spread = _Spread(float(low), float(high), _thinness(own))
    lo, hi = spread.find_interval(rr)
    up, down = spread.find_detectable(kappa, np.quantile(logs, (1 - _POWER, _POWER)) * (1, wider))
    ends: dict[str, Any] = {"lo": lo, "hi": hi, "mde_up": up, "mde_down": down}
    return StackedRatio(**known, **ends, r=r, p=(r + 1) / (SETS + 1), set_rr=set_rr)


def count_needed_room(events: int) -> int:
    """Windows that must fit into the comparable dates without overlap.

    >>> [count_needed_room(events) for events in (3, 4, 10)]
    [23, 30, 75]
    """
    return math.ceil(WINDOWS_PER_EVENT * events)


def count_apart(dates: Integers, window: int) -> int:
    """Largest number of dates that are at least `window` days apart; `dates` are sorted.

    >>> count_apart(np.array([0, 5, 13, 14, 30]), 14)
    3
    """
    found, free = 0, -math.inf
    for day in dates:
        if day >= free:
            found, free = found + 1, day + window
    return found


def draw_sets(dates: Integers, *, size: int, window: int, seed: int, sets: int = SETS) -> Integers:
    """Random sets of dates that are at least `window` days apart; all sets have equal probability.

    Parameters
    ----------
    dates
        Indices of days, sorted, shape (dates,).

    Returns
    -------
    array
        Places in `dates`, shape (sets, size), each row sorted.

    Raises
    ------
    ValueError
        There is no set of `size` dates with this distance.
    """
    after = np.searchsorted(dates, dates + window)
    # ways[j][i]: how many sets of j dates there are from place i on. Drawing in proportion to
    # these numbers makes all sets equally likely.
    ways = [np.ones(len(dates) + 1)]
    for _ in range(size):
        starting_at = np.append(ways[-1][after], 0.0)
        ways.append(np.cumsum(starting_at[::-1])[::-1])
    if not ways[-1][0] > 0:
        raise ValueError(f"no {size} of these {len(dates)} dates are {window} days apart")
    rng = np.random.default_rng(seed)
    place = np.zeros(sets, dtype=int)
    chosen = np.empty((sets, size), dtype=int)
    for column in range(size):
        left = ways[size - column]
        at = left[place] * (1 - rng.random(sets))
        chosen[:, column] = len(dates) - np.searchsorted(left[::-1], at)
        place = after[chosen[:, column]]
    return chosen


@dataclass(frozen=True)
class _Sums:
    """Counts and weights of the windows of dates, in any shape; the last axis is one set."""

    n1: Floats
    n0: Floats
    m1: Floats
    m0: Floats

    @classmethod
    def over(cls, counts: Floats, weights: Floats, dates: Integers, design: Design) -> "_Sums":
        n1, n0 = sum_windows(counts, dates, design)
        m1, m0 = sum_windows(weights, dates, design)
        return cls(n1, n0, m1, m0)

    def take(self, places: Integers) -> "_Sums":
        return _Sums(self.n1[places], self.n0[places], self.m1[places], self.m0[places])

    def stack(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Flights after, flights expected, their ratio, and Z, per set."""
        share = self.m1 / self.m0
        each = self.n0 * share
        n1, expected = self.n1.sum(-1), each.sum(-1)
        spread = np.sqrt((each * (1 + share)).sum(-1))
        lifted = np.where(n1 > expected, math.inf, 0.0)
        z = np.divide(n1 - expected, spread, out=lifted, where=spread > 0)
        half = np.where((n1 == 0) | (expected == 0), 0.5, 0.0)
        rr = (n1 + half) / (expected + half * share.mean(-1))
        return n1, expected, rr, z


def _thinness(own: _Sums) -> float:
    """Variance of the log ratio from the earlier counts over that from the later counts."""
    share = own.m1 / own.m0
    each = own.n0 * share
    total = float(each.sum())
    return float((each * share).sum()) / total if total else 1.0


@dataclass(frozen=True)
class _Spread:
    """How far chance moves the log ratio down and up, with `thinness` for ratios below 1."""

    low: float
    high: float
    thinness: float

    def widen(self, ratio: float) -> float:
        """Factor of the spread where there are only `ratio` times as many flights."""
        return math.sqrt((1 / min(ratio, 1.0) + self.thinness) / (1 + self.thinness))

    def find_interval(self, rr: float) -> tuple[float, float]:
        """Interval: the true ratios from which chance can lead to `rr`."""
        return self._invert(rr, self.high), self._invert(rr, self.low)

    def find_detectable(self, kappa: float, usual: Floats) -> tuple[float, float]:
        """Smallest increase and largest decrease, as ratios, whose interval would exceed `kappa`.

        `usual` are the 20 % and 80 % quantiles of the sets' log ratios. More flights vary less
        than the sets do, so that only the upper one is widened.
        """
        if not math.isfinite(kappa):
            return math.inf, math.nan
        up = kappa * math.exp(self.high - float(usual[0]))
        edge = -math.log(kappa) + self.low * self.widen(1 / kappa)
        for down in np.exp(-np.arange(_STEP, _DEEPEST, _STEP)):
            if math.log(down) + float(usual[1]) * self.widen(float(down)) < edge:
                return up, float(down)
        return up, math.nan

    def _invert(self, rr: float, step: float) -> float:
        """The true ratio from which `step`, widened, leads to `rr`; 0 where every ratio does."""
        from scipy.optimize import brentq

        at_one = math.log(rr) - step
        if at_one >= 0:
            return math.exp(at_one)

        def miss(log: float) -> float:
            return log + step * self.widen(math.exp(log)) - math.log(rr)

        # Where flights nearly stop, chance alone can give any ratio.
        return math.exp(brentq(miss, -_DEEPEST, 0)) if miss(-_DEEPEST) < 0 else 0.0

"""What an estimator takes: a daily series in arrays, and the place of the event in it."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flights.planning.needed_days import count_needed_dates, count_needed_days

Floats = NDArray[np.float64]
Integers = NDArray[np.int_]
Flags = NDArray[np.bool_]

MISSING_TOLERATED = 0.20
"""Share of the days of either window that may be missing (STATISTICS.md, section 6)."""

SIGNIFICANT = 0.05
"""Largest calibrated p that counts as a finding (STATISTICS.md, section 6)."""

COVERAGE_VETO = 2.0
"""Coverage that changes by more than this factor, the same way as the count, allows no verdict.

STATISTICS.md, section 6. The steps of coverage in section 9 have this size.
"""

THIN_ABOVE = 3.0
"""A record is too thin where only an increase above this ratio would probably be noticed.

STATISTICS.md, section 6. A choice: "no change" says little of a record in which a doubling
would not be noticed.
"""

VOLATILE_ABOVE = 1.5
"""Above this ratio of variances, the months around the event are a volatile era.

STATISTICS.md, section 7 (`v`). A choice for the badge; the verdict uses `v` itself.
"""

NORMAL_95 = 1.959963984540054
_T8_95 = 2.3060041350333704
"""97.5 % quantiles of the normal and of Student's t with 8 degrees of freedom.

STATISTICS.md, section 7 chose 8 degrees of freedom: tails heavy enough for real series.
"""


@dataclass(frozen=True)
class DailySeries:
    """One route's consecutive days, as arrays of shape (days,).

    Attributes
    ----------
    counts
        Flights per day; NaN = missing, which is not zero.
    exposure
        Other traffic that the receivers heard, in any unit; NaN = not known.
    weekday
        0 = Monday to 6 = Sunday.
    outage
        True where the receivers heard so little that no sum uses the day.
    proxies
        Exposures per region (other traffic, overflights), used for `Coverage` only.
    """

    counts: Floats
    exposure: Floats
    weekday: Integers
    outage: Flags
    proxies: tuple[Floats, ...] = ()

    def __len__(self) -> int:
        return len(self.counts)

    @property
    def known(self) -> Flags:
        """True where the day is complete and its exposure is known."""
        return np.isfinite(self.counts) & np.isfinite(self.exposure)

    @property
    def used(self) -> Flags:
        """True where the day enters the sums."""
        return self.known & ~self.outage


@dataclass(frozen=True)
class ControlRoute:
    """Another route from the same origin: its destination, and flights per day (NaN = missing)."""

    label: str
    counts: Floats


@dataclass(frozen=True)
class Design:
    """The place of an event in a series, and the days that are compared.

    `event` is an index into the series; `window` days, the event's own first, are compared with
    `baseline` days before it. `others` are the indices of the user's other events.
    """

    event: int
    window: int = 14
    baseline: int = 56
    others: tuple[int, ...] = ()

    @property
    def needed_placebos(self) -> int:
        """Least number of comparable dates that allow a calibrated p of 0.05."""
        return count_needed_dates(self.window)

    @property
    def needed_days(self) -> int:
        """Days before the event that give this number of comparable dates."""
        return count_needed_days(self.window, self.baseline)


@dataclass(frozen=True)
class Coverage:
    """How exposure, and the route's raw count, changed at an event.

    `ratio` is mean exposure a day after the event over that before, `worst` the same of the proxy
    that changed most, and `kappa` = max(worst, 1/worst). `raw` is the ratio of the counts, NaN
    where there are none. `missing_after` and `missing_before` are numbers of days,
    `missing_share` the larger share of a window; `missing_p` is the probability that chance alone
    spreads the missing days at least as unevenly.
    """

    ratio: float
    worst: float
    kappa: float
    raw: float
    missing_after: int
    missing_before: int
    missing_share: float
    missing_p: float = 1.0

    @property
    def missing_jumps(self) -> bool:
        """True where more days are missing on one side of the event than chance explains."""
        return self.missing_p <= SIGNIFICANT

    @property
    def moved_with_count(self) -> bool:
        """True where the raw count changed in the same direction as exposure."""
        return (self.raw - 1) * (self.worst - 1) > 0


@dataclass(frozen=True)
class RateRatio:
    """One event's rate ratio and its calibration; symbols as in `results.Effect`.

    `weekday_factors` has shape (7,), Monday first; `weights` has shape (days,), 0 where a day is
    not used. `placebo_dates` (indices into the series), `placebo_s` and `placebo_rr` have shape
    (comparable dates,). `volatility` is the variance around the event over that of the whole
    record; `era_p`, `era_lo` and `era_hi` are p and interval with that variance.
    `n_controls` is the number of other routes that r, p, q and phi come from; 0 = from dates.
    """

    n1: float
    n0: float
    m1: float
    m0: float
    expected: float
    rr: float
    lo: float
    hi: float
    s: float
    r: int
    p: float
    q: float
    phi: float
    coverage: Coverage
    mde_up: float
    mde_down: float
    volatility: float
    era_p: float
    era_lo: float
    era_hi: float
    weekday_factors: Floats
    weights: Floats
    placebo_dates: Integers
    placebo_s: Floats
    placebo_rr: Floats
    n_controls: int = 0

    @property
    def is_significant(self) -> bool:
        """True where p is at most 0.05 and the interval does not contain 1."""
        return self.p <= SIGNIFICANT and (self.lo > 1 or self.hi < 1)

    @property
    def p_smooth(self) -> float:
        """Two-sided p of s from Student's t (8 degrees of freedom), scaled to the placebo spread.

        1 where there is no spread. Smooth, so that it can be divided among several dates or
        routes, for which ranks are too coarse (STATISTICS.md, section 7).
        """
        from scipy.special import stdtr

        if not math.isfinite(self.phi):
            return 1.0
        size = abs(self.s) / math.sqrt(self.phi) * _T8_95 / NORMAL_95
        return float(2 * stdtr(8, -size))

    @property
    def outruns_coverage(self) -> bool:
        """True where the finding stays if the route follows coverage with a power of 0 to 2.

        The interval is then above kappa or below 1/kappa (STATISTICS.md, section 6).
        """
        kappa = self.coverage.kappa
        return self.lo > kappa or self.hi < 1 / kappa

    @property
    def survives_era(self) -> bool:
        """True where it is still significant with the variance found around the event."""
        return self.era_p <= SIGNIFICANT and (self.era_lo > 1 or self.era_hi < 1)

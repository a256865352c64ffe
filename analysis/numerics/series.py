"""What an estimator takes: a daily series in arrays, and where in it the event stands."""

import math
from dataclasses import dataclass

import numpy as np

from flights.planning.needed_days import count_needed_dates, count_needed_days

MISSING_TOLERATED = 0.20
"""Share of the days of either window that may be missing."""

SIGNIFICANT = 0.05
"""Largest calibrated p that counts as a finding."""

COVERAGE_VETO = 2.0
"""A coverage that changed by more than this factor, the same way as the count, allows no verdict.

The factor to which the false alarms of STATISTICS.md, section 9, are calibrated: a coverage step
of x2 with a proxy that understates or overstates it.
"""

THIN_ABOVE = 3.0
"""A record is too thin where only an increase above this ratio would probably be noticed.

STATISTICS.md, section 6. A choice: "no change" would say little of a record that a doubling
passes unnoticed.
"""

VOLATILE_ABOVE = 1.5
"""Above this ratio of variances, the months around the event are a volatile era.

STATISTICS.md, section 7 (`v`). A choice for the badge; the verdict itself uses the whole `v`.
"""

NORMAL_95 = 1.959963984540054
_T8_95 = 2.3060041350333704
"""97.5 % quantiles of the normal and of Student's t with 8 degrees of freedom."""


@dataclass(frozen=True)
class DailySeries:
    """One route's days in order, none left out, as arrays of one length.

    Attributes
    ----------
    counts
        Flights per day; NaN = missing, which is not zero.
    exposure
        What the receivers heard of other traffic, in any unit; NaN = not known.
    weekday
        0 = Monday to 6 = Sunday.
    outage
        True where the receivers heard so little that the day is left out of all sums.
    proxies
        Further exposures (other traffic and overflights, per region), for the coverage only.
    """

    counts: np.ndarray
    exposure: np.ndarray
    weekday: np.ndarray
    outage: np.ndarray
    proxies: tuple[np.ndarray, ...] = ()

    def __len__(self) -> int:
        return len(self.counts)

    @property
    def known(self) -> np.ndarray:
        """True where the day is complete and its exposure is known."""
        return np.isfinite(self.counts) & np.isfinite(self.exposure)

    @property
    def used(self) -> np.ndarray:
        """True where the day enters the sums."""
        return self.known & ~self.outage


@dataclass(frozen=True)
class ControlRoute:
    """Another route from the same origin: where it leads, and flights per day (NaN = missing)."""

    label: str
    counts: np.ndarray


@dataclass(frozen=True)
class Design:
    """Where an event stands in a series and which days it is compared with.

    `event` is an index into the series; `window` days from it on are compared with `baseline`
    days before it. `others` are the indices of the user's other events.
    """

    event: int
    window: int = 14
    baseline: int = 56
    others: tuple[int, ...] = ()

    @property
    def needed_placebos(self) -> int:
        """Least number of comparable dates that a calibrated p of 0.05 can rest on."""
        return count_needed_dates(self.window)

    @property
    def needed_days(self) -> int:
        """Days before the event that give so many comparable dates."""
        return count_needed_days(self.window, self.baseline)


@dataclass(frozen=True)
class Coverage:
    """How what the receivers hear, and the route's raw count, moved at an event.

    `ratio` is exposure a day after over before, `worst` that of the proxy that moved most and
    `kappa` its distance from 1; `raw` is the same ratio of the counts, NaN where there were
    none. `missing_after` and `missing_before` are numbers of days; `missing_p` is how often
    chance alone would spread them over the two periods as unevenly.
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
        """True where days are missing at one side of the event more than chance would have it."""
        return self.missing_p <= SIGNIFICANT

    @property
    def moved_with_count(self) -> bool:
        """True where the raw count moved the same way as what the receivers hear."""
        return (self.raw - 1) * (self.worst - 1) > 0


@dataclass(frozen=True)
class RateRatio:
    """One event's rate ratio and what calibrates it; symbols as in `results.Effect`.

    `placebo_dates`, `placebo_s` and `placebo_rr` are arrays over the comparable dates (indices
    into the series). `volatility` says how much wilder the series is around the event than in
    the whole record; `era_p`, `era_lo` and `era_hi` are p and interval with that allowed for.
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
    weekday_factors: np.ndarray
    weights: np.ndarray
    placebo_dates: np.ndarray
    placebo_s: np.ndarray
    placebo_rr: np.ndarray
    n_controls: int = 0

    @property
    def is_significant(self) -> bool:
        """True where p is at most 0.05 and the interval leaves 1 out."""
        return self.p <= SIGNIFICANT and (self.lo > 1 or self.hi < 1)

    @property
    def p_smooth(self) -> float:
        """p from a heavy-tailed curve through the placebo spread; 1 where there is none."""
        from scipy.special import stdtr

        if not math.isfinite(self.phi):
            return 1.0
        size = abs(self.s) / math.sqrt(self.phi) * _T8_95 / NORMAL_95
        return float(2 * stdtr(8, -size))

    @property
    def outruns_coverage(self) -> bool:
        """True where the interval lies beyond what coverage, to the power 0 to 2, could do."""
        kappa = self.coverage.kappa
        return self.lo > kappa or self.hi < 1 / kappa

    @property
    def survives_era(self) -> bool:
        """True where it is still significant after the dispersion found around the event."""
        return self.era_p <= SIGNIFICANT and (self.era_lo > 1 or self.era_hi < 1)

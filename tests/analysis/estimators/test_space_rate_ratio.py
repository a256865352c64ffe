"""Calibration by other routes: the arithmetic, and what a wild route does to it
(space_rate_ratio)."""

import math
from dataclasses import replace

import numpy as np
import pytest

from analysis.estimators.placebo_rate_ratio import estimate_rate_ratio
from analysis.estimators.space_rate_ratio import (
    LEAST_ROUTES,
    calibrate_in_space,
    measure_own_dispersion,
    rank_in_space,
)
from analysis.numerics import DailySeries, Design, RateRatio, find_interval

DESIGN = Design(100, 14)


def make_short(counts: np.ndarray, design: Design = DESIGN) -> tuple[DailySeries, RateRatio]:
    days = len(counts)
    series = DailySeries(
        counts.astype(float), np.full(days, 200.0), np.arange(days) % 7, np.zeros(days, dtype=bool)
    )
    ratio = estimate_rate_ratio(series, design, detectable=False)
    assert ratio is not None
    return series, ratio


def poisson(rate: float = 3.0, days: int = 114) -> np.ndarray:
    return np.random.default_rng(6).poisson(rate, days)


def test_rank_counts_ties_and_itself() -> None:
    assert rank_in_space(1.0, np.array([1.0, -1.0, 0.5])) == (2, 0.75)
    assert rank_in_space(9.0, np.zeros(19)) == (0, 0.05)


def test_nineteen_routes_give_their_largest_as_the_quantile() -> None:
    series, ratio = make_short(poisson())
    others = np.linspace(-2.9, 2.0, LEAST_ROUTES)
    found = calibrate_in_space(ratio, series, DESIGN, others=others)
    assert found is not None
    assert found.q == pytest.approx(2.9) and found.n_controls == 19
    assert found.p == (1 + np.sum(np.abs(others) >= abs(ratio.s))) / 20


def test_dispersion_is_the_wilder_of_the_others_and_its_own() -> None:
    from scipy.stats import t

    series, ratio = make_short(poisson())
    wild = calibrate_in_space(ratio, series, DESIGN, others=np.full(19, 6.0))
    calm = calibrate_in_space(ratio, series, DESIGN, others=np.full(19, 0.1))
    assert wild is not None and calm is not None
    assert wild.phi == pytest.approx((6.0 / 1.959964) ** 2, rel=1e-6)
    own = measure_own_dispersion(ratio, series, DESIGN)
    assert calm.phi == pytest.approx(own * (t.ppf(0.975, 4) / 1.959964) ** 2, rel=1e-6)
    assert (wild.lo, wild.hi) == find_interval(
        ratio.n1, ratio.n0, m1=ratio.m1, m0=ratio.m0, phi=wild.phi
    )
    assert (wild.era_p, wild.era_lo, wild.era_hi) == (wild.p, wild.lo, wild.hi)


@pytest.mark.parametrize(
    ("before", "window", "freedom"), [(56, 14, 3), (56, 7, 4), (200, 14, 4), (56, 28, 1)]
)
def test_fewer_independent_windows_make_it_wider(before: int, window: int, freedom: int) -> None:
    from scipy.stats import t

    design = Design(before, window)
    series, ratio = make_short(poisson(days=before + window), design)
    calm = calibrate_in_space(ratio, series, design, others=np.full(19, 0.1))
    assert calm is not None
    own = measure_own_dispersion(ratio, series, design)
    assert calm.phi == pytest.approx(own * (t.ppf(0.975, freedom) / 1.959964) ** 2, rel=1e-6)


def test_wild_days_before_are_seen_whatever_they_are_wild_in() -> None:
    rng = np.random.default_rng(7)
    days = np.arange(114)
    worlds = {
        "days": rng.poisson(3 * rng.gamma(1, 1, 114)),
        "weeks": rng.poisson(3 * np.repeat(rng.gamma(2, 0.5, 17), 7)[:114]),
        "levels": rng.poisson(np.where(days < 50, 1.5, 4.0)),
    }
    for name, counts in worlds.items():
        series, ratio = make_short(counts)
        assert measure_own_dispersion(ratio, series, DESIGN) > 2, name
    series, ratio = make_short(poisson())
    assert 1 <= measure_own_dispersion(ratio, series, DESIGN) < 2


def test_the_event_itself_is_no_part_of_its_own_scatter() -> None:
    counts = poisson()
    series, ratio = make_short(counts)
    changed = counts.copy()
    changed[100:] *= 10
    later, moved = make_short(changed)
    assert measure_own_dispersion(replace(moved, weights=ratio.weights), later, DESIGN) == (
        measure_own_dispersion(ratio, series, DESIGN)
    )


def test_too_few_routes_or_days_give_none() -> None:
    series, ratio = make_short(poisson())
    assert calibrate_in_space(ratio, series, DESIGN, others=np.zeros(18)) is None
    assert calibrate_in_space(ratio, series, Design(100, 56), others=np.zeros(19)) is None


def test_route_without_flights_is_no_finding() -> None:
    series, ratio = make_short(np.zeros(114))
    found = calibrate_in_space(ratio, series, DESIGN, others=np.zeros(19))
    assert found is not None
    assert found.p == 1 and not found.is_significant and math.isinf(found.mde_up)

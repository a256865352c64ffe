"""What must hold of the whole answer for any series: laws, held against random ones.

Swapping before and after inverts the ratio in the one setting in which both periods are treated
alike: window and baseline of equal length, weekday factors all 1 (they are taken from days
outside the event's own, which the swap would move), the baseline right before the event and the
window right after it. There RR becomes 1/RR and s becomes -s. The interval inverts only at
phi = 1, because the later count alone is tested at a growing dispersion.
"""

from dataclasses import replace
from datetime import timedelta

import made_results as made
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.estimators.placebo_rate_ratio import estimate_rate_ratio
from analysis.event_study.effects import build_series
from analysis.numerics import (
    DailySeries,
    Design,
    divide_rates,
    find_detectable_changes,
    find_interval,
    signed_root,
    sum_windows,
)
from analysis.study import count_days

pytestmark = pytest.mark.slow

DAYS, EVENT = 300, 200
NUMBERS = ("n1", "n0", "rr", "lo", "hi", "s", "p", "phi", "mde_up", "volatility", "era_p")

held = settings(max_examples=12, deadline=None, derandomize=True)
seeds = st.integers(0, 10_000)


def make_series(seed: int, *, holes: int = 0) -> DailySeries:
    rng = np.random.default_rng(seed)
    counts = rng.poisson(rng.choice([0.2, 1.0, 6.0]) * rng.gamma(2, 0.5, DAYS)).astype(float)
    counts[rng.choice(DAYS, holes, replace=False)] = np.nan
    return DailySeries(
        counts=counts,
        exposure=rng.poisson(150, DAYS).astype(float),
        weekday=(np.arange(DAYS) + rng.integers(7)) % 7,
        outage=rng.random(DAYS) < 0.02,
    )


def numbers_of(series: DailySeries, design: Design) -> list[float]:
    found = estimate_rate_ratio(series, design)
    assert found is not None
    return [getattr(found, name) for name in NUMBERS]


@given(seed=seeds, scale=st.floats(1e-3, 1e4), window=st.sampled_from([7, 14, 28]))
@held
def test_scaling_exposure_changes_no_number(seed: int, scale: float, window: int) -> None:
    series, design = make_series(seed, holes=9), Design(EVENT, window)
    scaled = replace(series, exposure=series.exposure * scale)
    assert numbers_of(scaled, design) == pytest.approx(
        numbers_of(series, design), rel=1e-5, nan_ok=True
    )


@given(seed=seeds, weeks=st.integers(-60, 60))
@held
def test_shifting_all_days_by_whole_weeks_changes_no_number(seed: int, weeks: int) -> None:
    counts = count_days(made.make_evidence(made.Story(seed=seed), study=made.make_study()))
    later = replace(counts, days=tuple(day + timedelta(weeks=weeks) for day in counts.days))
    for bound in ("lower", "upper"):
        own, moved = build_series(counts, bound), build_series(later, bound)
        assert numbers_of(moved, Design(EVENT)) == numbers_of(own, Design(EVENT))


@given(seed=seeds, after=st.booleans())
@held
def test_day_of_zeros_counts_and_a_missing_day_does_not(seed: int, after: bool) -> None:
    series, design = make_series(seed), Design(EVENT)
    outage = np.zeros(DAYS, dtype=bool)
    day = EVENT + 3 if after else EVENT - 9
    kept = series.counts.copy()
    kept[day] = 0
    zero = estimate_rate_ratio(replace(series, counts=kept, outage=outage), design)
    gone = kept.copy()
    gone[day] = np.nan
    missing = estimate_rate_ratio(replace(series, counts=gone, outage=outage), design)
    assert zero is not None and missing is not None
    assert (zero.n1, zero.n0) == (missing.n1, missing.n0)
    if after:
        assert zero.m1 > missing.m1
        assert zero.n1 == 0 or zero.rr < missing.rr
    else:
        assert zero.m0 > missing.m0
        assert zero.n0 == 0 or zero.n1 == 0 or zero.rr > missing.rr


@given(seed=seeds, length=st.integers(7, 56))
@held
def test_swapping_both_periods_inverts_the_ratio_where_they_are_treated_alike(
    seed: int, length: int
) -> None:
    series = make_series(seed)
    counts, exposure = series.counts, series.exposure

    def divide(event: int, flights: np.ndarray, heard: np.ndarray) -> tuple[float, float]:
        design, at = Design(event, length, length), np.array([event])
        n1, n0 = sum_windows(flights, at, design)
        m1, m0 = sum_windows(heard, at, design)
        sums = {"m1": m1, "m0": m0}
        return float(divide_rates(n1, n0, **sums)[0]), float(signed_root(n1, n0, **sums)[0])

    forth, s = divide(EVENT, counts, exposure)
    back, t = divide(DAYS - EVENT, counts[::-1], exposure[::-1])
    assert t == pytest.approx(-s, abs=1e-9)
    assert np.isnan(forth * back) or forth * back == pytest.approx(1)


@given(n1=st.integers(0, 120), n0=st.integers(0, 120), share=st.floats(0.1, 10))
@held
def test_swapped_poisson_interval_is_the_inverse_one(n1: int, n0: int, share: float) -> None:
    low, high = find_interval(n1, n0, m1=share, m0=1.0, phi=1.0)
    back = find_interval(n0, n1, m1=1.0, m0=share, phi=1.0)
    assert back[0] == pytest.approx(1 / high if np.isfinite(high) else 0, rel=1e-9)
    assert back[1] == pytest.approx(1 / low if low > 0 else np.inf, rel=1e-9)


@given(
    n1=st.integers(1, 80),
    n0=st.integers(1, 200),
    phi=st.floats(1.0, 6.0),
)
@held
def test_interval_brackets_the_ratio_and_a_fixed_dispersion_is_never_wider(
    n1: int, n0: int, phi: float
) -> None:
    low, high = find_interval(n1, n0, m1=14, m0=56, phi=phi)
    fixed = find_interval(n1, n0, m1=14, m0=56, phi=phi, growing=False)
    assert low <= (n1 / 14) / (n0 / 56) <= high
    assert low <= fixed[0] + 1e-9 and fixed[1] <= high + 1e-9


@given(n0=st.integers(1, 400), phi=st.floats(1.0, 5.0), kappa=st.floats(1.0, 2.0))
@held
def test_what_would_be_noticed_lies_beyond_what_coverage_could_do(
    n0: int, phi: float, kappa: float
) -> None:
    up, down = find_detectable_changes(n0, m1=14, m0=56, phi=phi, kappa=kappa)
    wider, _ = find_detectable_changes(n0, m1=14, m0=56, phi=phi * 1.2, kappa=kappa)
    assert up > kappa and wider >= up * (1 - 1e-6)
    assert np.isnan(down) or 0 <= down < 1 / kappa

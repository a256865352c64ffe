"""The regression against a library's, on plain and on hostile series."""

import numpy as np
import pytest

from analysis.estimators.quasi_poisson import estimate_shape, fit_poisson
from analysis.numerics import DailySeries, Design

DESIGN = Design(event=60)


def make_series(*, seed: int = 1, rate: float = 3.0, effect: float = 1.0) -> DailySeries:
    rng = np.random.default_rng(seed)
    days = np.arange(120)
    exposure = rng.poisson(150, 120).astype(float)
    week = np.array([1.5, 0.5, 1.2, 0.8, 1.0, 1.1, 0.9])[days % 7]
    inside = (days >= 60) & (days < 74)
    mean = rate * week * exposure / 150 * np.where(inside, effect, 1.0)
    counts = rng.poisson(mean).astype(float)
    return DailySeries(counts, exposure, days % 7, np.zeros(120, dtype=bool))


def _of_library(series: DailySeries, *, trend: bool) -> tuple[float, float, float, float]:
    import statsmodels.api as sm

    days = np.arange(4, 74)
    step = (days >= 60).astype(float)
    week = (series.weekday[days][:, None] == np.arange(7)).astype(float)
    slope = ((days - 60) / 14)[:, None]
    terms = [step[:, None], *([slope] if trend else []), week]
    fit = sm.GLM(
        series.counts[days],
        np.hstack(terms),
        family=sm.families.Poisson(),
        offset=np.log(series.exposure[days]),
    ).fit(scale="X2", tol=1e-12)
    low, high = fit.conf_int()[0]
    return (*np.exp([fit.params[0], low, high]), fit.scale)


@pytest.mark.parametrize("seed", range(4))
def test_step_is_that_of_a_library(seed: int) -> None:
    series = make_series(seed=seed, effect=1.8)
    found = estimate_shape(series, DESIGN)
    assert found is not None
    plain = (found.rr, found.lo, found.hi, found.dispersion)
    assert plain == pytest.approx(_of_library(series, trend=False), rel=1e-6)
    trend = (found.rr_trend, found.lo_trend, found.hi_trend)
    assert trend == pytest.approx(_of_library(series, trend=True)[:3], rel=1e-6)


def test_missing_days_leave_the_fit() -> None:
    series = make_series(effect=2.0)
    holed = series.counts.copy()
    holed[[10, 62]] = np.nan
    holes = DailySeries(holed, series.exposure, series.weekday, series.outage)
    zeros = DailySeries(np.nan_to_num(holed), series.exposure, series.weekday, series.outage)
    found, false = estimate_shape(holes, DESIGN), estimate_shape(zeros, DESIGN)
    assert found is not None and false is not None
    assert found.rr != pytest.approx(false.rr, rel=1e-6)


def test_no_flight_on_one_side_is_no_ratio() -> None:
    series = make_series()
    for side in (slice(0, 60), slice(60, 74)):
        counts = series.counts.copy()
        counts[side] = 0
        quiet = DailySeries(counts, series.exposure, series.weekday, series.outage)
        assert estimate_shape(quiet, DESIGN) is None


def test_weekday_on_which_nothing_flies_is_left_out() -> None:
    series = make_series(rate=6.0)
    counts = np.where(series.weekday == 2, 0.0, series.counts)
    found = estimate_shape(
        DailySeries(counts, series.exposure, series.weekday, series.outage), DESIGN
    )
    assert found is not None
    assert np.isnan(found.weekday_rates[2])
    assert np.isfinite(np.delete(found.weekday_rates, 2)).all()


def test_trend_alone_is_no_step_once_it_is_allowed_for() -> None:
    days = np.arange(120)
    counts = np.round(4 * np.exp(0.02 * days))
    series = DailySeries(counts, np.ones(120), days % 7, np.zeros(120, dtype=bool))
    found = estimate_shape(series, DESIGN)
    assert found is not None
    assert found.lo > 1.5
    assert found.rr_trend == pytest.approx(1, abs=0.05)


def test_terms_that_say_the_same_give_no_fit() -> None:
    same = np.ones((10, 2))
    assert fit_poisson(same, np.arange(10.0), np.zeros(10)) is None

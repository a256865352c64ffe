"""What every estimator of the list keeps to, and that each has its case here.

A new estimator fails these tests until it is in `ESTIMATORS` and has a case in `CASES`.
"""

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from analysis import estimators
from analysis.estimators import ESTIMATORS, Estimator
from analysis.estimators.change_scan import scan_levels
from analysis.estimators.placebo_rate_ratio import estimate_rate_ratio
from analysis.estimators.quasi_poisson import estimate_shape
from analysis.estimators.space_rate_ratio import calibrate_in_space
from analysis.estimators.stacked_rate_ratio import estimate_stacked_ratio
from analysis.numerics import DailySeries, Design, weigh_days

DAYS, EVENTS = 900, (500, 600, 700)
Estimate = Callable[[DailySeries], float]


def _placebo(series: DailySeries) -> float:
    found = estimate_rate_ratio(series, Design(500, 14, others=EVENTS[1:]))
    return math.nan if found is None else found.rr


def _space(series: DailySeries) -> float:
    design = Design(500, 14, others=EVENTS[1:])
    ratio = estimate_rate_ratio(series, design)
    if ratio is None:
        return math.nan
    found = calibrate_in_space(ratio, series, design, others=np.linspace(-2, 2, 25))
    return math.nan if found is None else found.rr


def _stacked(series: DailySeries) -> float:
    found = estimate_stacked_ratio(series, Design(EVENTS[0], 14, others=EVENTS[1:]))
    return math.nan if found is None else found.rr


def _shape(series: DailySeries) -> float:
    found = estimate_shape(series, Design(500, 14))
    return math.nan if found is None else found.rr


def _scan(series: DailySeries) -> float:
    """Rate of the level that contains the first event, over that of the level before it."""
    weights, _ = weigh_days(series, event=DAYS, window=0)
    counts = np.where(series.used, np.nan_to_num(series.counts), 0.0)
    edges = [0, *scan_levels(counts, weights), DAYS]
    rates = [counts[a:b].sum() / max(weights[a:b].sum(), 1e-9) for a, b in pairwise(edges)]
    at = sum(edge <= EVENTS[0] + 7 for edge in edges) - 1
    return rates[at] / rates[at - 1] if at else math.nan


CASES: dict[str, Estimate] = {
    "placebo_rate_ratio": _placebo,
    "space_rate_ratio": _space,
    "stacked_rate_ratio": _stacked,
    "quasi_poisson": _shape,
    "change_scan": _scan,
}
"""Each estimator as a function from a series to the ratio that it finds at the events."""

every_estimator = pytest.mark.parametrize("estimate", CASES.values(), ids=CASES)


def _make(effect: float, seed: int = 6) -> DailySeries:
    """Two weeks of `effect` times as many flights from each event on."""
    rng = np.random.default_rng(seed)
    mean = np.full(DAYS, 4.0)
    for event in EVENTS:
        mean[event : event + 14] *= effect
    return DailySeries(
        counts=rng.poisson(mean).astype(float),
        exposure=rng.poisson(200, DAYS).astype(float),
        weekday=np.arange(DAYS) % 7,
        outage=np.zeros(DAYS, dtype=bool),
    )


def test_every_module_of_the_folder_is_listed() -> None:
    files = {path.stem for path in Path(estimators.__file__).parent.glob("*.py")}
    listed = {getattr(each, "__name__", "").rpartition(".")[2] for each in ESTIMATORS}
    assert listed == files - {"__init__"}


def test_every_estimator_has_its_case_and_its_own_name() -> None:
    names = [each.NAME for each in ESTIMATORS]
    assert sorted(names) == sorted(CASES) and len(set(names)) == len(names)
    assert len({each.TITLE for each in ESTIMATORS}) == len(names)


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda each: each.NAME)
def test_estimator_says_in_a_sentence_what_it_decides(estimator: Estimator) -> None:
    assert estimator.USE[0].isupper() and estimator.USE.endswith(".")


@every_estimator
@pytest.mark.parametrize("effect", [3.0, 0.25])
def test_estimator_finds_the_size_of_a_change(estimate: Estimate, effect: float) -> None:
    assert estimate(_make(effect)) == pytest.approx(effect, rel=0.35)


@every_estimator
def test_units_of_the_exposure_do_not_matter(estimate: Estimate) -> None:
    series = _make(3.0)
    scaled = replace(series, exposure=series.exposure * 1000)
    assert estimate(scaled) == pytest.approx(estimate(series), rel=1e-6)


@every_estimator
def test_exposure_that_grows_with_the_count_is_no_change(estimate: Estimate) -> None:
    steady, step = _make(1.0), np.repeat([1.0, 3.0], [500, 400])
    grown = replace(steady, exposure=steady.exposure * step, counts=steady.counts * step)
    found = estimate(grown)
    assert math.isnan(found) or found == pytest.approx(1, abs=0.3)


@every_estimator
def test_same_series_gives_the_same_number(estimate: Estimate) -> None:
    assert estimate(_make(3.0)) == estimate(_make(3.0))


@every_estimator
@pytest.mark.parametrize("column", ["counts", "exposure"])
def test_without_data_there_is_no_ratio(estimate: Estimate, column: str) -> None:
    empty = replace(_make(3.0), **{column: np.full(DAYS, np.nan)})
    assert math.isnan(estimate(empty))


@pytest.mark.parametrize("name", CASES)
def test_record_without_flights_shows_no_change(name: str, request: pytest.FixtureRequest) -> None:
    if name == "stacked_rate_ratio":  # STATISTICS.md, section 12.1: it adds half a flight to 0
        request.applymarker(pytest.mark.xfail(strict=True, reason="0 flights after 0 give x4"))
    found = CASES[name](replace(_make(3.0), counts=np.zeros(DAYS)))
    assert math.isnan(found) or found == pytest.approx(1, abs=0.01)

"""The exploratory scan: levels that are there, none that are not, and never quicker than a look."""

import numpy as np
import pytest

from analysis.estimators.change_scan import LEAST_DAYS, scan_levels


def test_level_is_found_where_it_begins() -> None:
    rng = np.random.default_rng(3)
    rate = np.repeat([2.0, 5.0, 2.5], [200, 120, 180])
    found = scan_levels(rng.poisson(rate).astype(float), np.ones(500))
    assert len(found) == 2
    assert found == pytest.approx([200, 320], abs=6)


def test_pure_chance_has_one_level() -> None:
    cut = [
        len(scan_levels(np.random.default_rng(seed).poisson(1.0, 730).astype(float), np.ones(730)))
        for seed in range(20)
    ]
    assert sum(cut) <= 1


def test_receivers_that_hear_more_make_no_level() -> None:
    rng = np.random.default_rng(5)
    heard = np.repeat([1.0, 3.0], [200, 200])
    assert scan_levels(rng.poisson(2 * heard).astype(float), heard) == []
    assert scan_levels(rng.poisson(2 * heard).astype(float), np.ones(400)) == [200]


def test_missing_days_are_not_days_without_flights() -> None:
    counts, weights = np.full(300, 3.0), np.ones(300)
    weights[100:140] = 0
    counts[100:140] = 0
    assert scan_levels(counts, weights) == []


def test_cuts_are_those_of_a_library() -> None:
    import ruptures

    class PoissonCost(ruptures.base.BaseCost):
        model, min_size = "", LEAST_DAYS

        def fit(self, signal: np.ndarray) -> "PoissonCost":
            self.signal = signal
            return self

        def error(self, start: int, end: int) -> float:
            flown = float(self.signal[start:end].sum())
            return -2 * flown * np.log(flown / (end - start)) if flown else 0.0

    rng = np.random.default_rng(8)
    counts = rng.poisson(np.repeat([1.0, 4.0, 2.0], 60)).astype(float)
    search = ruptures.Dynp(custom_cost=PoissonCost(), min_size=LEAST_DAYS, jump=1).fit(
        counts[:, None]
    )
    found = scan_levels(counts, np.ones(180))
    assert found == search.predict(n_bkps=len(found))[:-1]


def test_short_series_is_not_divided() -> None:
    assert scan_levels(np.arange(27.0), np.ones(27)) == []

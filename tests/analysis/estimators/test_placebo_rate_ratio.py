"""The headline estimator against published vectors, against a second writing of the method, and
against what must not change it."""

import json
import math
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.estimators.placebo_rate_ratio import (
    compare_coverage,
    divide_at_event,
    estimate_rate_ratio,
)
from analysis.numerics import DailySeries, Design, find_interval, find_placebo_dates, weigh_days

VECTOR = Path(__file__).parents[1] / "made_vector.csv"


def make_series(days: int = 400, *, seed: int = 1, rate: float = 2.0) -> DailySeries:
    rng = np.random.default_rng(seed)
    return DailySeries(
        counts=rng.poisson(rate, days).astype(float),
        exposure=rng.poisson(150, days).astype(float),
        weekday=np.arange(days) % 7,
        outage=np.zeros(days, dtype=bool),
    )


def read_vector() -> DailySeries:
    frame = pd.read_csv(VECTOR)
    return DailySeries(
        counts=frame["count"].to_numpy(float),
        exposure=frame["exposure"].to_numpy(float),
        weekday=np.array([date.fromisoformat(day).weekday() for day in frame["day"]]),
        outage=np.zeros(len(frame), dtype=bool),
    )


@pytest.mark.parametrize("case", ["A_increase", "B_null", "C_thin"])
def test_golden_vectors_are_reproduced(shared: Path, case: str) -> None:
    folder = shared / "statistics"
    expected = json.loads((folder / "golden_expected.json").read_text())[case]
    frame = pd.read_csv(folder / f"golden_{case}.csv")
    series = DailySeries(
        counts=frame["y"].to_numpy(float),
        exposure=frame["E"].to_numpy(float),
        weekday=frame["weekday"].to_numpy(),
        outage=np.zeros(len(frame), dtype=bool),
    )
    found = estimate_rate_ratio(series, Design(expected["event_index"], expected["W"]))
    assert found is not None
    sums = {"m1": found.m1, "m0": found.m0, "phi": found.phi}
    fixed = find_interval(found.n1, found.n0, **sums, growing=False)
    values = {
        **{"N1": found.n1, "N0": found.n0, "M1": found.m1, "M0": found.m0},
        **{"expected": found.expected, "RR": found.rr, "s": found.s, "q": found.q},
        **{"n_placebo": len(found.placebo_s), "r": found.r, "p": found.p, "phi": found.phi},
        **{"lo": found.lo, "hi": found.hi, "C": found.coverage.ratio},
        **{"lo_fixed_phi": fixed[0], "hi_fixed_phi": fixed[1]},
    }
    for name, value in values.items():
        assert value == pytest.approx(expected[name], abs=1e-6), name
    assert found.weekday_factors == pytest.approx(expected["dow"], abs=1e-9)
    assert found.is_significant is expected["significant"]


def slow_statistics(series: DailySeries, event: int, window: int) -> dict[str, object]:
    """The method once more, day by day in plain Python, from its description alone."""
    held = [
        t
        for t in range(len(series.counts))
        if not (math.isnan(series.counts[t]) or math.isnan(series.exposure[t]))
    ]
    mean = sum(series.exposure[t] for t in held) / len(held)
    e = {t: series.exposure[t] / mean for t in held}
    y = {t: series.counts[t] for t in held}
    rest = [t for t in held if not event <= t < event + max(window, 28)]
    rate = sum(y[t] for t in rest) / sum(e[t] for t in rest)
    factor = []
    for k in range(7):
        days = [t for t in rest if series.weekday[t] == k]
        factor.append((sum(y[t] for t in days) + 7) / (rate * sum(e[t] for t in days) + 7))
    w = {t: e[t] * factor[series.weekday[t]] for t in held}

    def sums(d: int) -> tuple[float, float, float, float]:
        after = [t for t in range(d, d + window) if t in w]
        before = [t for t in range(d - 56, d) if t in w]
        return (
            sum(y[t] for t in after),
            sum(y[t] for t in before),
            sum(w[t] for t in after),
            sum(w[t] for t in before),
        )

    def root(n1: float, n0: float, m1: float, m0: float) -> float:
        n, p = n0 + n1, m1 / (m0 + m1)
        parts = [(n1, n * p), (n0, n * (1 - p))]
        deviance = 2 * sum(seen * math.log(seen / due) for seen, due in parts if seen)
        return math.copysign(math.sqrt(max(deviance, 0)), n1 - n * p) if n else 0.0

    last = len(series.counts)
    dates = [
        d
        for d in range(56, last - window + 1)
        if d + window <= event or d - 56 >= event + max(window, 28)
    ]
    own = sums(event)
    s = [root(*sums(d)) for d in dates]
    r = sum(abs(each) >= abs(root(*own)) - 1e-9 for each in s)
    n, c = len(dates), window / 4
    q = np.quantile(np.abs(s), 1 - max(0.05 * (n + 1 + c) - 1 - c, 0) / n)
    n1, n0, m1, m0 = own
    return {
        "own": own,
        "dates": dates,
        "s": s,
        "rr": (n1 / m1) / (n0 / m0),
        "r": r,
        "p": (r + 1 + c) / (n + 1 + c),
        "phi": max(1.0, (q / 1.959963984540054) ** 2),
    }


@pytest.mark.parametrize("window", [7, 14])
def test_a_second_writing_of_the_method_gives_the_same(window: int) -> None:
    series, event = read_vector(), 190
    found = estimate_rate_ratio(series, Design(event, window))
    slow = slow_statistics(series, event, window)
    assert found is not None
    assert (found.n1, found.n0, found.m1, found.m0) == pytest.approx(slow["own"], abs=1e-9)
    assert found.placebo_dates.tolist() == slow["dates"]
    assert found.placebo_s == pytest.approx(slow["s"], abs=1e-9)
    for name in ("rr", "r", "p", "phi"):
        assert getattr(found, name) == pytest.approx(slow[name], abs=1e-9), name


def test_interval_ends_are_where_the_discounted_tails_hold_a_fortieth() -> None:
    """By the tail of the beta distribution at the ratio itself, not by its inverse."""
    from scipy.stats import beta

    found = estimate_rate_ratio(read_vector(), Design(190, 14))
    assert found is not None
    n1, n0, m1, m0, phi = found.n1, found.n0, found.m1, found.m0, found.phi
    for end, more, tail in ((found.lo, (0, 1), 0.025), (found.hi, (1, 0), 0.975)):
        f = 1 + (phi - 1) * max(1.0, end)
        odds = end * (m1 / m0) * phi / f
        share = odds / (1 + odds)
        assert beta.cdf(share, n1 / f + more[0], n0 / phi + more[1]) == pytest.approx(
            tail, abs=1e-8
        )


def test_shifting_weekdays_by_less_than_a_week_changes_the_weights_only_in_order() -> None:
    series = make_series()
    turned = replace(series, weekday=(series.weekday + 3) % 7)
    own, other = weigh_days(series, event=250, window=14), weigh_days(turned, event=250, window=14)
    assert other[1] == pytest.approx(np.roll(own[1], 3))
    assert other[0] == pytest.approx(own[0])


def test_missing_day_drops_out_with_its_exposure() -> None:
    series, design = make_series(), Design(250, 14)
    missing = series.counts.copy()
    missing[252] = np.nan
    wild = series.exposure.copy()
    wild[252] = 1e6
    a = estimate_rate_ratio(replace(series, counts=missing), design)
    b = estimate_rate_ratio(replace(series, counts=missing, exposure=wild), design)
    assert a is not None and b is not None
    assert (a.rr, a.m1, a.coverage.ratio) == (b.rr, b.m1, b.coverage.ratio)


def test_outage_day_leaves_the_sums_but_not_the_coverage() -> None:
    series, design = make_series(), Design(250, 14)
    exposure, outage = series.exposure.copy(), series.outage.copy()
    exposure[250:257], outage[250:257] = 2, True
    found = estimate_rate_ratio(replace(series, exposure=exposure, outage=outage), design)
    assert found is not None
    assert found.n1 == series.counts[257:264].sum()
    assert found.coverage.ratio < 0.6
    assert found.coverage.missing_share == 0


def test_placebo_dates_keep_off_every_event() -> None:
    series = make_series(600)
    design = Design(300, 14, others=(450,))
    dates = find_placebo_dates(series, design)
    for event in (300, 450):
        touching = (dates + 14 > event) & (dates - 56 < event + 28)
        assert not touching.any()
    assert len(dates) == len(find_placebo_dates(series, Design(450, 14, others=(300,))))


def test_date_with_holes_in_its_windows_is_no_comparison() -> None:
    series, design = make_series(), Design(250, 14)
    counts = series.counts.copy()
    counts[100:104] = np.nan
    dates = find_placebo_dates(replace(series, counts=counts), design)
    gone = set(find_placebo_dates(series, design)) - set(dates)
    assert gone == set(range(89, 102))  # three or more of the four lie in the window


@pytest.mark.parametrize(
    ("window", "needed", "days"), [(7, 54, 116), (14, 89, 158), (28, 159, 242)]
)
def test_history_needed(window: int, needed: int, days: int) -> None:
    design = Design(days, window)
    assert (design.needed_placebos, design.needed_days) == (needed, days)
    series = make_series(days + window)
    assert len(find_placebo_dates(series, design)) == needed
    assert len(find_placebo_dates(series, replace(design, event=days - 1))) < needed


def test_nothing_to_divide_by_gives_no_estimate() -> None:
    series = make_series()
    assert estimate_rate_ratio(series, Design(0, 14)) is None
    dark = replace(series, exposure=np.full(400, np.nan))
    assert estimate_rate_ratio(dark, Design(250, 14)) is None
    assert estimate_rate_ratio(replace(series, exposure=np.zeros(400)), Design(250, 14)) is None


def test_no_flights_at_all_is_too_little_and_never_a_finding() -> None:
    series = replace(make_series(), counts=np.zeros(400))
    found = estimate_rate_ratio(series, Design(250, 14))
    assert found is not None
    assert math.isnan(found.rr) and found.lo == 0 and math.isinf(found.hi)
    assert math.isinf(found.mde_up) and not found.is_significant


def test_exposure_power_moves_the_ratio_by_coverage() -> None:
    series = make_series()
    exposure = np.where(np.arange(400) >= 250, 300.0, 150.0)
    doubled = replace(series, exposure=exposure)
    raw, once, twice = (divide_at_event(doubled, Design(250), power=k) for k in (0, 1, 2))
    assert raw / once == pytest.approx(2, rel=0.02)
    assert once / twice == pytest.approx(2, rel=0.02)


def test_coverage_of_the_region_that_moved_most_counts() -> None:
    series = make_series()
    step = np.where(np.arange(400) >= 250, 3.0, 1.0)
    found = compare_coverage(
        replace(series, proxies=(np.full(400, 50.0), 80.0 / step)), Design(250, 14)
    )
    assert found.worst == pytest.approx(1 / 3) and found.kappa == pytest.approx(3)
    assert found.ratio == pytest.approx(1, abs=0.1)

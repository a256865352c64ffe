"""Several events taken together: stacked_rate_ratio, its sets of dates, what it needs."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from analysis.estimators.stacked_rate_ratio import (
    SETS,
    SIGNIFICANT,
    count_apart,
    count_needed_room,
    draw_sets,
    estimate_stacked_ratio,
)
from analysis.numerics import DailySeries, Design, sum_windows, weigh_days

EVENTS = (420, 500, 580)


def make(seed: int = 1, *, effect: float = 1.0, rate: float = 2.0, days: int = 730) -> DailySeries:
    rng = np.random.default_rng(seed)
    mean = np.full(days, rate)
    for event in EVENTS:
        mean[event : event + 14] *= effect
    return DailySeries(
        counts=rng.poisson(mean).astype(float),
        exposure=np.full(days, 100.0),
        weekday=np.arange(days) % 7,
        outage=np.zeros(days, dtype=bool),
    )


def design(events: tuple[int, ...] = EVENTS, window: int = 14) -> Design:
    return Design(events[0], window, others=events[1:])


def test_numbers_are_the_sums_over_the_events() -> None:
    series, asked = make(effect=2.0), design()
    found = estimate_stacked_ratio(series, asked)
    assert found is not None
    weights, _ = weigh_days(series, event=EVENTS[0], window=14, others=EVENTS[1:])
    n1, n0 = sum_windows(series.counts, np.array(EVENTS), asked)
    m1, m0 = sum_windows(weights, np.array(EVENTS), asked)
    expected = n0 * m1 / m0
    assert found.n1 == n1.sum() and found.expected == pytest.approx(expected.sum())
    assert found.rr == pytest.approx(n1.sum() / expected.sum())
    z = (n1 - expected).sum() / math.sqrt((expected * (1 + m1 / m0)).sum())
    assert found.z == pytest.approx(z)
    assert found.p == (found.r + 1) / (SETS + 1) and len(found.set_rr) == SETS


def test_doubling_at_three_events_is_found_where_one_alone_might_not_be() -> None:
    found = [estimate_stacked_ratio(make(seed, effect=2.0), design()) for seed in range(8)]
    assert all(each is not None and each.is_significant and each.lo > 1 for each in found)
    halved = estimate_stacked_ratio(make(effect=0.4), design())
    assert halved is not None and halved.is_significant and halved.hi < 1


def test_same_seed_gives_the_same_sets_and_another_seed_others() -> None:
    series = make()
    a, b, c = (estimate_stacked_ratio(series, design(), seed=seed) for seed in (5, 5, 6))
    assert a is not None and b is not None and c is not None
    assert np.array_equal(a.set_rr, b.set_rr) and not np.array_equal(a.set_rr, c.set_rr)


def test_interval_leaves_one_out_where_p_is_small() -> None:
    for seed in range(25):
        found = estimate_stacked_ratio(make(seed, effect=1.0 + seed / 20), design())
        assert found is not None and found.lo < found.rr < found.hi
        if found.p < SIGNIFICANT / 3:
            assert found.lo > 1 or found.hi < 1
        if found.p > 3 * SIGNIFICANT:
            assert found.lo < 1 < found.hi


def test_detectable_change_is_beyond_what_coverage_could_do() -> None:
    steady, moved = (estimate_stacked_ratio(make(), design(), kappa=k) for k in (1.0, 1.5))
    assert steady is not None and moved is not None
    assert moved.mde_up == pytest.approx(1.5 * steady.mde_up) and steady.mde_up > 1
    assert moved.mde_down < steady.mde_down < 1


def test_sets_lie_apart_and_every_set_is_as_likely() -> None:
    dates = np.array([0, 3, 10, 20, 24, 40])
    possible = [
        places
        for places in itertools.combinations(range(6), 3)
        if all(dates[b] - dates[a] >= 10 for a, b in itertools.pairwise(places))
    ]
    drawn = draw_sets(dates, size=3, window=10, seed=1, sets=8000)
    found, counts = np.unique(drawn, axis=0, return_counts=True)
    assert [tuple(each) for each in found] == possible
    assert counts.min() > 0.85 * 8000 / len(possible)


def test_sets_that_cannot_lie_apart_are_refused() -> None:
    with pytest.raises(ValueError, match="no 3 of these 4 dates"):
        draw_sets(np.array([0, 1, 12, 13]), size=3, window=10, seed=1)


def test_record_with_too_little_room_gives_no_sets_and_claims_nothing() -> None:
    short = make(days=700)
    cut = slice(300, 700)
    series = DailySeries(
        *(getattr(short, n)[cut] for n in ("counts", "exposure", "weekday", "outage"))
    )
    found = estimate_stacked_ratio(series, design((120, 200, 280)))
    assert found is not None and found.room < found.needed_room == count_needed_room(3)
    assert (found.p, found.lo, found.hi, len(found.set_rr)) == (1.0, 0.0, math.inf, 0)
    assert not found.is_significant


def test_room_counts_windows_side_by_side() -> None:
    assert count_apart(np.arange(100), 14) == 8
    assert count_apart(np.array([], dtype=int), 14) == 0


def test_event_without_a_usable_day_gives_nothing() -> None:
    series = make()
    counts = series.counts.copy()
    counts[EVENTS[1] : EVENTS[1] + 14] = np.nan
    assert estimate_stacked_ratio(replace(series, counts=counts), design()) is None


def test_no_flights_at_all_is_no_finding() -> None:
    found = estimate_stacked_ratio(make(rate=0.0), design())
    assert found is not None and not found.is_significant and found.expected == 0


def test_scaling_exposure_changes_nothing() -> None:
    series = make()
    a = estimate_stacked_ratio(series, design())
    b = estimate_stacked_ratio(replace(series, exposure=series.exposure * 7.3), design())
    assert a is not None and b is not None
    assert (a.rr, a.z, a.lo, a.hi) == pytest.approx((b.rr, b.z, b.lo, b.hi))


def test_season_in_which_nothing_happened_is_rarely_called_a_change() -> None:
    days, alarms, covered = np.arange(730), 0, 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        season = 1 + 0.4 * np.sin(2 * np.pi * (days / 365 + rng.random()))
        counts = rng.poisson(2 * season).astype(float)
        found = estimate_stacked_ratio(replace(make(), counts=counts), design(), seed=seed)
        assert found is not None
        alarms += found.is_significant
        covered += found.lo <= 1 <= found.hi
    assert alarms <= 6 and covered >= 54  # 5 % and two standard errors


def test_longer_record_before_it_moves_no_number_of_the_events() -> None:
    series = make()
    cut = slice(70, None)  # whole weeks
    later = DailySeries(
        series.counts[cut], series.exposure[cut], series.weekday[cut], series.outage[cut]
    )
    a = estimate_stacked_ratio(series, design())
    b = estimate_stacked_ratio(later, design(tuple(event - 70 for event in EVENTS)))
    assert a is not None and b is not None
    assert a.n1 == b.n1 and a.expected == pytest.approx(b.expected, rel=0.05)
    assert a.placebos == b.placebos + 70

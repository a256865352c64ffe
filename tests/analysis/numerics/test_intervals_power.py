"""Intervals and minimum detectable effects against textbook values and simulation."""

import math

import numpy as np
import pytest
from exact_rate_ratio import estimate_exact_ratio

from analysis.numerics import find_detectable_changes, find_interval
from analysis.numerics.power import POWER


def test_exact_rate_ratio_gives_the_published_example() -> None:
    found = estimate_exact_ratio(11, 800, n0=21, time0=3011)
    assert found.rr == pytest.approx(1.971488, abs=1e-6)
    assert found.p == pytest.approx(0.07967, abs=1e-5)
    assert (found.lo, found.hi) == pytest.approx((0.858426, 4.277266), abs=1e-6)


def test_exact_rate_ratio_gives_the_example_of_another_house() -> None:
    """Stata's `iri 41 15 28010 19017`: 1.855759, exact 1.005684 to 3.6093."""
    found = estimate_exact_ratio(41, 28_010, n0=15, time0=19_017)
    assert (found.rr, found.lo, found.hi) == pytest.approx((1.855759, 1.005684, 3.6093), abs=1e-6)


def test_exact_rate_ratio_where_it_can_be_worked_out_by_hand() -> None:
    # 5 against none: P = 2 * 0.5**5, and the share that makes 5 of 5 as likely as 0.025.
    share = 0.025 ** (1 / 5)
    found = estimate_exact_ratio(5, 1.0, n0=0, time0=1.0)
    assert (found.p, found.lo) == pytest.approx((2 * 0.5**5, share / (1 - share)), rel=1e-12)
    # 1 against 1: the smaller share s has 1 - (1 - s)**2 = 0.025.
    share = 1 - math.sqrt(1 - 0.025)
    found = estimate_exact_ratio(1, 1.0, n0=1, time0=1.0)
    assert (found.p, found.lo, found.hi) == pytest.approx(
        (1.0, share / (1 - share), (1 - share) / share), rel=1e-12
    )
    # 8 against 2: (1 + 10 + 45) * 2 of 1024 ways.
    assert estimate_exact_ratio(8, 3.0, n0=2, time0=3.0).p == pytest.approx(112 / 1024, rel=1e-12)


def test_exact_interval_is_clopper_pearson_of_the_share() -> None:
    from scipy.stats import binomtest

    share = binomtest(30, 100).proportion_ci(method="exact")
    found = find_interval(30, 70, m1=1.0, m0=1.0, phi=1.0)
    assert found == pytest.approx(
        (share.low / (1 - share.low), share.high / (1 - share.high)), rel=1e-9
    )


def test_exact_rate_ratio_at_the_edges() -> None:
    none = estimate_exact_ratio(0, 10, n0=0, time0=10)
    assert math.isnan(none.rr) and none.p == 1 and (none.lo, none.hi) == (0, math.inf)
    stop = estimate_exact_ratio(0, 10, n0=20, time0=10)
    assert stop.rr == 0 and stop.lo == 0 and stop.hi < 0.3
    start = estimate_exact_ratio(20, 10, n0=0, time0=10)
    assert math.isinf(start.rr) and math.isinf(start.hi) and start.lo > 4


@pytest.mark.parametrize("wrong", [(-1, 1.0), (1.5, 1.0), (1, 0.0), (1, math.nan)])
def test_exact_rate_ratio_refuses_what_is_no_count_or_time(wrong: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match=r"whole numbers|above 0"):
        estimate_exact_ratio(*wrong, n0=3, time0=1)


def test_interval_grows_with_dispersion_and_brackets_the_ratio() -> None:
    widths = []
    for phi in (1.0, 1.5, 3.0):
        low, high = find_interval(40, 60, m1=14, m0=56, phi=phi)
        assert low < (40 / 14) / (60 / 56) < high
        widths.append(math.log(high / low))
    assert widths == sorted(widths)


def test_upper_end_is_infinite_where_no_ratio_is_too_large() -> None:
    assert math.isinf(find_interval(4, 3, m1=14, m0=56, phi=12.0)[1])


@pytest.mark.parametrize("phi", [1.0, 2.0])
@pytest.mark.parametrize(("n0", "kappa"), [(12.0, 1.0), (60.0, 1.0), (300.0, 1.0), (200.0, 1.4)])
def test_change_of_the_stated_size_is_found_with_the_stated_probability(
    n0: float, phi: float, kappa: float
) -> None:
    up, down = find_detectable_changes(n0, m1=14, m0=56, phi=phi, kappa=kappa)
    assert up > kappa
    assert _detected(n0, up, phi, kappa) == pytest.approx(POWER, abs=0.05)
    if not math.isnan(down):
        assert down < 1 / kappa
        assert _detected(n0, down, phi, kappa) == pytest.approx(POWER, abs=0.05)


def _detected(n0: float, ratio: float, phi: float, kappa: float) -> float:
    rng = np.random.default_rng(5)

    def draw(mean: float, size: int) -> np.ndarray:
        if phi == 1:
            return rng.poisson(mean, size)
        return rng.negative_binomial(mean / (phi - 1), 1 / phi, size)

    pairs = zip(draw(n0 / 4 * ratio, 400), draw(n0, 400), strict=True)
    ends = [find_interval(int(a), int(b), m1=14, m0=56, phi=phi) for a, b in pairs]
    return float(np.mean([low > kappa if ratio > 1 else high < 1 / kappa for low, high in ends]))


def test_more_flights_make_smaller_changes_visible() -> None:
    found = [find_detectable_changes(n0, m1=14, m0=56, phi=1.2) for n0 in (10, 40, 160, 640)]
    assert [up for up, _ in found] == sorted((up for up, _ in found), reverse=True)
    assert math.isnan(found[0][1]) and found[-1][1] > found[-2][1]


def test_nothing_before_means_no_ratio_to_notice() -> None:
    up, down = find_detectable_changes(0.0, m1=14, m0=56, phi=1.0)
    assert math.isinf(up) and math.isnan(down)

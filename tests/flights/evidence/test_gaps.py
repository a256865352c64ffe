"""The prism: what an unobserved stretch allows, and that it never forbids what happened."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_stories import run_backwards

from flights.evidence import HORIZON_S, longest_stay_s, outline
from flights.evidence.reach import UnobservedStretches, find_reach
from flights.reference.earth import destination_point, great_circle_km, wrap_longitude

ASHGABAT = (37.99, 58.36)
TEHRAN = (35.42, 51.15)
TURKMENBASHI = (40.06, 53.01)
SYDNEY = (-33.95, 151.18)

places = st.tuples(st.floats(-80, 80), st.floats(-180, 179.99))
hours = st.floats(0.2, 40)
speeds = st.floats(150, 760)


def stretch(
    left: tuple[float, float],
    back: tuple[float, float],
    spent_h: float,
    *,
    height_ft: float = 0.0,
    speed_kt: float = 700.0,
    range_km: float = 15_000.0,
) -> UnobservedStretches:
    values = (*left, height_ft, 0.0, *back, height_ft, spent_h * 3600, speed_kt, range_km)
    return UnobservedStretches(*(np.array([value], float) for value in values))


def stay_h(one: UnobservedStretches, place: tuple[float, float]) -> float:
    return float(longest_stay_s(one, np.array([place[0]]), np.array([place[1]]))[0]) / 3600


def test_stop_that_fits_is_possible_with_the_stay_it_leaves() -> None:
    one = stretch(ASHGABAT, TURKMENBASHI, 3.5)
    flown_km = great_circle_km(*ASHGABAT, *TEHRAN) + great_circle_km(*TEHRAN, *TURKMENBASHI)
    assert stay_h(one, TEHRAN) == pytest.approx(3.5 - flown_km / (700 * 1.852), abs=0.05)
    assert stay_h(one, TEHRAN) < 3.5 - flown_km / (700 * 1.852)


def test_place_too_far_is_excluded_by_how_much() -> None:
    assert stay_h(stretch(ASHGABAT, TURKMENBASHI, 3.5), SYDNEY) < -10


def test_airframe_never_heard_again_may_be_anywhere_in_range() -> None:
    one = stretch(ASHGABAT, (np.nan, np.nan), np.nan, range_km=5_000)
    assert np.isnan(stay_h(one, TEHRAN))
    assert stay_h(one, SYDNEY) == -np.inf


def test_range_limits_a_flight_and_not_all_that_nobody_heard() -> None:
    """Lost on the way to Jeddah, it flew home unheard and was next heard over China."""
    over_arabia, jeddah, over_china = (23.6, 40.5), (21.7, 39.2), (35.9, 111.9)
    one = stretch(over_arabia, over_china, 32, range_km=6_500)
    assert great_circle_km(*jeddah, *over_china) > 6_500
    assert 0 < stay_h(one, jeddah) < 32
    assert stay_h(one, over_china) > 0 and stay_h(run_backwards(one), jeddah) > 0
    assert stay_h(one, (-75.0, 160.0)) == -np.inf  # out of range of both


def test_no_place_at_all_is_excluded_without_a_stay() -> None:
    one = stretch(ASHGABAT, TURKMENBASHI, 3.5)
    assert longest_stay_s(one, np.zeros(0), np.zeros(0))[0] == -np.inf


def test_nothing_is_excluded_where_a_place_is_not_known() -> None:
    for left, back in (((np.nan, np.nan), TEHRAN), (TEHRAN, (np.nan, np.nan))):
        one = stretch(left, back, 1.0)
        assert np.isnan(stay_h(one, SYDNEY))
        assert len(find_reach(one, np.array([SYDNEY[0]]), np.array([SYDNEY[1]])).place) == 1


def test_descent_takes_its_time_however_near_the_runway() -> None:
    low = stay_h(stretch(TEHRAN, TEHRAN, 2), TEHRAN)
    high = stay_h(stretch(TEHRAN, TEHRAN, 2, height_ft=40_000), TEHRAN)
    assert low - high == pytest.approx(2 * 40_000 / 8_000 / 60, abs=0.01)


@given(places, places, hours, speeds, places)
def test_prism_is_the_same_run_backwards(left, back, spent_h, speed_kt, place) -> None:
    one = stretch(left, back, spent_h, speed_kt=speed_kt)
    assert stay_h(run_backwards(one), place) == pytest.approx(stay_h(one, place), abs=1e-3)


@given(places, places, hours, speeds, places)
def test_more_time_or_speed_never_takes_a_place_away(left, back, spent_h, kt, place) -> None:
    at_first = stay_h(stretch(left, back, spent_h, speed_kt=kt), place)
    longer = stay_h(stretch(left, back, spent_h + 1, speed_kt=kt), place)
    faster = stay_h(stretch(left, back, spent_h, speed_kt=kt + 50), place)
    assert longer == pytest.approx(at_first + 1, abs=1e-6) or longer == at_first == -np.inf
    assert faster >= at_first


@given(places, places, hours, places, st.sampled_from([-360.0, 360.0]))
def test_prism_does_not_know_where_longitudes_begin(left, back, spent_h, place, turn) -> None:
    one = stretch(left, back, spent_h)
    turned = stretch((left[0], left[1] + turn), back, spent_h)
    assert stay_h(turned, (place[0], place[1] - turn)) == pytest.approx(
        stay_h(one, place), abs=1e-3
    )


@settings(max_examples=200)
@given(places, st.floats(0, 359), st.floats(30, 6_000), st.floats(0, 359), st.floats(30, 6_000),
       st.floats(0.26, 5), st.floats(300, 700))  # fmt: skip
def test_flight_that_was_flown_is_never_excluded(
    stop, came_from, came_km, went_to, went_km, stay, kt
) -> None:
    """Any speed below the bound, any stay: the true stop is possible."""
    left = tuple(float(x) for x in destination_point(*stop, came_from, came_km))
    back = tuple(float(x) for x in destination_point(*stop, went_to, went_km))
    near = 2 * 20 / 640  # km at the bound near the ground
    spent_h = (came_km + went_km) / (kt * 1.852) + near + stay
    one = stretch(left, back, spent_h, speed_kt=kt + 1)
    reach = find_reach(one, np.array([stop[0]]), np.array([stop[1]]))
    assert len(reach.stretch) == 1
    assert reach.stay_s[0] >= stay * 3600 - 5


def test_reach_and_longest_stay_agree() -> None:
    rng = np.random.default_rng(7)
    n, m = 700, 40
    lat, lon = rng.uniform(-70, 70, (2, n)), rng.uniform(-180, 180, (2, n))
    ones = UnobservedStretches(
        lat[0], lon[0], np.full(n, 3e4), np.zeros(n), lat[1], lon[1], np.zeros(n),
        np.where(rng.random(n) < 0.2, np.nan, rng.uniform(1, 40, n) * 3600),
        np.full(n, 650.0), rng.choice([3_000.0, 9_000.0], n),
    )  # fmt: skip
    where = rng.uniform(-60, 60, m), rng.uniform(-180, 180, m)
    reach = find_reach(ones, *where, least_ground_s=0)
    longest = longest_stay_s(ones, *where)
    reached = np.zeros((n, m), bool)
    reached[reach.stretch, reach.place] = True
    each = np.stack([longest_stay_s(ones, *(axis[[k]] for axis in where)) for k in range(m)], 1)
    assert (reached == ~(each < 0)).all()
    assert (reached.any(axis=1) == ~(longest < 0)).all()
    assert 0.2 < reached.any(axis=1).mean() < 0.97


def test_outline_holds_what_can_be_reached_and_no_more() -> None:
    one = stretch(ASHGABAT, TURKMENBASHI, 3.5)
    latitude, longitude = outline(one)
    around = great_circle_km(*ASHGABAT, latitude, longitude)
    back = great_circle_km(latitude, longitude, *TURKMENBASHI)
    assert (around + back) / (700 * 1.852) == pytest.approx(3.5, abs=0.01)


def test_outline_of_an_airframe_never_heard_again_is_its_range() -> None:
    one = stretch(ASHGABAT, (np.nan, np.nan), np.nan, range_km=2_000)
    assert great_circle_km(*ASHGABAT, *outline(one)) == pytest.approx(2_000, abs=1)
    assert HORIZON_S * 700 * 1.852 / 3600 > 2_000


def test_stretch_too_short_for_its_own_two_places_has_no_outline() -> None:
    assert len(outline(stretch(ASHGABAT, SYDNEY, 1.0))[0]) == 0


def test_outline_crosses_the_date_line() -> None:
    latitude, longitude = outline(stretch((0.0, 179.0), (0.0, -179.0), 2.0))
    assert (longitude > 170).any() and (longitude < -170).any()
    assert np.abs(wrap_longitude(longitude)).max() <= 180
    assert np.abs(latitude).max() < 15

"""One flight or two: what a silence between two positions means.

Each test gives the last position before a silence and the first one after it. In cruise both
are at 35,000 ft and 450 kt; the distance is given in minutes of flight at that speed.
"""

import numpy as np
import pytest
from skies import stretch

from flights.legs.positions.continuity import Moments, arrives, continues, known_speed, moments_at
from flights.legs.positions.series import read_series

KM_PER_MIN = 450 * 1.852 / 60
KM_PER_DEGREE = 111.19


def moment(minute=0.0, km=0.0, *, height_ft=35_000.0, speed_kt=450.0, fpm=0.0, callsign=0):
    """An aircraft `km` north of the equator."""
    values = (minute * 60, km / KM_PER_DEGREE, 0.0, height_ft, speed_kt, fpm)
    return Moments(*(np.array([value], float) for value in values), np.array([callsign], np.uint64))


def is_one_flight(before, after):
    return bool(continues(before, after)[0])


def bridges(silent_min, flying_min, *, before=None, after=None):
    """Whether a silence in cruise continues a flight that used `flying_min` of it."""
    return is_one_flight(
        moment(**before or {}), moment(silent_min, flying_min * KM_PER_MIN, **after or {})
    )


@pytest.mark.parametrize("silent_min, one", [(9.9, True), (21.0, False)])
def test_a_silence_below_ten_minutes_never_ends_a_flight(silent_min, one):
    low = {"height_ft": 1_000.0, "speed_kt": 120.0}
    assert is_one_flight(moment(**low), moment(silent_min, 0.0, **low)) == one


@pytest.mark.parametrize("flying_min, one", [(478.0, False), (482.0, True)])
def test_a_long_silence_continues_when_80_percent_of_it_was_used_for_the_distance(flying_min, one):
    assert bridges(600.0, flying_min) == one


@pytest.mark.parametrize("flying_min, one", [(454.0, False), (458.0, True)])
def test_the_same_callsign_asks_for_4_percent_less(flying_min, one):
    same = {"callsign": 7}
    assert bridges(600.0, flying_min, before=same, after=same) == one


@pytest.mark.parametrize("flying_min, one", [(538.0, False), (542.0, True)])
def test_another_callsign_asks_for_10_percent_more(flying_min, one):
    assert bridges(600.0, flying_min, before={"callsign": 7}, after={"callsign": 8}) == one


@pytest.mark.parametrize("flying_min, one", [(550.0, False), (554.0, True)])
def test_descending_before_and_climbing_after_asks_for_12_percent_more(flying_min, one):
    assert bridges(600.0, flying_min, before={"fpm": -1_000.0}, after={"fpm": 1_000.0}) == one


def test_an_unknown_callsign_on_one_side_is_neither_the_same_nor_another():
    assert bridges(600.0, 482.0, before={"callsign": 7})
    assert not bridges(600.0, 478.0, before={"callsign": 7})


@pytest.mark.parametrize("silent_min, one", [(62.0, True), (64.0, False)])
def test_a_silence_too_short_for_a_stop_continues_however_little_was_flown(silent_min, one):
    # 28 min down and up (70,000 ft at 2,500 ft/min) + 5 min approach + 30 min on the ground.
    assert bridges(silent_min, 0.0) == one


@pytest.mark.parametrize("silent_min, one", [(15.7, True), (15.9, False)])
def test_low_aircraft_need_ten_minutes_on_the_ground(silent_min, one):
    # 0.8 min down and up (2,000 ft) + 5 min approach + 10 min on the ground.
    low = {"height_ft": 1_000.0, "speed_kt": 120.0}
    assert is_one_flight(moment(**low), moment(silent_min, 0.0, **low)) == one


def test_no_flight_covers_more_than_1_500_km_an_hour_and_150_km():
    assert is_one_flight(moment(), moment(60.0, 1_650.0))
    assert not is_one_flight(moment(), moment(60.0, 1_675.0))


@pytest.mark.parametrize(
    "km, height_ft, one",
    [(9.9, 10_000.0, True), (10.1, 10_000.0, False), (9.9, 10_100.0, False), (9.9, np.nan, False)],
)
def test_ground_heard_hours_later_is_the_landing_when_the_aircraft_was_near_and_low(
    km, height_ft, one
):
    air = moment(height_ft=height_ft, speed_kt=200.0)
    assert arrives(air, moment(300.0, km))[0] == one
    assert arrives(moment(300.0, height_ft=height_ft, speed_kt=200.0), moment(0.0, km))[0] == one


@pytest.mark.parametrize("silent_min, one", [(139.0, True), (142.0, False)])
def test_ground_far_away_is_the_landing_while_there_was_no_time_for_another_flight(silent_min, one):
    # 70 min at the speed heard are 100 min at 70 percent of it; 40 min to land and taxi.
    assert arrives(moment(), moment(silent_min, 70.0 * KM_PER_MIN))[0] == one


@pytest.mark.parametrize(
    "height_ft, heard_kt, speed_kt",
    [
        (25_000.0, np.nan, 450.0),
        (24_999.0, np.nan, 250.0),
        (9_999.0, np.nan, 130.0),
        (np.nan, np.nan, 130.0),
        (35_000.0, 380.0, 380.0),
        (500.0, 0.0, 60.0),
    ],
)
def test_the_speed_is_the_one_heard_or_the_usual_one_of_the_height(height_ft, heard_kt, speed_kt):
    assert known_speed(moment(height_ft=height_ft, speed_kt=heard_kt)).tolist() == [speed_kt]


def test_the_vertical_rate_comes_from_up_to_three_minutes_of_the_same_stretch():
    rows = stretch((60, 70), ((0.0, 0.0), (1.0, 0.0)), (20_000, 10_000))
    series = read_series(rows)
    whole = np.zeros(len(series))
    last = np.array([len(series) - 1])
    assert moments_at(series, last, side="before", within=whole).vertical_fpm == pytest.approx(
        [-1_000.0], abs=1
    )
    alone = np.arange(len(series))
    assert np.isnan(moments_at(series, last, side="before", within=alone).vertical_fpm).all()


def test_the_first_callsign_after_a_silence_is_read_a_few_positions_later():
    rows = stretch((60, 70), ((0.0, 0.0), (1.0, 0.0)), (20_000, 20_000), callsign="NEW2")
    rows["callsign"][:3] = b"OLD1"
    series = read_series(rows)
    found = moments_at(series, np.array([0]), side="after", within=np.zeros(len(series)))
    assert found.callsign.tolist() == [series.callsign[3]]

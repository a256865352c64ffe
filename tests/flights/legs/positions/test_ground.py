"""When an aircraft has landed: which ground positions are a stop, and which are not.

Each test is one aircraft at field A: in the air, then on the ground, then in the air again.
"""

import numpy as np
import pytest
from skies import A, B, between, sky, stretch

from flights.legs.positions.ground import find_standing
from flights.legs.positions.series import read_series

NEAR = between(A, B, 0.05)


def low_ground_low(ground_s, *, speed=30.0, height_ft=1_500.0):
    """Air until minute 10, `ground_s` from the last air position to the next, then air."""
    ground = stretch((10, 10 + ground_s / 60 - 1), (A, A), speed=speed, every_s=10)
    ground["seen_at"] += 30_000
    return sky(
        stretch((5, 10), (NEAR, A), (3_000, height_ft), every_s=10),
        ground,
        stretch(
            (10 + ground_s / 60, 15 + ground_s / 60), (A, NEAR), (height_ft, 3_000), every_s=10
        ),
    )


def standing_and_touches(rows):
    """How many positions are part of a stop, and how many part of a touch-and-go."""
    return tuple(int(mask.sum()) for mask in find_standing(read_series(rows)))


@pytest.mark.parametrize("ground_s, is_stop", [(170, False), (180, True), (400, True)])
def test_three_minutes_between_air_and_air_are_a_stop(ground_s, is_stop):
    rows = low_ground_low(ground_s)
    on_ground = int(rows["on_ground"].sum())
    assert standing_and_touches(rows) == ((on_ground, 0) if is_stop else (0, on_ground))


@pytest.mark.parametrize(
    "ground_s, speed, is_stop", [(590, 60.0, False), (590, 59.0, True), (600, 60.0, True)]
)
def test_never_below_60_kt_and_back_in_the_air_within_ten_minutes_is_a_touch_and_go(
    ground_s, speed, is_stop
):
    stops, touches = standing_and_touches(low_ground_low(ground_s, speed=speed))
    assert (stops > 0, touches > 0) == (is_stop, not is_stop)


@pytest.mark.parametrize("speed, is_stop", [(220.0, True), (221.0, False)])
def test_a_ground_bit_faster_than_220_kt_is_wrong(speed, is_stop):
    rows = low_ground_low(900, speed=speed)
    assert standing_and_touches(rows) == ((int(rows["on_ground"].sum()), 0) if is_stop else (0, 0))


@pytest.mark.parametrize("height_ft, is_stop", [(20_000.0, True), (20_001.0, False)])
def test_ground_that_only_a_dive_of_10_000_ft_per_minute_could_reach_is_a_wrong_bit(
    height_ft, is_stop
):
    # Half a minute down to the highest field (15,000 ft) and half a minute up again.
    rows = low_ground_low(300, height_ft=height_ft)
    stops, touches = standing_and_touches(rows)
    assert (stops > 0, touches) == (is_stop, 0)


@pytest.mark.parametrize(
    "minutes, speed, place, stands",
    [
        (10.0, 4.0, A, True),
        (9.5, 4.0, A, False),
        (10.0, 5.0, A, False),
        (10.0, 4.0, (A[0] + 0.011, A[1]), False),
    ],
)
def test_ten_minutes_in_one_place_below_5_kt_are_ground_without_a_ground_bit(
    minutes, speed, place, stands
):
    rows = stretch((5, 5 + minutes), (A, place), (500, 500), speed=speed)
    assert standing_and_touches(rows) == ((len(rows) if stands else 0), 0)


@pytest.mark.parametrize(
    "spell_s, speed, is_taxi", [(100, 49.0, True), (110, 49.0, False), (100, 51.0, False)]
)
def test_short_slow_air_between_ground_and_ground_is_a_flickering_bit(spell_s, speed, is_taxi):
    # The rule counts from the last ground position before to the first one after: 10 s more.
    rows = stretch((5, 30), (A, A), speed=10.0, every_s=10)
    spell = slice(20, 20 + spell_s // 10)
    rows["on_ground"][spell], rows["speed_kt"][spell] = False, speed
    stops, _ = standing_and_touches(rows)
    assert stops == (len(rows) if is_taxi else len(rows) - spell_s // 10)


def test_ground_before_the_first_and_after_the_last_flight_is_always_a_stop():
    rows = sky(
        stretch((5, 5.5), (A, A), speed=100.0),
        stretch((6, 40), (A, B), (600, 600)),
        stretch((40.5, 41), (B, B), speed=100.0),
    )
    assert find_standing(read_series(rows))[0].tolist() == rows["on_ground"].tolist()


def test_another_aircraft_in_the_air_does_not_shorten_a_stop():
    rows = sky(
        stretch((5, 6), (A, A), speed=100.0, icao24=0x400001),
        stretch((0, 20), (A, B), (600, 600), icao24=0x400002),
    )
    standing, touches = find_standing(read_series(rows))
    assert np.flatnonzero(standing).tolist() == [0, 1, 2] and not touches.any()

"""What an end of a flight rests on: `surface`, `low` or `lost`.

Each test is one flight from A to B; the test says what was heard at its end.
"""

import numpy as np
import pytest
from skies import AIRFIELDS, MIDNIGHT, A, B, between, sky, stretch

from flights.legs.ends.judge import judge_ends
from flights.legs.positions.series import read_series
from flights.legs.positions.spans import find_spans

LAST_AIR_MIN = 100.0


def judge(*parts):
    """Origins and destinations; positions on the ground are stops."""
    series = read_series(sky(*parts))
    spans, _ = find_spans(series, series.on_ground)
    return judge_ends(series, spans, AIRFIELDS)


def approach(last_km=3.0, height_ft=1_000.0, *, from_ft=20_000.0):
    """Descends towards B and is last heard `last_km` before it."""
    near = between(B, A, last_km / 286.0)
    return stretch((60, LAST_AIR_MIN), (A, near), (from_ft, height_ft))


def parked(minute, place=B):
    return stretch((minute, minute + 5), (place, place), speed=5.0)


def destination(*parts):
    """Evidence, field, minute of landing of the first flight's end."""
    end = judge(*parts)[1]
    return end.evidence[0], end.field.code[0], (end.seen_at[0] - MIDNIGHT) / 60_000


def test_heard_on_the_ground_right_after_the_air_is_surface_at_that_moment():
    assert destination(approach(), parked(101)) == ("surface", "BBBB", 101.0)


@pytest.mark.parametrize("silent_min, landed_min", [(2.0, 102.0), (2.5, 100.0)])
def test_the_landing_is_timed_by_the_ground_within_two_minutes_else_by_the_air(
    silent_min, landed_min
):
    found = destination(approach(), parked(LAST_AIR_MIN + silent_min))
    assert found == ("surface", "BBBB", landed_min)


def test_the_height_is_zero_on_the_ground_and_that_of_the_air_otherwise():
    assert judge(approach(), parked(101))[1].field.height_ft.tolist() == [0.0]
    assert judge(approach(), parked(200))[1].field.height_ft.tolist() == [500.0]


def test_a_low_descent_with_no_ground_after_it_is_low():
    assert destination(approach()) == ("low", "BBBB", LAST_AIR_MIN)


def test_high_up_the_end_is_lost():
    assert destination(approach(100.0, 20_000.0)) == ("lost", None, LAST_AIR_MIN)


def test_ground_heard_too_late_and_too_far_away_settles_nothing():
    far = approach(100.0, 20_000.0)
    assert destination(far, parked(800)) == ("lost", None, LAST_AIR_MIN)


def test_ground_at_no_known_field_is_lost_and_off_field():
    nowhere = (48.0, 20.0)
    flight = stretch((60, 100), (A, nowhere), (20_000, 1_000))
    end = judge(flight, parked(101, nowhere))[1]
    assert (end.evidence[0], end.field.code[0], end.off_field[0]) == ("lost", None, True)


def test_the_origin_is_judged_like_the_destination_but_timed_by_the_air():
    climb = stretch((60, 100), (B, between(B, A, 0.9)), (900, 20_000))
    origin = judge(parked(54.5), climb)[0]
    assert (origin.evidence[0], origin.field.code[0]) == ("surface", "BBBB")
    assert (origin.seen_at[0] - MIDNIGHT) / 60_000 == 60.0
    alone = judge(climb)[0]
    assert (alone.evidence[0], alone.field.code[0]) == ("low", "BBBB")


def test_a_lost_end_in_the_air_has_no_distance_and_no_height():
    field = judge(approach(100.0, 20_000.0))[1].field
    assert np.isnan([field.distance_km[0], field.height_ft[0]]).all()


def test_where_the_next_flight_takes_off_decides_between_two_fields():
    # Nearer to the strip than to A; the next flight climbs away from A, to the south-west.
    near, south_west = (50.06, 10.06), (49.98, 9.98)
    down = stretch((60, 100), (B, near), (9_000, 900), speed=150.0)
    next_flight = stretch((400, 440), (south_west, (40.0, 5.0)), (900, 20_000), speed=400.0)
    assert judge(down)[1].field.code[0] == "STRP"
    assert judge(down, next_flight)[1].field.code[0] == "AAAA"

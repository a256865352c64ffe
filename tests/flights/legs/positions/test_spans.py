"""Where flights begin and end, and what is too little to be a flight.

Each test gives positions and says which of them are on the ground.
"""

import numpy as np
import pytest
from skies import A, B, C, between, sky, stretch

from flights.legs.positions.series import read_series
from flights.legs.positions.spans import find_spans


def spans_of(*parts):
    """Flights of the parts (positions on the ground are stops), and positions left out by rule."""
    series = read_series(sky(*parts))
    return find_spans(series, series.on_ground)


def ranges(spans):
    return list(zip(spans.begin.tolist(), spans.end.tolist(), strict=True))


def test_a_flight_runs_from_the_first_to_the_last_position_between_two_stops():
    spans, dropped = spans_of(
        stretch((60, 61), (A, A), speed=5.0),  # positions 0 to 2
        stretch((62, 100), (A, B), (3_000, 3_000)),  # 3 to 79
        stretch((101, 102), (B, B), speed=5.0),  # 80 to 82
    )
    assert ranges(spans) == [(3, 79)]
    assert (spans.standing_before.tolist(), spans.standing_after.tolist()) == ([2], [80])
    assert dropped == {"brief": 0, "still": 0}


def test_a_flight_never_runs_into_another_airframe():
    spans, _ = spans_of(
        stretch((60, 70), (A, B), (9_000, 9_000), icao24=1),
        stretch((70.5, 80), (A, B), (9_000, 9_000), icao24=2),
    )
    assert ranges(spans) == [(0, 20), (21, 40)]
    assert spans.standing_after.tolist() == [-1, -1]


@pytest.mark.parametrize("silent_min, flights", [(9.9, 1), (40.0, 2)])
def test_a_silence_of_ten_minutes_or_more_is_judged_by_the_rule_of_continuity(silent_min, flights):
    back = 80 + silent_min
    spans, _ = spans_of(
        stretch((60, 80), (A, B), (9_000, 2_000)),
        stretch((back, back + 20), (B, A), (2_000, 9_000)),
    )
    assert len(spans) == flights


@pytest.mark.parametrize(
    "seconds, place, is_flight",
    [
        (50, (A[0] + 0.04, A[1]), False),  # 50 s, 4.4 km
        (60, (A[0] + 0.04, A[1]), True),
        (50, (A[0] + 0.05, A[1]), True),  # 5.6 km
    ],
)
def test_less_than_a_minute_and_less_than_5_km_are_too_little_for_a_flight(
    seconds, place, is_flight
):
    rows = stretch((60, 60 + seconds / 60), (A, place), (5_000, 5_000), every_s=10, speed=200.0)
    spans, dropped = spans_of(rows)
    assert len(spans) == is_flight
    assert dropped["brief"] == (0 if is_flight else len(rows))


def test_one_position_is_no_flight():
    spans, dropped = spans_of(stretch((60, 60), (A, A), (30_000, 30_000)))
    assert len(spans) == 0 and dropped["brief"] == 1


@pytest.mark.parametrize(
    "place, speed, is_flight",
    [
        ((A[0] + 0.05, A[1]), 49.0, False),  # 5.6 km
        ((A[0] + 0.055, A[1]), 49.0, True),  # 6.1 km
        ((A[0] + 0.05, A[1]), 50.0, True),
    ],
)
def test_never_6_km_away_and_never_50_kt_fast_is_no_flight(place, speed, is_flight):
    rows = stretch((60, 90), (A, place), (500, 500), speed=speed)
    spans, dropped = spans_of(rows)
    assert len(spans) == is_flight
    assert dropped["still"] == (0 if is_flight else len(rows))


@pytest.mark.parametrize(
    "minute, kept", [(0, True), (9, True), (10, False), (1429, False), (1431, True)]
)
def test_a_brief_stretch_within_ten_minutes_of_midnight_waits_for_the_neighbouring_day(
    minute, kept
):
    spans, dropped = spans_of(stretch((minute, minute + 0.5), (A, A), (1_000, 1_000), speed=200.0))
    assert spans.brief.tolist() == ([True] if kept else [])
    assert dropped["brief"] == (0 if kept else 2)


def test_a_brief_stretch_near_midnight_is_left_out_when_the_airframe_was_heard_before_it():
    day = stretch((600, 700), (B, between(B, C, 0.3)), (9_000, 9_000))
    stop = stretch((701, 1400), (C, C), speed=0.0)
    last = stretch((1435, 1435.5), (C, C), (1_000, 1_000), speed=200.0)
    parked = stretch((1436, 1439), (C, C), speed=0.0)
    spans, dropped = spans_of(day, stop, last, parked)
    assert len(spans) == 1 and dropped["brief"] == len(last)
    assert np.array_equal(spans.brief, [False])

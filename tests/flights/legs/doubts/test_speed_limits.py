"""Flights of a list that nothing could have flown."""

import numpy as np
import pandas as pd
import pytest

from flights.legs import flag_speeds
from flights.legs.doubts.impossible_speeds import find_speeding
from flights.records import FLIGHT, IMPOSSIBLE_SPEED

START = pd.Timestamp("2026-02-28 06:00", tz="UTC")


def flight(hours=10.0, first=(None, None), last=(None, None), ends=(None, None), **more):
    """One flight with what is given, the rest unknown."""
    row = {column.name: np.nan for column in FLIGHT} | {
        "firstseen": START,
        "lastseen": START + pd.Timedelta(hours=hours) if hours is not None else pd.NaT,
        "first_latitude": first[0], "first_longitude": first[1],
        "last_latitude": last[0], "last_longitude": last[1],
        "origin": ends[0], "destination": ends[1],
        "flags": "",
    } | more  # fmt: skip
    return pd.DataFrame([row]).assign(lastseen=lambda it: pd.to_datetime(it["lastseen"], utc=True))


LUXEMBOURG, HONG_KONG = (49.63, 6.2), (22.3, 113.9)


@pytest.mark.parametrize("hours, expected", [(11.0, False), (6.5, False), (6.0, True), (0.0, True)])
def test_positions_and_airports_too_far_apart_for_the_time_are_flagged(hours, expected):
    # 9,480 km: 6.3 hours at 1,500 km/h
    assert find_speeding(flight(hours, LUXEMBOURG, HONG_KONG)).tolist() == [expected]
    assert find_speeding(flight(hours, ends=("ELLX", "VHHH"))).tolist() == [expected]


def test_airport_guessed_from_far_off_is_given_that_distance():
    guessed = flight(6.0, ends=("ELLX", "VHHH"), origin_distance_km=300.0)
    assert find_speeding(guessed).tolist() == [False]


@pytest.mark.parametrize(
    "unknown",
    [
        flight(None, ends=("ELLX", "VHHH")),
        flight(1.0, LUXEMBOURG),
        flight(1.0, ends=("ELLX", None)),
        flight(1.0, ends=("ELLX", "ZZZZ")),
        flight(0.0, ends=("ELLX", "ELLX")),
        flight(0.0),
    ],
)
def test_nothing_is_said_of_what_is_not_known(unknown):
    assert find_speeding(unknown).tolist() == [False]


def test_flag_is_added_to_those_a_flight_has():
    flights = pd.concat(
        [
            flight(1.0, ends=("ELLX", "VHHH"), flags="field_unknown"),
            flight(1.0, ends=("ELLX", "VHHH")),
            flight(12.0, ends=("ELLX", "VHHH"), flags="month_cut"),
        ]
    )
    said = f"field_unknown,{IMPOSSIBLE_SPEED}", IMPOSSIBLE_SPEED, "month_cut"
    assert tuple(flag_speeds(flights)["flags"]) == said


def test_no_flights_are_no_trouble():
    assert flag_speeds(flight()[:0]).empty

"""Flights over midnight: two rows of neighbouring days become one flight.

Each day is read alone. `join_days` then joins the rows by the rule for silences;
`date_departures` gives the day on which each flight left.
"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skies import AIRFIELDS, DAY, MIDNIGHT, A, B, C, between, ends, hop, sky, stretch

from flights.legs import date_departures, find_legs, join_days
from flights.records import conform

DAY_MS = 86_400_000


def in_archive(table, parts):
    """Rows as they come back from Parquet."""
    return pd.concat([conform(table, part).to_pandas() for part in parts], ignore_index=True)


def read_by_day(*parts):
    """Flights and edges of every UTC day of the positions, each day read alone."""
    rows = sky(*parts)
    number = (rows["seen_at"] - MIDNIGHT) // DAY_MS
    legs = [
        find_legs(
            rows[number == n],
            day=DAY + pd.Timedelta(days=int(n)),
            source="test",
            airfields=AIRFIELDS,
        )
        for n in np.unique(number)
    ]
    return (
        in_archive("flights", [each.flights for each in legs]),
        in_archive("edges", [each.edges for each in legs]),
    )


def joined(*parts):
    flights, edges = read_by_day(*parts)
    result = join_days(flights, edges, airfields=AIRFIELDS)
    conform("flights", result)
    return result


def over_midnight(start_min, **how):
    """A flight of 260 minutes from B to C."""
    return hop(1440 + start_min, B, C, minutes=260.0, height=35_000.0, **how)


def test_flight_over_midnight_becomes_one():
    flights = joined(over_midnight(-100))
    assert ends(flights) == [("BBBB", "CCCC")]
    flight = flights.iloc[0]
    assert flight["day"] == DAY
    assert flight["firstseen"] == pd.Timestamp("2050-03-01 22:20", tz="UTC")
    assert flight["lastseen"] == pd.Timestamp("2050-03-02 02:40:30", tz="UTC")
    whole = find_legs(
        over_midnight(-100), day=DAY, source="test", airfields=AIRFIELDS
    ).flights.iloc[0]
    assert flight["positions"] == whole["positions"]
    assert flight["longest_silence_s"] == whole["longest_silence_s"]
    assert flight["flight_id"] == whole["flight_id"]


@settings(max_examples=20, deadline=None)
@given(st.integers(-520, 20))
def test_splitting_at_any_midnight_and_joining_gives_the_flight_back(half_minutes):
    rows = over_midnight(half_minutes / 2)
    whole = find_legs(rows, day=DAY, source="test", airfields=AIRFIELDS).flights
    parts = joined(rows)
    columns = [
        "flight_id", "callsign", "firstseen", "lastseen", "origin", "origin_evidence",
        "destination", "destination_evidence", "longest_silence_s", "flags",
        "first_latitude", "last_latitude",
    ]  # fmt: skip
    pd.testing.assert_frame_equal(parts[columns], whole[columns], check_dtype=False)


def test_order_of_rows_and_days_does_not_matter():
    flights, edges = read_by_day(
        over_midnight(-100), over_midnight(-30, icao24=0x400002), hop(60, icao24=0x400003)
    )
    first = join_days(flights, edges, airfields=AIRFIELDS)
    again = join_days(flights[::-1], edges.sample(frac=1, random_state=3), airfields=AIRFIELDS)
    order = ["icao24", "firstseen"]
    pd.testing.assert_frame_equal(
        first.sort_values(order).reset_index(drop=True),
        again.sort_values(order).reset_index(drop=True),
    )


def test_joining_twice_changes_nothing():
    flights, edges = read_by_day(over_midnight(-100), hop(60))
    once = join_days(flights, edges, airfields=AIRFIELDS)
    pd.testing.assert_frame_equal(join_days(once, edges, airfields=AIRFIELDS), once)


def test_landing_is_settled_by_the_first_ground_position_of_the_next_day():
    flights = joined(
        stretch((1400, 1439.5), (A, between(B, A, 0.01)), (20_000, 900)),
        stretch((1440.5, 1445), (B, B), speed=10.0),
    )
    assert list(flights["destination_evidence"]) == ["surface"]
    assert flights.iloc[0]["lastseen"] == pd.Timestamp("2050-03-02 00:00:30", tz="UTC")
    assert flights.iloc[0]["destination_height_ft"] == 0


def test_take_off_right_after_midnight_is_settled_by_the_ground_before():
    flights = joined(
        stretch((1430, 1439.5), (A, A), speed=10.0),
        stretch((1440.5, 1480), (A, between(A, B, 0.9)), (600, 20_000)),
    )
    assert list(flights["origin_evidence"]) == ["surface"]
    assert ends(flights)[0][0] == "AAAA"


def test_silence_of_hours_over_midnight_is_judged_like_any_silence():
    third, later = between(B, C, 1 / 6), between(B, C, 5 / 6)
    cruise = {"callsign": "TST1"}
    one = joined(
        stretch((1300, 1340), (B, third), (35_000, 35_000), **cruise),
        stretch((1500, 1540), (later, C), (37_000, 37_000), **cruise),
    )
    assert len(one) == 1
    assert one.iloc[0]["longest_silence_s"] == 160 * 60
    two = joined(
        stretch((1300, 1340), (B, third), (35_000, 35_000), **cruise),
        stretch((1700, 1740), (later, C), (37_000, 37_000), **cruise),
    )
    assert len(two) == 2
    assert list(two["destination_evidence"])[:1] == ["lost"]


def test_vanished_before_midnight_and_back_elsewhere_is_not_bridged():
    flights = joined(
        stretch((1200, 1380), (B, between(B, C, 0.95)), (35_000, 20_100)),
        stretch((1792, 1840), (C, (43.0, 77.0)), (2_500, 33_000)),
    )
    assert list(flights["destination_evidence"]) == ["lost", "lost"]


def test_days_that_are_not_neighbours_are_not_joined():
    flights = joined(
        stretch((1400, 1439.5), (B, between(B, C, 0.2)), (35_000, 35_000)),
        stretch((2880.5, 3150), (between(B, C, 0.2), C), (35_000, 35_000)),
    )
    assert len(flights) == 2


def test_flight_over_two_midnights_becomes_one():
    far = (50.0, 14.0)
    rows = stretch((1300, 3000), (B, far), (40_000, 40_000), every_s=300, speed=60.0)
    rows["longitude"] += np.sin(np.arange(len(rows)) / 20) * 2
    assert len(joined(rows)) == 1


def test_brief_end_beyond_midnight_joins_its_flight_and_is_dropped_alone():
    landing = stretch((1440, 1440.5), (between(B, A, 0.02), between(B, A, 0.01)), (1200, 800))
    approach = stretch((1400, 1439.5), (A, between(B, A, 0.03)), (20_000, 1_400))
    ground = stretch((1441, 1450), (B, B), speed=5.0)
    assert len(joined(approach, landing, ground)) == 1
    assert joined(approach, landing, ground).iloc[0]["flags"] == ""
    assert joined(landing, ground).empty


def test_callsign_of_the_longer_part_wins_and_the_change_is_flagged():
    mid = between(B, C, 0.3)
    flights = joined(
        stretch((1400, 1439.5), (B, mid), (35_000, 35_000), callsign="OLD1"),
        stretch((1440, 1600), (mid, C), (35_000, 35_000), callsign="NEW2"),
    )
    assert list(flights["callsign"]) == ["NEW2"]
    assert list(flights["operator"]) == ["NEW"]
    assert list(flights["flags"]) == ["callsign_change"]


def test_flags_of_every_rule_outlive_the_joining():
    mid = between(B, C, 0.3)
    flights, edges = read_by_day(
        stretch((1400, 1439.5), (B, mid), (35_000, 35_000)),
        stretch((1440, 1600), (mid, C), (35_000, 35_000)),
    )
    flights["flags"] = ["callsign_twice,address_twice", "mlat_noise,some_rule"]
    whole = join_days(flights, edges, airfields=AIRFIELDS)
    assert list(whole["flags"]) == ["address_twice,mlat_noise,callsign_twice,some_rule"]


def test_sources_are_never_joined_with_each_other():
    flights, edges = read_by_day(over_midnight(-100))
    other = [frame.assign(source="other") for frame in (flights, edges)]
    both = join_days(
        pd.concat([flights, other[0]]), pd.concat([edges, other[1]]), airfields=AIRFIELDS
    )
    assert list(both["source"]) == ["test", "other"]
    only_other_edges = join_days(flights, other[1], airfields=AIRFIELDS)
    assert len(only_other_edges) == 2


def test_nothing_to_join_is_nothing():
    flights, edges = read_by_day(hop(60))
    assert join_days(flights[:0], edges, airfields=AIRFIELDS).empty
    assert len(join_days(flights, edges[:0], airfields=AIRFIELDS)) == 1


@pytest.mark.parametrize("minutes, left_before", [(0, True), (9, True), (10, False)])
def test_in_the_air_within_ten_minutes_of_midnight_left_on_the_day_before(minutes, left_before):
    firstseen = pd.Timestamp("2050-03-02", tz="UTC") + pd.Timedelta(minutes=minutes)
    flights = pd.DataFrame({"firstseen": [firstseen], "origin_evidence": ["lost"]})
    day = DAY if left_before else DAY + pd.Timedelta(days=1)
    assert [each.date() for each in date_departures(flights, set())] == [day]


@pytest.mark.parametrize("evidence, complete", [("surface", set()), ("lost", {DAY})])
def test_a_heard_take_off_or_a_complete_day_before_keeps_the_day_of_firstseen(evidence, complete):
    midnight = pd.Timestamp("2050-03-02", tz="UTC")
    flights = pd.DataFrame({"firstseen": [midnight], "origin_evidence": [evidence]})
    assert list(date_departures(flights, complete)) == [midnight]

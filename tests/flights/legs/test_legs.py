"""Each rule of `find_legs` on a made-up sky."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skies import AIRFIELDS, DAY, A, B, C, between, ends, hop, sky, stretch

from flights.legs import find_legs
from flights.records import NON_ICAO, conform


def legs_of(*parts):
    """Legs of the parts put together, in the archive's schemas."""
    legs = find_legs(sky(*parts), day=DAY, source="test", airfields=AIRFIELDS)
    for table in ("flights", "edges", "tracks"):
        conform(table, getattr(legs, table))
    return legs


def flights_of(*parts):
    return legs_of(*parts).flights


def test_flight_heard_from_ground_to_ground_has_surface_ends_and_its_times():
    flights = flights_of(hop(60))
    assert ends(flights) == [("AAAA", "BBBB")]
    flight = flights.iloc[0]
    assert (flight["origin_evidence"], flight["destination_evidence"]) == ("surface", "surface")
    assert flight["firstseen"] == pd.Timestamp("2050-03-01 01:00", tz="UTC")
    assert flight["lastseen"] == pd.Timestamp("2050-03-01 01:40:30", tz="UTC")
    assert flight["flight_id"] == f"400001-{int(flight['firstseen'].timestamp())}"
    assert flight["operator"] == "TST"
    assert flight["flags"] == ""


def test_two_flights_with_a_turnaround_between_are_two():
    assert ends(flights_of(hop(60), hop(140, B, A))) == [("AAAA", "BBBB"), ("BBBB", "AAAA")]


def test_same_callsign_after_a_turnaround_is_still_a_new_flight():
    assert len(flights_of(hop(60, callsign="SAME1"), hop(120, B, A, callsign="SAME1"))) == 2


def test_touch_and_go_does_not_end_a_flight():
    down, up = between(B, A, 0.1), between(B, A, -0.1)
    flights = flights_of(
        stretch((60, 80), (A, down), (20_000, 3_000)),
        stretch((80.5, 83), (down, B), (3_000, 600)),
        stretch((83.5, 84), (B, B), speed=130.0),
        stretch((84.5, 87), (B, up), (700, 4_000)),
        stretch((87.5, 100), (up, B), (4_000, 600)),
        stretch((100.5, 105), (B, B), speed=10.0),
    )
    assert len(flights) == 1
    assert "touch_and_go" in flights.iloc[0]["flags"]
    assert flights.iloc[0]["destination"] == "BBBB"


def test_go_around_does_not_end_a_flight():
    near = between(B, A, 0.1)
    flights = flights_of(
        stretch((60, 80), (A, B), (20_000, 700)),
        stretch((80.5, 85), (B, near), (900, 4_000)),
        stretch((85.5, 92), (near, B), (4_000, 600)),
        stretch((92.5, 99), (B, B), speed=5.0),
    )
    assert len(flights) == 1


def test_callsign_change_in_the_air_is_one_flight_under_the_longer_one():
    mid = between(B, C, 0.3)
    flights = flights_of(
        stretch((60, 120), (B, mid), (30_000, 30_000), callsign="OLD1"),
        stretch((120.5, 260), (mid, C), (30_000, 30_000), callsign="NEW2"),
    )
    assert list(flights["callsign"]) == ["NEW2"]
    assert flights.iloc[0]["flags"] == "callsign_change"


def test_callsign_noted_a_few_points_late_is_no_change():
    second = hop(140, B, A, callsign="NEW2")
    in_air = np.flatnonzero(~second["on_ground"])
    second["callsign"][: in_air[3]] = b"OLD1"
    flights = flights_of(hop(60, callsign="OLD1"), second)
    assert list(flights["callsign"]) == ["OLD1", "NEW2"]
    assert list(flights["flags"]) == ["", ""]


def test_spoofed_places_are_left_out_counted_and_flagged():
    mid, later = between(B, C, 0.3), between(B, C, 0.4)
    false = (33.8, 35.5)
    legs = legs_of(
        stretch((60, 140), (B, mid), (35_000, 35_000)),
        stretch((141, 160), (false, false), (35_000, 35_000), speed=230.0),
        stretch((161, 181), (mid, later), (35_000, 35_000)),
        stretch((181.5, 300), (later, C), (35_000, 35_000)),
    )
    assert len(legs.flights) == 1
    assert legs.flights.iloc[0]["flags"] == "jump"
    assert legs.dropped["jump"] == 39
    assert legs.tracks["longitude"].between(14, 60).all()
    assert not np.isclose(legs.tracks["latitude"], 33.8).any()


def test_spoofed_places_after_a_long_silence_are_left_out_too():
    mid, later = between(B, C, 0.3), between(B, C, 0.5)
    false = (45.0, 34.0)
    legs = legs_of(
        stretch((60, 140), (B, mid), (35_000, 35_000)),
        stretch((185, 195), (false, false), (35_000, 35_000), speed=230.0),
        stretch((196, 300), (later, C), (35_000, 35_000)),
    )
    assert legs.dropped["jump"] == 21
    assert len(legs.flights) == 1


def test_vanished_in_descent_and_back_elsewhere_hours_later_is_lost_not_bridged():
    flights = flights_of(
        stretch((60, 300), (B, between(B, C, 0.95)), (35_000, 20_100)),
        stretch((712, 760), (C, (43.0, 77.0)), (2_500, 33_000), callsign="TST2"),
    )
    assert list(flights["destination_evidence"]) == ["lost", "lost"]
    assert list(flights["origin_evidence"]) == ["lost", "low"]
    assert ends(flights) == [(None, None), ("CCCC", None)]


def test_silence_of_hours_over_an_ocean_is_one_flight():
    third, half = between(B, C, 1 / 6), between(B, C, 5 / 6)
    flights = flights_of(
        stretch((60, 100), (B, third), (35_000, 35_000)),
        stretch((260, 300), (half, C), (37_000, 37_000)),
    )
    assert len(flights) == 1
    assert flights.iloc[0]["longest_silence_s"] == 160 * 60


def test_cruise_to_cruise_with_time_for_a_stop_is_not_bridged():
    third, half = between(B, C, 1 / 6), between(B, C, 5 / 6)
    flights = flights_of(
        stretch((60, 100), (B, third), (35_000, 35_000)),
        stretch((400, 440), (half, C), (37_000, 37_000)),
    )
    assert list(flights["destination_evidence"]) == ["lost", "lost"]


@pytest.mark.parametrize("silent_min, flights", [(9, 1), (25, 2)])
def test_low_in_and_low_out_is_a_stop_once_there_was_time_for_it(silent_min, flights):
    down = between(B, A, 0.05)
    found = flights_of(
        stretch((60, 90), (A, down), (20_000, 2_500)),
        stretch((90 + silent_min, 110 + silent_min), (down, A), (2_500, 20_000)),
    )
    assert len(found) == flights
    if flights == 2:
        assert ends(found) == [(None, "BBBB"), ("BBBB", None)]
        assert list(found["destination_evidence"]) == ["low", "lost"]


def test_jammed_for_twenty_minutes_is_one_flight():
    one, two = between(B, C, 0.3), between(B, C, 0.37)
    assert (
        len(
            flights_of(
                stretch((60, 140), (B, one), (35_000, 35_000)),
                stretch((160, 300), (two, C), (35_000, 35_000)),
            )
        )
        == 1
    )


def test_parked_aircraft_and_ground_vehicles_give_edges_but_no_flight():
    legs = legs_of(
        stretch((0, 1400), (A, A), speed=0.0),
        stretch((60, 240), (A, between(A, B, 0.01)), speed=20.0, icao24=0x400002),
    )
    assert legs.flights.empty and legs.tracks.empty
    assert len(legs.edges) == 4
    assert set(legs.edges["airport"]) == {"AAAA"}


def test_airborne_by_its_word_but_never_moving_is_no_flight():
    legs = legs_of(stretch((0, 600), (A, A), (500, 500), speed=0.0))
    assert legs.flights.empty


def test_wobbling_mast_without_speed_is_no_flight():
    legs = legs_of(stretch((0, 60), (A, between(A, B, 0.005)), (500, 500), speed=np.nan))
    assert legs.flights.empty
    assert legs.dropped["still"] == 121


def test_heard_once_is_no_flight():
    legs = legs_of(stretch((60, 60), (A, A), (30_000, 30_000)))
    assert legs.flights.empty
    assert legs.dropped["brief"] == 1


def test_two_far_positions_are_a_flight_with_lost_ends():
    flights = flights_of(
        stretch((60, 74), (B, between(B, C, 0.05)), (35_000, 35_000), every_s=840, received=4)
    )
    assert list(flights["origin_evidence"]) == ["lost"]
    assert list(flights["received"]) == ["adsc"]
    assert list(flights["positions"]) == [2]


def test_wrong_ground_bit_in_cruise_does_not_land_the_aircraft():
    rows = hop(60, B, C, minutes=260.0, height=35_000.0)
    wrong = len(rows) // 2
    rows["on_ground"][wrong : wrong + 2] = True
    rows["altitude_ft"][wrong : wrong + 2] = np.nan
    assert ends(flights_of(rows)) == [("BBBB", "CCCC")]


def test_wrong_ground_bit_of_a_slow_aircraft_high_up_is_seen_by_its_height():
    rows = hop(60, minutes=80.0, height=25_000.0)
    wrong = len(rows) // 2
    rows["on_ground"][wrong : wrong + 9] = True
    rows["altitude_ft"][wrong : wrong + 9] = np.nan
    rows["speed_kt"][wrong : wrong + 9] = 100.0
    assert len(flights_of(rows)) == 1


def test_flickering_air_bit_while_taxiing_is_no_flight():
    taxi = stretch((10, 55), (A, between(A, B, 0.005)), speed=12.0)
    taxi["on_ground"][20:23] = False
    taxi["altitude_ft"][20:23] = 300.0
    assert len(flights_of(taxi, hop(60))) == 1


def test_multilateration_with_equal_times_and_noise_is_one_flight():
    rows = hop(60, B, C, minutes=260.0, height=35_000.0, received=5, callsign="MLT1")
    rows = sky(rows, rows[50:60])
    noise = np.random.default_rng(1).normal(0, 0.02, len(rows))
    rows["latitude"] += noise
    flights = flights_of(rows)
    assert ends(flights) == [("BBBB", "CCCC")]
    assert list(flights["received"]) == ["mlat"]


def test_relayed_positions_that_come_minutes_late_are_no_jump():
    cruise = stretch((60, 300), (B, C), (35_000, 35_000), every_s=840, received=4)
    cruise["seen_at"][3] -= 400_000
    cruise["seen_at"][6] += 400_000
    legs = legs_of(cruise)
    assert legs.dropped["jump"] == 0
    assert len(legs.flights) == 1


def test_address_that_is_not_icao_keeps_its_tilde():
    flights = flights_of(hop(60, icao24=0x2A1B3C | NON_ICAO, received=11))
    assert list(flights["icao24"]) == ["~2a1b3c"]
    assert list(flights["received"]) == ["tisb"]


def test_ground_at_no_known_field_is_lost_and_says_so():
    nowhere = (48.0, 20.0)
    flights = flights_of(hop(60, B, nowhere, minutes=60))
    assert ends(flights) == [("BBBB", None)]
    assert list(flights["flags"]) == ["off_field"]


def test_field_with_scheduled_traffic_is_preferred_to_a_strip_beside_it():
    beside = (50.02, 10.01)
    flights = flights_of(hop(60, beside, B))
    assert ends(flights) == [("AAAA", "BBBB")]


def test_landing_heard_long_after_the_last_position_in_the_air():
    flights = flights_of(
        stretch((60, 90), (A, between(B, A, 0.02)), (20_000, 1_200)),
        stretch((200, 240), (B, B), speed=0.0),
    )
    assert list(flights["destination_evidence"]) == ["surface"]
    assert flights.iloc[0]["lastseen"] == pd.Timestamp("2050-03-01 01:30", tz="UTC")


def test_ground_heard_elsewhere_much_later_does_not_settle_where_a_flight_ended():
    flights = flights_of(
        stretch((60, 200), (B, between(B, C, 0.5)), (35_000, 35_000)),
        stretch((900, 940), (C, C), speed=0.0),
    )
    assert list(flights["destination_evidence"]) == ["lost"]


def test_flight_over_the_antimeridian_is_whole():
    west, east = (-17.0, 179.9), (-14.0, 188.0)
    legs = legs_of(hop(60, west, east, minutes=90, height=34_000.0))
    assert ends(legs.flights) == [("FIJI", None)]
    assert legs.dropped["jump"] == 0
    assert legs.tracks["longitude"].between(-180, 180).all()


def test_unknown_heights_do_not_break_anything():
    rows = stretch((60, 200), (B, C), (35_000, 35_000))
    rows["altitude_ft"] = np.nan
    rows["speed_kt"] = np.nan
    rows["callsign"] = b""
    flights = flights_of(rows)
    assert len(flights) == 1
    assert pd.isna(flights.iloc[0]["callsign"])


def test_no_positions_give_empty_tables():
    legs = legs_of(stretch((0, 0), (A, A))[:0])
    assert legs.flights.empty and legs.edges.empty and legs.tracks.empty


@settings(max_examples=15, deadline=None)
@given(st.lists(st.booleans(), min_size=6, max_size=6), st.integers(0, 1))
def test_airframes_are_judged_alone_whatever_bucket_they_come_in(sides, extra):
    airframes = [hop(60 + 7 * n + extra, icao24=0x400000 + n) for n in range(6)]
    whole = legs_of(*airframes)
    buckets = [
        [a for a, s in zip(airframes, sides, strict=True) if s == bool(side)] for side in (0, 1)
    ]
    parts = [legs_of(*bucket) for bucket in buckets if bucket]
    for table in ("flights", "edges", "tracks"):
        order = ["icao24", "seen_at"] if table != "flights" else ["flight_id"]
        joined = pd.concat([getattr(part, table) for part in parts])
        pd.testing.assert_frame_equal(
            joined.sort_values(order, kind="stable").reset_index(drop=True),
            getattr(whole, table).sort_values(order, kind="stable").reset_index(drop=True),
        )

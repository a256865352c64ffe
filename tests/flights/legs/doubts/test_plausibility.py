"""Each rule of plausibility on a made-up sky: what it fires on, and what it lets be."""

import numpy as np
import pandas as pd
import pytest
from skies import AIRFIELDS, DAY, A, B, C, between, hop, sky, stretch

from flights.legs import find_legs, find_twice
from flights.legs.doubts.callsigns import is_odd
from flights.readsb.day import assemble_day
from flights.records import NON_ICAO
from flights.records.flags import FLAG_WORDS

FAR = (10.0, -60.0)
MLAT = 5


def legs_of(*parts):
    return find_legs(sky(*parts), day=DAY, source="test", airfields=AIRFIELDS)


def flags_of(*parts):
    return list(legs_of(*parts).flights["flags"])


def cruise(**how):
    """Four hours at 35,000 ft, a position every 30 s."""
    return stretch((60, 300), (B, C), (35_000, 35_000), **how)


def other(minutes, height_ft=11_000.0, **how):
    """Positions of another aircraft far away, between those of `cruise`."""
    rows = stretch(minutes, (FAR, (11.0, -58.0)), (height_ft, height_ft), **how)
    rows["seen_at"] += 15_000
    return rows


def test_two_aircraft_under_one_address_are_told_by_their_heights():
    legs = legs_of(cruise(), other((100, 130)))
    assert list(legs.flights["flags"]) == ["address_twice"]
    assert legs.dropped["address_twice"] == 61 and legs.dropped["jump"] == 0
    assert legs.tracks["longitude"].min() > 0


def test_two_aircraft_under_one_address_are_told_by_their_callsigns_at_one_height():
    assert flags_of(cruise(), other((100, 130), 35_000.0, callsign="OTHER1")) == ["address_twice"]


def test_aircraft_parked_under_the_address_of_one_aloft_is_another():
    parked = stretch((100, 130), (FAR, FAR), speed=0.0)
    parked["seen_at"] += 15_000
    assert flags_of(cruise(), parked) == ["address_twice"]


def test_own_height_and_callsign_far_away_are_a_jump_even_when_it_comes_and_goes():
    rows = cruise()
    for start in range(100, 200, 8):
        rows["latitude"][start : start + 4], rows["longitude"][start : start + 4] = 33.8, 35.5
    legs = legs_of(rows)
    assert list(legs.flights["flags"]) == ["jump"]
    assert legs.dropped["address_twice"] == 0


def test_jump_while_the_aircraft_descends_is_no_other_aircraft():
    rows = stretch((60, 120), (B, between(B, C, 0.2)), (35_000, 5_000))
    rows["latitude"][60:80], rows["longitude"][60:80] = 33.8, 35.5
    assert flags_of(rows) == ["jump"]


def test_one_aircraft_after_the_other_under_one_address_is_not_two_at_once():
    later = hop(900, A, B)
    legs = legs_of(cruise(), later)
    assert list(legs.flights["flags"]) == ["", ""]
    assert legs.dropped["jump"] == 0


def noisy(kilometres, share=0.3, every_s=10.0, received=MLAT):
    rows = cruise(received=received, every_s=every_s)
    random = np.random.default_rng(3)
    hit = random.random(len(rows)) < share
    rows["latitude"][hit] += random.normal(0, kilometres / 111.2, hit.sum())
    return rows


def test_scatter_of_multilateration_is_flagged_and_nothing_is_left_out():
    legs = legs_of(noisy(2.5))
    assert list(legs.flights["flags"]) == ["mlat_noise"]
    assert legs.dropped["mlat_noise"] == legs.dropped["jump"] == 0


def test_heavy_scatter_of_multilateration_is_noise_also_where_positions_are_left_out():
    legs = legs_of(noisy(8.0))
    assert list(legs.flights["flags"]) == ["mlat_noise"]
    assert legs.dropped["mlat_noise"] > 10 and legs.dropped["jump"] == 0


def test_places_far_off_for_a_while_are_a_jump_also_by_multilateration():
    rows = cruise(received=MLAT)
    rows["latitude"][100:120], rows["longitude"][100:120] = 33.8, 35.5
    assert flags_of(rows) == ["jump"]


def test_lone_outliers_of_multilateration_are_left_out_as_noise_not_as_jumps():
    rows = cruise(received=MLAT)
    rows["latitude"][[100, 220]] += 2.0
    legs = legs_of(rows)
    assert list(legs.flights["flags"]) == ["mlat_noise"]
    assert (legs.dropped["mlat_noise"], legs.dropped["jump"]) == (2, 0)


@pytest.mark.parametrize("rows", [noisy(0.3), noisy(2.5, received=0), cruise(received=MLAT)])
def test_usual_noise_and_other_positions_are_not_called_multilateration_noise(rows):
    assert flags_of(rows) == [""]


def test_turns_and_holding_by_multilateration_are_no_noise():
    rows = stretch((60, 120), (B, B), (9_000, 9_000), received=MLAT, every_s=20.0, speed=230.0)
    turned = np.arange(len(rows)) * np.radians(60.0)  # rate one: 3 degrees a second
    rows["latitude"] += 2.26 / 111.2 * np.sin(turned)
    rows["longitude"] += 2.26 / 71.5 * np.cos(turned)
    assert flags_of(sky(stretch((30, 59.5), (A, B), (20_000, 9_000)), rows)) == [""]


@pytest.mark.parametrize("text", ["00000000", "1234", "A", "AB-CD", "ABCDEFGH", "TEST", "XXXX"])
def test_callsigns_no_flight_plan_allows_are_odd(text):
    assert is_odd(text)


@pytest.mark.parametrize("text", ["CLX9TK", "N123AB", "DABCD", "4KSW800", "9VSKA", "N1", None])
def test_callsigns_of_operators_and_registrations_are_not_odd(text):
    assert not is_odd(text)


def test_odd_callsign_is_flagged_on_its_flight():
    assert flags_of(hop(60, callsign="00000000")) == ["callsign_odd"]


def test_callsign_noted_late_behind_an_unknown_one_is_no_change():
    rows = hop(60, callsign="NEW2")
    aloft = np.flatnonzero(~rows["on_ground"])
    rows["callsign"][: aloft[0]] = b""
    rows["callsign"][aloft[0]], rows["callsign"][aloft[1:3]] = b"", b"OLD1"
    assert flags_of(rows) == [""]


def flights_of(*parts):
    return assemble_day([sky(*parts)], source="test", day=DAY, airframes={}).flights


def twice_of(*parts):
    flights = flights_of(*parts)
    return dict(
        zip(flights["icao24"], flights["flags"].str.contains("callsign_twice"), strict=True)
    )


def test_callsign_in_use_by_two_airframes_at_once_is_flagged_on_both():
    third = hop(65, icao24=0x400003, callsign="TST3")
    assert twice_of(hop(60), hop(70, B, A, icao24=0x400002), third) == {
        "400001": True, "400002": True, "400003": False,
    }  # fmt: skip


def test_callsign_handed_on_from_one_airframe_to_the_next_is_not_in_use_twice():
    assert not any(twice_of(hop(60), hop(200, B, A, icao24=0x400002)).values())


def test_aircraft_heard_under_two_addresses_does_not_use_its_callsign_twice():
    relayed = hop(60, icao24=0x2A1B3C | NON_ICAO, received=11)
    private = hop(60, icao24=0x400003, callsign="DABCD"), hop(60, icao24=0x400004, callsign="DABCD")
    assert not any(twice_of(hop(60), relayed, *private).values())


def test_every_flight_that_overlaps_another_airframes_is_found_and_no_other():
    random = np.random.default_rng(2)
    start = pd.Timestamp(DAY, tz="UTC") + pd.to_timedelta(random.uniform(0, 86_400, 300), unit="s")
    stop = start + pd.to_timedelta(random.uniform(60, 4_000, 300), unit="s")
    flights = pd.DataFrame(
        {
            "callsign": [f"TST{n}" for n in random.integers(0, 40, 300)],
            "icao24": [f"{n:06x}" for n in range(300)],
            "firstseen": start,
            "lastseen": stop,
        }
    )
    pairs = flights.merge(flights, on="callsign", suffixes=("", "_other"))
    pairs = pairs[pairs["icao24"] != pairs["icao24_other"]]
    together = pairs[["lastseen", "lastseen_other"]].min(axis=1) - pairs[
        ["firstseen", "firstseen_other"]
    ].max(axis=1)
    overlapping = set(pairs.loc[together >= pd.Timedelta(minutes=10), "icao24"])
    assert set(flights.loc[find_twice(flights), "icao24"]) == overlapping
    assert 20 < len(overlapping) < 280


def test_one_callsign_sent_by_thousands_takes_no_more_room():
    start = pd.date_range("2050-03-01", periods=50_000, freq="s", tz="UTC")
    flights = pd.DataFrame(
        {
            "callsign": "TST1",
            "icao24": [f"{n:06x}" for n in range(len(start))],
            "firstseen": start,
            "lastseen": start + pd.Timedelta(hours=1),
        }
    )
    assert find_twice(flights).all()


def test_no_flights_have_no_callsign_twice():
    assert len(find_twice(flights_of(hop(60))[:0])) == 0


def test_day_counts_flights_by_rule_and_rules_that_never_fired_as_zero():
    tables = assemble_day(
        [sky(hop(60, callsign="0000000"), hop(60, icao24=0x400002))],
        source="test", day=DAY, airframes={},
    )  # fmt: skip
    assert tables.counts["flagged_callsign_odd"] == 1
    assert tables.counts["flagged_jump"] == 0


def test_flags_that_rules_write_have_words():
    fired = pd.Series(flags_of(cruise(), other((100, 130)), hop(60, icao24=0x400002)))
    assert set(",".join(fired).split(",")) - {""} <= set(FLAG_WORDS)

"""Flights as OpenSky's REST interface writes them: read whole, or refused with the place."""

import json
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flights.errors import BadPayload
from flights.sources.opensky.flight_rows import make_flights
from flights.sources.opensky.rest.read_flights import End, Leg, legs_frame, merge_legs, read_flights

pytestmark = pytest.mark.slow

FLIGHT = {
    "icao24": "4d0103",
    "firstSeen": 1749780000,
    "estDepartureAirport": "ELLX",
    "lastSeen": 1749790000,
    "estArrivalAirport": None,
    "callsign": "CLX7    ",
    "estDepartureAirportHorizDistance": 1500,
    "estDepartureAirportVertDistance": 100,
    "estArrivalAirportHorizDistance": None,
    "estArrivalAirportVertDistance": None,
    "departureAirportCandidatesCount": 2,
    "arrivalAirportCandidatesCount": 0,
}


def read(*flights: dict):
    return read_flights(json.dumps(flights).encode(), "departures ELLX")


def test_flight_is_read_with_its_padding_taken_off() -> None:
    (leg,) = read(FLIGHT).legs
    assert leg == Leg(
        "4d0103", 1749780000, 1749790000, "CLX7", End("ELLX", 1500, 100), End(None, None, None)
    )


def test_unknown_may_be_null_or_empty_and_numbers_may_come_as_floats() -> None:
    odd = {**FLIGHT, "callsign": "        ", "estDepartureAirport": "", "firstSeen": 1.74978e9}
    (leg,) = read(odd).legs
    assert (leg.callsign, leg.origin, leg.firstseen) == (None, End(None, None, None), 1749780000)


@pytest.mark.parametrize("key", [key for key in FLIGHT if not key.endswith("Count")])
def test_key_that_is_missing_is_another_format_not_unknown(key: str) -> None:
    with pytest.raises(BadPayload, match=f"departures ELLX, flight 1: the key {key} is missing"):
        read(FLIGHT, {k: v for k, v in FLIGHT.items() if k != key})


def test_counts_of_candidates_do_not_matter() -> None:
    assert read({k: v for k, v in FLIGHT.items() if not k.endswith("Count")}).legs


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"icao24": 1}, "icao24"),
        ({"firstSeen": "a"}, "firstSeen"),
        ({"firstSeen": None}, "firstSeen"),
        ({"firstSeen": True}, "firstSeen"),
        ({"lastSeen": 1.5}, "lastSeen"),
        ({"lastSeen": 10**40}, "lastSeen"),
        ({"callsign": 7}, "callsign"),
        ({"callsign": "X" * 99}, "callsign"),
        ({"estDepartureAirport": 5}, "estDepartureAirport"),
        ({"estDepartureAirport": "<b>"}, "estDepartureAirport"),
        ({"estArrivalAirportHorizDistance": "near"}, "HorizDistance"),
    ],
)
def test_wrong_type_is_refused_with_the_flight_and_the_field(wrong: dict, where: str) -> None:
    with pytest.raises(BadPayload, match=f"flight 0.*{where}"):
        read({**FLIGHT, **wrong})


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "invalid JSON at byte 0 of 0"),
        (b'[{"icao24": ', "invalid JSON at byte 12 of 12"),
        ('["é", }'.encode(), "invalid JSON at byte 7"),
        (b"[NaN]", "NaN"),
        (b"[-Infinity]", "-Infinity"),
        (b"\xff\xfe", "byte 0 is not UTF-8"),
        (b"{}", "expected a list of flights, not dict"),
        (b"null", "not NoneType"),
        (b"[null]", "flight 0: expected an object"),
        (b"[" * 200_000, "nested too deeply"),
        (b"[" + b"9" * 5000 + b"]", "a number too long"),
    ],
)
def test_bytes_that_are_no_flights_are_refused_with_the_place(body: bytes, said: str) -> None:
    with pytest.raises(BadPayload, match=said):
        read_flights(body, "departures ELLX")


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"icao24": "zzzzzz"}, "dropped_address"),
        ({"icao24": "4d01033"}, "dropped_address"),
        ({"lastSeen": 1749770000}, "dropped_reversed"),
        ({"firstSeen": 0}, "dropped_times"),
        ({"lastSeen": 1749780000 + 3 * 86_400}, "dropped_times"),
    ],
)
def test_flight_that_cannot_be_is_left_out_and_counted(wrong: dict, rule: str) -> None:
    found = read({**FLIGHT, **wrong}, FLIGHT)
    assert (len(found.legs), dict(found.dropped)) == (1, {rule: 1})


@settings(max_examples=60)
@given(
    st.sampled_from(sorted(FLIGHT)),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9), st.lists
    ),
)
def test_whatever_stands_there_is_read_left_out_or_refused(key: str, value) -> None:
    with suppress(BadPayload):
        for leg in read({**FLIGHT, key: value}).legs:
            assert leg.firstseen <= leg.lastseen


def test_flight_told_twice_is_one_and_the_fuller_telling_counts() -> None:
    (leg,) = read(FLIGHT).legs
    landed = leg._replace(destination=End("EDDF", 1.0, 2.0))
    later = leg._replace(lastseen=leg.lastseen + 60)
    legs, differing = merge_legs([[leg, later], [landed], [leg]])
    assert legs == [landed]
    assert differing == 3
    assert merge_legs([[leg], [leg]]) == ([leg], 0)
    assert merge_legs(reversed([[leg, later], [landed]]))[0] == [landed], "in any order"


def test_no_flights_make_a_table_without_rows() -> None:
    flights, _ = make_flights(legs_frame([]), source="s", day=date(2025, 6, 13))
    assert len(flights) == 0


def test_recorded_replies_read_whole(shared: Path) -> None:
    folder = shared / "opensky-rest"
    found = read_flights((folder / "flights_all_2019-08-14.json").read_bytes(), "recorded")
    assert (len(found.legs), found.dropped.total()) == (1935, 0)
    assert sum(leg.origin.airport is None for leg in found.legs) == 777
    assert sum(leg.destination.airport is None for leg in found.legs) == 679
    aircraft = read_flights((folder / "flights_aircraft_896471.json").read_bytes(), "recorded")
    assert [leg.icao24 for leg in aircraft.legs] == ["896471"] * 5


def test_interval_reply_tells_only_of_flights_inside_it(shared: Path) -> None:
    """Why the world in slices can never be a whole day."""
    body = (shared / "opensky-rest" / "flights_all_2019-08-14.json").read_bytes()
    legs = read_flights(body, "recorded").legs
    begin, end = min(leg.firstseen for leg in legs), max(leg.lastseen for leg in legs)
    assert begin % 100 == 0
    assert end - begin <= 7200
    assert max(leg.lastseen - leg.firstseen for leg in legs) < 94 * 60


def test_malformed_reply_with_other_keys_is_refused(shared: Path) -> None:
    body = (shared / "opensky-rest" / "malformed" / "flights_data.json").read_bytes()
    with pytest.raises(BadPayload, match="estDepartureAirport is missing"):
        read_flights(body, "malformed")


@pytest.mark.parametrize("kind", ["states", "tracks"])
def test_other_objects_are_no_flights(shared: Path, kind: str) -> None:
    files = sorted((shared / "opensky-rest" / "malformed").glob(f"{kind}*.json"))
    assert files
    for path in files:
        with pytest.raises(BadPayload, match="expected a list of flights"):
            read_flights(path.read_bytes(), path.name)

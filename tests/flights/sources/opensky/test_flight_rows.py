"""Flights as OpenSky tells them become rows of the flights table."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from flights.records import conform
from flights.reference.aircraft import Airframe
from flights.sources.opensky.flight_rows import COLUMNS, POSITION_COLUMNS, make_flights

DAY = date(2023, 11, 18)
START = 1_700_265_600  # that midnight
KNOWN = ("4d0103", "CLX9TK  ", START, START + 9000, "ELLX", 1852, 305, "utaa", 4000, -10)
LOST = ("780abc", None, START + 60, START + 90, None, None, None, "", None, None)


def made(*rows: tuple) -> tuple[pd.DataFrame, dict[str, int]]:
    frame = pd.DataFrame(list(rows), columns=COLUMNS)
    return make_flights(frame, source="opensky-trino", day=DAY)


def test_airport_is_an_estimate_with_its_distance() -> None:
    flight = made(KNOWN)[0].iloc[0]
    assert (flight["origin"], flight["origin_evidence"]) == ("ELLX", "estimated")
    assert flight["origin_distance_km"] == pytest.approx(1.852)
    assert flight["origin_height_ft"] == pytest.approx(305 / 0.3048, abs=0.1)
    assert (flight["destination"], flight["destination_evidence"]) == ("UTAA", "estimated")
    assert flight["destination_height_ft"] == pytest.approx(-32.8, abs=0.1)


@pytest.mark.parametrize("nothing", [None, "", "   ", np.nan])
def test_end_without_airport_is_lost_and_has_no_distance(nothing: object) -> None:
    row = (*KNOWN[:7], nothing, 4000, 10)
    flight = made(row)[0].iloc[0]
    assert flight["destination_evidence"] == "lost"
    assert pd.isna(flight["destination"])
    assert np.isnan(flight["destination_distance_km"])
    assert np.isnan(flight["destination_height_ft"])


def test_callsign_is_stripped_and_names_the_operator() -> None:
    flights = made(KNOWN, LOST)[0].set_index("icao24")
    assert flights.loc["4d0103", ["callsign", "operator"]].tolist() == ["CLX9TK", "CLX"]
    assert flights.loc["780abc", ["callsign", "operator"]].isna().all()


def test_rows_that_are_no_flights_are_counted_and_left_out() -> None:
    bad = [
        (None, *KNOWN[1:]),
        ("4D0103", *KNOWN[1:]),
        ("4d01", *KNOWN[1:]),
        (*KNOWN[:2], None, *KNOWN[3:]),
        (*KNOWN[:3], START - 1, *KNOWN[4:]),
        (*KNOWN[:2], 5, *KNOWN[3:]),
        (*KNOWN[:3], 10**15, *KNOWN[4:]),
        (*KNOWN[:3], START + 6 * 86_400, *KNOWN[4:]),
        (*KNOWN[:2], "soon", *KNOWN[3:]),
    ]
    flights, dropped = made(*bad, KNOWN)
    assert len(flights) == 1
    assert dropped == {"dropped_unreadable": len(bad), "dropped_repeated": 0}


def test_flight_told_twice_stays_once_in_its_longer_telling() -> None:
    longer = (*KNOWN[:3], KNOWN[3] + 600, *KNOWN[4:])
    for order in ((KNOWN, longer), (longer, KNOWN)):
        flights, dropped = made(*order)
        assert flights["lastseen"].tolist() == [pd.Timestamp(longer[3], unit="s", tz="UTC")]
        assert dropped["dropped_repeated"] == 1


def test_same_rows_in_any_order_give_the_same_table() -> None:
    first, _ = made(KNOWN, LOST)
    second, _ = made(LOST, KNOWN)
    pd.testing.assert_frame_equal(first, second)


def test_positions_are_kept_where_they_are_told() -> None:
    frame = pd.DataFrame([KNOWN], columns=COLUMNS)
    frame[list(POSITION_COLUMNS)] = [[49.6, 6.2, 381.0, 37.9, 58.3, None]]
    flight = make_flights(frame, source="opensky-trino", day=DAY)[0].iloc[0]
    assert (flight["first_latitude"], flight["last_longitude"]) == (49.6, 58.3)
    assert flight["first_altitude_ft"] == pytest.approx(1250, abs=0.1)
    assert np.isnan(flight["last_altitude_ft"])


def test_position_off_the_earth_is_not_known() -> None:
    frame = pd.DataFrame([KNOWN], columns=COLUMNS)
    frame[list(POSITION_COLUMNS)] = [[91.0, 6.2, 0.0, 37.9, -180.5, 0.0]]
    flight = make_flights(frame, source="opensky-trino", day=DAY)[0].iloc[0]
    for end in ("first", "last"):
        assert np.isnan(flight[f"{end}_latitude"]) and np.isnan(flight[f"{end}_longitude"])


def test_aircraft_table_names_airframes() -> None:
    frame = pd.DataFrame([KNOWN, LOST], columns=COLUMNS)
    known = {"4d0103": Airframe("LX-VCJ", "B748", "BOEING 747-8F")}
    flights, _ = make_flights(frame, source="opensky-trino", day=DAY, airframes=known)
    named = flights.set_index("icao24")[["registration", "typecode", "model"]]
    assert named.loc["4d0103"].tolist() == ["LX-VCJ", "B748", "BOEING 747-8F"]
    assert named.loc["780abc"].isna().all()


def test_table_is_in_the_schema_with_rows_and_without() -> None:
    assert conform("flights", made(KNOWN, LOST)[0]).num_rows == 2
    assert conform("flights", made()[0]).num_rows == 0

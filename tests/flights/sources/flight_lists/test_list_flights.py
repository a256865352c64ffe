"""Rows of a list as FLIGHT records: ends, operators, identities, flags."""

from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from flights.cargo import grade_flights
from flights.records import conform, empty_table
from flights.reference.airports import load_airports
from flights.sources.flight_lists.flights import make_flights
from flights.sources.flight_lists.rows import ROW

DAY = date(2021, 5, 1)
KEPT = pa.schema([field for field in ROW if field.name not in ("day", "fault")])
USUAL = {
    "icao24": "4d0103",
    "callsign": "CLX9TK",
    "registration": "LX-VCC",
    "typecode": "B748",
    "origin": "ELLX",
    "destination": "LTFM",
    "firstseen": pd.Timestamp("2021-05-01 10:00", tz="UTC"),
    "lastseen": pd.Timestamp("2021-05-01 13:00", tz="UTC"),
    "first_latitude": 49.7,
    "first_longitude": 6.2,
    "first_altitude_ft": 3_000.0,
}


def flights_of(*given: dict, cuts_months: bool = False):
    rows = [{**USUAL, **each} for each in given]
    table = pa.Table.from_pylist(rows, schema=KEPT)
    flights, counts = make_flights(table, source="opdi", day=DAY, cuts_months=cuts_months)
    conform("flights", flights)
    return flights, counts


def only(**given):
    (flight,) = flights_of(given)[0].to_dict("records")
    return flight


def test_known_airport_is_estimated_with_distance_and_height():
    flight = only()
    field = load_airports().loc["ELLX"]
    assert (flight["origin"], flight["origin_evidence"]) == ("ELLX", "estimated")
    assert flight["origin_distance_km"] == pytest.approx(111.2 * (49.7 - field.latitude), abs=0.3)
    assert flight["origin_height_ft"] == pytest.approx(3_000 - field.elevation_ft)


def test_airport_without_position_has_no_distance():
    flight = only()
    assert (flight["destination"], flight["destination_evidence"]) == ("LTFM", "estimated")
    assert np.isnan(flight["destination_distance_km"]) and np.isnan(flight["destination_height_ft"])


def test_end_without_airport_is_lost():
    flight = only(origin=None)
    assert (pd.isna(flight["origin"]), flight["origin_evidence"]) == (True, "lost")
    assert np.isnan(flight["origin_distance_km"]) and flight["flags"] == ""


@pytest.mark.parametrize("code", ["CY-0002", "ZZZZ", "LUXEMBOURG"])
def test_code_that_nobody_can_place_is_lost_and_flagged(code):
    flights, counts = flights_of({"origin": code}, {"icao24": "4d0104"})
    assert flights["origin_evidence"].tolist() == ["lost", "estimated"]
    assert flights["flags"].tolist() == ["field_unknown", ""]
    assert flights["origin"].isna().tolist() == [True, False]
    assert (counts["origin_unplaced"], counts["destination_unplaced"]) == (1, 0)


def test_former_code_becomes_the_one_the_table_of_airports_knows():
    assert only(origin="UTTT")["origin"] == "UZTT"


def test_operator_is_who_flies_it_by_callsign_else_whom_the_list_names():
    flights, _ = flights_of(
        {"icao24": "000001", "callsign": "CLX9TK", "operator": "DLH"},
        {"icao24": "000002", "callsign": "N123AB", "operator": "CLX"},
        {"icao24": "000003", "callsign": None, "operator": "CARGOLUX"},
        {"icao24": "000004", "callsign": None, "operator": None},
    )
    assert flights["operator"].fillna("").tolist() == ["CLX", "CLX", "", ""]


def test_cargo_is_graded_from_what_a_list_tells():
    flights, _ = flights_of(
        {"icao24": "000001"},
        {"icao24": "000002", "callsign": None, "operator": "CLX"},
        {"icao24": "000003", "callsign": None, "operator": None, "model": "747-8R7F"},
        {"icao24": "000004", "callsign": "DLH400", "typecode": "A320"},
    )
    assert grade_flights(flights)["cargo_grade"].fillna("").tolist() == [
        "certain",
        "certain",
        "certain",
        "",
    ]


def test_flight_is_named_by_address_and_first_second():
    assert only()["flight_id"] == "4d0103-1619863200"
    assert only(icao24="~8a4d7c")["flight_id"] == "~8a4d7c-1619863200"


def test_row_that_stands_there_twice_is_one_flight_and_the_longest_stays():
    longer = {"lastseen": pd.Timestamp("2021-05-01 14:00", tz="UTC")}
    flights, counts = flights_of({}, longer, {}, {"icao24": "4d0104"})
    assert flights["flight_id"].is_unique and len(flights) == 2
    assert counts["dropped_repeated"] == 2
    assert flights["lastseen"].max() == longer["lastseen"]


def test_what_no_list_tells_is_unknown_not_zero():
    flight = only()
    assert pd.isna(flight["received"]) and pd.isna(flight["longest_silence_s"])
    assert flight["positions"] == 0, "0 = not known, as the schema says"


def test_day_without_rows_has_the_columns_all_the_same():
    flights, counts = make_flights(KEPT.empty_table(), source="opdi", day=DAY, cuts_months=True)
    assert list(flights.columns) == list(empty_table("flights").columns)
    assert (len(flights), counts["dropped_repeated"]) == (0, 0)


@pytest.mark.parametrize(
    ("given", "flagged"),
    [
        ({"firstseen": "2021-05-01 00:00:00", "origin": None}, True),
        ({"firstseen": "2021-05-01 00:00:05", "origin": None}, True),
        ({"firstseen": "2021-05-01 00:00:05"}, False),
        ({"firstseen": "2021-05-01 00:10:00", "origin": None}, False),
        ({"lastseen": "2021-05-31 23:59:55", "destination": None}, True),
        ({"lastseen": "2021-05-31 23:59:55"}, False),
        ({"lastseen": "2021-06-01 00:00:05", "destination": None}, False),
        ({"lastseen": "2021-05-02 00:00:00", "destination": None}, False),
    ],
)
def test_flight_cut_where_the_month_ends_is_flagged(given, flagged):
    times = {n: pd.Timestamp(t, tz="UTC") for n, t in given.items() if t and n.endswith("seen")}
    flights, _ = flights_of({**given, **times}, cuts_months=True)
    assert flights["flags"].tolist() == ["month_cut" if flagged else ""]
    assert flights_of({**given, **times})[0]["flags"].tolist() == [""]

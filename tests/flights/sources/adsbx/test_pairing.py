"""Take-offs and landings become flights; what has no partner keeps one end."""

from datetime import date

import pandas as pd
import pytest

from flights.records import conform
from flights.sources.adsbx.joining import join_operations

DAY = date(2025, 1, 1)


def operation(icao24: str, clock: str, takeoff: bool, airport: str | None, **told) -> dict:
    return {
        "time": pd.Timestamp(f"2025-01-01 {clock}", tz="UTC"),
        "icao24": icao24,
        "takeoff": takeoff,
        "airport": airport,
        **dict.fromkeys(("registration", "callsign", "typecode", "model", "signal")),
        **told,
    }


def joined(*rows: dict) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows)).sort_values(["icao24", "time"], ignore_index=True)
    return join_operations(frame, source="adsbx-samples", day=DAY)


def ends(flights: pd.DataFrame) -> list[tuple]:
    told = flights[["origin", "destination"]].astype(object)
    return [tuple(row) for row in told.where(told.notna(), None).itertuples(index=False)]


def test_takeoff_and_next_landing_are_a_flight() -> None:
    flights = joined(
        operation("4d0103", "00:10", True, "ELLX", callsign="CLX9TK", signal="adsb_icao"),
        operation("4d0103", "06:30", False, "UTAA", callsign="CLX9TK", signal="adsb_icao"),
        operation("4d0103", "08:00", True, "UTAA", callsign="CLX9TK", signal="mlat"),
        operation("4d0103", "14:00", False, "ZHCC", callsign="CLX7", signal="adsb_icao"),
    )
    assert ends(flights) == [("ELLX", "UTAA"), ("UTAA", "ZHCC")]
    first, second = flights.to_dict("records")
    assert first["origin_evidence"] == first["destination_evidence"] == "estimated"
    assert first["lastseen"] == pd.Timestamp("2025-01-01 06:30", tz="UTC")
    assert (first["operator"], first["received"], first["flags"]) == ("CLX", "adsb", "")
    assert (second["callsign"], second["received"], second["flags"]) == (
        "CLX9TK",
        "mixed",
        "callsign_change",
    )


def test_operations_of_two_aircraft_are_never_joined() -> None:
    flights = joined(
        operation("4d0103", "00:10", True, "ELLX"), operation("4d0104", "06:30", False, "UTAA")
    )
    assert ends(flights) == [("ELLX", None), (None, "UTAA")]
    assert flights["destination_evidence"].tolist() == ["lost", "estimated"]
    assert (flights["firstseen"] == flights["lastseen"]).all()


@pytest.mark.parametrize(
    ("clocks", "expected"),
    [
        (("T01:00 ELLX", "T05:00 EBLG", "L06:00 UTAA"), [("ELLX", None), ("EBLG", "UTAA")]),
        (("L01:00 ELLX", "T05:00 ELLX", "L06:00 UTAA"), [(None, "ELLX"), ("ELLX", "UTAA")]),
        (("L01:00 ELLX", "L05:00 EBLG"), [(None, "ELLX"), (None, "EBLG")]),
        (("T01:00 ELLX", "L05:00 EBLG", "L06:00 UTAA"), [("ELLX", "EBLG"), (None, "UTAA")]),
        (("T01:00 ELLX", "L01:06 ELLX", "T01:07 ELLX"), [("ELLX", "ELLX"), ("ELLX", None)]),
        (("T23:50 ELLX",), [("ELLX", None)]),
    ],
)
def test_operation_without_partner_has_a_lost_end(clocks: tuple, expected: list) -> None:
    rows = [operation("4d0103", each[1:6], each[0] == "T", each[7:]) for each in clocks]
    assert ends(joined(*rows)) == expected


def test_takeoff_a_day_before_the_landing_is_no_flight() -> None:
    late = operation("4d0103", "00:10", False, "UTAA")
    late["time"] += pd.Timedelta(hours=24, minutes=1)
    assert ends(joined(operation("4d0103", "00:10", True, "ELLX"), late)) == [
        ("ELLX", None),
        (None, "UTAA"),
    ]


def test_operation_at_no_airport_is_a_lost_end() -> None:
    flights = joined(
        operation("4d0103", "00:10", True, None), operation("4d0103", "06:30", False, "UTAA")
    )
    assert ends(flights) == [(None, "UTAA")]
    assert flights["origin_evidence"].tolist() == ["lost"]


def test_same_operation_told_twice_counts_once() -> None:
    takeoff = operation("4d0103", "00:10", True, "ELLX")
    flights = joined(takeoff, dict(takeoff), operation("4d0103", "06:30", False, "UTAA"))
    assert ends(flights) == [("ELLX", "UTAA")]


def test_what_one_operation_does_not_say_the_other_may() -> None:
    flights = joined(
        operation("4d0103", "00:10", True, "ELLX"),
        operation("4d0103", "06:30", False, "UTAA", callsign="CLX9TK", registration="LX-VCJ"),
    )
    row = flights.iloc[0]
    assert (row["callsign"], row["registration"], row["operator"]) == ("CLX9TK", "LX-VCJ", "CLX")
    assert pd.isna(row["received"])


def test_table_is_in_the_schema_with_rows_and_without() -> None:
    row = operation("4d0103", "00:10", True, "ELLX")
    assert conform("flights", joined(row)).num_rows == 1
    none = pd.DataFrame([row]).iloc[:0]
    assert conform("flights", join_operations(none, source="a", day=DAY)).num_rows == 0

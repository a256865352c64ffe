"""A day out of OpenSky's Trino: complete only where the day is all there."""

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest
from trino_server import TrinoServer, flight, hourly

from flights.config import read_settings
from flights.network import RetryPolicy
from flights.records import DayRecords
from flights.reference.aircraft import Airframe
from flights.sources import row_limits
from flights.sources.opensky.trino.database import Database
from flights.sources.opensky.trino.day import DayQuestion, collect_day, read_rows

DAY = date(2025, 6, 13)
GAP_DAY, LOST_DAY = date(2023, 6, 21), date(2023, 12, 4)
HOUR = 3600


def midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


START = midnight(DAY)


def collect(day: date = DAY, airports: frozenset[str] | None = None, **other) -> DayRecords:
    database = Database(read_settings(), retries=RetryPolicy(tries=2, pause_s=0.001))
    asked = DayQuestion("opensky-trino", day, airports=airports, **other)
    return collect_day(database, asked, lambda message, share: None)


def test_day_with_flights_in_every_hour_is_complete(trino: TrinoServer) -> None:
    trino.add(*hourly(START), *hourly(START - 86_400), *hourly(START + 86_400))
    records = collect()
    entry = records.entry
    assert (entry.status, entry.reasons, entry.filed_by) == ("complete", (), "lastseen")
    assert entry.counts["flights"] == len(records.flights) == 24
    assert entry.release_kind == "flights_data4"
    assert len(trino.queries) == 1


def test_hour_without_any_flight_makes_the_day_partial_and_is_named(trino: TrinoServer) -> None:
    trino.add(*hourly(START, skip=(13, 14)))
    entry = collect().entry
    assert entry.status == "partial"
    assert "2 of the 24 hours" in entry.reasons[0] and "(13, 14 UTC)" in entry.reasons[0]


def test_day_without_rows_is_missing_not_empty(trino: TrinoServer) -> None:
    trino.add(*hourly(START + 86_400))
    records = collect()
    assert records.entry.status == "missing"
    assert "pull it again" in records.entry.reasons[0]
    assert len(records.flights) == 0


def test_known_gap_makes_a_full_looking_day_partial(trino: TrinoServer) -> None:
    trino.add(*hourly(midnight(GAP_DAY)))
    entry = collect(GAP_DAY).entry
    assert entry.status == "partial"
    assert "permanent gap" in entry.reasons[0]


def test_day_lost_for_good_is_missing_with_the_gap_as_reason(trino: TrinoServer) -> None:
    entry = collect(LOST_DAY).entry
    assert entry.status == "missing"
    assert len(entry.reasons) == 1 and "permanent gap" in entry.reasons[0]
    assert "pull it again" not in entry.reasons[0]


def test_airports_without_flights_on_a_whole_day_are_an_answer(trino: TrinoServer) -> None:
    trino.add(*hourly(START))
    records = collect(airports=frozenset({"ELLX"}))
    assert (records.entry.status, len(records.flights)) == ("complete", 0)
    assert records.entry.counts["flights_of_all_airports"] == 24


def test_airports_without_flights_on_an_absent_day_are_not(trino: TrinoServer) -> None:
    records = collect(airports=frozenset({"ELLX"}))
    assert records.entry.status == "missing"


def test_hole_in_the_whole_table_counts_against_a_few_airports_too(trino: TrinoServer) -> None:
    trino.add(*hourly(START, skip=range(18, 24)))
    trino.add(flight("4d0103", START, START + 60, "ELLX", None))
    records = collect(airports=frozenset({"ELLX"}))
    assert records.entry.status == "partial" and len(records.flights) == 1
    assert "18, 19, 20, 21, 22, 23 UTC" in records.entry.reasons[0]


def test_rows_filed_by_departure_are_noticed(trino: TrinoServer) -> None:
    late = flight("4d0103", START + 23 * HOUR, START + 26 * HOUR, "ELLX", "UTAA", day=START)
    trino.add(*hourly(START), late)
    entry = collect().entry
    assert (entry.status, entry.filed_by) == ("complete", "firstseen")


def test_rows_filed_by_neither_end_make_the_day_partial(trino: TrinoServer) -> None:
    trino.add(
        *hourly(START),
        flight("4d0103", START + 23 * HOUR, START + 26 * HOUR, day=START),
        flight("4d0104", START - 2 * HOUR, START + HOUR, day=START),
    )
    entry = collect().entry
    assert entry.status == "partial"
    assert "1 flights of this day's partition ended on another day" in entry.reasons[0]


def test_many_rows_that_are_none_make_the_day_partial(trino: TrinoServer) -> None:
    trino.add(*hourly(START), flight("nobody", START, START + 60))
    entry = collect().entry
    assert entry.status == "partial"
    assert "1 of 25 rows" in entry.reasons[0]
    assert entry.counts["dropped_unreadable"] == 1


def test_flight_told_twice_is_counted_once(trino: TrinoServer) -> None:
    trino.add(*hourly(START), *hourly(START)[:3])
    entry = collect().entry
    assert (entry.status, entry.counts["flights"]) == ("complete", 24)
    assert entry.counts["dropped_repeated"] == 3


def test_same_rows_in_another_order_have_the_same_digest_and_table(trino: TrinoServer) -> None:
    rows = hourly(START)
    trino.add(*rows)
    first = collect()
    with TrinoServer() as other:
        other.add(*reversed(rows))
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("FLIGHTS_MIRRORS", other.environment["FLIGHTS_MIRRORS"])
            second = collect()
    assert first.entry.inputs == second.entry.inputs
    assert first.entry.inputs[0].size > 0
    pd.testing.assert_frame_equal(first.flights, second.flights)


def test_another_row_changes_the_digest(trino: TrinoServer) -> None:
    trino.add(*hourly(START))
    first = collect().entry.inputs
    trino.add(flight("4d0103", START, START + 60))
    assert collect().entry.inputs != first


def test_lost_end_keeps_the_place_where_it_was_last_heard(trino: TrinoServer) -> None:
    track = [
        (START + 9000, 38.0, 53.9, 10_058.4, 90.0, False),
        (START, 49.63, 6.2, None, 0.0, True),
    ]
    trino.add(*hourly(START), flight("4d0103", START, START + 9000, "ELLX", None, track=track))
    flights = collect().flights.set_index("icao24")
    row = flights.loc["4d0103"]
    assert (row["origin_evidence"], row["destination_evidence"]) == ("estimated", "lost")
    assert (row["first_latitude"], row["first_longitude"]) == (49.63, 6.2)
    assert (row["last_latitude"], row["last_longitude"]) == (38.0, 53.9)
    assert row["last_altitude_ft"] == pytest.approx(33_000, abs=1)
    assert np.isnan(row["first_altitude_ft"]), "on the ground"


def test_names_of_airframes_are_asked_for_the_addresses_heard(trino: TrinoServer) -> None:
    trino.add(*hourly(START), flight("4d0103", START, START + 60))
    asked = []

    def name(icao24s: frozenset[str]):
        asked.append(icao24s)
        return {"4d0103": Airframe("LX-VCJ", "B748")}

    flights = collect(find_airframes=name).flights.set_index("icao24")
    assert flights.loc["4d0103", ["registration", "typecode"]].tolist() == ["LX-VCJ", "B748"]
    assert len(asked[0]) == 25


HEAD = ["4d0103", "CLX9TK  ", START, START + 60, None, None, None, None, None, None]
EARLY, LATE = [START, 1.0, 2.0, 3.0, 0.0, False], [START + 60, 4.0, 5.0, 6.0, 0.0, False]


@pytest.mark.parametrize("ends", [(LATE, EARLY), (EARLY, LATE)])
def test_waypoints_are_told_apart_by_their_stamps(ends: tuple) -> None:
    row = read_rows([[*HEAD, *ends]]).iloc[0]
    assert (row["first_latitude"], row["last_altitude_m"]) == (1.0, 6.0)


@pytest.mark.parametrize(
    "ends", [(None, None), ([], []), ([START, None, 2.0, 3.0, 0.0, False],) * 2]
)
def test_waypoint_without_place_gives_none(ends: tuple) -> None:
    row = read_rows([[*HEAD, *ends]]).iloc[0]
    assert np.isnan(row["first_latitude"]) and np.isnan(row["last_longitude"])


def test_no_rows_give_the_same_columns() -> None:
    assert list(read_rows([]).columns) == list(read_rows([[*HEAD, None, None]]).columns)


def test_answer_of_a_round_number_of_rows_makes_the_day_partial(
    trino: TrinoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    trino.add(*hourly(START))
    monkeypatch.setattr(row_limits, "LEAST_ROWS", 10)  # 24 rows and a line of heads: 25
    entry = collect().entry
    assert entry.status == "partial"
    assert "OpenSky's answer ends at exactly 24 rows" in entry.reasons[-1]

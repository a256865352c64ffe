"""Which flight is looked at, in an address and back."""

from datetime import UTC, datetime

import made_results as made_study
import made_stories as made
import pytest

from analysis.blocks.flight_request import FlightRequest, from_query, request_for, request_for_study
from flights.errors import InvalidInput

ROW = made.make_frame(made.make_flight()).iloc[0]
ASKED = FlightRequest("readsb", "4d0113", datetime(2026, 2, 28, 9, tzinfo=UTC), "country:IR")


def test_address_restores_the_request() -> None:
    assert from_query(ASKED.to_query()) == ASKED
    assert ASKED.to_query()["around"] == "2026-02-28T09:00"


def test_times_of_other_zones_are_read_as_utc() -> None:
    query = ASKED.to_query() | {"around": "2026-02-28T12:30+03:30", "icao24": " 4D0113 "}
    assert from_query(query) == ASKED


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"icao24": "4d011"}, "six hex digits"),
        ({"icao24": "<script>"}, "six hex digits"),
        ({"around": "soon"}, "'soon' is not a time"),
        ({"source": ""}, "source"),
    ],
)
def test_words_that_make_no_request_are_named(change: dict[str, str], says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        from_query(ASKED.to_query() | change)


def test_request_for_a_row_points_into_its_middle() -> None:
    assert request_for(ROW).around == datetime(2050, 2, 28, 6, 30, tzinfo=UTC)


def test_lost_end_is_asked_about_where_the_study_asks() -> None:
    study = made_study.make_study()
    assert request_for_study(ROW, study).region == "country:IR"
    known = ROW.copy()
    known["destination_evidence"], known["origin_evidence"] = "low", "lost"
    assert request_for_study(known, study).region == "country:CN"
    assert request_for_study(known, made_study.make_study(origin="world:")).region == ""


def test_request_for_a_row_without_an_arrival_points_at_its_begin() -> None:
    row = made.make_frame(made.make_flight(lastseen=None)).iloc[0]
    assert request_for(row).around == made.START

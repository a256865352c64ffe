"""The source `flight-schedules`: every trap of the published form, end to end on loopback."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from loopback import LoopbackServer, cut, quick_door
from made_schedules import (
    OF_2024,
    Publisher,
    aloft,
    background,
    flight,
    schedule_bytes,
)

from flights.errors import BadPayload, NotCovered
from flights.records import TABLES, DayRecords, conform
from flights.sources.flight_lists.schedules.quarters import Quarter
from flights.sources.flight_lists.schedules.source import FlightSchedules, open_source

DAY = date(2025, 5, 20)
Q2 = Quarter(2025, 2)


def quiet(text: str, share: float) -> None:
    """No report."""


@pytest.fixture
def publisher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    with LoopbackServer() as pages, LoopbackServer("localhost") as store:
        made = Publisher(pages, store)
        made.store = store
        monkeypatch.setenv("FLIGHTS_MIRRORS", made.mirrors)
        yield made


@pytest.fixture
def source(publisher: Publisher, tmp_path) -> FlightSchedules:
    return replace(open_source(), door=quick_door(tmp_path / "cache", tries=3))


def collect(source, first=DAY, last=DAY) -> dict[date, DayRecords]:
    return {
        records.day: records
        for offer in source.offers(first, last)
        for records in source.collect(offer, quiet)
    }


def one(source, publisher, *rows, day=DAY, **columns) -> pd.Series:
    """The first made-up freighter of a day."""
    quarter = Quarter.of(day)
    publisher.publish(quarter, schedule_bytes([*background(str(day)), *rows], **columns))
    publisher.publish(quarter.next, b"x")
    flights = collect(source, day, day)[day].flights
    found = flights[flights["icao24"] == "4d0103"]
    assert len(found) == 1
    return found.iloc[0]


def test_quarters_have_the_published_names() -> None:
    assert Quarter(2024, 4).path.endswith(
        "/aircraft_flight_logs_2024_quarter4/2024_Q4_github.parquet"
    )
    assert Q2.path.endswith(
        "/aircraft_flight_schedules_2025_quarter2/2025_Q2_detailed_github.parquet"
    )
    assert Quarter(2025, 4).next == Quarter(2026, 1)
    assert (Q2.first, Q2.last) == (date(2025, 4, 1), date(2025, 6, 30))


def test_texts_become_a_flight_with_both_ends(source, publisher) -> None:
    found = one(source, publisher, flight("2025-05-20 01:00:00"))
    assert found["callsign"] == "CLX9TK"
    assert (found["registration"], found["typecode"], found["operator"]) == (
        "LX-VCC",
        "B748",
        "CLX",
    )
    assert (found["origin"], found["origin_evidence"]) == ("ZHCC", "surface")
    assert (found["destination"], found["destination_evidence"]) == ("ELLX", "surface")
    assert str(found["lastseen"]) == "2025-05-20 12:00:00+00:00"


def test_records_are_in_the_schema_and_the_day_is_complete(source, publisher) -> None:
    publisher.publish(Q2, schedule_bytes(background(str(DAY))))
    publisher.publish(Q2.next, b"x")
    records = collect(source)[DAY]
    assert records.entry.status == "complete", records.entry.reasons
    assert records.entry.counts["aircraft"] == 80
    for table in TABLES:
        conform(table, records.table(table))


def test_nearest_is_not_landed(source, publisher) -> None:
    """Trap 1: a cruising aircraft has "applicable" airports too; its end is lost."""
    found = one(
        source,
        publisher,
        flight("2025-05-20 01:00:00", **aloft("Destination", 35.5, 51.2, 34_000, "['OIIE']")),
    )
    assert found["destination"] is None or pd.isna(found["destination"])
    assert found["destination_evidence"] == "lost"
    assert found["last_altitude_ft"] == 34_000
    assert found["last_latitude"] == 35.5


def test_low_and_near_is_low_and_low_elsewhere_is_lost(source, publisher) -> None:
    near = aloft("Destination", 49.66, 6.26, 2_900, "-")
    found = one(source, publisher, flight("2025-05-20 01:00:00", **near))
    assert (found["destination"], found["destination_evidence"]) == ("ELLX", "low")
    far = aloft("Destination", 40.0, 62.0, 3_000, "['UTAK']")
    found = one(source, publisher, flight("2025-05-20 01:00:00", **far))
    assert found["destination_evidence"] == "lost"


def test_route_of_the_timetable_never_becomes_an_end(source, publisher) -> None:
    """Trap 2."""
    lost = aloft("Destination", 40.0, 62.0, 36_000)
    route = {"Route_Validation_Based_on_Callsign": "ZHCC-UTAK-ELLX"}
    found = one(source, publisher, flight("2025-05-20 01:00:00", **lost, **route))
    assert found["destination_evidence"] == "lost"
    assert pd.isna(found["destination"])


def test_flight_belongs_to_the_quarter_and_day_of_its_origin_time(source, publisher) -> None:
    """Trap 3: files reach over their quarter's edges."""
    over = flight("2025-06-30 22:00:00", 600)
    publisher.publish(Q2, schedule_bytes([*background("2025-06-30"), over]))
    publisher.publish(Q2.next, schedule_bytes([*background("2025-07-01"), over]))
    publisher.publish(Q2.next.next, b"x")
    found = collect(source, date(2025, 6, 30), date(2025, 7, 1))
    counts = [int((found[day].flights["icao24"] == "4d0103").sum()) for day in sorted(found)]
    assert counts == [1, 0]


def test_origin_time_that_is_lacking_gives_the_day_of_the_destination(source, publisher) -> None:
    row = flight("2025-05-20 01:00:00") | {"Track_Origin_DateTime_UTC": "-"}
    assert str(one(source, publisher, row)["firstseen"]) == "2025-05-20 12:00:00+00:00"


def test_flight_in_two_rows_is_one(source, publisher) -> None:
    """Trap 4: lost over Central Asia, heard again four hours later on the way."""
    first = flight("2025-05-20 01:00:00", 180, **aloft("Destination", 44.0, 75.0, 36_000))
    second = flight("2025-05-20 08:00:00", 240, **aloft("Origin", 43.0, 35.0, 36_000))
    found = one(source, publisher, first, second)
    assert (found["origin"], found["destination"]) == ("ZHCC", "ELLX")
    assert found["flags"] == "joined_rows"
    assert found["longest_silence_s"] == 4 * 3600


def test_flight_in_two_rows_over_midnight_is_one(source, publisher) -> None:
    first = flight("2025-05-20 18:00:00", 240, **aloft("Destination", 44.0, 75.0, 36_000))
    second = flight("2025-05-21 02:00:00", 240, **aloft("Origin", 43.0, 35.0, 36_000))
    rows = [*background("2025-05-20"), *background("2025-05-21"), first, second]
    publisher.publish(Q2, schedule_bytes(rows))
    publisher.publish(Q2.next, b"x")
    both = collect(source, DAY, date(2025, 5, 21))
    assert [len(both[day].flights) for day in sorted(both)] == [81, 80]
    alone = collect(source, date(2025, 5, 21), date(2025, 5, 21))
    assert len(alone[date(2025, 5, 21)].flights) == 80


def test_stop_between_two_rows_stays_a_stop(source, publisher) -> None:
    """The aircraft has the time to land: it is slower than any aircraft flies on the way."""
    first = flight("2025-05-20 01:00:00", 300, **aloft("Destination", 40.5, 55.0, 30_000))
    second = flight("2025-05-20 09:00:00", 300, **aloft("Origin", 40.2, 52.0, 20_000))
    publisher.publish(Q2, schedule_bytes([*background(str(DAY)), first, second]))
    publisher.publish(Q2.next, b"x")
    flights = collect(source)[DAY].flights
    assert (flights["icao24"] == "4d0103").sum() == 2
    assert not flights["flags"].str.contains("joined").any()


def test_rows_that_cannot_both_be_true_are_flagged_and_counted(source, publisher) -> None:
    first = flight("2025-05-20 01:00:00")
    other = flight("2025-05-20 03:00:00", 60, "EDDF", "ELLX", Callsign="CLX1")
    publisher.publish(Q2, schedule_bytes([*background(str(DAY)), first, other]))
    publisher.publish(Q2.next, b"x")
    records = collect(source)[DAY]
    flagged = records.flights["flags"].str.contains("overlapping_rows")
    assert records.flights["icao24"][flagged].tolist() == ["4d0103", "4d0103"]
    assert records.entry.counts["flagged_overlapping_rows"] == 2


def test_same_row_twice_counts_once(source, publisher) -> None:
    row = flight("2025-05-20 01:00:00")
    assert one(source, publisher, row, row)["flags"] == "joined_rows"


def test_thin_day_is_partial_with_its_figure(source, publisher) -> None:
    """Trap 5."""
    days = [date(2025, 5, 6), date(2025, 5, 13), DAY, date(2025, 5, 27)]
    rows = [row for day in days for row in background(str(day), 30 if day == DAY else 100)]
    publisher.publish(Q2, schedule_bytes(rows))
    publisher.publish(Q2.next, b"x")
    found = collect(source, days[0], days[-1])
    assert found[DAY].entry.status == "partial"
    assert "30 aircraft" in found[DAY].entry.reasons[0]
    assert "100 are usual" in found[DAY].entry.reasons[0]
    assert found[days[1]].entry.status == "complete"
    assert found[date(2025, 5, 7)].entry.status == "missing"


def test_last_published_day_is_partial(source, publisher) -> None:
    publisher.publish(Q2, schedule_bytes(background("2025-06-30")))
    day = date(2025, 6, 30)
    assert collect(source, day, day)[day].entry.status == "partial"


def test_file_of_2024_has_neither_places_nor_types(source, publisher) -> None:
    day = date(2024, 5, 14)
    row = flight("2024-05-14 01:00:00") | {
        "AC_Type": "-",
        "Track_Destination_ApplicableAirports": "['EDDF', 'ELLX']",
    }
    found = one(source, publisher, row, day=day, columns=OF_2024)
    assert (found["origin"], found["origin_evidence"]) == ("ZHCC", "estimated")
    assert found["destination_evidence"] == "lost"  # one of two: which one is not known
    assert pd.isna(found["typecode"])
    assert pd.isna(found["first_latitude"])


def test_change_of_method_is_a_change_of_reader(source, publisher) -> None:
    for quarter, day in ((Quarter(2025, 1), "2025-03-04"), (Q2, "2025-05-20")):
        publisher.publish(quarter, schedule_bytes(background(day)))
    publisher.publish(Q2.next, b"x")
    readers = {collect(source, d, d)[d].entry.reader for d in (date(2025, 3, 4), DAY)}
    assert len(readers) == 2


def test_aircraft_table_wins_and_the_difference_is_flagged(source, publisher, tmp_path) -> None:
    table = tmp_path / "aircraft.csv"
    table.write_text("4d0103;LX-VCC;B748;10;BOEING 747-8F;2012;CARGOLUX;\n" * 2, "utf-8")
    named = replace(source, aircraft=open_source(aircraft=table).aircraft)
    found = one(named, publisher, flight("2025-05-20 01:00:00", AC_Type="C172"))
    assert found["typecode"] == "B748"
    assert found["flags"] == "type_differs"


def test_no_callsign_and_names_in_any_order_and_case(source, publisher) -> None:
    row = flight("2025-05-20 01:00:00", Callsign="NO_CALLSIGN", Airline="nan")
    columns = [name.upper() for name in reversed(list(row))]
    rows = [{k.upper(): v for k, v in each.items()} for each in [*background(str(DAY)), row]]
    publisher.publish(Q2, schedule_bytes(rows, columns))
    publisher.publish(Q2.next, b"x")
    flights = collect(source)[DAY].flights
    found = flights[flights["icao24"] == "4d0103"].iloc[0]
    assert pd.isna(found["callsign"])
    assert pd.isna(found["operator"])


def test_renamed_column_is_named_in_the_error(source, publisher) -> None:
    rows = [{("Hex" if k == "ICAO_Hex" else k): v for k, v in flight("2025-05-20").items()}]
    publisher.publish(Q2, schedule_bytes(rows, list(rows[0])))
    with pytest.raises(BadPayload, match="lacks the column ICAO_Hex"):
        collect(source)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<!DOCTYPE html><html>Sorry</html>", "DOCTYPE"),
        (schedule_bytes(background(str(DAY)))[:-9], "cut short|footer"),
        (b"PAR1" + b"\xff" * 400 + b"PAR1", "damaged"),
    ],
    ids=["error page", "cut", "noise"],
)
def test_damaged_file_is_refused_and_not_kept(source, publisher, body, words) -> None:
    publisher.publish(Q2, body)
    with pytest.raises(BadPayload, match=words):
        collect(source)
    assert not list(source.door.cache.rglob("*.parquet"))


def test_download_that_is_cut_goes_on_at_a_newly_signed_address(source, publisher) -> None:
    path = publisher.publish(Q2, schedule_bytes(background(str(DAY), 400)))
    publisher.publish(Q2.next, b"x")
    publisher.store.fault(path, cut(9_000), method="GET")
    assert len(collect(source)[DAY].flights) == 400
    assert publisher.signed >= 3


def test_quarter_that_is_not_published_yet_ends_the_list(source, publisher) -> None:
    for quarter in (Quarter(2026, 1), Quarter(2026, 2), Quarter(2026, 3)):
        publisher.publish(quarter, b"x")
    offers = source.offers(date(2026, 1, 1), date(2027, 12, 31))
    assert [offer.day for offer in offers] == [
        date(2026, 1, 1),
        date(2026, 4, 1),
        date(2026, 7, 1),
    ]


def test_days_before_2024_are_not_covered(source) -> None:
    with pytest.raises(NotCovered, match="2024-01-01"):
        source.offers(date(2023, 1, 1), date(2023, 12, 31))

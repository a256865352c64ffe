"""A month cut into days: every row in its day, and what makes a day less than complete."""

from datetime import date, timedelta

import pytest
from made_lists import every_hour, list_bytes, row

from flights.errors import BadPayload
from flights.records import InputFile
from flights.sources.flight_lists import csv_list, month
from flights.sources.flight_lists.csv_list import read_csv_list
from flights.sources.flight_lists.day_spill import DaySpill
from flights.sources.flight_lists.month import MonthTask, collect_month

MAY = [date(2021, 5, 1) + timedelta(days=n) for n in range(31)]
FIRST = MAY[:4]


def quiet(text: str, share: float) -> None:
    """No report."""


def nothing(day: date) -> tuple[str, ...]:
    """No gap."""
    return ()


@pytest.fixture
def collect(tmp_path):
    """Records by day of a list made of lines."""

    def collecting(lines, days=FIRST, *, gaps=nothing, report=quiet, body=None):
        path = tmp_path / "list.csv.gz"
        path.write_bytes(body or list_bytes(lines))
        task = MonthTask(
            source="opensky-lists",
            days=tuple(days),
            file=InputFile(path.name, path.stat().st_size, "0" * 64, '"tag"'),
            reader="opensky list 1",
            release_kind="full",
            filed_by="lastseen",
            fingerprint="list.csv.gz 1 tag",
            gaps=gaps,
        )
        return {
            records.day: records for records in collect_month(task, read_csv_list(path), report)
        }

    return collecting


def full(days=MAY, per_hour=3):
    return [line for day in days for line in every_hour(day, per_hour)]


def why(records) -> str:
    return " ".join(records.entry.reasons)


def test_each_row_lies_in_the_day_the_list_files_it_under(collect, monkeypatch):
    monkeypatch.setattr(csv_list, "BLOCK", 5000)
    lines = full(per_hour=1)
    found = collect(lines[::-1], MAY)
    assert sum(len(records.flights) for records in found.values()) == len(lines)
    for day, records in found.items():
        assert set(records.flights["lastseen"].dt.date) == {day}
        assert records.flights["firstseen"].is_monotonic_increasing
        assert (records.entry.status, records.entry.reasons) == ("complete", ())


def test_flight_over_midnight_lies_in_the_day_of_its_last_message(collect):
    found = collect([*full(), row("2021-05-01T23:50", icao24="abcdef")])
    assert "abcdef" not in set(found[FIRST[0]].flights["icao24"])
    late = found[FIRST[1]].flights.query("icao24 == 'abcdef'").iloc[0]
    assert late["firstseen"].day == 1


def test_first_flights_of_a_month_may_have_begun_in_the_year_before(collect):
    lines = [row("2018-12-31T00:43", 28 * 60), *every_hour(date(2019, 1, 1))]
    records = collect(lines, [date(2019, 1, 1)])[date(2019, 1, 1)]
    assert len(records.flights) == 73
    assert records.flights["firstseen"].min().year == 2018


def test_rows_of_another_month_are_counted_and_left_out(collect):
    found = collect([*full(), row("2021-06-02T10:00"), row("2021-04-30T10:00")])
    entry = found[FIRST[0]].entry
    assert (entry.status, entry.counts["dropped_other_month"]) == ("complete", 2)
    assert len(found[FIRST[0]].flights) == 72


def test_list_of_another_month_is_refused(collect):
    with pytest.raises(BadPayload, match="other month: 2,232"):
        collect(full(), [date(2021, 6, 1)])


def test_few_unfit_rows_are_counted_and_many_make_the_day_partial(collect):
    bad = {"icao24": "?"}
    few = collect([*full(per_hour=10), row("2021-05-02T10:00", **bad)])
    assert few[FIRST[1]].entry.status == "complete"
    assert few[FIRST[1]].entry.counts["dropped_bad_address"] == 1
    many = collect([*full(per_hour=10), *[row("2021-05-02T10:00", **bad)] * 5])
    assert [many[day].entry.status for day in FIRST[:3]] == ["complete", "partial", "complete"]
    assert "5 of 245 rows of this day are invalid (bad address: 5)" in why(many[FIRST[1]])


def test_rows_that_fit_no_day_spoil_every_day_where_they_are_many(collect):
    torn = collect([*full(), *["torn,line"] * 50])
    assert {records.entry.status for records in torn.values()} == {"partial"}
    assert "50 of 2,282 rows" in why(torn[FIRST[0]]) and "torn: 50" in why(torn[FIRST[0]])
    assert torn[FIRST[0]].entry.counts["dropped_torn"] == 50
    few = collect([*full(), "torn,line", row("x2021-05-01T10:00"[1:], day="soon")])
    assert {records.entry.status for records in few.values()} == {"complete"}
    assert few[FIRST[0]].entry.counts["dropped_bad_times"] == 1


def test_mostly_unfit_list_is_refused(collect):
    with pytest.raises(BadPayload, match="expected format"):
        collect([row("2021-05-01T10:00"), *["torn,line"] * 3])


def test_day_without_a_row_is_missing_not_empty(collect):
    found = collect(full([day for day in MAY if day != FIRST[1]]))
    assert found[FIRST[1]].entry.status == "missing"
    assert "has no flight of this day" in why(found[FIRST[1]])
    assert found[FIRST[2]].entry.status == "complete"


def test_thin_day_is_partial(collect):
    thin = every_hour(FIRST[1])[::7]
    found = collect([*full([day for day in MAY if day != FIRST[1]]), *thin])
    assert found[FIRST[1]].entry.status == "partial"
    assert "It has 11 flights; a usual day of its list has 72" in why(found[FIRST[1]])


def test_hours_without_a_flight_make_a_day_partial(collect):
    lines = full([day for day in MAY if day != FIRST[1]], per_hour=20)
    found = collect([*lines, *every_hour(FIRST[1], 20)[: 20 * 21]])
    assert found[FIRST[1]].entry.status == "partial"
    assert "No flight ends in hour 21, 22, 23 (UTC)" in why(found[FIRST[1]])
    assert found[FIRST[2]].entry.status == "complete"


def test_quiet_place_is_not_taken_for_an_outage(collect):
    found = collect([row(f"2021-05-0{n}T10:00") for n in (1, 2, 2, 3, 4)])
    assert {records.entry.status for records in found.values()} == {"complete"}


def test_gap_the_publisher_knows_of_makes_the_day_partial(collect):
    found = collect(full(), gaps=lambda day: ("Nothing was recorded.",) if day.day == 2 else ())
    assert [records.entry.status for records in found.values()].count("partial") == 1
    assert why(found[FIRST[1]]) == "Nothing was recorded."


def test_damage_makes_every_day_partial_and_keeps_what_was_read(collect, monkeypatch):
    monkeypatch.setattr(csv_list, "BLOCK", 50_000)
    body = list_bytes(full(per_hour=20))
    found = collect([], body=body[: len(body) // 2])
    assert {records.entry.status for records in found.values()} == {"partial"}
    assert all("could be read: list.csv.gz at byte" in why(records) for records in found.values())
    assert len(found[FIRST[0]].flights) == 480


def test_list_of_which_nothing_can_be_read_is_refused(collect):
    with pytest.raises(BadPayload):
        collect([], body=list_bytes(full())[:12])


def test_list_with_too_many_rows_ends_early_and_says_so(collect, monkeypatch):
    monkeypatch.setattr(month, "MOST_ROWS", 100)
    monkeypatch.setattr(csv_list, "BLOCK", 5000)
    found = collect(full())
    assert "complete" not in {records.entry.status for records in found.values()}
    assert "over 100 rows" in why(found[FIRST[0]])


def test_entry_names_the_file_and_what_judged_it(collect):
    entry = collect(full())[FIRST[0]].entry
    assert entry.inputs[0].etag == '"tag"'
    assert (entry.filed_by, entry.fingerprint) == ("lastseen", "list.csv.gz 1 tag")
    assert "positions" not in entry.counts, "a list does not say how many there were"
    assert entry.counts["flights"] == entry.counts["aircraft"] == 72


def test_entry_names_the_airports_its_ends_were_judged_by(collect, monkeypatch):
    own = InputFile("airports.csv (OurAirports 2026-11-20)", 9, "1" * 64)
    monkeypatch.setattr(month, "airports_input", lambda: (own,))
    entry = collect(full())[FIRST[0]].entry
    assert [each.name for each in entry.inputs] == ["list.csv.gz", own.name]


def test_days_not_asked_for_take_no_room(tmp_path):
    path = tmp_path / "list.csv.gz"
    path.write_bytes(list_bytes(full()))
    with DaySpill((MAY[0], MAY[-1]), (MAY[0],), hour_of="lastseen") as spill:
        for batch in read_csv_list(path):
            spill.take(batch.rows)
        assert [day for day in MAY if spill.rows(day).num_rows] == [MAY[0]]
        assert spill.hours.sum() == 31 * 72


def test_list_of_a_round_number_of_rows_has_no_complete_day(collect):
    lines = full()
    assert {found.entry.status for found in collect(lines).values()} == {"complete"}
    cut = collect([*full(per_hour=2), *full()][:2000])
    assert {found.entry.status for found in cut.values()} == {"partial"}
    assert "ends at exactly 2,000 rows" in why(cut[FIRST[0]])

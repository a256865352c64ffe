"""A table of one's own as a source: what goes in, what is kept aside, which days count."""

from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest

from flights.archive import Archive
from flights.errors import BadPayload, InvalidInput
from flights.legs import join_departures
from flights.pull import plan_pull, run_pull
from flights.records import InputFile, LedgerEntry
from flights.sources import find_spec, open_source
from flights.sources.own_table import days, staging
from flights.sources.own_table.columns import values
from flights.sources.own_table.source import rejected_path

HEAD = "callsign,reg,from,to,dep_time,arr_time\n"
GOOD = (
    "CLX7304,LX-VCA,ELLX,ZSPD,2025-06-01 10:00Z,2025-06-01 21:00Z\n"
    "CLX7306,LX-VCB,LUX,PVG,2025-06-03 10:00Z,\n"
)
SPAN = "2025-06-01..2025-06-04"


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """The archive that the environment names."""
    return Archive(tmp_path / "archive")


@pytest.fixture
def put(tmp_path: Path, archive: Archive):
    """Import a table of these lines; the ledger afterwards."""

    def put(lines: str, *, refresh: bool = False, **options: str) -> dict[date, LedgerEntry]:
        path = tmp_path / "mine.csv"
        path.write_text(HEAD + lines, encoding="utf-8")
        source = open_source("table", **{"path": path, "name": "mine", **options})
        run_pull(plan_pull(source, archive, refresh=refresh), archive)
        return archive.read_ledger("table.mine")

    return put


def flights(archive: Archive) -> pd.DataFrame:
    return archive.load_flights(
        "table.mine", date(2025, 5, 1), date(2025, 7, 1), join=join_departures
    )


def test_covered_days_are_complete_also_where_nothing_flew(put, archive: Archive) -> None:
    ledger = put(GOOD, covers=SPAN)
    assert [entry.status for entry in ledger.values()] == ["complete"] * 4
    assert [entry.counts["flights"] for entry in ledger.values()] == [1, 0, 1, 0]
    assert all("declared" in " ".join(entry.reasons) for entry in ledger.values())
    assert ledger[date(2025, 6, 1)].scope == "table:mine"
    found = flights(archive)
    assert found["origin"].tolist() == ["ELLX", "ELLX"]
    assert found["destination"].tolist() == ["ZSPD", "ZSPD"]
    assert set(found["origin_evidence"]) == {"estimated"}
    assert found["lastseen"].isna().tolist() == [False, True]
    assert found["flags"].tolist() == ["no_icao24", "no_lastseen,no_icao24"]


def test_rows_are_judged_anew_where_other_airports_are_known(put, monkeypatch) -> None:
    """A field the shipped table lacks is taken in once a table that has it is named."""
    lines = GOOD + "CLX1,LX-VCC,ELLX,QQQB,2025-06-04 10:00Z,\n"
    assert put(lines, covers=SPAN)[date(2025, 6, 4)].status == "partial"
    own = InputFile("airports.csv (OurAirports 2026-11-20)", 9, "1" * 64)
    for module in (days, staging):
        monkeypatch.setattr(module, "airports_input", lambda: (own,))
    shipped = values.load_airports()
    extra = shipped.rename(index={"LFSB": "QQQB"}).loc[["QQQB"]]
    monkeypatch.setattr(values, "load_airports", lambda: pd.concat([shipped, extra]))
    monkeypatch.setitem(values.READERS, "destination", values.read_airport)  # as a new process
    entry = put(lines, covers=SPAN, refresh=True)[date(2025, 6, 4)]
    assert (entry.status, entry.counts["flights"]) == ("complete", 1)
    assert own in entry.inputs


def test_days_nobody_vouched_for_are_partial(put) -> None:
    ledger = put(GOOD)
    assert [day.day for day in ledger] == [1, 3]
    assert {entry.status for entry in ledger.values()} == {"partial"}
    assert "does not say which days it covers" in " ".join(ledger[date(2025, 6, 1)].reasons)


def test_day_outside_the_covered_ones_is_partial(put) -> None:
    ledger = put(GOOD, covers="2025-06-03..2025-06-04")
    assert [entry.status for entry in ledger.values()] == ["partial", "complete", "complete"]
    assert "outside" in " ".join(ledger[date(2025, 6, 1)].reasons)


def test_bad_row_makes_its_day_partial_and_no_other(put, archive: Archive) -> None:
    ledger = put(GOOD + "CLX1,LX-VCC,XXX,PVG,2025-06-04 10:00Z,\n", covers=SPAN)
    assert [entry.status for entry in ledger.values()] == ["complete"] * 3 + ["partial"]
    entry = ledger[date(2025, 6, 4)]
    assert entry.counts["dropped_rows"] == 1
    assert entry.counts["dropped_in_table_origin"] == 1
    assert "1 row of this day could not be imported." in entry.reasons
    assert len(flights(archive)) == 2


def test_row_without_a_time_leaves_no_day_complete(put) -> None:
    ledger = put(GOOD + "CLX1,LX-VCC,LUX,PVG,soon,\n", covers=SPAN)
    assert {entry.status for entry in ledger.values()} == {"partial"}
    assert "without a readable day" in " ".join(ledger[date(2025, 6, 2)].reasons)


def test_rows_declared_to_be_no_flights_leave_days_complete(put) -> None:
    ledger = put(GOOD + "Total,,,,two,\n", covers=SPAN, bad_rows="no-flights")
    assert {entry.status for entry in ledger.values()} == {"complete"}
    assert "declared to be no flights" in " ".join(ledger[date(2025, 6, 2)].reasons)


def test_bad_rows_lie_in_a_file_with_line_and_reason(put, archive: Archive) -> None:
    put(GOOD + '"=HYPERLINK(""x"")",,LUX,PVG,soon,\n' + GOOD, covers=SPAN)
    file = rejected_path(archive.root, "table.mine", Path("mine.csv"))
    assert file == archive.root / "rejected" / "table.mine" / "mine.csv"
    kept = pd.read_csv(file)
    assert kept["line"].tolist() == [4, 5, 6]
    assert kept["reason"].str.contains("time of departure").tolist() == [True, False, False]
    assert kept["reason"].str.contains("repeats an earlier row").tolist() == [False, True, True]
    assert kept["callsign"][0] == '\'=HYPERLINK("x")'
    put(GOOD, covers=SPAN, refresh=True)
    assert not file.exists()


def test_repeated_rows_are_counted_and_do_not_spoil_a_day(put, archive: Archive) -> None:
    ledger = put(GOOD + GOOD, covers=SPAN)
    assert {entry.status for entry in ledger.values()} == {"complete"}
    assert ledger[date(2025, 6, 1)].counts["dropped_in_table_duplicate"] == 2
    assert len(flights(archive)) == 2


def test_unknown_airport_may_be_kept_as_an_unknown_end(put, archive: Archive) -> None:
    row = "CLX1,LX-VCC,XXX,PVG,2025-06-04 10:00Z,\n"
    ledger = put(GOOD + row, covers=SPAN, unknown_airports="keep")
    assert {entry.status for entry in ledger.values()} == {"complete"}
    assert "origin with an unknown airport code" in " ".join(ledger[date(2025, 6, 4)].reasons)
    last = flights(archive).iloc[-1]
    assert (last["origin_evidence"], last["destination_evidence"]) == ("lost", "estimated")


def test_import_replaces_complete_days_only_when_told_to(put, archive: Archive) -> None:
    put(GOOD, covers=SPAN)
    other = GOOD.replace("ZSPD", "OMDB")
    put(other, covers=SPAN)
    assert flights(archive)["destination"].tolist() == ["ZSPD", "ZSPD"]
    put(other, covers=SPAN, refresh=True)
    assert flights(archive)["destination"].tolist() == ["OMDB", "ZSPD"]


def test_broken_table_writes_no_day(tmp_path: Path, archive: Archive) -> None:
    path = tmp_path / "mine.csv"
    lines = HEAD + GOOD * 40_000
    path.write_text(lines + 'CLX9,"a quote left open,\n', encoding="utf-8")
    source = open_source("table", path=path, name="mine")
    with pytest.raises(BadPayload, match="line 80002"):
        plan_pull(source, archive)
    assert archive.sources() == []


def test_file_changed_between_look_and_import_writes_no_flight(
    tmp_path: Path, archive: Archive
) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(HEAD + GOOD, encoding="utf-8")
    source = open_source("table", path=path, name="mine", covers=SPAN)
    plan = plan_pull(source, archive)
    path.write_text(HEAD + GOOD.replace("ZSPD", "OMDB"), encoding="utf-8")
    run_pull(plan, archive, clock=lambda: datetime(2051, 1, 1, tzinfo=UTC))
    ledger = archive.read_ledger("table.mine")
    assert {entry.status for entry in ledger.values()} == {"failed"}
    assert "has changed since" in " ".join(ledger[date(2025, 6, 1)].reasons)
    assert flights(archive).empty


def test_table_without_a_flight_is_refused_with_the_reasons(put) -> None:
    with pytest.raises(InvalidInput, match=r"none of them is a flight.*cannot be read") as told:
        put("CLX1,LX-VCC,LUX,PVG,soon,\n", columns="firstseen=dep_time")
    assert "firstseen = dep_time" in str(told.value)


def test_simulated_days_never_come_in_as_observation(put) -> None:
    with pytest.raises(InvalidInput, match="SIMULATED"):
        put("CLX1,LX-VCC,LUX,PVG,2050-06-01 10:00Z,\n")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"name": "My List"}, "lower-case letters"),
        ({"zone": "Moon/Crater"}, "not a known time zone"),
        ({"zone": "localtime"}, "not a known time zone"),
        ({"dates": "guess"}, "must be one of"),
        ({"covers": "June"}, "not a range of days"),
        ({"covers": "2025-06-04..2025-06-01"}, "before they begin"),
        ({"covers": "0001-01-01..9999-12-31"}, "sixty years"),
        ({"unknown_airports": "x"}, "must be one of"),
        ({"columns": "firstseen=nope"}, "no column 'nope'"),
        ({"columns": "when=dep_time"}, "not a pair MEANING=COLUMN"),
        ({"columns": "firstseen="}, "no column for the time of departure"),
        ({"columns": "callsign=,registration="}, "no column that identifies the aircraft"),
    ],
)
def test_option_that_cannot_be_followed_is_named(put, options: dict, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        put(GOOD, **options)


def test_two_tables_stand_side_by_side(put, archive: Archive) -> None:
    put(GOOD)
    put(GOOD.replace("ZSPD", "OMDB"), name="other")
    assert archive.sources() == ["table.mine", "table.other"]
    assert find_spec("table.other").title == "Own table: other"
    assert find_spec("table.other").scope == "table:other"

"""The block of the Data page that imports a table, run without a browser."""

import re
import time
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analysis.blocks.flight_request import request_for
from flights.archive import Archive
from flights.legs import join_departures
from flights.pull import plan_pull, run_pull
from flights.pull.background import list_pulls
from flights.regions import parse_region
from flights.routes import Route, load_route
from flights.sources import open_source

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
ROWS = (
    "Flight;Reg;From;To;Departure;Arrival\n"
    "CLX7304;LX-VCA;LUX;PVG;2025-06-01 12:00;2025-06-01 23:00\n"
    "<b>CLX7306;LX-VCB;LUX;PVG;2025-06-02 12:00;\n"
    "CLX7306;LX-VCB;Luxembourg;PVG;2025-06-03 12:00;\n"
)


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    """An empty archive that the page opens."""
    monkeypatch.setenv("FLIGHTS_ARCHIVE", str(tmp_path / "mine"))
    return Archive(tmp_path / "mine")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "My list.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


@pytest.fixture
def page(archive: Archive, table: Path) -> AppTest:
    """The block with the table named."""

    def script() -> None:
        from analysis.blocks import loaders
        from analysis.blocks.data import import_panel

        import_panel.show_import(loaders.open_archive())

    app = AppTest.from_function(script, default_timeout=60).run()
    app.segmented_control(key="i_how").set_value("Use a file on this computer").run()
    return app.text_input(key="i_path").set_value(str(table)).run()


def _said(app: AppTest) -> str:
    texts = [*app.markdown, *app.caption, *app.warning, *app.success]
    blocks = [each.proto.body for each in app.get("html")]
    return " ".join(blocks) + " ".join(str(each.value) for each in texts).replace("\\", "")


def _by_label(app: AppTest, label: str):
    (found,) = [each for each in app.selectbox if each.label == label]
    return found


def _press(app: AppTest, label: str) -> AppTest:
    (button,) = [each for each in app.button if each.label == label]
    return button.click().run()


def test_guess_is_shown_and_can_be_changed(page: AppTest) -> None:
    assert not page.exception
    assert _by_label(page, "Time of departure").value == "Departure"
    assert _by_label(page, "Origin").value == "From"
    assert _by_label(page, "Operator").value == ""
    (name,) = [each for each in page.text_input if each.label == "Name"]
    assert name.value == "my-list"
    shown = page.dataframe[0].value
    assert shown["Origin"].tolist() == ["ELLX", "ELLX", ""]
    assert shown["Callsign"].tolist()[1] == "<b>CLX7306"
    _by_label(page, "Origin").set_value("").run()
    assert "Origin" not in page.dataframe[0].value


def test_times_without_a_zone_ask_for_it(page: AppTest) -> None:
    before = page.dataframe[0].value["Time of departure (UTC)"].tolist()[0]
    page.selectbox(key="i_zone").set_value("Europe/Luxembourg").run()
    after = page.dataframe[0].value["Time of departure (UTC)"].tolist()[0]
    assert (before, after) == ("2025-06-01 12:00:00", "2025-06-01 10:00:00")


def test_column_that_is_needed_is_asked_for(page: AppTest) -> None:
    _by_label(page, "Time of departure").set_value("").run()
    assert "no column for the time of departure" in _said(page)
    assert not [each for each in page.button if each.label == "Check the whole table"]


def test_unreadable_file_is_a_sentence(page: AppTest, tmp_path: Path) -> None:
    other = tmp_path / "book.xlsx"
    other.write_bytes(b"PK\x03\x04 and more")
    page.text_input(key="i_path").set_value(str(other)).run()
    assert "save the sheet as CSV" in _said(page)
    assert not page.exception


def test_names_of_columns_are_shown_and_never_followed(page: AppTest, table: Path) -> None:
    link = "![x](http://example.org/x.png)"
    table.write_text(ROWS.replace("Departure", link).replace("12:00", "soon"), encoding="utf-8")
    page.run()
    (warning,) = page.warning
    assert "no column for the time of departure" in _said(page)
    assert link not in warning.value
    assert link in _said(page)


def test_import_runs_on_its_own_and_ends_in_a_question(page: AppTest, archive: Archive) -> None:
    _press(page, "Check the whole table")
    assert "2 flights on 2 days" in _said(page)
    assert "1 row rejected: 1 row has an origin" in _said(page)
    page.radio(key="i_covers").set_value("Yes").run()
    _press(page, "Import")
    give_up = time.monotonic() + 90
    while list_pulls(archive)[0].state == "running" and time.monotonic() < give_up:
        time.sleep(0.2)
    page.run()
    ledger = archive.read_ledger("table.my-list")
    assert {entry.status for entry in ledger.values()} == {"complete"}
    assert list(ledger) == [date(2025, 6, 1), date(2025, 6, 2)]
    assert "“Own table: my-list” has 2 flights on 2 days, 2 of them complete" in _said(page)
    assert "Rejected rows (1) are in rejected/table.my-list/My list.csv" in _said(page)
    assert [each for each in page.button if each.label == "Ask a question about this table"]
    assert "already has 2 days with this name" in _said(page)


def test_dates_that_could_be_either_are_asked_for(page: AppTest, table: Path) -> None:
    table.write_text(re.sub(r"2025-06-0\d", "03/04/2025", ROWS), encoding="utf-8")
    page.run()
    _press(page, "Check the whole table")
    assert "day and month of firstseen are ambiguous" in _said(page)
    page.selectbox(key="i_dates").set_value("day-first").run()
    assert page.dataframe[0].value["Time of departure (UTC)"].tolist()[0].startswith("2025-04-03")


@pytest.fixture
def held(archive: Archive, table: Path) -> Archive:
    """The archive with the table in it: two flights, the second without an arrival."""
    source = open_source("table", path=table, name="mine", covers="2025-06-01..2025-06-02")
    run_pull(plan_pull(source, archive), archive)
    return archive


def _open(page: str, query: dict[str, str]) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    return app.switch_page(f"analysis/views/{page}.py").run()


def test_flight_of_a_table_without_an_arrival_can_be_opened(held: Archive) -> None:
    flights = held.load_flights(
        "table.mine", date(2025, 6, 1), date(2025, 6, 2), join=join_departures
    )
    told = [_open("flight", request_for(row).to_query()) for _, row in flights.iterrows()]
    for app in told:
        assert not app.exception and not app.warning
        assert "The archive has no positions of this flight." in _said(app)
    first, second = map(_said, told)
    assert "1 Jun 2025 12:00 to 23:00 UTC" in first and "until when is not known" not in first
    assert "From ELLX (" in second and "2 Jun 2025 12:00 UTC, until when is not known" in second
    assert "&lt;b&gt;CLX7306" in second


def test_table_flight_that_ends_nowhere_excludes_nothing(held: Archive, table: Path) -> None:
    text = "Flight;Hex;From;To;Departure;Arrival\n" + "".join(
        f"CLX73{n};4d0103;LUX;{to};2025-06-0{n} 12:00;\n" for n, to in ((1, "PVG"), (2, ""))
    )
    table.write_text(text + "CLX799;4d0103;PVG;LUX;2025-06-02 18:00;\n", encoding="utf-8")
    source = open_source("table", path=table, name="ends", covers="2025-06-01..2025-06-02")
    run_pull(plan_pull(source, held), held)
    query = {"source": "table.ends", "icao24": "4d0103", "around": "2025-06-02T12:00"}
    said = _said(_open("flight", query | {"region": "country:IR"}))
    assert "In flight from ELLX" in said and "until when is not known" in said
    assert "A landing in Iran cannot be excluded" in said
    assert "No airport can be excluded" in said
    assert "no record of it" not in said and " nan" not in said
    route = Route(parse_region("country:LU"), parse_region("country:IR"), "")
    days = {"first": date(2025, 6, 1), "last": date(2025, 6, 2)}
    flights = load_route(held, route, source="table.ends", **days).flights
    (why,) = flights["why"][flights["callsign"] == "CLX732"]
    assert "the end of its flight is not known: Iran cannot be excluded." in why

"""The Flight page and the inspector on the Study page, run without a browser."""

import json
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import made_stories as made
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from analysis.blocks.flight_request import request_for
from flights import CONTENTS_SENTENCE
from flights.archive import Archive
from flights.evidence import describe_flight_briefly, load_flight_report
from flights.legs import join_departures
from flights.records import DayRecords, LedgerEntry, empty_table

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
Open = Callable[..., AppTest]
DAY = date(2050, 10, 7)
CHINA_LUXEMBOURG = {
    "source": "simulated",
    "first": "2050-09-26",
    "last": "2050-10-21",
    "origin": "country:CN",
    "destination": "country:LU",
    "events": "2050-10-06 A fair",
}


@pytest.fixture(scope="module")
def lost(weeks: Path) -> pd.Series:
    """A flight that was lost and whose airframe was heard again."""
    flights = Archive(weeks).load_flights(
        "simulated", DAY, DAY + timedelta(days=2), join=join_departures
    )
    flights = flights.sort_values(["icao24", "firstseen"])
    alone = flights["destination_evidence"] == "lost"
    soon = flights.groupby("icao24")["firstseen"].shift(-1) - flights["lastseen"]
    return flights[alone & (soon < pd.Timedelta(hours=20))].iloc[0]


def _html(app: AppTest) -> str:
    return " ".join(element.proto.body for element in app.get("html"))


def _said(app: AppTest) -> str:
    texts = [*app.markdown, *app.caption, *app.warning, *app.title, *app.subheader]
    return _html(app) + " ".join(str(each.value) for each in texts)


def test_address_opens_the_flight_with_everything_about_it(
    open_page: Open, lost: pd.Series
) -> None:
    app = open_page(request_for(lost, "country:IR").to_query(), page="flight")
    assert not app.exception and not app.warning
    said = _html(app)
    assert "SIMULATED · made-up flights" in said and CONTENTS_SENTENCE in said
    assert 'class="brief">Last heard' in said and "A landing in Iran in between" in said
    assert said.index("Report of the flight") < said.index("Flights before and after")
    assert (
        said.index("Flights before and after")
        < said.index("Is this flight usual?")
        < said.index('class="facts"')
    )
    deck = json.loads(app.get("deck_gl_json_chart")[0].proto.json)
    assert {"track", "unheard", "lost", "reach", "candidates", "shade", "simulated"} <= {
        layer["id"] for layer in deck["layers"]
    }
    assert "SIMULATED" in app.get("vega_lite_chart")[0].proto.spec
    assert app.selectbox(key="f_region").value == "country:IR"


def test_story_takes_less_than_a_second(weeks: Path, lost: pd.Series) -> None:
    archive, asked = Archive(weeks), request_for(lost)
    spent = []
    for _ in range(3):
        start = time.process_time()
        story = load_flight_report(archive, asked.source, asked.icao24, asked.around)
        describe_flight_briefly(story)
        spent.append(time.process_time() - start)
    assert min(spent) < 1.0


def test_simulated_flights_have_no_public_viewer(open_page: Open, lost: pd.Series) -> None:
    app = open_page(request_for(lost).to_query(), page="flight")
    assert "globe.adsb" not in _said(app)


def test_chain_leads_to_the_neighbouring_flights(open_page: Open, lost: pd.Series) -> None:
    app = open_page(request_for(lost, "country:IR").to_query(), page="flight")
    said = _html(app)
    button = next(each for each in app.button if str(each.key).startswith("to-"))
    app = button.click().run()
    assert not app.exception
    query = {name: "".join(value) for name, value in app.query_params.items()}
    assert (query["icao24"], query["region"]) == (lost["icao24"], "country:IR")
    assert query["around"] == app.text_input(key="f_around").value
    assert _html(app) != said


def test_page_without_a_flight_says_how_to_name_one(open_page: Open) -> None:
    app = open_page(page="flight")
    assert not app.exception
    assert "Enter the address of an aircraft" in _said(app)
    assert CONTENTS_SENTENCE in _html(app)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"icao24": "zzz"}, "six hex digits"),
        ({"around": "noon"}, "is not a time"),
        ({"icao24": "abcdef"}, "no flight of abcdef"),
        ({"region": "contry:IR"}, "contry"),
    ],
)
def test_broken_address_gets_a_sentence_and_a_way_out(
    open_page: Open, lost: pd.Series, change: dict[str, str], says: str
) -> None:
    app = open_page(request_for(lost).to_query() | change, page="flight")
    assert not app.exception
    assert says in app.warning[0].value
    assert [each.label for each in app.button] == ["See the days in the archive"]
    assert CONTENTS_SENTENCE in _html(app)


def test_typing_another_moment_moves_the_address(open_page: Open, lost: pd.Series) -> None:
    app = open_page(request_for(lost).to_query(), page="flight")
    app.text_input(key="f_around").set_value("2050-10-08T06:00").run()
    assert not app.exception
    assert app.query_params["around"] in ("2050-10-08T06:00", ["2050-10-08T06:00"])


@pytest.fixture
def real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The Flight page on an archive that is not simulated; the callsign is nobody's friend."""
    rows = made.make_frame(made.make_flight(callsign="<b>[x](y)"), made.make_next(callsign="*A*"))
    rows["longest_silence_s"] = 90
    tables = {name: empty_table(name) for name in ("edges", "tracks", "reception")}
    entry = LedgerEntry("readsb", made.START.date(), "complete")
    Archive(tmp_path).write_day(DayRecords(entry=entry, flights=rows, **tables))
    monkeypatch.setenv("FLIGHTS_ARCHIVE", str(tmp_path))
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in request_for(rows.iloc[0]).to_query().items():
        app.query_params[name] = value
    return app.switch_page("analysis/views/flight.py").run()


def test_text_from_a_radio_is_never_markup(real: AppTest) -> None:
    assert not real.exception
    assert "<b>" not in _html(real) and "&lt;b&gt;[x](y)" in _html(real)
    (button,) = real.button
    assert button.label == r"\*A\* UAAA → VHHH"


def test_observed_flights_are_linked_to_public_viewers(real: AppTest) -> None:
    said = _said(real)
    assert "https://globe.adsb.lol/?icao=4d0113&showTrace=2050-02-28" in said
    assert "https://globe.adsbexchange.com/?icao=4d0113&showTrace=2050-02-28" in said
    assert "SIMULATED" not in said
    assert "This archive has no complete day before it" in said


def test_source_without_reception_says_that_it_is_not_known(real: AppTest) -> None:
    assert "reception there is not known" in _html(real)
    deck = json.loads(real.get("deck_gl_json_chart")[0].proto.json)
    assert "shade" not in {layer["id"] for layer in deck["layers"]}


def test_study_says_what_lies_outside_its_bounds(open_page: Open) -> None:
    said = _html(open_page(CHINA_LUXEMBOURG))
    assert "Both numbers count only flights that receivers heard." in said


def test_study_lists_the_lost_flights_that_cannot_have_been_there(open_page: Open) -> None:
    app = open_page(CHINA_LUXEMBOURG | {"destination": "country:BR"})
    if app.warning:  # no flight of the grade: the page offers a lower one, and still lists these
        assert "Receivers heard no flight of this cargo grade" in app.warning[0].value
    (label,) = [each.label for each in app.expander if each.label.startswith("Lost flights")]
    count = int(label.rpartition("(")[2].rstrip(")"))
    assert count > 0
    table = app.table[0].value
    assert table["flights"].sum() == count
    assert "destination: heard again too soon for a landing in Brazil" in set(table["why"])


def test_map_of_the_study_dots_lost_ends_and_shades_quiet_cells(open_page: Open) -> None:
    app = open_page(CHINA_LUXEMBOURG)
    layers = {
        each["id"]: each
        for each in json.loads(app.get("deck_gl_json_chart")[0].proto.json)["layers"]
    }
    assert layers["unheard"]["data"] and layers["shade"]["data"] and layers["lost"]["data"]
    assert "Grey areas: receivers heard few aircraft or none" in _said(app)

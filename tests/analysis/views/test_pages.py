"""The pages, run without a browser."""

import json
import os
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import made_results as made
import pytest
from streamlit.testing.v1 import AppTest

from analysis.blocks import loaders
from analysis.blocks.study import first_visit
from analysis.study import StudyResult, format_date
from flights import CONTENTS_SENTENCE
from flights.archive import Archive
from flights.errors import ArchiveError
from flights.pull import DayProgress, PullProgress, background
from flights.pull.run import without_data
from flights.records import LedgerEntry
from flights.sources import SOURCES, find_spec

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
Open = Callable[..., AppTest]
QUERY = {
    "source": "simulated",
    "first": "2050-09-26",
    "last": "2050-10-21",
    "origin": "country:CO",
    "destination": "country:NL",
    "events": "2050-10-06 A fair",
}


def _html(app: AppTest) -> str:
    return " ".join(element.proto.body for element in app.get("html"))


def _said(app: AppTest) -> str:
    texts = [*app.markdown, *app.caption, *app.warning, *app.info, *app.title, *app.subheader]
    return _html(app) + " ".join(str(each.value) for each in texts)


def _press(app: AppTest, label: str) -> AppTest:
    (button,) = [each for each in app.button if each.label == label]
    return button.click().run()


@pytest.mark.parametrize("page", ["study", "data", "about"])
def test_every_page_carries_the_sentence_and_simulated(open_page: Open, page: str) -> None:
    app = open_page(page=page)
    assert not app.exception
    assert CONTENTS_SENTENCE in _said(app)
    assert "SIMULATED" in _html(app)


def test_first_page_answers_the_first_ready_question(open_page: Open) -> None:
    app = open_page()
    assert 'aria-label="Verdict"' in _html(app)
    assert app.selectbox(key="q_origin").value == "country:KE"
    assert "Kenya" in app.selectbox(key="q_origin").options
    charts = app.get("vega_lite_chart")
    assert "Kenya" in charts[0].proto.spec
    deck = json.loads(app.get("deck_gl_json_chart")[0].proto.json)
    assert {"land", "regions", "pairs", "lost", "simulated"} <= {x["id"] for x in deck["layers"]}
    labels = {each.proto.label for each in app.get("download_button")}
    assert {"Report", "Table", "Chart", "Study file"} <= labels


def test_address_restores_the_view(open_page: Open) -> None:
    app = open_page(QUERY)
    assert app.selectbox(key="q_origin").value == "country:CO"
    assert app.selectbox(key="q_destination").value == "country:NL"
    assert str(app.date_input(key="q_event").value) == "2050-10-06"
    assert app.text_input(key="q_name").value == "A fair"
    assert app.session_state["study"].origin == "country:CO"


def test_changing_a_word_changes_the_address_and_the_answer(open_page: Open) -> None:
    app = open_page()
    before = app.session_state["study"]
    assert before.title
    app.selectbox(key="q_origin").set_value("country:CO").run()
    assert app.query_params["origin"] in ("country:CO", ["country:CO"])
    assert app.session_state["study"].title == ""
    assert not app.session_state["study"].exploratory
    assert "Colombia" in app.get("vega_lite_chart")[0].proto.spec


def test_typed_regions_are_read(open_page: Open) -> None:
    app = open_page(QUERY | {"origin": "airport:SKBO"})
    assert app.session_state["study"].origin == "airport:SKBO"
    assert not app.warning


def test_second_look_at_the_same_dates_is_called_exploratory(open_page: Open) -> None:
    app = open_page(QUERY)
    assert "exploratory" not in _html(app)
    app.selectbox(key="q_window").set_value(7).run()
    assert app.session_state["study"].exploratory
    app.selectbox(key="q_origin").set_value("country:KE").run()
    assert not app.session_state["study"].exploratory


def test_detour_over_other_places_is_no_way_around_the_label(open_page: Open) -> None:
    app = open_page(QUERY)
    app.selectbox(key="q_origin").set_value("country:KE").run()
    app.selectbox(key="q_grade").set_value("certain").run()
    assert app.session_state["study"].exploratory
    app.selectbox(key="q_origin").set_value("country:CO").run()
    assert app.session_state["study"].exploratory  # first looked at with another grade
    assert "exploratory" in _html(app)


def test_button_that_changes_the_grade_makes_the_answer_exploratory(open_page: Open) -> None:
    app = open_page(QUERY | {"destination": "country:NZ"})
    (button,) = [each for each in app.button if each.label == "Also count possible cargo"]
    button.click().run()
    study = app.session_state["study"]
    assert study.min_grade == "possible" and study.exploratory


def test_tries_are_counted(open_page: Open) -> None:
    app = open_page(QUERY)
    app.selectbox(key="q_origin").set_value("country:KE").run()
    assert "windows: 1, grades: 1, regions: 2, dates: 1" in _said(app)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"origin": "contry:CO"}, "contry"),
        ({"origin": "country:XX"}, "XX"),
        ({"first": "yesterday"}, "yesterday"),
        ({"source": "radar"}, "radar"),
        ({"window": "15"}, "15"),
        ({"events": ""}, "no event"),
        ({"events": "2051-01-01"}, "2051-01-01"),
    ],
)
def test_broken_address_gets_a_sentence_and_a_way_out(
    open_page: Open, change: dict[str, str], says: str
) -> None:
    app = open_page(QUERY | change)
    assert not app.exception
    assert says in app.warning[0].value
    assert CONTENTS_SENTENCE in _html(app)
    assert 'aria-label="Verdict"' in _html(_press(app, "Open a ready question"))


def test_event_outside_the_days_gets_a_sentence(open_page: Open) -> None:
    app = open_page(QUERY)
    app.date_input(key="q_last").set_value(date(2050, 10, 1)).run()
    assert not app.exception
    assert "6 Oct 2050" in app.warning[0].value or "2050-10-06" in app.warning[0].value


def test_route_without_flights_offers_a_lower_grade(open_page: Open) -> None:
    app = open_page(QUERY | {"origin": "country:FJ", "destination": "country:IS"})
    assert "Receivers heard no flight of this cargo grade" in app.warning[0].value
    app = _press(app, "Also count possible cargo")
    assert app.session_state["study"].min_grade == "possible"
    assert app.selectbox(key="q_grade").value == "possible"


def test_days_that_are_not_held_offer_those_that_are(open_page: Open) -> None:
    early = {"first": "2050-02-01", "last": "2050-04-01", "events": "2050-03-01"}
    app = open_page(QUERY | early)
    assert "26 Sep 2050 to 21 Oct 2050" in app.warning[0].value
    app = _press(app, "Use the days in the archive")
    study = app.session_state["study"]
    assert (str(study.first), str(study.last)) == ("2050-09-26", "2050-10-21")
    assert 'aria-label="Verdict"' in _html(app)


def test_source_that_is_not_held_offers_the_data_page(open_page: Open) -> None:
    app = open_page(QUERY | {"source": "readsb"})
    assert "has no data from" in app.warning[0].value
    assert "SIMULATED" not in _html(app)
    assert [each.label for each in app.button if each.label == "Get data"]


def _note_pull(root: Path, state: str, message: str = "") -> str:
    """A pull as its own process would note it; this process stands in for it."""
    days = (DayProgress(date(2050, 1, 1), "complete", 1.0), DayProgress(date(2050, 1, 2)))
    mark = background.mark_process(os.getpid())
    pull = PullProgress(
        f"1-{state}", "simulated", state, message, os.getpid(), mark, seconds_left=75.0, days=days
    )
    background.write_progress(root, pull)
    return pull.id


@pytest.mark.parametrize(
    ("state", "again"),
    [("running", True), ("failed", True), ("finished", False), ("cancelled", False)],
)
def test_world_that_was_broken_off_is_taken_up_again(weeks: Path, state: str, again: bool) -> None:
    pull_id = _note_pull(weeks, state)
    try:
        assert first_visit.lacks_world(Archive(weeks)) is again
    finally:
        (weeks / "pulls" / f"{pull_id}.json").unlink()


@pytest.mark.parametrize("page", ["data", "about"])
def test_other_pages_open_where_nothing_is_held(
    open_page: Open, page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    monkeypatch.setenv("FLIGHTS_ARCHIVE", str(tmp_path / "none"))
    app.switch_page(f"analysis/views/{page}.py").run()
    assert not app.exception
    assert CONTENTS_SENTENCE in _html(app)


def _everything(monkeypatch: pytest.MonkeyPatch) -> StudyResult:
    """Every study is answered by one result that has all there can be."""
    full = made.with_everything(made.make_result("upper only"))
    flights = made.make_evidence(made.CASES["upper only"]).flights
    monkeypatch.setattr(loaders, "_load_answer", lambda *_: (full, flights, flights.iloc[:0]))
    return full


def test_several_dates_stand_each_with_its_answer(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = _everything(monkeypatch)
    app = open_page()
    assert not app.exception
    said = _html(app)
    for other in full.others:
        assert f'aria-label="{format_date(other.event)}' in said
    assert "All dates combined" in said
    assert said.count("Adjusted for all 3 dates (Holm)") == 3
    assert "would probably be noticed" in said
    charts = [each.proto.spec for each in app.get("vega_lite_chart")]
    assert len(charts) == 3 and "all together" in charts[2]


def test_one_part_behind_the_answer_is_made_at_a_time(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = _everything(monkeypatch)
    app = open_page()
    labels = [tab.label for tab in app.tabs]
    assert labels == [
        "All dates",
        "Other windows",
        "Other routes from China",
        "Who flies this route",
        "All numbers",
        "Changes of level (exploratory)",
    ]
    assert "Exploratory: a search" not in _html(app)
    wanted = {
        labels[1]: "Not adjusted, adjusted, adjusted twice",
        labels[2]: "Place 39",
        labels[3]: "of the year before in this study",
        labels[4]: "Weekday factors",
        labels[5]: "Exploratory: a search",
    }
    for label, words in wanted.items():
        app.session_state[f"behind-{full.study_hash}"] = label
        assert words in _html(app.run())
        assert not app.exception


def test_every_chart_has_its_table_one_click_away(open_page: Open) -> None:
    app = open_page(QUERY)
    assert "signed root deviance" not in _html(app)
    app.session_state["table-These days as a table"] = True
    said = _html(app.run())
    assert not app.exception
    assert "<caption>Flights per UTC day</caption>" in said and "26 Sep 2050" in said


def test_about_says_where_the_method_fails(open_page: Open) -> None:
    said = _said(open_page(page="about"))
    for words in ("about 70 %", "elasticity", "thin route", "one year of history", "Holm"):
        assert words in said.replace("\n  ", "\n"), words
    text, _, listed = said.partition("### References")
    links = re.findall(r"^(\d+)\. .*?\]\(https://\S+\)", listed, re.MULTILINE | re.DOTALL)
    cited = set(re.findall(r"\[(\d+)\]", text))
    assert {"1", "2", "3", "4", "5", "6", "7"} <= cited <= set(links)
    assert len(said.split()) < 2000


def test_about_names_every_source_with_its_licence(open_page: Open) -> None:
    said = _said(open_page(page="about"))
    for spec in map(find_spec, SOURCES):
        assert spec.title in said and spec.licence in said


def test_first_visit_makes_the_simulated_world(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLIGHTS_ARCHIVE", str(tmp_path / "new"))
    asked = []

    def build(archive: Archive) -> None:
        asked.append(archive.root)
        day = find_spec("simulated").first_day
        assert day is not None
        entry = LedgerEntry("simulated", day, "missing", ("Not made in this test.",))
        archive.write_day(without_data(entry))

    monkeypatch.setattr(first_visit, "build_world", build)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    assert asked == [tmp_path / "new"]
    assert not app.exception


def test_world_that_cannot_be_made_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLIGHTS_ARCHIVE", str(tmp_path / "new"))

    def build(archive: Archive) -> None:
        raise ArchiveError("The disk is full; free some space.")

    monkeypatch.setattr(first_visit, "build_world", build)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    assert not app.exception
    assert app.warning[0].value == "The disk is full; free some space."


def test_pages_are_short_scripts() -> None:
    for path in (ROOT / "analysis" / "views").glob("*.py"):
        assert len(path.read_text("utf-8").splitlines()) < 120, path.name

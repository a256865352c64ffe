"""The Data page without a browser: calendars, what a study lacks, the form, pulls."""

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from analysis.blocks.data import pull_form, pull_watch
from flights.archive import Archive
from flights.errors import SourceUnavailable
from flights.planning import ways
from flights.pull import DayProgress, PullProgress, background
from flights.pull.run import without_data
from flights.records import LedgerEntry
from flights.sources import SOURCES, Offer, find_spec, narrow

pytestmark = pytest.mark.slow

Open = Callable[..., AppTest]
QUERY = {
    "source": "simulated",
    "first": "2050-09-26",
    "last": "2050-10-25",
    "origin": "country:CO",
    "destination": "country:NL",
    "events": "2050-10-06 A fair",
}
REAL = QUERY | {
    "source": "readsb",
    "first": "2025-01-06",
    "last": "2025-06-26",
    "origin": "country:CN",
    "destination": "airport:ELLX",
    "events": "2025-06-13",
}


def _said(app: AppTest) -> str:
    texts = [*app.markdown, *app.caption, *app.warning, *app.info, *app.subheader]
    return " ".join(str(each.value) for each in texts)


def _reasons(app: AppTest) -> list[str]:
    """Tables of days that did not come, as HTML."""
    found = [each.proto.body for each in app.get("html")]
    found = [text.replace("\N{NO-BREAK SPACE}", " ") for text in found]
    return [text for text in found if '<table class="reasons">' in text]


def _open_study_then_data(open_page: Open, query: dict[str, str]) -> AppTest:
    app = open_page(query)
    return app.switch_page("analysis/views/data.py").run()


@contextmanager
def _pull_noted(root: Path, pull: PullProgress, **asked: Any) -> Iterator[PullProgress]:
    """A pull as its own process would note it; this process stands in for it."""
    pid = os.getpid()
    noted = replace(pull, pid=pid, process=background.mark_process(pid))
    path = root / "pulls" / f"{pull.id}.json"
    try:
        background.write_progress(root, noted)
        if asked:
            path.with_suffix(".asked").write_text(json.dumps(asked), "utf-8")
        yield noted
    finally:
        for each in (root / "pulls").glob(f"{pull.id}.*"):
            each.unlink()


DAYS = (
    DayProgress(date(2050, 1, 1), "complete", 1.0, "", 1000, 50, 5),
    DayProgress(date(2050, 1, 2), "running", 0.5, "waiting 40 s: the server asks to", 1000),
)
RUNNING = PullProgress("1-a", "simulated", "running", seconds_left=75.0, days=DAYS)


def test_calendar_of_the_source_and_days_the_study_lacks(open_page: Open) -> None:
    app = _open_study_then_data(open_page, QUERY)
    assert not app.exception
    chart = json.loads(app.get("vega_lite_chart")[0].proto.spec)
    assert "SIMULATED · days in the archive" in chart["title"]["text"]
    assert "22 Oct 2050 – 25 Oct 2050" in _reasons(app)[0]
    assert "Ways to get the data" not in _said(app)


def test_real_study_is_shown_every_way_with_price_account_licence_and_limits(
    open_page: Open,
) -> None:
    app = _open_study_then_data(open_page, REAL)
    assert not app.exception
    said = _said(app)
    assert "172 of the 172 days from 6 Jan 2025 to 26 Jun 2025 are missing" in said
    assert (
        "A verdict needs about 172 complete days of one source, 6 Jan 2025 to 26 Jun 2025" in said
    )
    assert "1,380 credits of 4,000 a day" in said and "Account: a free one" in said
    assert "China is outside the area" in said
    assert "its counts are not added" in said
    assert "2025-0" not in said


def test_way_fills_in_the_form(open_page: Open) -> None:
    app = _open_study_then_data(open_page, REAL)
    keys = [each.key for each in app.button if str(each.key).startswith("way-")]
    for key in keys:
        app.button(key=key).click().run()
        if app.session_state["d_source"] == "opensky-rest":
            break
        app = _open_study_then_data(open_page, REAL)
    assert app.selectbox(key="d_source").value == "opensky-rest"
    assert app.text_input(key="o-opensky-rest-regions").value == "airport:ELLX"
    assert app.date_input(key="from-opensky-rest").value == date(2025, 1, 6)
    assert app.date_input(key="to-opensky-rest").value == date(2025, 6, 26)
    assert "1 airport." in _said(app)


@pytest.mark.parametrize("source", [key for key in SOURCES if key != "table"])
def test_form_of_every_source_is_made_of_its_options(open_page: Open, source: str) -> None:
    app = open_page(page="data")
    app.selectbox(key="d_source").set_value(source).run()
    assert not app.exception
    spec = find_spec(source)
    drawn = {element.key for kind in ("text_input", "toggle") for element in app.get(kind)}
    drawn |= {each.key for each in app.get("button_group")}
    assert {f"o-{source}-{option.name}" for option in spec.options} <= drawn
    required = [option for option in spec.options if option.required]
    assert app.button(key="plan").disabled == bool(required)


def test_study_of_no_session_is_asked_for(open_page: Open) -> None:
    app = open_page(page="data")
    assert "Ask a question on the Study page" in _said(app)
    assert [each.proto.label for each in app.get("page_link")] == ["Ask a question"]


def test_pull_of_a_folder_that_is_none_gets_a_sentence(open_page: Open, tmp_path: Path) -> None:
    app = open_page(page="data")
    app.selectbox(key="d_source").set_value("readsb").run()
    app.text_input(key="o-readsb-path").set_value(str(tmp_path / "nothing")).run()
    app.button(key="plan").click().run()
    assert not app.exception
    assert "nothing" in app.warning[0].value


def test_region_that_is_none_gets_a_sentence_as_it_is_typed(open_page: Open) -> None:
    app = open_page(page="data")
    app.selectbox(key="d_source").set_value("opensky-rest").run()
    app.text_input(key="o-opensky-rest-regions").set_value("airport:ELLZ").run()
    assert "is not a known ICAO airport code" in app.warning[0].value


def test_plan_states_the_cost_before_anything_starts(open_page: Open) -> None:
    app = open_page(page="data")
    app.date_input(key="from-simulated").set_value(date(2050, 10, 20))
    app.date_input(key="to-simulated").set_value(date(2050, 10, 23)).run()
    app.button(key="plan").click().run()
    assert "**2 days** to read" in _said(app) and "2 already complete" in _said(app)
    assert app.button(key="start").label == "Start"
    app.date_input(key="to-simulated").set_value(date(2050, 10, 24)).run()
    assert not [each for each in app.button if each.key == "start"]


class Remote:
    """A source that is asked once, over a network that is not there."""

    spec = find_spec("opdi")
    asked = 0

    def offers(self, first: date, last: date) -> list[Offer]:
        Remote.asked += 1
        if first.year == 2031:
            raise SourceUnavailable("The server cannot be reached. Try again later.")
        return [Offer(first, 2_000_000, requests=3, credits=8, problem="Half of it is missing.")]


@pytest.fixture
def remote(monkeypatch: pytest.MonkeyPatch) -> type[Remote]:
    """The form asks `Remote`, whatever it is told."""
    monkeypatch.setattr(pull_form, "open_source", lambda key, **options: Remote())
    Remote.asked = 0
    return Remote


def _ask_opdi(open_page: Open, year: int) -> AppTest:
    app = open_page(page="data")
    app.selectbox(key="d_source").set_value("opdi").run()
    app.date_input(key="from-opdi").set_value(date(year, 1, 1))
    app.date_input(key="to-opdi").set_value(date(year, 1, 1)).run()
    return app.button(key="plan").click().run()


def test_remote_plan_says_requests_credits_and_terms_before_the_first_pull(
    open_page: Open, remote: type[Remote]
) -> None:
    app = _ask_opdi(open_page, 2030)
    said = _said(app)
    assert "**1 day** to read, 2.0 MB, 3 requests, 8 credits" in said
    assert "1 Jan 2030: Half of it is missing." in said
    assert "Before the first pull of" in said and find_spec("opdi").terms in said
    app.run()
    assert remote.asked == 1  # a page drawn anew asks nobody again


def test_servers_of_others_are_asked_for_days_that_were_chosen_only(
    open_page: Open, remote: type[Remote]
) -> None:
    app = open_page(page="data")
    app.selectbox(key="d_source").set_value("opdi").run()
    app.date_input(key="from-opdi").set_value(date(2030, 1, 1)).run()
    app.button(key="plan").click().run()
    assert app.warning[0].value.startswith("Choose the first and the last day")
    assert remote.asked == 0
    assert not [each for each in app.button if each.key == "start"]


def test_server_that_is_down_gets_a_sentence(open_page: Open, remote: type[Remote]) -> None:
    app = _ask_opdi(open_page, 2031)
    assert not app.exception
    assert app.warning[0].value == "The server cannot be reached. Try again later."
    assert not [each for each in app.button if each.key == "start"]


def test_start_hands_over_options_days_and_workers(
    open_page: Open, remote: type[Remote], monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[tuple] = []
    monkeypatch.setattr(
        background, "start_pull", lambda *args, **more: started.append((args, more))
    )
    _ask_opdi(open_page, 2030).button(key="start").click().run()
    ((_, source, options, first, last), more) = started[0]
    assert (source, options["workers"], first, last) == ("opdi", "1", date(2030, 1, 1), first)
    assert more == {"refresh": False}


def test_running_pull_shows_days_waits_and_can_be_stopped(
    open_page: Open, weeks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = []
    monkeypatch.setattr(background, "cancel_pull", lambda archive, pull_id: stopped.append(pull_id))
    with _pull_noted(weeks, replace(RUNNING, bytes_done=1500, bytes_total=2000, flights=5)):
        app = open_page(page="data")
        assert "1 of 2 days, 75 s left" in str(app.get("progress")[0].proto.text)
        assert "2 Jan 2050: waiting 40 s: the server asks to (50%)" in _said(app)
        assert "5 flights" in _said(app)
        app.button(key="stop-1-a").click().run()
        assert stopped == ["1-a"]


@pytest.mark.parametrize(
    ("ended", "drawn_ago_s", "behind"), [(1, 60, False), (0, 60, True), (0, 1, False)]
)
def test_calendar_follows_a_pull_but_not_at_every_day(
    monkeypatch: pytest.MonkeyPatch, ended: int, drawn_ago_s: float, behind: bool
) -> None:
    state = {"pulls_drawn": (ended, time.monotonic() - drawn_ago_s)}
    monkeypatch.setattr(pull_watch, "st", SimpleNamespace(session_state=state))
    assert pull_watch._is_behind([RUNNING]) == behind


def test_paused_pull_says_when_it_can_go_on_and_goes_on(
    open_page: Open, weeks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = []
    monkeypatch.setattr(background, "start_again", lambda archive, pull_id: again.append(pull_id))
    when = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)
    paused = replace(RUNNING, id="2-b", state="paused", message="No credits left.", resume_at=when)
    with _pull_noted(weeks, paused, options={}, days=[None, None], refresh=False):
        app = open_page(page="data")
        said = _said(app)
        assert "paused. No credits left." in said
        assert "You can continue it from 23 Nov 2026 14:02 UTC." in said
        assert app.button(key="again-2-b").label == "Continue"
        app.button(key="again-2-b").click().run()
        assert again == ["2-b"]


def test_failed_days_are_told_with_their_reasons_and_can_be_asked_again(
    open_page: Open, weeks: Path
) -> None:
    bad = tuple(
        DayProgress(date(2050, 1, n), "failed", 1.0, "<b>half</b> of https://a.example/b came.")
        for n in (3, 4)
    )
    ended = PullProgress("3-c", "opdi", "finished", "2 failed", days=(*DAYS[:1], *bad))
    with _pull_noted(weeks, ended, options={}, days=[None, None], refresh=False):
        app = open_page(page="data")
        (table,) = _reasons(app)
        assert "<td>3 Jan 2050 – 4 Jan 2050</td>" in table
        assert table.count("<tr>") == 2
        assert '<td class="why">&lt;b&gt;half&lt;/b&gt; of https://a.example/b came.</td>' in table
        assert app.button(key="again-3-c").label == "Try again"


def test_table_that_was_read_is_not_asked_again(open_page: Open, weeks: Path) -> None:
    part = DayProgress(date(2050, 1, 3), "partial", 1.0, "Nobody said that this day is whole.")
    ended = PullProgress("3-c", "table.mine", "finished", "1 partial", days=(part,))
    with _pull_noted(weeks, ended, options={}, days=[None, None], refresh=False):
        app = open_page(page="data")
        assert "Nobody said that this day is whole." in _reasons(app)[0]
        assert not [each for each in app.button if each.key == "again-3-c"]


def test_pull_of_another_hand_has_no_button(open_page: Open, weeks: Path) -> None:
    failed = replace(RUNNING, id="4-d", state="failed", message="The disk is full.")
    with _pull_noted(weeks, failed):
        app = open_page(page="data")
        assert "failed. The disk is full." in _said(app)
        assert not [each for each in app.button if str(each.key).startswith("again-")]


def test_parts_of_a_source_are_listed_by_what_they_were_narrowed_to(
    open_page: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scope = "regions:airport:ELLX"
    key = narrow(find_spec("opensky-rest"), scope).key
    archive = Archive(tmp_path / "part")
    entry = LedgerEntry(key, date(2025, 6, 1), "complete", scope=scope)
    archive.write_day(without_data(entry))
    app = open_page(page="data")
    monkeypatch.setenv("FLIGHTS_ARCHIVE", str(archive.root))
    app.run()
    titles = app.selectbox(key="d_source").options
    assert any(
        title.endswith(": Luxembourg-Findel International Airport (ELLX)") for title in titles
    )
    app.selectbox(key="d_source").set_value(key).run()
    assert not app.exception
    assert "1 day from 1 Jun 2025 to 1 Jun 2025: 1 complete" in _said(app)
    assert app.text_input(key="o-opensky-rest-regions").value == "airport:ELLX"


def test_region_outside_the_area_is_said_on_the_study_page_with_a_way_on(
    open_page: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = Archive(tmp_path / "europe")
    for day in (1, 20):
        entry = LedgerEntry("opdi", date(2025, 6, day), "complete")
        archive.write_day(without_data(entry))
    app = open_page(page="about")
    monkeypatch.setenv("FLIGHTS_ARCHIVE", str(archive.root))
    for name, value in (REAL | {"source": "opdi"}).items():
        app.query_params[name] = value
    app.switch_page("analysis/views/study.py").run()
    assert not app.exception
    assert app.warning[0].value.startswith("China is outside the area of “EUROCONTROL OPDI")
    assert [each.label for each in app.button if each.label == "Find another source"]


def test_sources_of_the_panel_are_those_of_the_program() -> None:
    assert ways.SOURCES is SOURCES


def test_data_page_says_what_the_study_could_show(open_page: Callable[..., AppTest]) -> None:
    app = open_page(page="study")
    study = app.session_state["study"]
    app.switch_page("analysis/views/data.py").run()
    assert not app.exception
    (rate,) = [each for each in app.number_input if each.label == "Usual flights per week"]
    said = next(each.value for each in app.markdown if "days of this route" in each.value)
    assert rate.value > 0 and f"usual {rate.value:.1f}".removesuffix(".0") in said
    assert f"{study.window} days from the event on against {study.baseline} before" in said
    rate.set_value(30.0).run()
    said = next(each.value for each in app.markdown if "days of this route" in each.value)
    assert "usual 30 flights a week of this route, you could notice ×" in said

"""A cargo list of one's own on the Study page: taken, shown in force, linked by hash, left out."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from test_pages import QUERY, _html, _press, _said

from flights.cargo import parse_overrides
from flights.sources.simulated.world.network import OPERATORS

pytestmark = pytest.mark.slow

Open = Callable[..., AppTest]
FREIGHT = sorted(key for key, each in OPERATORS.items() if each.carries == "cargo")
LIST = "kind,value,grade,note\n" + "".join(f"operator,{key},none,a test\n" for key in FREIGHT)
SHA256 = parse_overrides(LIST.encode()).sha256


def _give(app: AppTest, text: str) -> AppTest:
    file = ("mine.csv", text.encode(), "text/csv")
    return app.file_uploader(key="q_list_file").set_value(file).run()


def _flights(app: AppTest) -> int:
    return len(app.dataframe[0].value) if app.dataframe else 0


def test_list_is_taken_shown_in_force_and_left_out_again(open_page: Open) -> None:
    app = open_page(QUERY)
    before = _flights(app)
    assert before > 0
    app = _give(app, LIST)
    assert not app.exception
    assert app.session_state["study"].cargo_sha256 == SHA256
    assert app.session_state["study"].exploratory
    assert f"mine.csv ({len(FREIGHT)} rows, SHA-256 {SHA256[:12]})" in _html(app)
    assert f"In use: mine.csv ({len(FREIGHT)} rows" in _said(app)
    assert _flights(app) < before
    assert app.query_params["cargo_sha256"] in (SHA256, [SHA256])
    app = _press(app, "Remove the list")
    assert _flights(app) == before
    assert "In use" not in _said(app)


def test_file_that_is_no_list_is_refused_with_a_sentence(open_page: Open) -> None:
    app = _give(open_page(QUERY), "kind,value,grade,note\ncallsign,A1,sure,\n")
    assert not app.exception
    assert any("mine.csv, line 2: 'sure' is not a grade" in each.value for each in app.warning)
    assert app.session_state["study"].cargo_sha256 == ""


def test_address_finds_a_list_at_hand_and_says_where_it_is_not(open_page: Open) -> None:
    app = open_page(QUERY | {"cargo_sha256": SHA256})
    assert any("that is not loaded. Upload it under" in each.value for each in app.warning)
    app = _give(app, LIST)
    assert f"SHA-256 {SHA256[:12]}" in _html(app)
    again = open_page(QUERY | {"cargo_sha256": SHA256})
    assert not again.exception
    assert f"mine.csv ({len(FREIGHT)} rows" in _html(again)


def test_list_of_the_environment_is_in_force_from_the_start(
    open_page: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ours.csv").write_text(LIST, "utf-8")
    monkeypatch.setenv("FLIGHTS_CARGO", str(tmp_path / "ours.csv"))
    assert "ours.csv" in _html(open_page())
    assert "ours.csv" not in _html(open_page(QUERY))  # a link asks what it says
    (tmp_path / "ours.csv").unlink()
    app = open_page()
    assert not app.exception
    assert any("ours.csv cannot be read" in each.value for each in app.warning)

"""Is this date special: ordinary dates, checks, other windows and routes, all numbers."""

import html
from collections.abc import Callable

import streamlit as st

from analysis.blocks import loaders, session
from analysis.drawing.charts.placebo_chart import describe_placebos
from analysis.drawing.palette import OUTCOME_MARKS
from analysis.drawing.tables import text_tables
from analysis.drawing.tables.route_habit_table import (
    count_route_habits,
    draw_flyers,
    has_flights,
    tabulate_flyers,
)
from analysis.drawing.tables.text_tables import TextTable, render_table
from analysis.study import CheckResult, Study, StudyResult
from flights.archive import Archive
from flights.routes import describe_route_habits


def show_special(result: StudyResult, archive: Archive, study: Study) -> None:
    """The event among the ordinary dates (placebo dates), then the checks."""
    st.subheader("Is this date special?", anchor=False)
    strip = loaders.load_picture(archive, study, "placebos")
    if strip is None:
        st.caption(describe_placebos(result))
    else:
        st.vega_lite_chart(strip, theme=None, width="stretch", key="placebos")
        offer_table("These dates as a table", lambda: text_tables.tabulate_placebos(result))
    if result.checks:
        st.html(f'<table class="checks">{"".join(map(_format_check, result.checks))}</table>')


@st.fragment
def offer_table(label: str, make: Callable[[], TextTable]) -> None:
    """The numbers of a chart as a table, made when the reader opens it."""
    box = st.popover(label, type="tertiary", key=f"table-{label}", on_change="rerun")
    if box.open:
        with box:
            st.html(render_table(make(), scrolls=True))


def _format_check(check: CheckResult) -> str:
    mark = f'<span role="img" aria-label="{check.outcome}">{OUTCOME_MARKS[check.outcome]}</span>'
    title, sentence = html.escape(check.title), html.escape(check.sentence)
    return f'<tr><td>{mark}</td><td>{title}. <span class="quiet">{sentence}</span></td></tr>'


@st.fragment
def show_behind(result: StudyResult, archive: Archive, study: Study) -> None:
    """Other windows, other routes and all numbers in tabs; the first is open.

    A click on a tab runs only this part again, not the page.
    """
    parts = {name: show for name, holds, show in _PARTS if holds(result)}
    if not parts:
        return
    names = [name.format(origin=result.origin_label) for name in parts]
    tabs = st.tabs(names, key=f"behind-{result.study_hash}", on_change="rerun")
    for tab, show in zip(tabs, parts.values(), strict=True):
        if tab.open:
            with tab:
                show(result, archive, study)


def _show_events(result: StudyResult, archive: Archive, study: Study) -> None:
    tables = text_tables.tabulate_events(result)
    _show_side_by_side(loaders.load_picture(archive, study, "events"), "events", tables)


def _show_windows(result: StudyResult, archive: Archive, study: Study) -> None:
    tables = text_tables.tabulate_windows(result) + text_tables.tabulate_powers(result)
    _show_side_by_side(loaders.load_picture(archive, study, "sensitivity"), "sensitivity", tables)


def _show_routes(result: StudyResult, archive: Archive, study: Study) -> None:
    tables = text_tables.tabulate_controls(result)
    _show_side_by_side(loaders.load_picture(archive, study, "routes"), "routes", tables)


def _show_side_by_side(picture: loaders.Spec | None, key: str, tables: list[TextTable]) -> None:
    """A chart and its tables side by side."""
    left, right = st.columns([4, 5], gap="large")
    with left:
        if picture is not None:
            st.vega_lite_chart(picture, theme=None, width="stretch", key=key)
    with right:
        st.html("".join(render_table(table, scrolls=len(table.rows) > 12) for table in tables))


def _show_flyers(result: StudyResult, archive: Archive, study: Study) -> None:
    """Operators of the route after and before the event: sentences, tables, a chart of weeks."""
    _, flights = loaders.load_answer(archive, study)
    habits = count_route_habits(result, flights)
    st.html(f"<p>{html.escape(' '.join(describe_route_habits(habits)))}</p>")
    strip = draw_flyers(result, habits, dark=session.is_dark())
    _show_side_by_side(strip, "flyers", tabulate_flyers(habits))


def _show_numbers(result: StudyResult, archive: Archive, study: Study) -> None:
    del archive, study
    tables = "".join(map(render_table, text_tables.list_tables(result)))
    st.html(f'<div class="pairs">{tables}</div>')


def _show_shifts(result: StudyResult, archive: Archive, study: Study) -> None:
    del archive, study
    st.html("".join(map(render_table, text_tables.tabulate_shifts(result))))


_PARTS = (
    ("All dates", lambda result: bool(result.others), _show_events),
    ("Other windows", lambda result: result.lower is not None, _show_windows),
    ("Other routes from {origin}", lambda result: bool(result.controls), _show_routes),
    ("Who flies this route", has_flights, _show_flyers),
    ("All numbers", text_tables.list_tables, _show_numbers),
    ("Changes of level (exploratory)", lambda result: bool(result.shifts), _show_shifts),
)
"""Name of a tab, whether the result has data for it, and the function that shows it."""

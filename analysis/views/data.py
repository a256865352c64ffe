"""Data: which days are held, what the study lacks, and how to get it."""

import streamlit as st

from analysis import calendars, panels, pull_panels, widgets
from flights.errors import FlightDataError
from flights.sources import SOURCES, find_spec


def show_ledger(source: str) -> None:
    """The calendar of one source."""
    archive = widgets.open_archive()
    spec = find_spec(source)
    entries = widgets.load_ledger(archive, source)
    if not entries:
        st.info(f"No day of “{spec.title}” was ever asked for. {spec.gives}")
        return
    words = calendars.describe_calendar(entries, simulated=spec.simulated)
    chart = calendars.draw_calendar(entries, simulated=spec.simulated, dark=widgets.is_dark())
    st.altair_chart(chart, theme=None, key=f"calendar-{source}")
    st.caption(f"{words} {spec.attribution} Licence: {spec.licence}.")


def main() -> None:
    """Pick, call, draw."""
    archive = widgets.open_archive()
    study = st.session_state.get("study")
    known = list(SOURCES)
    start = study.source if study else next(iter(archive.sources()), known[0])
    st.session_state.setdefault("d_source", start)
    panels.frame(simulated=widgets.is_simulated(st.session_state["d_source"]))
    panels.say_contents()
    source = st.selectbox(
        "Source", known, key="d_source", format_func=lambda key: find_spec(key).title, width=420
    )
    try:
        show_ledger(source)
        if study is not None and study.source == source:
            pull_panels.show_lacking(study, archive)
        pull_panels.show_pulls(archive)
        pull_panels.offer_pull(source, archive)
    except FlightDataError as error:
        st.warning(str(error))


main()

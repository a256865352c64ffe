"""Study: one question, its answer, and the data and checks behind it."""

from dataclasses import replace
from functools import partial

import streamlit as st

from analysis.blocks import loaders, question, ready_questions, session
from analysis.blocks.study import events_panel, first_visit, panels, special_panel
from analysis.study import Study
from flights.archive import Archive
from flights.errors import FlightDataError, NotCovered

_NONE_HEARD = "Receivers heard no flight of this cargo grade between the two regions in these days."


def show_answer(study: Study, archive: Archive) -> None:
    """The answer from top to bottom, most important first."""
    with st.skeleton(height=220):
        result, flights = loaders.load_answer(archive, study)
    panels.show_verdict(result)
    events_panel.show_events(result)
    panels.show_series(result, archive, study)
    left, right = st.columns(2, gap="large")
    with left:
        picked = panels.show_map(archive, study)
    with right:
        special_panel.show_special(result, archive, study)
    special_panel.show_behind(result, archive, study)
    if not flights.empty:
        panels.show_flights(result, flights, archive, study, picked)
    elif panels.show_problem(_NONE_HEARD, "Also count possible cargo"):
        session.keep_study(replace(study, min_grade="possible"), refill=True)
        st.rerun()
    panels.show_excluded(result, archive, study)
    panels.show_downloads(result, flights, study)
    panels.show_sources(result)


def offer_way_back(error: FlightDataError) -> None:
    """The error, with a button to a question that works or to another source."""
    panels.show_contents()
    if isinstance(error, NotCovered):
        if panels.show_problem(str(error), "Find another source"):
            st.switch_page("analysis/views/data.py")
        return
    if panels.show_problem(str(error), "Open a ready question"):
        st.query_params.clear()
        st.session_state.pop("study", None)
        st.rerun()


def main() -> None:
    """Draw the page."""
    archive = loaders.open_archive()
    try:
        if first_visit.lacks_world(archive):
            panels.show_frame(simulated=True)
            panels.show_contents()
            first_visit.build_world(archive)
            st.rerun()
        study = session.take_study(partial(ready_questions.suggest_first_study, archive))
    except FlightDataError as error:
        panels.show_frame(simulated=False)
        offer_way_back(error)
        return
    panels.show_frame(simulated=loaders.is_simulated(study.source))
    try:
        study = question.ask(study, archive)
        session.keep_study(study)
        session.write_address(study)
        if panels.lacks_days(study, archive):
            return
        show_answer(study, archive)
    except FlightDataError as error:
        offer_way_back(error)


main()

"""Flight: the records of one flight, the gaps in them, and what remains possible."""

import streamlit as st

from analysis.blocks import loaders
from analysis.blocks.flight import form, inspector
from analysis.blocks.ready_questions import WORLD
from analysis.blocks.study import panels
from flights.archive import Archive
from flights.errors import FlightDataError


def show(archive: Archive) -> None:
    """The flight of the form, or how to fill in the form."""
    try:
        asked = form.ask(archive)
        if asked is None:
            st.markdown(
                "Enter the address of an aircraft and a time during its flight, or open a flight "
                "from the table or the map of a study."
            )
            st.page_link("analysis/views/study.py", label="Open a study")
            return
        inspector.show_flight(archive, asked, alone=True)
    except FlightDataError as error:
        if panels.show_problem(str(error), "See the days in the archive"):
            st.switch_page("analysis/views/data.py")


def main() -> None:
    """Draw the page."""
    archive = loaders.open_archive()
    source = st.query_params.get("source") or st.session_state.get("f_source") or WORLD
    panels.show_frame(simulated=loaders.is_simulated(source))
    st.title("Flight", anchor=False)
    panels.show_contents()
    show(archive)


main()

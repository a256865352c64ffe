"""Data: days in the archive, days that the study needs, and how to get them."""

import streamlit as st

from analysis.blocks import loaders, session
from analysis.blocks.data import import_panel, plan_panel, pull_form, pull_watch
from analysis.blocks.study import panels
from analysis.drawing import captions
from analysis.drawing.charts import calendars
from analysis.study import Study
from flights.archive import Archive
from flights.errors import FlightDataError
from flights.sources import find_spec


def show_ledger(source: str, archive: Archive) -> None:
    """The calendar of one source."""
    spec = find_spec(source)
    entries = loaders.load_ledger(archive, source)
    if not entries:
        st.info(f"The archive has no day of “{spec.title}” yet. This source gives {spec.gives}.")
        return
    words = calendars.describe_calendar(entries, simulated=spec.simulated)
    chart = calendars.draw_calendar(entries, simulated=spec.simulated, dark=session.is_dark())
    st.altair_chart(chart, theme=None, key=f"calendar-{source}")
    st.caption(f"{words} {spec.attribution.rstrip('.')}. Licence: {spec.licence}.")


def show_plan(study: Study | None, archive: Archive) -> None:
    """Days that the study still needs; without a study, a link to the Study page."""
    if study is None:
        st.caption("Ask a question on the Study page. Then this page shows which days it needs.")
        st.page_link("analysis/views/study.py", label="Ask a question")
    else:
        plan_panel.show_plan(study, archive)


def main() -> None:
    """Draw the page."""
    archive = loaders.open_archive()
    study = st.session_state.get("study")
    known = loaders.list_series(archive)
    start = study.source if study else next(iter(archive.sources()), known[0])
    st.session_state.setdefault("d_source", start if start in known else known[0])
    panels.show_frame(simulated=loaders.is_simulated(st.session_state["d_source"]))
    panels.show_contents()
    source = st.selectbox(
        "Source",
        known,
        key="d_source",
        format_func=lambda key: loaders.format_series(archive, key),
        width=520,
    )
    try:
        show_ledger(source, archive)
        pull_watch.show_pulls(archive)
        show_plan(study, archive)
        pull_form.offer_pull(source, archive)
    except FlightDataError as error:
        st.warning(captions.escape_sentence(error))
    import_panel.show_import(archive)


main()

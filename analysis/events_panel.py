"""Several dates of one question: each with its answer, and all of them taken together."""

import html

import streamlit as st

from analysis import text_tables, widgets
from analysis.captions import describe_effects, write_holm
from analysis.palette import look_of
from analysis.results import StudyResult, Verdict
from analysis.study import Study
from analysis.text_tables import render_table
from analysis.wording import write_date, write_heading
from flights.archive import Archive


def show_events(result: StudyResult, archive: Archive, study: Study) -> None:
    """Nothing where the study has one event; the headline's own stands above."""
    if not result.others:
        return
    st.subheader(f"The other dates of this question ({len(result.others)})", anchor=False)
    for other in result.others:
        name = f"{write_date(other.event)} {other.event_name}".strip()
        figures = describe_effects(other.lower, other.upper)
        st.html(_write_answer(name, other.verdict, [figures, write_holm(result, other.event)]))
    if result.stack is not None:
        st.html(_write_answer("All dates taken together", result.stack.verdict, []))
    _show_forest(result, archive, study)


def _show_forest(result: StudyResult, archive: Archive, study: Study) -> None:
    picture = widgets.load_picture(archive, study, "events")
    if picture is None:
        return
    left, right = st.columns(2, gap="large")
    with left:
        st.vega_lite_chart(picture, theme=None, width="stretch", key="events")
    with right:
        st.html("".join(map(render_table, text_tables.tabulate_events(result))))


def _write_answer(name: str, verdict: Verdict, lines: list[str]) -> str:
    """A verdict as it stands below the headline: smaller, as whole."""
    look = look_of(verdict.kind)
    said = html.escape(write_heading(verdict.kind, verdict.direction))
    below = "".join(
        f'<p class="figures">{html.escape(line)}</p>'
        for line in (verdict.bound_note, *lines)
        if line
    )
    return f"""<section class="answer {look.role}" aria-label="{html.escape(name)}">
<p class="kind">{html.escape(name)} · {look.mark} {said}</p>
<p>{html.escape(verdict.sentence)}</p>{below}</section>"""

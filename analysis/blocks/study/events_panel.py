"""Several dates of one question: each with its answer, and all of them taken together."""

import html

import streamlit as st

from analysis.drawing.captions import describe_effects, describe_holm
from analysis.drawing.palette import style_verdict
from analysis.study import StudyResult, Verdict, format_date, format_heading


def show_events(result: StudyResult) -> None:
    """Nothing where the study has one event; the headline's own stands above."""
    if not result.others:
        return
    st.subheader(f"The other dates of this question ({len(result.others)})", anchor=False)
    for other in result.others:
        name = f"{format_date(other.event)} {other.event_name}".strip()
        figures = describe_effects(other.lower, other.upper)
        lines = [figures, describe_holm(result, other.event)]
        if other.verdict.bound_note != result.verdict.bound_note:
            lines.insert(0, other.verdict.bound_note)
        st.html(_write_answer(name, other.verdict, lines))
    if result.stack is not None:
        verdict = result.stack.verdict
        st.html(_write_answer("All dates taken together", verdict, [verdict.bound_note]))


def _write_answer(name: str, verdict: Verdict, lines: list[str]) -> str:
    """A verdict as it stands below the headline: smaller, as whole."""
    look = style_verdict(verdict.kind)
    said = html.escape(format_heading(verdict.kind, verdict.direction))
    below = "".join(f'<p class="figures">{html.escape(line)}</p>' for line in lines if line)
    return f"""<section class="answer {look.role}" aria-label="{html.escape(name)}">
<p class="kind">{html.escape(name)} · {look.mark} {said}</p>
<p>{html.escape(verdict.sentence)}</p>{below}</section>"""

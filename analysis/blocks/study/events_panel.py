"""Several dates of one question: the answer for each, and for all together."""

import html

import streamlit as st

from analysis.drawing.captions import describe_effects, describe_holm
from analysis.drawing.palette import style_verdict
from analysis.study import StudyResult, Verdict, format_date, format_heading


def show_events(result: StudyResult) -> None:
    """Answers of the other dates; nothing if there is one event, which the headline shows."""
    if not result.others:
        return
    st.subheader(f"The other dates of this question ({len(result.others)})", anchor=False)
    for other in result.others:
        name = f"{format_date(other.event)} {other.event_name}".strip()
        figures = describe_effects(other.lower, other.upper)
        lines = [figures, describe_holm(result, other.event)]
        if other.verdict.bound_note != result.verdict.bound_note:
            lines.insert(0, other.verdict.bound_note)
        st.html(_format_answer(name, other.verdict, lines))
    if result.stack is not None:
        verdict = result.stack.verdict
        st.html(_format_answer("All dates combined", verdict, [verdict.bound_note]))


def _format_answer(name: str, verdict: Verdict, lines: list[str]) -> str:
    """A complete verdict, in smaller letters than the headline."""
    look = style_verdict(verdict.kind)
    said = html.escape(format_heading(verdict.kind, verdict.direction))
    below = "".join(f'<p class="figures">{html.escape(line)}</p>' for line in lines if line)
    return f"""<section class="answer {look.role}" aria-label="{html.escape(name)}">
<p class="kind">{html.escape(name)} · {look.mark} {said}</p>
<p>{html.escape(verdict.sentence)}</p>{below}</section>"""

"""Data that the current study needs, and the cheapest ways to get them, on the Data page."""

import streamlit as st

from analysis.blocks import loaders, session
from analysis.blocks.data.pull_form import can_fill, fill_form
from analysis.blocks.data.reasons import show_reasons
from analysis.drawing.captions import escape_sentence, rewrite_days
from analysis.event_study import MOST_PER_WEEK, describe_outlook, format_rate
from analysis.study import Study, format_date, study_hash, to_need
from flights.archive import Archive
from flights.planning import StudyPlan, Way, plan_study
from flights.planning.text import (
    ACCOUNTS,
    ONE_SOURCE,
    describe_assumptions,
    describe_cost,
    describe_detail_source,
    describe_limits,
    describe_need,
)


def show_plan(study: Study, archive: Archive) -> None:
    """Missing days of the study's own source, then every source and whether it fits.

    Raises
    ------
    InvalidInput
        The study names an unknown source.
    """
    plan = plan_study(to_need(study), archive, today=session.read_clock().date())
    st.subheader("Data missing for the current study", anchor=False)
    st.markdown(_format_study(plan))
    _show_lacking(plan, archive)
    _show_outlook(study, archive)
    if plan.spec.simulated:
        return
    st.markdown(rewrite_days(describe_need(plan)))
    st.subheader("Ways to get the data", anchor=False)
    st.caption(
        "Sorted by time; sources that need an application come last. Each one is enough alone."
    )
    for number, way in enumerate(way for way in plan.ways if way.fit != "no"):
        _show_way(way, number, own=study.source)
    refused = [way for way in plan.ways if way.fit == "no"]
    if refused:
        with st.expander(f"Sources that do not fit this study ({len(refused)})"):
            st.markdown(
                "\n".join(f"- **{w.spec.title}.** {rewrite_days(' '.join(w.why))}" for w in refused)
            )
    closing = filter(None, (ONE_SOURCE, describe_detail_source(plan), describe_assumptions()))
    st.caption(rewrite_days(" ".join(closing)))


def _format_study(plan: StudyPlan) -> str:
    need = plan.need
    events = ", ".join(map(format_date, need.events))
    return f"Flights from **{need.origin.label}** to **{need.destination.label}** after {events}."


def _show_lacking(plan: StudyPlan, archive: Archive) -> None:
    days, title = plan.need.days, loaders.format_series(archive, plan.need.source)
    asked = f"{format_date(days.first)} to {format_date(days.last)}"
    if not plan.lacking:
        st.markdown(f"No data are missing: “{title}” is complete from {asked}.")
        return
    lacking = sum(len(lack.days) for lack in plan.lacking)
    st.markdown(f"“{title}”: {lacking} of the {len(days)} days from {asked} are missing:")
    show_reasons((lack.days, lack.status, rewrite_days(lack.reason)) for lack in plan.lacking)


def _show_outlook(study: Study, archive: Archive) -> None:
    """The size of change that the study could show, from the usual flights per week."""
    st.subheader("What this study could show", anchor=False)
    usual = loaders.load_usual(archive, study)
    rate, wish = st.columns(2, gap="medium")
    per_week = rate.number_input(
        "Usual flights per week",
        min_value=0.0,
        max_value=MOST_PER_WEEK,
        value=round(usual.per_week, 1) if usual.days else 3.0,
        step=1.0,
        format="%.1f",
        help="For this route and cargo grade. The average of the archive is filled in, if it "
        "has days of this route.",
        key=f"usual-{study_hash(study)}-{usual.days}",
    )
    notice = wish.number_input(
        "Increase to detect (×)", min_value=1.1, max_value=10.0, value=1.5, step=0.1, key="notice"
    )
    outlook = loaders.load_outlook(per_week, study, phi=usual.phi or 1.0, notice=notice)
    if usual.days:
        lines = [
            f"The archive has {usual.days:,} days of this route, with "
            f"{format_rate(usual.per_week)} per week."
        ]
    else:
        lines = ["No data for this route yet; enter a rate."]
    lines += describe_outlook(outlook, held=usual.days)
    st.markdown(escape_sentence(" ".join(lines)))


def _show_way(way: Way, number: int, *, own: str) -> None:
    """One source with its cost and limits, and a button that fills in the form."""
    spec = way.spec
    mark = {"in part": " · covers only a part of a region", "own files": " · your own files"}
    same = " · this study's source" if spec.key == own else ""
    account = f"Account: {ACCOUNTS[spec.account]}; needs {spec.needs}."
    with st.container(border=True):
        words, button = st.columns([5, 1], gap="small")
        with words.container(gap="xsmall"):
            st.markdown(f"**{spec.title}**{mark.get(way.fit, '')}{same}")
            st.markdown(f"{_capital(describe_cost(way))}.")
            st.caption(f"{account} Licence: {spec.licence}. {rewrite_days(describe_limits(way))}")
            if spec.key != own and not way.days:
                st.caption("To use it, choose it as the source of the question.")
        if way.days and can_fill(way):
            button.button("Fill in the form", key=f"way-{number}", on_click=fill_form, args=(way,))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

"""What the current study lacks, and the cheapest ways to get it, on the Data page."""

import streamlit as st

from analysis import widgets
from analysis.captions import rewrite_days
from analysis.pull_form import can_fill, fill_form
from analysis.pulling import to_need
from analysis.reasons import show_reasons
from analysis.study import Study
from analysis.wording import write_date
from flights.archive import Archive
from flights.planning import StudyPlan, Way, plan_study
from flights.planning.text import (
    ACCOUNTS,
    ONE_SOURCE,
    describe_assumptions,
    describe_cost,
    describe_limits,
    describe_need,
    describe_story,
)


def show_plan(study: Study, archive: Archive) -> None:
    """Days of the study's own source that do not count, then every source judged for it.

    Raises
    ------
    InvalidInput
        No source has the key the study names.
    """
    plan = plan_study(to_need(study), archive, today=widgets.read_clock().date())
    st.subheader("What the current study lacks", anchor=False)
    st.markdown(_name_study(plan))
    _show_lacking(plan, archive)
    if plan.spec.simulated:
        return
    st.markdown(rewrite_days(describe_need(plan)))
    st.subheader("The cheapest ways to get it", anchor=False)
    st.caption("Quickest first, those to apply for last. Each would serve the whole series alone.")
    for number, way in enumerate(way for way in plan.ways if way.fit != "no"):
        _show_way(way, number, own=study.source)
    refused = [way for way in plan.ways if way.fit == "no"]
    if refused:
        with st.expander(f"Not for this study ({len(refused)})"):
            st.markdown(
                "\n".join(f"- **{w.spec.title}.** {rewrite_days(' '.join(w.why))}" for w in refused)
            )
    closing = filter(None, (ONE_SOURCE, describe_story(plan), describe_assumptions()))
    st.caption(rewrite_days(" ".join(closing)))


def _name_study(plan: StudyPlan) -> str:
    need = plan.need
    events = ", ".join(map(write_date, need.events))
    return f"Flights from **{need.origin.label}** to **{need.destination.label}** after {events}."


def _show_lacking(plan: StudyPlan, archive: Archive) -> None:
    days, title = plan.need.days, widgets.name_series(archive, plan.need.source)
    asked = f"{write_date(days.first)} to {write_date(days.last)}"
    if not plan.lacking:
        st.markdown(f"Nothing: “{title}” is complete for every day from {asked}.")
        return
    lacking = sum(len(lack.days) for lack in plan.lacking)
    st.markdown(f"“{title}” lacks {lacking} of the {len(days)} days from {asked}:")
    show_reasons((lack.days, lack.status, rewrite_days(lack.reason)) for lack in plan.lacking)


def _show_way(way: Way, number: int, *, own: str) -> None:
    """One source with its price, its limits, and a button that fills in the form."""
    spec = way.spec
    mark = {"in part": " · a part of a region only", "own files": " · files of your own"}
    same = " · this study's source" if spec.key == own else ""
    account = f"Account: {ACCOUNTS[spec.account]}; needs {spec.needs}."
    with st.container(border=True):
        words, button = st.columns([5, 1], gap="small")
        with words.container(gap="xsmall"):
            st.markdown(f"**{spec.title}**{mark.get(way.fit, '')}{same}")
            st.markdown(f"{_capital(describe_cost(way))}.")
            st.caption(f"{account} Licence: {spec.licence}. {rewrite_days(describe_limits(way))}")
            if spec.key != own and not way.days:
                st.caption("Choose it as the source of the question to use it.")
        if way.days and can_fill(way):
            button.button("Fill in the form", key=f"way-{number}", on_click=fill_form, args=(way,))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

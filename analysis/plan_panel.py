"""What the current study lacks, and the cheapest ways to get it, on the Data page."""

import re
from datetime import date

import pandas as pd
import streamlit as st

from analysis import widgets
from analysis.captions import list_days
from analysis.pull_form import fill_form
from analysis.pulling import to_need
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

_ISO_DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b")


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
    st.markdown(_say(describe_need(plan)))
    st.subheader("The cheapest ways to get it", anchor=False)
    for number, way in enumerate(way for way in plan.ways if way.fit != "no"):
        _show_way(way, number, own=study.source)
    refused = [way for way in plan.ways if way.fit == "no"]
    if refused:
        with st.expander(f"Not for this study ({len(refused)})"):
            st.markdown(
                "\n".join(f"- **{w.spec.title}.** {_say(' '.join(w.why))}" for w in refused)
            )
    for text in filter(None, (ONE_SOURCE, describe_story(plan), describe_assumptions())):
        st.caption(_say(text))


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
    rows = [(list_days(lack.days), lack.status, _say(lack.reason)) for lack in plan.lacking]
    st.table(pd.DataFrame(rows, columns=["days", "status", "why"]), hide_index=True)


def _show_way(way: Way, number: int, *, own: str) -> None:
    """One source with its price, its limits, and a button that fills in the form."""
    spec = way.spec
    with st.container(border=True, gap="small"):
        mark = {"in part": " · a part of a region only", "own files": " · files of your own"}
        same = " · this study's source" if spec.key == own else ""
        st.markdown(f"**{spec.title}**{mark.get(way.fit, '')}{same}")
        st.markdown(_capital(describe_cost(way)) + ".")
        st.caption(
            f"Account: {ACCOUNTS[spec.account]}; needs {spec.needs}. Licence: {spec.licence}."
        )
        limits = describe_limits(way)
        if limits:
            st.caption(_say(limits))
        if way.days:
            st.button("Fill in the form", key=f"way-{number}", on_click=fill_form, args=(way,))
        if spec.key != own and not way.days:
            st.caption("Choose it as the source of the question to use it.")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _say(text: str) -> str:
    """Days as they are written on pages."""
    return _ISO_DAY.sub(lambda found: write_date(date.fromisoformat(found[0])), text)

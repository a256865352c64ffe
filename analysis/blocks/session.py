"""The study in the session and in the address; tries of the session; theme and clock."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import streamlit as st

from analysis.blocks.own_list import read_usual_list
from analysis.study import Event, Study, from_query, record_list, to_query


def take_study(suggest: Callable[[], Study]) -> Study:
    """The study of the address if that is new, else of the session, else the suggested one.

    Raises
    ------
    InvalidInput
        The address contains no valid study.
    """
    query = dict(st.query_params)
    if "source" in query and query != st.session_state.get("address"):
        study = from_query(query)
        st.session_state["address"] = query
        keep_study(study, refill=True)
    elif "study" not in st.session_state:
        keep_study(record_list(suggest(), read_usual_list()), refill=True)
    kept: Study = st.session_state["study"]
    return kept


def keep_study(study: Study, *, refill: bool = False) -> None:
    """Make this the session's study; `refill` sets the controls to its values."""
    st.session_state["study"] = study
    if refill:
        st.session_state["refill"] = True


def move_study(study: Study, first: date, last: date) -> None:
    """The same question for other days; events outside them move to two weeks before their end."""
    inside = tuple(event for event in study.events if first <= event.day <= last)
    fallback = max(first, date.fromordinal(last.toordinal() - study.window + 1))
    events = inside or (Event(fallback),)
    keep_study(replace(study, first=first, last=last, events=events), refill=True)


def write_address(study: Study) -> None:
    """Write the study into the page's address, so that the address opens the same view."""
    query = to_query(study)
    if dict(st.query_params) != query:
        st.query_params.from_dict(query)
    st.session_state["address"] = query


def count_tries(study: Study) -> dict[str, int]:
    """How many windows, grades, regions and dates this session has tried, with this study."""
    seen = st.session_state.setdefault("tries", {})
    tried = {
        "windows": [(study.window, study.baseline)],
        "grades": [(study.min_grade, study.cargo_sha256)],
        "regions": [(study.origin, study.destination)],
        "dates": [event.day for event in study.events],
    }
    for name, values in tried.items():
        seen.setdefault(name, set()).update(values)
    return {name: len(values) for name, values in seen.items()}


def is_dark() -> bool:
    """True if the reader's theme is dark."""
    return st.context.theme.type == "dark"


def read_clock() -> datetime:
    """The time now, UTC; only pages and pulls may use it."""
    return datetime.now(UTC)

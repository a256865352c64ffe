"""The question as a sentence that contains its controls."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import streamlit as st

from analysis.blocks import choices, loaders, own_list, ready_questions, session
from analysis.study import GRADES, LIST_FILE, Event, Study
from flights.archive import Archive
from flights.errors import InvalidInput
from flights.planning.needed_days import BASELINES, WINDOWS
from flights.regions import parse_region

MOST_EVENTS = 4


def offer_examples() -> None:
    """Ready questions; a click opens one."""
    with st.popover("Ready questions", type="tertiary"):
        for title, study in ready_questions.list_ready_questions().items():
            st.button(title, type="tertiary", on_click=_open, args=(study,))


def _open(study: Study) -> None:
    session.keep_study(study, refill=True)


def ask(study: Study, archive: Archive) -> Study:
    """Draw the sentence; returns the study as its controls show it."""
    if st.session_state.pop("refill", False) or "q_source" not in st.session_state:
        _fill_controls(study)
    with st.container(key="question", gap="small"):
        with _row():
            _show_text("Cargo flights")
            _choose("Cargo grade", GRADES, "q_grade", _format_grade, width=190)
            _show_text("from")
            choose_region("Origin", "q_origin")
            _show_text("to")
            choose_region("Destination", "q_destination")
        with _row():
            _show_text("in the")
            _choose("Days after the event", WINDOWS, "q_window", str, width=84)
            _show_text("days from")
            _choose_day("Event", "q_event")
            _show_text("as heard by")
            name = partial(loaders.format_series, archive)
            _choose("Source", _list_sources(archive, study), "q_source", name, width=300)
        with _row():
            _show_text("between")
            _choose_day("First day", "q_first")
            _show_text("and")
            _choose_day("Last day", "q_last")
            _show_options(study)
            offer_examples()
    return _gather(study, archive)


def _row() -> Any:
    return st.container(horizontal=True, vertical_alignment="center", gap="small")


def _show_text(text: str) -> None:
    st.markdown(text, width="content")


def _choose(label: str, options: Any, key: str, name: Callable[[Any], str], *, width: int) -> None:
    st.selectbox(
        label,
        options,
        key=key,
        format_func=name,
        label_visibility="collapsed",
        width=width,
    )


def choose_region(
    label: str, key: str, first: tuple[str, ...] = (), *, shown: bool = False
) -> None:
    """A country by name, or typed text that `parse_region` reads; `first` come first."""
    known = [*first, *choices.list_regions()]
    chosen = st.session_state[key]
    st.selectbox(
        label,
        known if chosen in known else [chosen, *known],
        key=key,
        format_func=format_region,
        label_visibility="visible" if shown else "collapsed",
        accept_new_options=True,
        placeholder="country, airport code, circle …",
        width=230,
    )


def _choose_day(label: str, key: str) -> None:
    st.date_input(
        label,
        key=key,
        format="YYYY-MM-DD",
        min_value=choices.EARLIEST,
        max_value=choices.LATEST,
        label_visibility="collapsed",
        width=140,
    )


def _show_options(study: Study) -> None:
    with st.popover("Events and options", type="tertiary"):
        st.text_input("Name of the event", key="q_name", max_chars=60)
        for n in range(1, MOST_EVENTS):
            if f"q_event{n}" in st.session_state:
                st.date_input(
                    f"Event {n + 1}",
                    key=f"q_event{n}",
                    format="YYYY-MM-DD",
                    min_value=choices.EARLIEST,
                    max_value=choices.LATEST,
                )
        st.button("Add an event", on_click=_add_event, disabled=len(study.events) >= MOST_EVENTS)
        st.selectbox("Days before the event, to compare with", BASELINES, key="q_baseline")
        own_list.show()


def _add_event() -> None:
    study: Study = st.session_state["study"]
    taken = {event.day for event in study.events}
    free = (date.fromordinal(study.events[-1].day.toordinal() + k) for k in range(28, -400, -1))
    day = next(d for d in free if d not in taken and study.first <= d <= study.last)
    st.session_state[f"q_event{len(study.events)}"] = day


def _format_grade(grade: str) -> str:
    return "certain" if grade == "certain" else f"{grade} or better"


def format_region(spec: str) -> str:
    """A region as a control shows it; the typed text if it is not a region."""
    known = {"": "no region", **choices.list_regions()}
    if spec in known:
        return known[spec]
    try:
        return choices.read_region_label(read_region(spec))
    except InvalidInput:
        return spec


def read_region(text: str) -> str:
    """Typed text as a region spec: a spec, the name of a country, or an airport code."""
    by_name = {name.casefold(): spec for spec, name in choices.list_regions().items()}
    typed = text.strip()
    if typed.casefold() in by_name:
        return by_name[typed.casefold()]
    return typed if ":" in typed else f"airport:{typed.upper()}"


def _list_sources(archive: Archive, study: Study) -> list[str]:
    return list(dict.fromkeys([*archive.sources(), study.source]))


def _fill_controls(study: Study) -> None:
    """Set every control to this study."""
    state = st.session_state
    for key in [key for key in state if str(key).startswith("q_")]:
        del state[key]
    for name in ("source", "first", "last", "origin", "destination", "window", "baseline"):
        state[f"q_{name}"] = getattr(study, name)
    state["q_grade"] = study.min_grade
    own_list.fill_controls(study)
    state["q_event"], state["q_name"] = study.events[0].day, study.events[0].name
    for n, event in enumerate(study.events[1:MOST_EVENTS], start=1):
        state[f"q_event{n}"] = event.day


def _gather(before: Study, archive: Archive) -> Study:
    """The study that the controls show; another source starts with its own first question.

    Raises
    ------
    InvalidInput
        The text typed for a region is not a region.
    """
    state = st.session_state
    if state["q_source"] != before.source:
        study = ready_questions.suggest_study(archive, state["q_source"])
        session.keep_study(study, refill=True)
        st.rerun()
    study = replace(
        before,
        first=state["q_first"],
        last=state["q_last"],
        origin=_read_spec(state["q_origin"]),
        destination=_read_spec(state["q_destination"]),
        min_grade=state["q_grade"],
        window=state["q_window"],
        baseline=state["q_baseline"],
        cargo=LIST_FILE if own_list.chosen() else "",
        cargo_sha256=own_list.chosen(),
        events=_gather_events(before),
    )
    return _label(study, before)


def _label(study: Study, before: Study) -> Study:
    """Remove a title that no longer fits; mark a second look at the same places and dates.

    A change of a filter after an answer is exploration, and the study is then marked so. The
    session remembers the first filters for each question, so that a visit to other dates in
    between does not remove the mark.
    """
    if _subject(study) != _subject(before):
        study = replace(study, title="", note="", exploratory=False)
    first = st.session_state.setdefault("first looks", {}).setdefault(
        _subject(study), _filter(study)
    )
    if first != _filter(study):
        study = replace(study, exploratory=True)
    return study


def _filter(study: Study) -> tuple[object, ...]:
    """The filters: what can change while the question stays the same."""
    return study.min_grade, study.cargo_sha256, study.window, study.baseline


def _subject(study: Study) -> tuple[object, ...]:
    """What a study is about, without its filters."""
    days = tuple(event.day for event in study.events)
    return study.source, study.origin, study.destination, days


def _read_spec(typed: str) -> str:
    return parse_region(read_region(typed)).spec


def _gather_events(before: Study) -> tuple[Event, ...]:
    state = st.session_state
    names = {event.day: event.name for event in before.events}
    days = [state[f"q_event{n}"] for n in range(1, MOST_EVENTS) if f"q_event{n}" in state]
    rest = tuple(Event(day, names.get(day, "")) for day in days if day)
    return (Event(state["q_event"], state["q_name"]), *rest)

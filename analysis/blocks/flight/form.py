"""The controls that choose a flight on the Flight page, and the address of the page."""

import streamlit as st

from analysis.blocks import loaders, question, ready_questions
from analysis.blocks.flight_request import FlightRequest, from_query
from flights.archive import Archive
from flights.regions import parse_region

FIELDS = ("source", "icao24", "around", "region")


def ask(archive: Archive) -> FlightRequest | None:
    """Draw the controls; the flight that they choose, or None if they are empty.

    Raises
    ------
    InvalidInput
        The text of a control is not valid.
    """
    _fill_controls(archive)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        sources = list(dict.fromkeys([*archive.sources(), st.session_state["f_source"]]))
        st.selectbox(
            "Source",
            sources,
            key="f_source",
            format_func=lambda key: loaders.format_series(archive, key),
            width=260,
        )
        st.text_input(
            "Aircraft address (6 hex digits)",
            key="f_icao24",
            max_chars=7,
            placeholder="4d0113",
            width=170,
        )
        st.text_input(
            "Time of flight (UTC)",
            key="f_around",
            max_chars=25,
            placeholder="2026-02-28T09:00",
            width=190,
        )
        question.choose_region("Could it have landed in …", "f_region", first=("",), shown=True)
    state = st.session_state
    if not state["f_icao24"] and not state["f_around"]:
        return None
    region = question.read_region(state["f_region"]) if state["f_region"] else ""
    typed = {name: state[f"f_{name}"] for name in FIELDS} | {"region": region}
    asked = from_query(typed)
    if asked.region:
        parse_region(asked.region)
    query = asked.to_query()
    if dict(st.query_params) != query:
        st.query_params.from_dict(query)
    state["flight_address"] = query
    return asked


def _fill_controls(archive: Archive) -> None:
    """Fill the controls from the page's address, if that is new."""
    state, query = st.session_state, dict(st.query_params)
    if "f_source" in state and query == state.get("flight_address"):
        return
    kept = query or state.get("flight_address") or {}
    known = archive.sources()
    for name in FIELDS:
        state[f"f_{name}"] = kept.get(name, "")
    state["f_source"] = state["f_source"] or (known[0] if known else ready_questions.WORLD)
    state["flight_address"] = query

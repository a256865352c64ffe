"""Which flight? The controls of the Flight page, and its address."""

import streamlit as st

from analysis.blocks import loaders, question, ready_questions
from analysis.blocks.flight_request import FlightRequest, from_query
from flights.archive import Archive
from flights.regions import parse_region

FIELDS = ("source", "icao24", "around", "region")


def ask(archive: Archive) -> FlightRequest | None:
    """Draw the controls; the flight they name, None where none is named yet.

    Raises
    ------
    InvalidInput
        What was typed cannot be read.
    """
    _spread(archive)
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
            "Address (six hex digits)", key="f_icao24", max_chars=7, placeholder="4d0113", width=170
        )
        st.text_input(
            "Around (UTC)", key="f_around", max_chars=25, placeholder="2026-02-28T09:00", width=190
        )
        question.choose_region("Could it have landed in", "f_region", first=("",), shown=True)
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


def _spread(archive: Archive) -> None:
    """Have the controls show the address, where that is new."""
    state, query = st.session_state, dict(st.query_params)
    if "f_source" in state and query == state.get("flight_address"):
        return
    kept = query or state.get("flight_address") or {}
    held = archive.sources()
    for name in FIELDS:
        state[f"f_{name}"] = kept.get(name, "")
    state["f_source"] = state["f_source"] or (held[0] if held else ready_questions.WORLD)
    state["flight_address"] = query

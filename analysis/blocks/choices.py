"""Choices of all forms: regions by name, and the days of a calendar."""

from datetime import date

import streamlit as st

from flights.reference.countries import load_country_names
from flights.regions import parse_region

WORLDWIDE = "world:"
"""Spec of the region that contains every place."""

EARLIEST, LATEST = date(2005, 1, 1), date(2060, 12, 31)
"""Days a calendar offers: from the first public ADS-B records to beyond the simulated year."""


@st.cache_resource(show_spinner=False)
def list_regions() -> dict[str, str]:
    """Regions to choose from: spec to label."""
    named = sorted(load_country_names().items(), key=lambda item: item[1])
    return {WORLDWIDE: "anywhere"} | {f"country:{code}": name for code, name in named}


@st.cache_data(show_spinner=False)
def read_region_label(spec: str) -> str:
    """The label of a region; raises `InvalidInput` if the spec is not valid."""
    return parse_region(spec).label

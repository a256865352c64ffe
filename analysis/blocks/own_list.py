"""The user's own cargo list on the Study page: at hand by its hash, taken, shown, left out.

A study holds the hash alone, so that an address never makes the server read a file.
"""

import streamlit as st

from analysis.study import Study
from flights.cargo import Overrides, parse_overrides, read_overrides
from flights.cargo.own_list import TEMPLATE
from flights.config import read_settings
from flights.errors import InvalidInput

MOST_LISTS = 64
"""Lists kept at hand."""

CHOSEN, PROBLEM = "q_list", "q_list_problem"
"""Where the session keeps the hash of the list that is chosen, and what was wrong with a file."""

_FILE = "q_list_file"


@st.cache_resource(show_spinner=False)
def _cargo_lists() -> dict[str, Overrides]:
    return {}


def keep_list(own: Overrides) -> None:
    """Have a cargo list at hand by its hash, for a while, for every session."""
    held = _cargo_lists()
    held.setdefault(own.sha256, own)
    for sha256 in list(held)[:-MOST_LISTS]:
        del held[sha256]


def find_list(sha256: str) -> Overrides | None:
    """The cargo list of that hash, None for ""; raises `InvalidInput` where it is not at hand."""
    if sha256 and sha256 not in _cargo_lists():
        own = read_usual_list()
        if own is None or own.sha256 != sha256:
            raise InvalidInput(
                f"This study rests on a cargo list (SHA-256 {sha256[:12]}) that is not at hand; "
                "add it under “Events and options”."
            )
    return _cargo_lists()[sha256] if sha256 else None


def read_usual_list() -> Overrides | None:
    """The cargo list of the environment, where it names one."""
    path = read_settings().cargo
    if path is None:
        return None
    own = read_overrides(path)
    keep_list(own)
    return own


def fill_controls(study: Study) -> None:
    """Have the controls show the study's list."""
    st.session_state[CHOSEN] = study.cargo_sha256


def chosen() -> str:
    """Hash of the list the controls show, "" for none."""
    return st.session_state.get(CHOSEN, "")


def find_chosen() -> Overrides | None:
    """The list the controls show, where it is at hand."""
    try:
        return find_list(chosen())
    except InvalidInput:
        return None


def show() -> None:
    """The list in force with a way to leave it out, and a way to give one."""
    st.file_uploader(
        "Cargo list of your own (CSV with kind, value, grade, note)",
        type="csv",
        key=_FILE,
        max_upload_size=1,
        on_change=_take,
        help="Its rows win over the rules. Kinds: icao24, registration, callsign, operator, "
        "typecode. Grades: certain, likely, possible, none.",
    )
    if problem := st.session_state.get(PROBLEM):
        st.warning(problem)
    try:
        own = find_list(chosen())
    except InvalidInput as error:
        st.warning(str(error))
        own = None
    if own:
        st.caption(f"In force: {own.describe()}")
    with st.container(horizontal=True):
        st.download_button(
            "Download this list" if own else "Download an empty list",
            own.text if own else TEMPLATE,
            file_name=own.name if own else "cargo.csv",
            mime="text/csv",
            on_click="ignore",
        )
        st.button("Leave the list out", on_click=_leave_out, disabled=not chosen())


def _take() -> None:
    """The file that was just given becomes the list, unless it is none."""
    file = st.session_state[_FILE]
    st.session_state[PROBLEM] = ""
    if file is None:
        return
    try:
        own = parse_overrides(file.getvalue(), file.name)
    except InvalidInput as error:
        st.session_state[PROBLEM] = str(error)
        return
    keep_list(own)
    st.session_state[CHOSEN] = own.sha256


def _leave_out() -> None:
    st.session_state[CHOSEN] = st.session_state[PROBLEM] = ""

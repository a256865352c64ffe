"""The user's own cargo list on the Study page: upload, show, remove.

A study contains only the hash of the list, so that an address never makes the server read a file.
"""

import streamlit as st

from analysis.study import Study
from flights.cargo import Overrides, parse_overrides, read_overrides
from flights.cargo.own_list import TEMPLATE
from flights.config import read_settings
from flights.errors import InvalidInput

MOST_LISTS = 64
"""Lists kept in memory, for all sessions together."""

CHOSEN, PROBLEM = "q_list", "q_list_problem"
"""Keys of the session for the hash of the chosen list, and for the error of a file."""

_FILE = "q_list_file"


@st.cache_resource(show_spinner=False)
def _cargo_lists() -> dict[str, Overrides]:
    return {}


def keep_list(own: Overrides) -> None:
    """Keep a cargo list in memory by its hash, for all sessions; the oldest ones are dropped."""
    kept = _cargo_lists()
    kept.setdefault(own.sha256, own)
    for sha256 in list(kept)[:-MOST_LISTS]:
        del kept[sha256]


def find_list(sha256: str) -> Overrides | None:
    """The cargo list with this hash, None for ""; raises `InvalidInput` if it is not loaded."""
    if sha256 and sha256 not in _cargo_lists():
        own = read_usual_list()
        if own is None or own.sha256 != sha256:
            raise InvalidInput(
                f"This study uses a cargo list (SHA-256 {sha256[:12]}) that is not loaded. "
                "Upload it under “Events and options”."
            )
    return _cargo_lists()[sha256] if sha256 else None


def read_usual_list() -> Overrides | None:
    """The cargo list of the settings, if there is one."""
    path = read_settings().cargo
    if path is None:
        return None
    own = read_overrides(path)
    keep_list(own)
    return own


def fill_controls(study: Study) -> None:
    """Fill the controls with the study's list."""
    st.session_state[CHOSEN] = study.cargo_sha256


def chosen() -> str:
    """Hash of the list that the controls show, "" for none."""
    return str(st.session_state.get(CHOSEN, ""))


def find_chosen() -> Overrides | None:
    """The list that the controls show, if it is in memory."""
    try:
        return find_list(chosen())
    except InvalidInput:
        return None


def show() -> None:
    """The list in use, with controls to upload, download and remove it."""
    st.file_uploader(
        "Your own cargo list (CSV with kind, value, grade, note)",
        type="csv",
        key=_FILE,
        max_upload_size=1,
        on_change=_accept_upload,
        help="Its rows replace the grades of the program. Kinds: icao24, registration, callsign, "
        "operator, typecode. Grades: certain, likely, possible, none.",
    )
    if problem := st.session_state.get(PROBLEM):
        st.warning(problem)
    try:
        own = find_list(chosen())
    except InvalidInput as error:
        st.warning(str(error))
        own = None
    if own:
        st.caption(f"In use: {own.describe()}")
    with st.container(horizontal=True):
        st.download_button(
            "Download this list" if own else "Download an empty list",
            own.text if own else TEMPLATE,
            file_name=own.name if own else "cargo.csv",
            mime="text/csv",
            on_click="ignore",
        )
        st.button("Remove the list", on_click=_remove, disabled=not chosen())


def _accept_upload() -> None:
    """Use the uploaded file as the list; if it is not valid, keep the error."""
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


def _remove() -> None:
    st.session_state[CHOSEN] = st.session_state[PROBLEM] = ""

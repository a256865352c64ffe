"""The block of the Data page that takes in a table of one's own."""

import streamlit as st

from flights.archive import Archive


def show_import(archive: Archive) -> None:
    """Choose a table, say what its columns mean, look at the outcome, import it."""
    st.subheader("Import a table of your own", anchor=False)
    st.caption(f"python -m flights pull table --path FILE --name NAME --archive {archive.root}")

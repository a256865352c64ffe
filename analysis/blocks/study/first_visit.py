"""The first visit, with an empty archive: build the simulated world, with progress."""

import os
import time

import streamlit as st

from analysis.blocks.loaders import find_complete_span, load_ledger
from analysis.blocks.ready_questions import WORLD
from flights.archive import Archive
from flights.errors import ArchiveError
from flights.pull import background
from flights.query import RouteIndex

_POLL_S = 0.3
_WELCOME = (
    "The archive is empty. The program first builds one simulated year of flights, so that you can "
    "try every question at once. To download real days, use the page **Data**."
)


def lacks_world(archive: Archive) -> bool:
    """True if the archive is empty, or the build of the simulated world did not finish."""
    held = archive.sources()
    if held != [WORLD]:
        return not held
    latest = next((pull for pull in background.list_pulls(archive) if pull.source == WORLD), None)
    return latest is not None and latest.state in ("running", "failed")


def build_world(archive: Archive) -> None:
    """Pull the simulated world in another process, with progress on the page.

    A reload, or a second window, shows the same running pull.

    Raises
    ------
    ArchiveError
        The pull failed or was stopped; the message says why.
    """
    st.markdown(_WELCOME)
    bar = st.progress(0.0, "Building the simulated world …")
    running = (
        p for p in background.list_pulls(archive) if p.source == WORLD and p.state == "running"
    )
    under_way = next(running, None)
    workers = str(min(4, os.cpu_count() or 1))
    pull_id = (
        under_way.id if under_way else background.start_pull(archive, WORLD, {"workers": workers})
    )
    while (now := background.read_progress(archive, pull_id)).state == "running":
        done = sum(day.state not in ("waiting", "running") for day in now.days)
        text = f"Building the simulated world: day {done} of {len(now.days)}" if now.days else None
        bar.progress(0.9 * done / max(len(now.days), 1), text or "Building the simulated world …")
        time.sleep(_POLL_S)
    if now.state != "finished":
        raise ArchiveError(f"The simulated world could not be built. {now.message}")
    bar.progress(0.9, "Indexing its flights …")
    index_days(archive, WORLD)
    bar.empty()


def index_days(archive: Archive, source: str) -> None:
    """Build the index for route questions, so that the first answer is as fast as later ones."""
    held = find_complete_span(archive, source)
    if held is not None:
        RouteIndex(archive).months(source, *held, load_ledger(archive, source))

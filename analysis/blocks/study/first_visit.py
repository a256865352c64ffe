"""What happens where nothing is held yet: the simulated world is made, with progress."""

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
    "Nothing is held yet. A made-up year of flights is made first, so that every question can be "
    "tried at once; real days are pulled on the page **Data**."
)


def lacks_world(archive: Archive) -> bool:
    """True where nothing is held, or the making of the simulated world was broken off."""
    held = archive.sources()
    if held != [WORLD]:
        return not held
    latest = next((pull for pull in background.list_pulls(archive) if pull.source == WORLD), None)
    return latest is not None and latest.state in ("running", "failed")


def build_world(archive: Archive) -> None:
    """Pull the simulated world in a process of its own, with progress on the page.

    A reload, or a second window, finds the pull that is under way.

    Raises
    ------
    ArchiveError
        The pull failed or was stopped; the message says why.
    """
    st.markdown(_WELCOME)
    bar = st.progress(0.0, "Making the simulated world …")
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
        told = f"Making the simulated world: day {done} of {len(now.days)}" if now.days else None
        bar.progress(0.9 * done / max(len(now.days), 1), told or "Making the simulated world …")
        time.sleep(_POLL_S)
    if now.state != "finished":
        raise ArchiveError(f"The simulated world could not be made. {now.message}")
    bar.progress(0.9, "Indexing its flights …")
    index_days(archive, WORLD)
    bar.empty()


def index_days(archive: Archive, source: str) -> None:
    """Build what route questions are answered from, so that the first is as quick as any."""
    held = find_complete_span(archive, source)
    if held is not None:
        RouteIndex(archive).months(source, *held, load_ledger(archive, source))

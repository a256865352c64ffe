"""What happens where nothing is held yet: the simulated world is made, with progress."""

import os
import time

import streamlit as st

from analysis.widgets import WORLD, held_span, load_ledger
from flights import pulls
from flights.archive import Archive
from flights.errors import ArchiveError
from flights.facts import Facts
from flights.sources import find_spec

_POLL_S = 0.3


def lacks_world(archive: Archive) -> bool:
    """True on a first visit: nothing is held, or the simulated world is still being made."""
    held = archive.sources()
    spec = find_spec(WORLD)
    if not held or held != [WORLD] or spec.first_day is None or spec.last_day is None:
        return not held
    return len(load_ledger(archive, WORLD)) <= (spec.last_day - spec.first_day).days


def build_world(archive: Archive) -> None:
    """Pull the simulated world in a process of its own, with progress on the page.

    A reload, or a second window, finds the pull that is under way.

    Raises
    ------
    ArchiveError
        The pull failed or was stopped; the message says why.
    """
    bar = st.progress(0.0, "Making the simulated world …")
    running = (p for p in pulls.list_pulls(archive) if p.source == WORLD and p.state == "running")
    under_way = next(running, None)
    workers = str(min(4, os.cpu_count() or 1))
    pull_id = under_way.id if under_way else pulls.start_pull(archive, WORLD, {"workers": workers})
    while (now := pulls.read_progress(archive, pull_id)).state == "running":
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
    held = held_span(archive, source)
    if held is not None:
        Facts(archive).months(source, *held, load_ledger(archive, source))

"""Limits all processes of this machine to two queries at a time, OpenSky's limit per user."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

from flights.errors import ArchiveError
from flights.network import Waiting

SLOTS = 2
"""OpenSky runs two queries of a user at once and queues two more (docs/free/trino.rst, 2026)."""

_LOOK_AGAIN_S = 1.0


@contextmanager
def use_slot(cache: Path, waiting: Waiting) -> Iterator[None]:
    """Use one of the two slots; waits for a free one. A killed process frees its slot."""
    folder = cache / "opensky"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        slot = _take(folder)
        while slot is None:
            waiting.wait(_LOOK_AGAIN_S, f"{SLOTS} queries at OpenSky are already running")
            slot = _take(folder)
    except OSError as error:
        raise ArchiveError(
            f"{folder} cannot be written ({error.strerror}). Set FLIGHTS_CACHE to another folder."
        ) from error
    try:
        yield
    finally:
        slot.release()


def _take(folder: Path) -> BaseFileLock | None:
    """A free slot, None if there is none."""
    for number in range(SLOTS):
        slot = FileLock(folder / f"trino-{number}.lock")
        with suppress(Timeout):
            slot.acquire(timeout=0)
            return slot
    return None

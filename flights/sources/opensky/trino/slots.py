"""Two queries at a time over all processes of this machine: what OpenSky's Trino runs per user."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flights.errors import ArchiveError
from flights.network import Waiting

SLOTS = 2
"""OpenSky runs two queries of a user at once; what is more waits in its queue, and no more than
two there (docs/free/trino.rst, 2026)."""

_LOOK_AGAIN_S = 1.0


@contextmanager
def hold_slot(cache: Path, waiting: Waiting) -> Iterator[None]:
    """Be one of the two who ask; waits for that, said by `waiting`. A kill gives the slot back."""
    folder = cache / "opensky"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = _take(folder)
        while file is None:
            waiting.wait(_LOOK_AGAIN_S, f"{SLOTS} queries at OpenSky run already")
            file = _take(folder)
    except OSError as error:
        raise ArchiveError(
            f"{folder} cannot be written ({error.strerror}). "
            "Set FLIGHTS_CACHE to a folder that can be."
        ) from error
    try:
        yield
    finally:
        os.close(file)


def _take(folder: Path) -> int | None:
    for number in range(SLOTS):
        path = folder / f"trino-{number}.lock"
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return file
        except BlockingIOError:
            os.close(file)
    return None

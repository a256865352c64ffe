"""A file fetched to disk: a `.part` file first, continued where it was cut, hashed as a whole.

The lock is taken on the part file itself, not with `filelock`: that library locks a file of its
own, and between the two another process could finish the part and move it away.
"""

import fcntl
import hashlib
import itertools
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from flights.errors import (
    ArchiveError,
    BadPayload,
    RangesRefused,
    ResourceChanged,
    ResourceMissing,
)
from flights.network.bodies import too_large
from flights.network.remote_stream import RemoteStream
from flights.network.replies import redact
from flights.network.resources import Resource
from flights.network.retries import Report, Waiting
from flights.network.session import HttpSession
from flights.records import InputFile

_PIECE = 1 << 20
_STARTS = 3


@dataclass(frozen=True)
class Download:
    """One file to be fetched to `target`; `report` hears of the share done."""

    url: str
    target: Path
    report: Report | None = None
    limit: int | None = None

    @property
    def part(self) -> Path:
        """Where the bytes lie until they are all there."""
        return self.target.with_name(f"{self.target.name}.part")

    @property
    def notes(self) -> Path:
        """Which file the part is of."""
        return self.target.with_name(f"{self.target.name}.part.json")


def download(wish: Download, line: HttpSession, waiting: Waiting) -> InputFile:
    """Fetch a file by way of its `.part`; see `Door.download`."""
    try:
        with _own(wish.part) as file:
            try:
                found = _fetch(wish, file, line, waiting)
                wish.part.replace(wish.target)
            except ResourceMissing:
                wish.part.unlink()
                raise
            wish.notes.unlink(missing_ok=True)
            return found
    except OSError as error:
        raise ArchiveError(f"{wish.target} cannot be written: {error.strerror}.") from error


@contextmanager
def _own(part: Path) -> Iterator[BinaryIO]:
    """The part file, for this process alone."""
    part.parent.mkdir(parents=True, exist_ok=True)
    with part.open("a+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ArchiveError(
                f"Another process is fetching {part.stem} at this moment: wait for it."
            ) from None
        if not part.exists() or not os.path.samestat(part.stat(), os.fstat(file.fileno())):
            raise ArchiveError(f"Another process has just fetched {part.stem}: ask again.")
        yield file


def _fetch(wish: Download, file: BinaryIO, line: HttpSession, waiting: Waiting) -> InputFile:
    """Go on where the part stands; from the start where it is of another file."""
    for start in itertools.count(1):
        is_fresh = _read_notes(wish) is None
        if is_fresh:
            file.truncate(0)
        try:
            return _go_on(wish, file, line, waiting)
        except (ResourceChanged, RangesRefused, BadPayload) as error:
            wish.notes.unlink(missing_ok=True)
            if start >= _STARTS or (is_fresh and isinstance(error, BadPayload)):
                raise
    raise AssertionError("unreachable")


def _go_on(wish: Download, file: BinaryIO, line: HttpSession, waiting: Waiting) -> InputFile:
    digest = hashlib.sha256()
    file.seek(0)
    while piece := file.read(_PIECE):
        digest.update(piece)
    known = _read_notes(wish) or Resource(wish.url)
    with RemoteStream(line, waiting, known, start=file.tell()) as stream:
        _write_notes(wish, stream.resource)
        _refuse_larger(wish, stream.resource.size or 0)
        while piece := stream.read_some():
            _refuse_larger(wish, stream.position)
            file.write(piece)
            digest.update(piece)
            if wish.report and stream.resource.size:
                share = stream.position / stream.resource.size
                wish.report(f"fetching {wish.target.name}", share)
        file.flush()
        os.fsync(file.fileno())
        name, etag = wish.target.name, stream.resource.etag
        return InputFile(name, stream.position, digest.hexdigest(), etag)


def _refuse_larger(wish: Download, size: int) -> None:
    if wish.limit is not None and size > wish.limit:
        raise too_large(redact(wish.url), wish.limit)


def _read_notes(wish: Download) -> Resource | None:
    """Which file the part is of; None where that is unknown or cannot be made sure of."""
    try:
        plain = json.loads(wish.notes.read_text("utf-8"))
        known = Resource(wish.url, plain["size"], plain["etag"], plain["modified"])
        whole = known.size is None or wish.part.stat().st_size <= known.size
        return (
            known if plain["address"] == _digest(wish.url) and known.validator and whole else None
        )
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _write_notes(wish: Download, found: Resource) -> None:
    """The address is kept as its hash: a query may hold a key."""
    plain = {
        "address": _digest(found.url),
        "size": found.size,
        "etag": found.etag,
        "modified": found.modified,
    }
    rough = wish.notes.with_suffix(".rough")
    rough.write_text(json.dumps(plain), encoding="utf-8")
    rough.replace(wish.notes)


def _digest(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()

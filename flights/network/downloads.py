"""A file fetched to disk: first as a `.part` file, resumed where it was cut, hashed as a whole.

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
from flights.records.atomic_files import write_whole

_PIECE = 1 << 20
# A file that changes while it is fetched is started again; three times, so that a file that
# changes all the time ends as an error.
_STARTS = 3


@dataclass(frozen=True)
class Download:
    """One file to fetch to `target`; `report` is called with the share done."""

    url: str
    target: Path
    report: Report | None = None
    limit: int | None = None

    @property
    def part(self) -> Path:
        """The bytes until all of them have arrived."""
        return self.target.with_name(f"{self.target.name}.part")

    @property
    def notes(self) -> Path:
        """Which file the part belongs to."""
        return self.target.with_name(f"{self.target.name}.part.json")


def download(order: Download, session: HttpSession, waiting: Waiting) -> InputFile:
    """Fetch a file through its `.part` file; see `Door.download`."""
    try:
        with _lock_part(order.part) as file:
            try:
                found = _fetch(order, file, session, waiting)
                order.part.replace(order.target)
            except ResourceMissing:
                order.part.unlink()
                raise
            order.notes.unlink(missing_ok=True)
            return found
    except OSError as error:
        raise ArchiveError(f"{order.target} cannot be written: {error.strerror}.") from error


@contextmanager
def _lock_part(part: Path) -> Iterator[BinaryIO]:
    """The part file, locked for this process."""
    part.parent.mkdir(parents=True, exist_ok=True)
    with part.open("a+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ArchiveError(
                f"Another process is fetching {part.stem} now. Wait until it has finished."
            ) from None
        if not part.exists() or not os.path.samestat(part.stat(), os.fstat(file.fileno())):
            raise ArchiveError(f"Another process has just fetched {part.stem}. Try again.")
        yield file


def _fetch(order: Download, file: BinaryIO, session: HttpSession, waiting: Waiting) -> InputFile:
    """Resume at the end of the part; start again where it belongs to another file."""
    for start in itertools.count(1):
        is_fresh = _read_notes(order) is None
        if is_fresh:
            file.truncate(0)
        try:
            return _resume(order, file, session, waiting)
        except (ResourceChanged, RangesRefused, BadPayload) as error:
            order.notes.unlink(missing_ok=True)
            if start >= _STARTS or (is_fresh and isinstance(error, BadPayload)):
                raise
    raise AssertionError("unreachable")


def _resume(order: Download, file: BinaryIO, session: HttpSession, waiting: Waiting) -> InputFile:
    digest = hashlib.sha256()
    file.seek(0)
    while piece := file.read(_PIECE):
        digest.update(piece)
    known = _read_notes(order) or Resource(order.url)
    with RemoteStream(session, waiting, known, start=file.tell()) as stream:
        _write_notes(order, stream.resource)
        _refuse_larger(order, stream.resource.size or 0)
        while piece := stream.read_some():
            _refuse_larger(order, stream.position)
            file.write(piece)
            digest.update(piece)
            if order.report and stream.resource.size:
                share = stream.position / stream.resource.size
                order.report(f"fetching {order.target.name}", share)
        file.flush()
        os.fsync(file.fileno())
        name, etag = order.target.name, stream.resource.etag
        return InputFile(name, stream.position, digest.hexdigest(), etag)


def _refuse_larger(order: Download, size: int) -> None:
    if order.limit is not None and size > order.limit:
        raise too_large(redact(order.url), order.limit)


def _read_notes(order: Download) -> Resource | None:
    """Which file the part belongs to; None where that is unknown or cannot be verified."""
    try:
        plain = json.loads(order.notes.read_text("utf-8"))
        known = Resource(order.url, plain["size"], plain["etag"], plain["modified"])
        whole = known.size is None or order.part.stat().st_size <= known.size
        return (
            known if plain["address"] == _digest(order.url) and known.validator and whole else None
        )
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _write_notes(order: Download, found: Resource) -> None:
    """The address is stored as its hash: a query may contain a key."""
    plain = {
        "address": _digest(found.url),
        "size": found.size,
        "etag": found.etag,
        "modified": found.modified,
    }
    write_whole(order.notes, json.dumps(plain).encode())


def _digest(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()

"""A tar on a server read forward in requests that do not reach far beyond what is wanted."""

import hashlib
from collections.abc import Sequence
from typing import Protocol

from flights.readsb.tar.stream import BLOCK, Opened, Part
from flights.records import InputFile

_SLACK = 2 * BLOCK
"""Padding of a member and the next header: asked for with the member."""


class RangedTar(Protocol):
    """What `RemoteTar` is to this module."""

    @property
    def size(self) -> int: ...
    def spans(self, start: int, stop: int, prefix: str = "") -> Sequence[Part]:
        """The part of each file in that range."""
        ...


class RangeReader:
    """Bytes from `at` on. What a `read` asks for is fetched with `sure` bytes behind it.

    A connection that is closed early has more bytes on their way than were wanted, so the reader
    says by `sure` how much it will want at least.
    """

    def __init__(self, tar: RangedTar, at: int, prefix: str) -> None:
        self.at = at
        self.sure = 0
        self._tar = tar
        self._prefix = prefix
        self._open: Opened | None = None
        self._name = ""
        self._read: dict[str, tuple[int, hashlib._Hash, str | None]] = {}

    def __enter__(self) -> "RangeReader":
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    @property
    def inputs(self) -> tuple[InputFile, ...]:
        """What of each file was read: bytes that follow each other, and their hash."""
        return tuple(
            InputFile(name, size, digest.hexdigest(), etag)
            for name, (size, digest, etag) in self._read.items()
        )

    def read(self, size: int) -> bytes:
        """Up to `size` bytes; fewer only at the end of the tar."""
        found: list[bytes] = []
        while size > 0 and self.at < self._tar.size:
            if self._open is None:
                self._start(size)
            piece = self._open.read(size)  # type: ignore[union-attr]
            if not piece:
                self._close()
                continue
            self._record(piece)
            size -= len(piece)
            found.append(piece)
        return found[0] if len(found) == 1 else b"".join(found)

    def _start(self, size: int) -> None:
        stop = min(self.at + max(size + _SLACK, self.sure), self._tar.size)
        span = self._tar.spans(self.at, stop, self._prefix)[0]
        self._open, self._name = span.open(), span.name
        self._read.setdefault(span.name, (0, hashlib.sha256(), span.etag))

    def _record(self, piece: bytes) -> None:
        size, digest, etag = self._read[self._name]
        digest.update(piece)
        self._read[self._name] = size + len(piece), digest, etag
        self.at += len(piece)

    def _close(self) -> None:
        if self._open:
            self._open.close()
            self._open = None

"""A file on a server as a stream that resumes after a cut, and never joins two files."""

from collections.abc import Iterator
from dataclasses import replace
from types import TracebackType
from typing import Self

import httpx

from flights.errors import (
    BadPayload,
    RangesRefused,
    ResourceChanged,
    ResourceMissing,
)
from flights.network.replies import (
    MISSING,
    TransientFailure,
    read_content_range,
    read_length,
    redact,
)
from flights.network.resources import Resource, read_resource
from flights.network.retries import Waiting
from flights.network.session import HttpRequest, HttpSession


class RemoteStream:
    """Bytes `start` to `stop` (exclusive, None = the end) of a file, as the server stores it.

    `position` is the place of the next byte in the file, `resource` what is known of the file.
    A file that differs from `known` is refused.
    """

    def __init__(
        self,
        session: HttpSession,
        waiting: Waiting,
        known: Resource,
        *,
        start: int = 0,
        stop: int | None = None,
    ) -> None:
        self.resource = known
        self.position = start
        self._start = start
        self._stop = stop
        self._session = session
        self._waiting = waiting
        self._reply: httpx.Response | None = None
        self._pieces: Iterator[bytes] = iter(())
        self._buffer = bytearray()
        self._ended = stop is not None and stop <= start
        if not self._ended:
            session.retry(self._connect, waiting)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; bytes that were not read are lost."""
        if self._reply is not None:
            self._reply.close()
            self._reply = None

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes (negative = all that is left); fewer only at the end.

        Raises
        ------
        ResourceChanged
            After a cut, there is another file.
        RangesRefused
            After a cut, the server sends the file from its start.
        SourceUnavailable
            Reading could not be resumed.
        """
        while not self._ended and (size < 0 or len(self._buffer) < size):
            self._buffer += self._session.retry(self._next_piece, self._waiting)
        return self._take(len(self._buffer) if size < 0 else min(size, len(self._buffer)))

    def read_some(self) -> bytes:
        """The bytes that arrive next, b"" at the end; raises as `read`."""
        if not self._buffer and not self._ended:
            self._buffer += self._session.retry(self._next_piece, self._waiting)
        return self._take(len(self._buffer))

    def _take(self, wanted: int) -> bytes:
        given = bytes(self._buffer[:wanted])
        del self._buffer[:wanted]
        self.position += wanted
        return given

    @property
    def _reached(self) -> int:
        """Place in the file of the next byte that will arrive."""
        return self.position + len(self._buffer)

    def _next_piece(self) -> bytes:
        if self._reply is None:
            self._connect()
        if self._ended:
            return b""
        try:
            piece = next(self._pieces, b"")
            self._check_place(piece)
            return piece
        except TransientFailure:
            self.close()
            raise

    def _check_place(self, piece: bytes) -> None:
        """No byte comes after the end, and the stream does not end before it."""
        wanted = self._stop if self._stop is not None else self.resource.size
        if wanted is not None and self._reached + len(piece) > wanted:
            raise BadPayload(f"{redact(self.resource.url)} is longer than the server said.")
        if not piece:
            if wanted is not None and self._reached < wanted:
                raise TransientFailure(f"{redact(self.resource.url)} ended too early")
            self._ended = True
            self.close()

    def _connect(self) -> None:
        """Request what is left."""
        self._refuse_blind_continuation()
        reply = self._session.send(
            HttpRequest(self.resource.url, headers=self._range_headers()), self._waiting
        )
        try:
            self._accept(reply)
        except BaseException:
            reply.close()
            raise
        self._reply = reply
        self._pieces = self._session.read(reply)

    def _refuse_blind_continuation(self) -> None:
        if self._reached > self._start and not self.resource.validator:
            raise RangesRefused(
                f"{redact(self.resource.url)} was cut after {self._reached:,} bytes, and the "
                "server gives no tag to check that the rest is of the same file. "
                "Read it again from its start."
            )

    @property
    def _asks_whole(self) -> bool:
        return self._reached == 0 and self._stop is None

    def _range_headers(self) -> dict[str, str]:
        if self._asks_whole:
            return {}
        last = "" if self._stop is None else str(self._stop - 1)
        headers = {"range": f"bytes={self._reached}-{last}"}
        validator = self.resource.validator
        return {**headers, "if-range": validator} if validator else headers

    def _accept(self, reply: httpx.Response) -> None:
        """Check that the reply is the part that was requested, of the file that is known."""
        place = redact(self.resource.url)
        if reply.status_code in MISSING:
            raise ResourceMissing(f"{place} is not there ({reply.status_code}).")
        found = read_resource(reply, self.resource.url)
        if found.is_other_than(self.resource):
            raise ResourceChanged(
                f"{place} has changed since the last request. Read it again from its start."
            )
        if reply.status_code == 416:
            self._accept_end(found)
        elif reply.status_code == 206:
            self._accept_part(reply)
        elif not self._asks_whole:
            raise RangesRefused(f"{place} sends the whole file where a part was requested.")
        known = {name: text for name, text in vars(found).items() if text is not None}
        self.resource = replace(self.resource, **known)

    def _accept_end(self, found: Resource) -> None:
        size = self.resource.size if found.size is None else found.size
        if size != self._reached:
            raise BadPayload(
                f"{redact(found.url)} has {size} bytes; byte {self._reached} is after its end."
            )
        self._ended = True

    def _accept_part(self, reply: httpx.Response) -> None:
        span = read_content_range(reply)
        place = redact(self.resource.url)
        if self._stop is not None and span.total is not None and span.total < self._stop:
            raise BadPayload(f"{place} has {span.total} bytes, fewer than the {self._stop} wanted.")
        stop = self._stop if self._stop is not None else span.total
        length = read_length(reply)
        right_length = length is None or length == (span.stop or 0) - self._reached
        if span.start != self._reached or span.stop != stop or not right_length:
            raise BadPayload(f"{place} sent other bytes than requested.")

"""A file on a server read forward, going on by itself after a cut, and never into another file."""

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
from flights.network.replies import MISSING, TransientFailure, read_length, read_span, redact
from flights.network.resources import Resource, resource_of
from flights.network.retries import Waiting
from flights.network.session import HttpRequest, HttpSession


class RemoteStream:
    """Bytes `start` to `stop` (exclusive, None = the end) of a file, as the server stores them.

    `position` is the next byte's place in the file, `resource` what is known of the file. Where
    `known` was given, another file under the same address is refused.
    """

    def __init__(
        self,
        line: HttpSession,
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
        self._line = line
        self._waiting = waiting
        self._reply: httpx.Response | None = None
        self._pieces: Iterator[bytes] = iter(())
        self._held = bytearray()
        self._ended = stop is not None and stop <= start
        if not self._ended:
            line.persist(self._connect, waiting)

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
        """Let the line go; what was not read stays unread."""
        if self._reply is not None:
            self._reply.close()
            self._reply = None

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes (all that is left where negative); fewer only at the end.

        Raises
        ------
        ResourceChanged
            After a cut, another file lies there.
        RangesRefused
            After a cut, the server starts from the front.
        SourceUnavailable
            It could not be read on.
        """
        while not self._ended and (size < 0 or len(self._held) < size):
            self._held += self._line.persist(self._next_piece, self._waiting)
        return self._give(len(self._held) if size < 0 else min(size, len(self._held)))

    def read_some(self) -> bytes:
        """The bytes that arrive next, b"" at the end; raises as `read`."""
        if not self._held and not self._ended:
            self._held += self._line.persist(self._next_piece, self._waiting)
        return self._give(len(self._held))

    def _give(self, wanted: int) -> bytes:
        given = bytes(self._held[:wanted])
        del self._held[:wanted]
        self.position += wanted
        return given

    @property
    def _reached(self) -> int:
        """Place in the file of the next byte to come over the wire."""
        return self.position + len(self._held)

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
        """No byte behind the end; and no end before it."""
        wanted = self._stop if self._stop is not None else self.resource.size
        if wanted is not None and self._reached + len(piece) > wanted:
            raise BadPayload(f"{redact(self.resource.url)} is longer than it said.")
        if not piece:
            if wanted is not None and self._reached < wanted:
                raise TransientFailure(f"{redact(self.resource.url)} ended before its time")
            self._ended = True
            self.close()

    def _connect(self) -> None:
        """Ask for what is left."""
        self._refuse_blind_continuation()
        reply = self._line.ask(
            HttpRequest(self.resource.url, headers=self._range_headers()), self._waiting
        )
        try:
            self._accept(reply)
        except BaseException:
            reply.close()
            raise
        self._reply = reply
        self._pieces = self._line.read(reply)

    def _refuse_blind_continuation(self) -> None:
        if self._reached > self._start and not self.resource.validator:
            raise RangesRefused(
                f"{redact(self.resource.url)} was cut after {self._reached:,} bytes, and nothing "
                "tells whether the rest would be of the same file. Ask again from its start."
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
        """Is this reply the bytes that were asked for, of the file that is known?"""
        place = redact(self.resource.url)
        if reply.status_code in MISSING:
            raise ResourceMissing(f"{place} is not there ({reply.status_code}).")
        found = resource_of(reply, self.resource.url)
        if found.is_other_than(self.resource):
            raise ResourceChanged(f"{place} is another file than before. Ask again from its start.")
        if reply.status_code == 416:
            self._accept_end(found)
        elif reply.status_code == 206:
            self._accept_part(reply)
        elif not self._asks_whole:
            raise RangesRefused(f"{place} sends the whole file where a part was asked for.")
        known = {name: text for name, text in vars(found).items() if text is not None}
        self.resource = replace(self.resource, **known)

    def _accept_end(self, found: Resource) -> None:
        size = self.resource.size if found.size is None else found.size
        if size != self._reached:
            raise BadPayload(
                f"{redact(found.url)} has {size} bytes; "
                f"there is nothing to read from byte {self._reached}."
            )
        self._ended = True

    def _accept_part(self, reply: httpx.Response) -> None:
        span = read_span(reply)
        place = redact(self.resource.url)
        if self._stop is not None and span.total is not None and span.total < self._stop:
            raise BadPayload(f"{place} has {span.total} bytes, fewer than the {self._stop} wanted.")
        stop = self._stop if self._stop is not None else span.total
        length = read_length(reply)
        right_length = length is None or length == (span.stop or 0) - self._reached
        if span.start != self._reached or span.stop != stop or not right_length:
            raise BadPayload(f"{place} sent other bytes than were asked for.")

"""The one door to the network: time-outs, retries, pace, ranges, going on after cuts, redaction.

A file is what the server stores: `fetch_head`, `open` and `download` ask for it as
it is and never unpack it. Only `fetch` decodes a `Content-Encoding`.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from flights.errors import RangesRefused, ResourceChanged, ResourceMissing
from flights.network.bodies import read_decoded
from flights.network.client import USER_AGENT
from flights.network.downloads import Download, download
from flights.network.limiter import Limiter
from flights.network.remote_stream import RemoteStream
from flights.network.replies import MISSING, HeadRefused, redact
from flights.network.resources import Resource, resource_of
from flights.network.retries import Report, RetryPolicy, Waiting
from flights.network.session import HttpRequest, HttpSession, TransferCounts
from flights.records import InputFile

__all__ = [
    "USER_AGENT",
    "Door",
    "RangesRefused",
    "RemoteStream",
    "Resource",
    "ResourceChanged",
    "ResourceMissing",
    "RetryPolicy",
    "TransferCounts",
    "redact",
]


@dataclass(frozen=True)
class Door:
    """Everything this program asks of other machines goes through here.

    `cache` keeps the pace of each host, shared by all processes. `report` hears of waits, see
    `with_report`; `share` is the share done that it is told with. May be pickled; the copy opens
    connections of its own and reports to nobody.
    """

    cache: Path
    per_second: float = 4.0
    retries: RetryPolicy = field(default_factory=RetryPolicy)
    report: Report | None = field(default=None, compare=False, repr=False)
    share: float = field(default=0.0, compare=False, repr=False)
    _held: dict[int, HttpSession] = field(default_factory=dict, compare=False, repr=False)

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.cache, self.per_second, self.retries))

    def with_report(self, report: Report | None, share: float = 0.0) -> "Door":
        """The same door, whose waits are reported at least every second.

        What `report` raises ends the wait and the work (see `worker_messages.StopRequested`).
        """
        return replace(self, report=report, share=share)

    @property
    def traffic(self) -> TransferCounts:
        """What this door and its `with_report` copies sent and got in this process."""
        return self._line.traffic

    def fetch_head(self, url: str) -> Resource | None:
        """What lies at `url`, without reading it; None = nothing."""
        return self._line.persist(lambda: self._look(url), self._waiting)

    def fetch(
        self,
        url: str,
        *,
        limit: int,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        accept_missing: bool = True,
    ) -> bytes | None:
        """The whole body, at most `limit` bytes of it unpacked; None = nothing there.

        Raises
        ------
        ResourceMissing
            Nothing is there, and `accept_missing` is off.
        BadPayload
            It is larger than `limit`, or packed in an unknown way.
        CredentialsRejected, RateLimited, SourceUnavailable
            It could not be had.
        """
        question = HttpRequest(
            url, headers={"accept-encoding": "gzip", **(headers or {})}, params=params
        )
        body = self._line.persist(lambda: self._fetch(question, limit), self._waiting)
        if body is None and not accept_missing:
            raise ResourceMissing(f"{redact(url)} is not there.")
        return body

    def open(
        self,
        url: str,
        *,
        start: int = 0,
        stop: int | None = None,
        resource: Resource | None = None,
    ) -> RemoteStream:
        """The file from `start` to `stop` (exclusive) to be read forward; goes on after cuts.

        Raises
        ------
        ResourceMissing
            Nothing is there.
        ResourceChanged
            It is another file than `resource`, now or after a cut.
        RangesRefused
            The server sends the whole where a part was asked for.
        """
        known = replace(resource, url=url) if resource else Resource(url)
        return RemoteStream(self._line, self._waiting, known, start=start, stop=stop)

    def download(
        self,
        url: str,
        target: Path,
        *,
        report: Report | None = None,
        limit: int | None = None,
    ) -> InputFile:
        """Fetch a file to disk, going on where an earlier run was cut; what it is.

        `report` hears of the share of bytes done. What lies at `target` is replaced at the end.

        Raises
        ------
        ResourceMissing
            Nothing is there.
        BadPayload
            It has more than `limit` bytes.
        SourceUnavailable
            It could not be had; the next call goes on where this one stopped.
        ArchiveError
            The disk refuses, or another process is fetching the same file.
        """
        return download(Download(url, target, report, limit), self._line, self._waiting)

    @property
    def _waiting(self) -> Waiting:
        return Waiting(self.retries.sleep, self.report, self.share)

    @property
    def _line(self) -> HttpSession:
        """This process's connections; those of a process we were forked from are left alone."""
        if os.getpid() not in self._held:
            spares = self.retries.spares_loopback
            longest_s = 2 * self.retries.longest_wait_s
            limiter = Limiter(self.cache / "hosts", self.per_second, longest_s, spares)
            self._held[os.getpid()] = HttpSession(limiter, self.retries)
        return self._held[os.getpid()]

    def _look(self, url: str) -> Resource | None:
        try:
            reply = self._line.ask(HttpRequest(url, "HEAD"), self._waiting)
        except HeadRefused:
            first_byte = HttpRequest(url, headers={"range": "bytes=0-0"})
            reply = self._line.ask(first_byte, self._waiting)
        reply.close()
        return None if reply.status_code in MISSING else resource_of(reply, url)

    def _fetch(self, question: HttpRequest, limit: int) -> bytes | None:
        reply = self._line.ask(question, self._waiting)
        try:
            if reply.status_code in MISSING:
                return None
            return b"".join(read_decoded(self._line.read(reply), reply, limit=limit))
        finally:
            reply.close()

"""All network access: time-outs, retries, rate limits, ranges, resuming after cuts, redaction.

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
from flights.network.resources import Resource, read_resource
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
    """Every request of this program to another machine goes through here.

    `cache` has the rate limit of each host, shared by all processes. `report` is called during
    waits, see `with_report`, with `share` (0 to 1) as the share of the work done. A pickled copy
    opens its own connections and has no `report`.
    """

    cache: Path
    per_second: float = 4.0
    retries: RetryPolicy = field(default_factory=RetryPolicy)
    report: Report | None = field(default=None, compare=False, repr=False)
    share: float = field(default=0.0, compare=False, repr=False)
    _sessions: dict[int, HttpSession] = field(default_factory=dict, compare=False, repr=False)

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.cache, self.per_second, self.retries))

    def with_report(self, report: Report | None, share: float = 0.0) -> "Door":
        """A copy that reports its waits at least every second.

        An error that `report` raises, such as `worker_messages.StopRequested`, ends the work.
        """
        return replace(self, report=report, share=share)

    @property
    def traffic(self) -> TransferCounts:
        """What this object and its `with_report` copies sent and received in this process."""
        return self._session.traffic

    def fetch_head(self, url: str) -> Resource | None:
        """Size and tags of the file at `url`, without its body; None = there is no file."""
        return self._session.retry(lambda: self._fetch_resource(url), self._waiting)

    def fetch(
        self,
        url: str,
        *,
        limit: int,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        accept_missing: bool = True,
    ) -> bytes | None:
        """The whole decoded body, at most `limit` bytes; None = there is no file.

        Raises
        ------
        ResourceMissing
            There is no file, and `accept_missing` is off.
        BadPayload
            It is larger than `limit`, or in an unknown encoding.
        CredentialsRejected, RateLimited, SourceUnavailable
            It could not be fetched.
        """
        request_spec = HttpRequest(
            url, headers={"accept-encoding": "gzip", **(headers or {})}, params=params
        )
        body = self._session.retry(lambda: self._fetch(request_spec, limit), self._waiting)
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
        """A stream of the file from `start` to `stop` (exclusive); it resumes after cuts.

        Raises
        ------
        ResourceMissing
            There is no file.
        ResourceChanged
            The file is not `resource`, now or after a cut.
        RangesRefused
            The server sends the whole file where a part was requested.
        """
        known = replace(resource, url=url) if resource else Resource(url)
        return RemoteStream(self._session, self._waiting, known, start=start, stop=stop)

    def download(
        self,
        url: str,
        target: Path,
        *,
        report: Report | None = None,
        limit: int | None = None,
    ) -> InputFile:
        """Fetch a file to disk, resuming an earlier run that was cut; gives its size and hash.

        `report` is called with the share of bytes done. `target` is replaced at the end.

        Raises
        ------
        ResourceMissing
            There is no file.
        BadPayload
            It has more than `limit` bytes.
        SourceUnavailable
            It could not be fetched; the next call resumes where this one stopped.
        ArchiveError
            The disk cannot be written, or another process fetches the same file.
        """
        return download(Download(url, target, report, limit), self._session, self._waiting)

    @property
    def _waiting(self) -> Waiting:
        return Waiting(self.retries.sleep, self.report, self.share)

    @property
    def _session(self) -> HttpSession:
        """This process's connections. A forked process must not use those of its parent."""
        if os.getpid() not in self._sessions:
            spares = self.retries.spares_loopback
            longest_s = 2 * self.retries.longest_wait_s
            limiter = Limiter(self.cache / "hosts", self.per_second, longest_s, spares)
            self._sessions[os.getpid()] = HttpSession(limiter, self.retries)
        return self._sessions[os.getpid()]

    def _fetch_resource(self, url: str) -> Resource | None:
        try:
            reply = self._session.send(HttpRequest(url, "HEAD"), self._waiting)
        except HeadRefused:
            first_byte = HttpRequest(url, headers={"range": "bytes=0-0"})
            reply = self._session.send(first_byte, self._waiting)
        reply.close()
        return None if reply.status_code in MISSING else read_resource(reply, url)

    def _fetch(self, request_spec: HttpRequest, limit: int) -> bytes | None:
        reply = self._session.send(request_spec, self._waiting)
        try:
            if reply.status_code in MISSING:
                return None
            return b"".join(read_decoded(self._session.read(reply), reply, limit=limit))
        finally:
            reply.close()

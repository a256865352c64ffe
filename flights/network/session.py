"""One request to a host: redirects are followed safely, transient failures are retried."""

import itertools
import logging
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import httpx

from flights.errors import CredentialsRejected, InvalidInput, SourceUnavailable
from flights.network.bodies import read_raw
from flights.network.client import explain_failure, make_client
from flights.network.limiter import Limiter
from flights.network.replies import MISSING, TransientFailure, redact, refuse_failures
from flights.network.retries import RetryPolicy, Waiting

log = logging.getLogger(__name__)

MOST_REDIRECTS = 8
# Redirect targets of release assets are signed addresses that expire after some minutes.
_REDIRECT_VALID_S = 240.0
_SAFE_HEADERS = ("accept", "accept-encoding", "range", "if-range")
T = TypeVar("T")


@dataclass(frozen=True)
class TransferCounts:
    """What this process transferred: requests, and bytes of bodies."""

    requests: int = 0
    bytes: int = 0


@dataclass(frozen=True)
class HttpRequest:
    """A request that changes nothing; `headers` are sent to the host of `url` only."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] | None = None

    @property
    def is_part(self) -> bool:
        """True where only a part of the file is requested."""
        return "range" in self.headers


class HttpSession:
    """The connections of one process; opened at the first request, closed with the object."""

    def __init__(self, limiter: Limiter, retries: RetryPolicy) -> None:
        self.retries = retries
        self.traffic = TransferCounts()
        self._limiter = limiter
        self._redirects: dict[str, tuple[httpx.URL, float]] = {}
        self._lock = threading.Lock()
        self._client: httpx.Client | None = None

    def retry(self, act: Callable[[], T], waiting: Waiting) -> T:
        """Repeat `act` until it succeeds, with growing pauses after transient failures.

        Raises
        ------
        RateLimited
            The server asks for a wait of more than `longest_wait_s`, or limits every attempt.
        SourceUnavailable
            Every attempt failed.
        """
        for attempt in itertools.count(1):
            try:
                return act()
            except TransientFailure as passing:
                asked_s = passing.wait_s or 0.0
                too_long = asked_s > self.retries.longest_wait_s
                if too_long or attempt >= self.retries.tries:
                    raise passing.final(attempt, too_long=too_long) from None
                pause_s = asked_s + self.retries.pause_after(attempt)
                log.info("%s; next attempt in %.1f s", passing.sentence, pause_s)
                waiting.wait(pause_s, passing.sentence)
        raise AssertionError("unreachable")

    def send(self, request_spec: HttpRequest, waiting: Waiting) -> httpx.Response:
        """The reply with its body unread (close it). One attempt; redirects are followed.

        Raises
        ------
        Passing
            Another attempt may succeed.
        """
        reply = self._request_at_redirect(request_spec, waiting) if request_spec.is_part else None
        return reply or self._follow(request_spec.url, self._build(request_spec), waiting)

    def read(self, reply: httpx.Response) -> Iterator[bytes]:
        """The body as sent; its bytes are counted in `traffic`."""
        return read_raw(reply, retries=self.retries, count=self._count_bytes)

    def _request_at_redirect(
        self, request_spec: HttpRequest, waiting: Waiting
    ) -> httpx.Response | None:
        """The reply from the address that the last redirect gave; None where that is not known.

        Saves a request for every part of a file behind a redirect. Such addresses expire, so a
        refusal or "not found" there only means that the redirect must be followed again.
        """
        target = self._redirects.pop(request_spec.url, None)
        if target is None or target[1] < time.monotonic():
            return None
        try:
            request = self._readdress(self._build(request_spec), target[0])
            reply = self._follow(request_spec.url, request, waiting)
        except (SourceUnavailable, CredentialsRejected):
            return None
        if reply.status_code in MISSING:
            reply.close()
            return None
        self._redirects[request_spec.url] = target
        return reply

    def _follow(self, url: str, request: httpx.Request, waiting: Waiting) -> httpx.Response:
        for redirects in range(MOST_REDIRECTS + 1):
            reply = self._send_once(request, waiting)
            if not reply.has_redirect_location:
                _raise_failures(reply)
                if redirects and reply.status_code not in MISSING:
                    self._redirects[url] = request.url, time.monotonic() + _REDIRECT_VALID_S
                return reply
            reply.close()
            request = self._redirected(request, reply.headers["location"])
        raise SourceUnavailable(f"{redact(url)} redirects more than {MOST_REDIRECTS} times.")

    def _build(self, request_spec: HttpRequest) -> httpx.Request:
        try:
            url = httpx.URL(request_spec.url)
        except (httpx.InvalidURL, ValueError):
            raise InvalidInput("This is not a valid web address: check its form.") from None
        if url.scheme not in ("http", "https") or not url.raw_host:
            raise InvalidInput(
                f"{redact(url)} is not supported: only http and https addresses are."
            )
        headers = {"accept-encoding": "identity", **request_spec.headers}
        return self._open_client().build_request(
            request_spec.method, url, headers=headers, params=request_spec.params
        )

    def _send_once(self, request: httpx.Request, waiting: Waiting) -> httpx.Response:
        host = request.url.netloc.decode("ascii")
        waiting.wait(self._limiter.take(host), f"rate limit for {host}, shared by all processes")
        with self._lock:
            self.traffic = TransferCounts(self.traffic.requests + 1, self.traffic.bytes)
        try:
            reply = self._open_client().send(request, stream=True, follow_redirects=False)
        except (httpx.TransportError, httpx.InvalidURL, ValueError) as error:
            explain_failure(error, redact(request.url))
        if reply.status_code in (429, 503):
            self._delay(host, reply)
        return reply

    def _delay(self, host: str, reply: httpx.Response) -> None:
        """Other processes wait too, up to `longest_wait_s`: one bad reply must not stop a host."""
        try:
            refuse_failures(reply)
        except TransientFailure as passing:
            if passing.wait_s and passing.wait_s <= self.retries.longest_wait_s:
                self._limiter.delay(host, passing.wait_s)

    def _redirected(self, request: httpx.Request, location: str) -> httpx.Request:
        place = redact(request.url)
        try:
            url = request.url.join(location).copy_with(username=None, password=None)
        except (httpx.InvalidURL, ValueError):
            raise SourceUnavailable(f"{place} redirects to an address that is not valid.") from None
        if url.scheme not in ("http", "https") or not url.raw_host:
            raise SourceUnavailable(f"{place} redirects to something that is not a web address.")
        if request.url.scheme == "https" and url.scheme == "http":
            raise SourceUnavailable(f"{place} redirects from https to http, which is refused.")
        return self._readdress(request, url)

    def _readdress(self, request: httpx.Request, url: httpx.URL) -> httpx.Request:
        """The same request to another address; another host gets no credentials."""
        kept = dict(request.headers.items())
        if _origin(url) != _origin(request.url):
            kept = {name: text for name, text in kept.items() if name in _SAFE_HEADERS}
        kept.pop("host", None)
        return self._open_client().build_request(request.method, url, headers=kept)

    def _count_bytes(self, number: int) -> None:
        with self._lock:
            self.traffic = TransferCounts(self.traffic.requests, self.traffic.bytes + number)

    def _open_client(self) -> httpx.Client:
        with self._lock:
            if self._client is None:
                self._client = make_client(self.retries)
                weakref.finalize(self, self._client.close)
            return self._client


def _origin(url: httpx.URL) -> tuple[str, bytes, int | None]:
    return url.scheme, url.raw_host, url.port


def _raise_failures(reply: httpx.Response) -> httpx.Response:
    try:
        refuse_failures(reply)
    except BaseException:
        reply.close()
        raise
    return reply

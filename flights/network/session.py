"""One question to a host: redirects followed with care, asked again where that may help."""

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
_STAYS_MOVED_S = 240.0
_FOR_ANYBODY = ("accept", "accept-encoding", "range", "if-range")
T = TypeVar("T")


@dataclass(frozen=True)
class TransferCounts:
    """What went over the wire in this process: requests, and bytes of bodies."""

    requests: int = 0
    bytes: int = 0


@dataclass(frozen=True)
class HttpRequest:
    """A request that changes nothing; `headers` go to no other host but that of `url`."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] | None = None

    @property
    def is_part(self) -> bool:
        """True where only a part of the file is asked for."""
        return "range" in self.headers


class HttpSession:
    """The connections of one process; opened at the first question, closed with the object."""

    def __init__(self, limiter: Limiter, retries: RetryPolicy) -> None:
        self.retries = retries
        self.traffic = TransferCounts()
        self._limiter = limiter
        self._moved: dict[str, tuple[httpx.URL, float]] = {}
        self._lock = threading.Lock()
        self._client: httpx.Client | None = None

    def persist(self, act: Callable[[], T], waiting: Waiting) -> T:
        """Do `act` until it succeeds, with growing pauses after what may pass.

        Raises
        ------
        RateLimited
            The server asks for a longer wait than is sensible, or again and again.
        SourceUnavailable
            It failed each time.
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
                log.info("%s; asking again in %.1f s", passing.sentence, pause_s)
                waiting.wait(pause_s, passing.sentence)
        raise AssertionError("unreachable")

    def ask(self, question: HttpRequest, waiting: Waiting) -> httpx.Response:
        """The reply, its body unread: close it. One attempt, redirects followed.

        Raises
        ------
        Passing
            It may be worth asking again.
        """
        moved = self._ask_where_it_moved(question, waiting) if question.is_part else None
        return moved or self._follow(question.url, self._build(question), waiting)

    def read(self, reply: httpx.Response) -> Iterator[bytes]:
        """The body as it comes, counted."""
        return read_raw(reply, retries=self.retries, count=self._count_bytes)

    def _ask_where_it_moved(self, question: HttpRequest, waiting: Waiting) -> httpx.Response | None:
        """The reply from where the last part came; None where that has to be found out again.

        Saves a request for every part of a file that lies behind a redirect. Such addresses wear
        out, therefore a refusal or "not there" means nothing here.
        """
        moved = self._moved.pop(question.url, None)
        if moved is None or moved[1] < time.monotonic():
            return None
        try:
            request = self._readdress(self._build(question), moved[0])
            reply = self._follow(question.url, request, waiting)
        except (SourceUnavailable, CredentialsRejected):
            return None
        if reply.status_code in MISSING:
            reply.close()
            return None
        self._moved[question.url] = moved
        return reply

    def _follow(self, url: str, request: httpx.Request, waiting: Waiting) -> httpx.Response:
        for redirects in range(MOST_REDIRECTS + 1):
            reply = self._send(request, waiting)
            if not reply.has_redirect_location:
                _let_answers_through(reply)
                if redirects and reply.status_code not in MISSING:
                    self._moved[url] = request.url, time.monotonic() + _STAYS_MOVED_S
                return reply
            reply.close()
            request = self._redirected(request, reply.headers["location"])
        raise SourceUnavailable(f"{redact(url)} sends us on and on, from page to page.")

    def _build(self, question: HttpRequest) -> httpx.Request:
        try:
            url = httpx.URL(question.url)
        except (httpx.InvalidURL, ValueError):
            raise InvalidInput("This address is none that can be asked: check its form.") from None
        if url.scheme not in ("http", "https") or not url.raw_host:
            raise InvalidInput(f"{redact(url)} cannot be asked: only http and https addresses can.")
        headers = {"accept-encoding": "identity", **question.headers}
        return self._open_client().build_request(
            question.method, url, headers=headers, params=question.params
        )

    def _send(self, request: httpx.Request, waiting: Waiting) -> httpx.Response:
        host = request.url.netloc.decode("ascii")
        waiting.wait(self._limiter.take(host), f"one pace for all who ask {host}")
        with self._lock:
            self.traffic = TransferCounts(self.traffic.requests + 1, self.traffic.bytes)
        try:
            reply = self._open_client().send(request, stream=True, follow_redirects=False)
        except (httpx.TransportError, httpx.InvalidURL, ValueError) as error:
            explain_failure(error, redact(request.url))
        if reply.status_code in (429, 503):
            self._hold(host, reply)
        return reply

    def _hold(self, host: str, reply: httpx.Response) -> None:
        """Other processes wait too; only as long as we would, or one bad answer stops a host."""
        try:
            refuse_failures(reply)
        except TransientFailure as passing:
            if passing.wait_s and passing.wait_s <= self.retries.longest_wait_s:
                self._limiter.hold(host, passing.wait_s)

    def _redirected(self, request: httpx.Request, location: str) -> httpx.Request:
        place = redact(request.url)
        try:
            url = request.url.join(location).copy_with(username=None, password=None)
        except (httpx.InvalidURL, ValueError):
            raise SourceUnavailable(f"{place} sends us to an address that is none.") from None
        if url.scheme not in ("http", "https") or not url.raw_host:
            raise SourceUnavailable(f"{place} sends us to something that is no web address.")
        if request.url.scheme == "https" and url.scheme == "http":
            raise SourceUnavailable(f"{place} sends us from https to http, which is refused.")
        return self._readdress(request, url)

    def _readdress(self, request: httpx.Request, url: httpx.URL) -> httpx.Request:
        """The same question to another address; another host learns nothing that was for one."""
        kept = dict(request.headers.items())
        if _origin(url) != _origin(request.url):
            kept = {name: text for name, text in kept.items() if name in _FOR_ANYBODY}
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


def _let_answers_through(reply: httpx.Response) -> httpx.Response:
    try:
        refuse_failures(reply)
    except BaseException:
        reply.close()
        raise
    return reply

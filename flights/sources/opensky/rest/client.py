"""Requests to OpenSky's REST interface with pyopensky's client and token."""

import json
import weakref
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx

from flights.config import Settings
from flights.errors import BadPayload, CredentialsRejected, InvalidInput, SourceUnavailable
from flights.network import (
    HttpSession,
    Limiter,
    Report,
    RetryPolicy,
    TransientFailure,
    Waiting,
    explain_failure,
    make_client,
    read_decoded,
    read_raw,
    read_wait,
    redact,
)
from flights.sources.opensky.pyopensky_account import HOW_TO_GET, find_credentials, load_pyopensky
from flights.sources.opensky.rest.credits import CreditBudget

API = "https://opensky-network.org"
TOKENS = "https://auth.opensky-network.org"

LONGEST_REPLY = 16_000_000
"""Bytes; two hours of world traffic have a few million. Parsed, they may need 30 times as much."""

PER_SECOND = 2.0
"""Requests per second. Our choice; OpenSky limits credits, not the rate."""
_EARLY_S = 30
_LONGEST_QUOTE = 120
_LONGEST_REMARK = 4096


@dataclass(frozen=True)
class ApiReply:
    """A reply: status 200 with a body, or 404, which means "no data"."""

    status: int
    body: bytes


@dataclass
class Api:
    """Sends requests with the user's account. It has the secret, so it stays in its process.

    `report` is called during waits, with `share`; an exception from it ends the wait.
    """

    settings: Settings
    budget: CreditBudget
    retries: RetryPolicy = field(default_factory=RetryPolicy)
    report: Report | None = None
    share: float = 0.0
    _rest: Any = field(default=None, repr=False)

    def get(
        self, path: str, params: Mapping[str, str | int], *, bucket: str, credits: int
    ) -> ApiReply:
        """The reply to a GET of `path` below `/api`; `credits` are taken from `bucket`.

        Raises
        ------
        CredentialsMissing, CredentialsRejected
            There is no account, or it was refused; an expired token is replaced once.
        RateLimited
            No credits are left, or OpenSky demands a long wait; after short waits it tries again.
        InvalidInput
            OpenSky does not understand the request.
        BadPayload, SourceUnavailable
            The reply is invalid, or there is none.
        """
        if self._rest is None:
            self._rest = open_client(self.settings, self.retries)
            weakref.finalize(self, self._rest.client.close)
        limiter = Limiter(self.settings.cache / "hosts", PER_SECOND)
        request = _Request(self, limiter, path, params, bucket, credits)
        waiting = Waiting(self.retries.sleep, self.report, self.share)
        return HttpSession(limiter, self.retries).retry(lambda: request.once(waiting), waiting)


def open_client(settings: Settings, retries: RetryPolicy) -> Any:
    """A `pyopensky.rest.REST` with the user's credentials, our retries, and mirrors observed."""
    credentials = find_credentials()
    client = make_client(retries)
    client.event_hooks = {"request": [_mirror_of(TOKENS, settings.server(TOKENS))]}
    rest = load_pyopensky("rest", settings.cache).REST()
    rest.client.close()
    rest.client = client
    rest.client_id, rest.client_secret = credentials.client_id, credentials.client_secret
    return rest


def _mirror_of(public: str, own: str) -> Any:
    """A hook that redirects requests to a mirror, because pyopensky's address is fixed."""
    wanted, given = httpx.URL(public), httpx.URL(own)

    def redirect(request: httpx.Request) -> None:
        if own != public and request.url.host == wanted.host:
            path = given.raw_path.rstrip(b"/") + request.url.raw_path
            request.url = given.copy_with(raw_path=path)
            request.headers["host"] = request.url.netloc.decode("ascii")

    return redirect


@dataclass
class _Request:
    """One request, repeated until there is a reply."""

    api: Api
    limiter: Limiter
    path: str
    params: Mapping[str, str | int]
    bucket: str
    credits: int
    renewed: bool = False

    def once(self, waiting: Waiting) -> ApiReply:
        """One attempt; `TransientFailure` where another may help."""
        headers = self._headers()
        url = httpx.URL(f"{self.api.settings.server(API)}/api{self.path}", params=self.params)
        host = url.netloc.decode("ascii")
        waiting.wait(self.limiter.take(host), f"limited rate of requests to {host}")
        self.api.budget.take(self.bucket, self.credits)
        charged = False
        try:
            reply = self._send(url, headers)
            charged = reply.status_code in (200, 404)
        finally:
            if not charged:
                self.api.budget.give_back(self.bucket, self.credits)
        status, head = reply.status_code, reply.headers
        body = _read_whole(reply, self.api.retries) if status == 200 else _read_some(reply)
        self.api.budget.record_remaining(
            self.bucket, _read_count(head.get("x-rate-limit-remaining"))
        )
        if status == 401 and not self.renewed:
            self.renewed = True
            self.api._rest._token = None  # pyopensky renews a token only when it expires
            return self.once(waiting)
        if status in (429, 503):
            self._pause(host, head)
        return self._judge(status, body, head)

    def _headers(self) -> dict[str, str]:
        """Headers with a token; a new one is requested if there is none or it expires soon."""
        rest = self.api._rest
        known = rest._token
        try:
            token = rest.token
            headers = dict(rest.headers)
            if token is not known:
                token["expiration"] -= _early(token["expires_in"])
        except httpx.TransportError as error:
            explain_failure(error, TOKENS)
        except httpx.HTTPStatusError as error:
            raise _refused_token(error.response) from None
        except (ValueError, KeyError, TypeError, RuntimeError, AssertionError):
            raise BadPayload(
                f"{TOKENS} sent a reply that is not a token. Try again later."
            ) from None
        return {**headers, "accept-encoding": "gzip"}

    def _send(self, url: httpx.URL, headers: Mapping[str, str]) -> httpx.Response:
        """The reply; its body is not read yet."""
        client = self.api._rest.client
        request = client.build_request("GET", url, headers=headers)
        try:
            reply: httpx.Response = client.send(request, stream=True, follow_redirects=False)
        except httpx.TransportError as error:
            explain_failure(error, redact(url))
        return reply

    def _pause(self, host: str, head: httpx.Headers) -> None:
        """Make other processes wait too."""
        wait = read_wait(head)
        if wait is not None and wait <= self.api.retries.longest_wait_s:
            self.limiter.delay(host, wait)

    def _judge(self, status: int, body: bytes, head: httpx.Headers) -> ApiReply:
        if status == 200:
            return ApiReply(status, body)
        if status == 404 and not body.lstrip().startswith(b"<"):
            return ApiReply(status, b"")
        wait = read_wait(head)
        if status == 429:
            raise TransientFailure(
                "OpenSky has no credits left for us (429)", wait_s=wait, limited=True
            )
        if status == 408 or status >= 500:
            raise TransientFailure(f"OpenSky answered {status} to {self.path}", wait_s=wait)
        if status == 400:
            raise InvalidInput(
                f"OpenSky does not understand {self._asked()} (400){self._quote(body)}. "
                "Check the airport code, and that the day is over."
            )
        if status == 401:
            raise CredentialsRejected(
                "OpenSky refused a new token (401). Try again later; if it happens again, create "
                f"a new API client. {HOW_TO_GET}"
            )
        if status == 403:
            raise CredentialsRejected(
                f"OpenSky does not permit this account {self._asked()} (403){self._quote(body)}. "
                f"History needs an account with an API client. {HOW_TO_GET}"
            )
        raise SourceUnavailable(
            f"OpenSky answered {self.path} with the unexpected status {status}. "
            "Check whether a proxy or mirror changes the reply."
        )

    def _quote(self, body: bytes) -> str:
        """OpenSky's message; "" if it contains the account or the token."""
        rest, message = self.api._rest, _read_message(body)
        token = (rest._token or {}).get("access_token")
        secrets = (rest.client_id, rest.client_secret, token)
        if not message or any(each and str(each) in message for each in secrets):
            return ""
        return f": “{message[:_LONGEST_QUOTE]}”"

    def _asked(self) -> str:
        return f"{self.path} with " + ", ".join(f"{k} {v}" for k, v in self.params.items())


def _early(expires_in: float) -> timedelta:
    """Time before the end of a token at which it is replaced."""
    return timedelta(seconds=min(_EARLY_S, expires_in / 2))


def _read_whole(reply: httpx.Response, retries: RetryPolicy) -> bytes:
    """The whole body; raises if it is shorter than announced."""
    with closing(reply):
        pieces = read_raw(reply, retries=retries, count=lambda _: None)
        return b"".join(read_decoded(pieces, reply, limit=LONGEST_REPLY))


def _read_some(reply: httpx.Response) -> bytes:
    """The beginning of the body of an error; its rest is not needed."""
    with closing(reply):
        try:
            return next(reply.iter_bytes(_LONGEST_REMARK), b"")
        except (httpx.TransportError, httpx.DecodingError):
            return b""


def _refused_token(reply: httpx.Response) -> Exception:
    status, wait = reply.status_code, read_wait(reply.headers)
    if status in (408, 429) or status >= 500:
        return TransientFailure(f"{TOKENS} answered {status}", wait_s=wait, limited=status == 429)
    return CredentialsRejected(
        f"OpenSky does not accept this API client and secret ({status}). {HOW_TO_GET}"
    )


def _read_message(body: bytes) -> str:
    """The message of an error reply, "" if it has none as plain text."""
    text = body.decode("utf-8", "replace").strip()
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError):
        plain = "" if "<" in text else text
    if isinstance(plain, dict):
        plain = plain.get("message") or plain.get("error") or ""
    if isinstance(plain, list):
        plain = plain[0] if plain else ""
    message = str(plain).strip().rstrip(".")
    return message if message.isprintable() else ""


def _read_count(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 10 else None

"""Which replies are answers, which failures are transient or final; and reading headers."""

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from flights.errors import BadPayload, CredentialsRejected, RateLimited, SourceUnavailable

MISSING = (404, 410)
_TRANSIENT = (408, 425, 429, 500, 502, 503, 504, *range(520, 525))
_ANSWERS = (200, 203, 204, 206, *MISSING, 416)
_LONGEST_PATH = 160
_CONTENT_RANGE = re.compile(r"bytes (?:([0-9]{1,18})-([0-9]{1,18})|\*)/([0-9]{1,18}|\*)")


class TransientFailure(Exception):
    """A failure that a later attempt may not meet; `wait_s` where the server asked for a wait."""

    def __init__(self, sentence: str, *, wait_s: float | None = None, limited: bool = False):
        super().__init__(sentence)
        self.sentence = sentence
        self.wait_s = wait_s
        self.limited = limited

    def final(self, tries: int, *, too_long: bool) -> SourceUnavailable:
        """The error after the last attempt; `too_long`: the server asked for too long a wait."""
        asked = f" {tries} attempts failed." if tries > 1 else ""
        if too_long:
            wait = f" The server asks to wait {self.wait_s:,.0f} s."
            return RateLimited(f"{self.sentence}.{wait} Try again after that.", self.wait_s)
        sentence = f"{self.sentence}.{asked} Try again later."
        return RateLimited(sentence, self.wait_s) if self.limited else SourceUnavailable(sentence)


class HeadRefused(SourceUnavailable):
    """The server does not answer HEAD; it may still answer GET."""


@dataclass(frozen=True)
class ContentRange:
    """`Content-Range`: first byte, stop (exclusive), size of the whole file; None = not given."""

    start: int | None
    stop: int | None
    total: int | None


def redact(url: str | httpx.URL) -> str:
    """A URL that may be shown: without user, query and fragment."""
    parsed = httpx.URL(url)
    path = parsed.path if parsed.path.isprintable() else "/…"
    shown = path if len(path) <= _LONGEST_PATH else f"{path[:_LONGEST_PATH]}…"
    return f"{parsed.scheme}://{parsed.netloc.decode('ascii', 'replace')}{shown}"


def refuse_failures(reply: httpx.Response) -> None:
    """Raise for a reply that is no answer; "not found" is an answer.

    Raises
    ------
    Passing
        A later attempt may succeed.
    CredentialsRejected, SourceUnavailable
        It will not.
    """
    status = reply.status_code
    if status in _ANSWERS:
        return
    place = redact(reply.request.url)
    if reply.request.method == "HEAD" and status in (403, 405, 501):
        raise HeadRefused(f"{place} does not answer HEAD requests ({status}).")
    if status in _TRANSIENT:
        wait = read_wait(reply.headers)
        raise TransientFailure(f"{place} answered {status}", wait_s=wait, limited=status == 429)
    if status == 407:
        raise SourceUnavailable("The proxy needs a name and a password: set them in HTTPS_PROXY.")
    if status == 401 or (status == 403 and "authorization" in reply.request.headers):
        raise CredentialsRejected(f"{place} refused the account ({status}). Check its credentials.")
    if status == 403:
        raise SourceUnavailable(f"{place} refuses access (403). Check its terms of use.")
    raise SourceUnavailable(f"{place} answered {status}; another attempt will not change that.")


def read_wait(headers: httpx.Headers, *, now: datetime | None = None) -> float | None:
    """Seconds that a server asks to wait; None where it does not say."""
    for name in ("x-rate-limit-retry-after-seconds", "retry-after"):
        text = headers.get(name, "").strip()
        if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text):
            return float(text)
    try:
        until = parsedate_to_datetime(headers.get("retry-after", ""))
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    seconds = (until - (now or _server_time(headers))).total_seconds()
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _server_time(headers: httpx.Headers) -> datetime:
    """The time of the server's clock, which its `Retry-After` date refers to; else our own."""
    try:
        stamp: datetime = parsedate_to_datetime(headers.get("date", ""))
    except ValueError:
        return datetime.now(UTC)
    return stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)


def read_length(reply: httpx.Response) -> int | None:
    """`Content-Length` [bytes], None where there is none."""
    text = reply.headers.get("content-length", "")
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else None


def read_content_range(reply: httpx.Response) -> ContentRange:
    """`Content-Range` as numbers.

    Raises
    ------
    BadPayload
        It is missing or makes no sense.
    """
    found = _CONTENT_RANGE.fullmatch(reply.headers.get("content-range", "").strip())
    if not found:
        raise BadPayload(f"{redact(reply.request.url)} sent a part without a valid Content-Range.")
    first, last, total = found.groups()
    return ContentRange(
        int(first) if first else None,
        int(last) + 1 if last else None,
        None if total == "*" else int(total),
    )

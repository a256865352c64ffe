"""Bodies of replies, read in pieces: never longer than allowed, and a cut body is an error."""

import time
import zlib
from collections.abc import Callable, Iterator

import httpx

from flights.errors import BadPayload, SourceUnavailable
from flights.network.replies import TransientFailure, read_length, redact
from flights.network.retries import RetryPolicy

_PIECE = 1 << 16


def read_raw(
    reply: httpx.Response, *, retries: RetryPolicy, count: Callable[[int], None]
) -> Iterator[bytes]:
    """The body as sent, still compressed; `count` is called with the bytes of each piece.

    Raises
    ------
    Passing
        The connection was cut, or the rate is below `slowest_per_s` after `grace_s`.
    SourceUnavailable
        The reply does not say how long its body is.
    """
    _require_length(reply)
    pieces = reply.iter_raw()
    spent, received = 0.0, 0
    while True:
        before = time.monotonic()
        piece = _next_piece(pieces, reply)
        if not piece:
            return
        spent += time.monotonic() - before
        received += len(piece)
        count(len(piece))
        yield piece
        if spent > retries.grace_s and received < retries.slowest_per_s * spent:
            place = redact(reply.request.url)
            raise TransientFailure(f"{place} sent only {received} bytes in {spent:.0f} s")


def _next_piece(pieces: Iterator[bytes], reply: httpx.Response) -> bytes:
    """The next piece that is not empty; b"" at the end."""
    try:
        return next((piece for piece in pieces if piece), b"")
    except httpx.TimeoutException:
        raise TransientFailure(f"{redact(reply.request.url)} stopped sending") from None
    except httpx.TransportError:
        raise TransientFailure(
            f"{redact(reply.request.url)} cut the connection before the end of its reply"
        ) from None


def _require_length(reply: httpx.Response) -> None:
    """Without a length, a body that was cut looks the same as a whole one."""
    chunked = "chunked" in reply.headers.get("transfer-encoding", "").lower()
    if read_length(reply) is None and not chunked and reply.status_code != 204:
        raise SourceUnavailable(
            f"{redact(reply.request.url)} does not say how long its reply is, so a "
            "cut would not be noticed. Use another mirror (FLIGHTS_MIRRORS)."
        )


def read_decoded(pieces: Iterator[bytes], reply: httpx.Response, *, limit: int) -> Iterator[bytes]:
    """The body after decoding its `Content-Encoding`, at most `limit` bytes.

    Raises
    ------
    BadPayload
        The body is larger, or its content does not match the encoding it names.
    """
    encoding = reply.headers.get("content-encoding", "identity").strip().lower()
    place = redact(reply.request.url)
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise BadPayload(f"{place} used an encoding that was not requested ({encoding[:20]}).")
    if (read_length(reply) or 0) > limit:
        raise too_large(place, limit)
    decoded = _gunzip(pieces, place) if "gzip" in encoding else pieces
    left = limit
    for piece in decoded:
        left -= len(piece)
        if left < 0:
            raise too_large(place, limit)
        yield piece


def too_large(place: str, limit: int) -> BadPayload:
    """The error of a body that is larger than allowed."""
    return BadPayload(f"{place} sent more than {limit:,} bytes, the most that is accepted here.")


def _gunzip(pieces: Iterator[bytes], place: str) -> Iterator[bytes]:
    """Decompress in small pieces: a compressed piece can grow a thousandfold."""
    member = zlib.decompressobj(wbits=31)
    is_empty = True
    for packed in pieces:
        is_empty = False
        waiting = packed
        while waiting:
            if member.eof:
                member = zlib.decompressobj(wbits=31)
            try:
                piece = member.decompress(waiting, _PIECE)
            except zlib.error as error:
                raise BadPayload(
                    f"{place} sent a reply that is not valid gzip: {error}."
                ) from error
            if piece:
                yield piece
            waiting = member.unused_data if member.eof else member.unconsumed_tail
    if not member.eof and not is_empty:
        raise BadPayload(f"{place} sent gzip data that is incomplete.")

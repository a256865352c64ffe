"""Bodies read piece by piece, never longer than allowed, never silently shorter than promised."""

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
    """The body as it comes over the wire; `count` is told the bytes of each piece.

    Raises
    ------
    Passing
        It was cut, or comes so slowly that it counts as stuck.
    SourceUnavailable
        Nothing tells where it ends.
    """
    _want_end(reply)
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
            raise TransientFailure(
                f"{redact(reply.request.url)} sent {received} bytes in {spent:.0f} s"
            )


def _next_piece(pieces: Iterator[bytes], reply: httpx.Response) -> bytes:
    """The next piece that holds something, b"" at the end."""
    try:
        return next((piece for piece in pieces if piece), b"")
    except httpx.TimeoutException:
        raise TransientFailure(f"{redact(reply.request.url)} stopped sending") from None
    except httpx.TransportError:
        raise TransientFailure(f"{redact(reply.request.url)} was cut in the middle") from None


def _want_end(reply: httpx.Response) -> None:
    """A body that ends when the line closes cannot be told from one that was cut."""
    chunked = "chunked" in reply.headers.get("transfer-encoding", "").lower()
    if read_length(reply) is None and not chunked and reply.status_code != 204:
        raise SourceUnavailable(
            f"{redact(reply.request.url)} does not say how long its answer is, "
            "so that a cut could not be seen. Ask its operators, or use another mirror."
        )


def read_decoded(pieces: Iterator[bytes], reply: httpx.Response, *, limit: int) -> Iterator[bytes]:
    """The body with its `Content-Encoding` undone, at most `limit` bytes of it.

    Raises
    ------
    BadPayload
        It is larger, or not in the encoding it names.
    """
    encoding = reply.headers.get("content-encoding", "identity").strip().lower()
    place = redact(reply.request.url)
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise BadPayload(f"{place} sent its answer packed in a way nobody asked for.")
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
    return BadPayload(f"{place} sent more than the {limit:,} bytes that are sensible here.")


def _gunzip(pieces: Iterator[bytes], place: str) -> Iterator[bytes]:
    """Undo gzip in small pieces: one packed piece can hold a thousand times its size."""
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
                raise BadPayload(f"{place} sent an answer that is no gzip: {error}.") from error
            if piece:
                yield piece
            waiting = member.unused_data if member.eof else member.unconsumed_tail
    if not member.eof and not is_empty:
        raise BadPayload(f"{place} sent gzip that stops in the middle.")

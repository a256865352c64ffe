"""Bytes of one archive file, unzipped where they are gzip, within a bound."""

import zlib

import numpy as np

from flights.errors import BadPayload

GZIP_MAGIC = b"\x1f\x8b"
_STEP = 64 << 10
_SALVAGE_STEP = 1024
"""Bytes handed to the inflater at a time, and again when looking for the place of damage."""
MOST_PIECES = 1000
"""readsb writes one gzip piece a file; some million empty ones would take minutes."""


def read_payload(data: bytes, name: str, *, limit: int) -> tuple[memoryview, str]:
    """Plain bytes of `data` and a sentence saying what is wrong with them ("" = nothing).

    readsb writes gzip under names without `.gz`, so the first bytes decide. Of damaged
    gzip everything that unzips before the damage is given. Not more than `limit` bytes are
    ever unzipped.

    Raises
    ------
    BadPayload
        More than `limit` bytes or `MOST_PIECES` pieces, or nothing at all could be unzipped.
    """
    if data.startswith(GZIP_MAGIC):
        plain, problem = _inflate(data, name, limit)
    else:
        plain, problem = memoryview(data), ""
    if len(plain) > limit:
        raise BadPayload(
            f"{name} contains more than {limit:,} bytes when unzipped and was refused."
        )
    if not plain:
        raise BadPayload(f"{name} is empty. {problem}".strip())
    return plain, problem


def _inflate(data: bytes, name: str, limit: int) -> tuple[memoryview, str]:
    """Unzip all gzip members of `data`, to at most one byte more than `limit`."""
    room = _Room(int.from_bytes(data[-4:], "little"), limit + 1)
    view, at, pieces = memoryview(data), 0, 0
    while data.startswith(GZIP_MAGIC, at):
        if (pieces := pieces + 1) > MOST_PIECES:
            raise BadPayload(f"{name} has more than {MOST_PIECES:,} gzip pieces, at byte {at:,}.")
        inflater = zlib.decompressobj(wbits=31)
        while at < len(data) and not inflater.eof:
            step = view[at : at + _STEP]
            before = inflater.copy() if at else None
            try:
                room.add(inflater.decompress(step, room.left))
            except zlib.error as error:
                _salvage(before or zlib.decompressobj(wbits=31), step, room)
                return room.filled, f"{name} is damaged ({error}); what came before was read."
            if not room.left:
                return room.filled, ""
            at += len(step) - len(inflater.unused_data)
        if not inflater.eof:
            return room.filled, f"{name} is cut short; what came before the cut was read."
    return room.filled, ""


class _Room:
    """Output of known bound, made in one piece: a gzip file says its size at its end.

    The size said is only believed for the first try, and never beyond `most`. numpy's large
    arrays cost a tenth of the page faults that joined byte strings do.
    """

    def __init__(self, said: int, most: int) -> None:
        self._most = most
        self._bytes = np.empty(min(max(said, 1), most), np.uint8)
        self._count = 0

    @property
    def left(self) -> int:
        """Bytes that may still be added."""
        return self._most - self._count

    @property
    def filled(self) -> memoryview:
        """What was added so far."""
        return self._bytes[: self._count].data

    def add(self, piece: bytes) -> None:
        """Put `piece` behind what is there."""
        end = self._count + len(piece)
        if end > len(self._bytes):
            larger = np.empty(min(max(end, 2 * len(self._bytes)), self._most), np.uint8)
            larger[: self._count] = self._bytes[: self._count]
            self._bytes = larger
        self._bytes[self._count : end] = np.frombuffer(piece, np.uint8)
        self._count = end


def _salvage(inflater: "zlib._Decompress", step: memoryview, room: _Room) -> None:
    """Add what unzips before the damage, to within a small step."""
    try:
        for start in range(0, len(step), _SALVAGE_STEP):
            if not room.left:
                return
            room.add(inflater.decompress(step[start : start + _SALVAGE_STEP], room.left))
    except zlib.error:
        return

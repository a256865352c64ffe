"""Bytes of one archive file, unzipped where they are gzip, within a bound."""

import zlib

from flights.errors import BadPayload

GZIP_MAGIC = b"\x1f\x8b"
_SALVAGE_STEP = 1024
"""Bytes handed to the inflater at a time when looking for the place of the damage."""


def read_payload(data: bytes, name: str, *, limit: int) -> tuple[bytes, str]:
    """Plain bytes of `data` and a sentence saying what is wrong with them ("" = nothing).

    readsb writes gzip under names that do not say so, hence the first bytes decide. Of damaged
    gzip everything that unzips before the damage is given. Not more than `limit` bytes are
    ever unzipped.

    Raises
    ------
    BadPayload
        More than `limit` bytes, or nothing at all could be unzipped.
    """
    if not data.startswith(GZIP_MAGIC):
        plain, problem = data, ""
    else:
        plain, problem = _inflate(data, name, limit)
    if len(plain) > limit:
        raise BadPayload(f"{name} holds more than {limit:,} bytes when unzipped and was refused.")
    if not plain:
        raise BadPayload(f"{name} is empty. {problem}".strip())
    return plain, problem


def _inflate(data: bytes, name: str, limit: int) -> tuple[bytes, str]:
    parts: list[bytes] = []
    left = data
    while left.startswith(GZIP_MAGIC) and sum(map(len, parts)) <= limit:
        inflater = zlib.decompressobj(wbits=31)
        try:
            parts.append(inflater.decompress(left, limit + 1))
        except zlib.error as error:
            parts.append(_salvage(left, limit))
            return b"".join(parts), f"{name} is damaged ({error}); what came before was read."
        if not inflater.eof:
            return b"".join(parts), f"{name} is cut short; what came before the cut was read."
        left = inflater.unused_data
    return (parts[0] if len(parts) == 1 else b"".join(parts)), ""


def _salvage(data: bytes, limit: int) -> bytes:
    """What unzips before the damage, to within one step."""
    inflater = zlib.decompressobj(wbits=31)
    found = bytearray()
    try:
        for start in range(0, len(data), _SALVAGE_STEP):
            found += inflater.decompress(data[start : start + _SALVAGE_STEP], limit)
            if inflater.unconsumed_tail or len(found) > limit:
                break
    except zlib.error:
        pass
    return bytes(found)

"""A tar, whole or in parts, read once from front to back and never unpacked.

The library's own reader ends silently where a header is damaged or the file stops at a
header; here that is a `TarDamaged` with its place, because half a day must not pass for one.
"""

import hashlib
import tarfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from flights.errors import BadPayload
from flights.records import InputFile

BLOCK = 512
CHUNK = 1 << 20
LONGEST_NAME = 64 << 10
_HOLDS_BYTES = (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE)
_STANDS_ON_BYTES = (*_HOLDS_BYTES, tarfile.GNUTYPE_SPARSE)
_NAMES_NEXT = (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK)
_PAX = (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE)
EXTENSIONS = (*_NAMES_NEXT, *_PAX)
"""Headers that only say something of the member behind them."""


class TarDamaged(BadPayload):
    """A tar stops before its end mark, or has an invalid header. Members before it are valid."""


class Stream(Protocol):
    """Anything that can be read forward."""

    def read(self, size: int) -> bytes:
        """Up to `size` bytes; fewer only at the end."""
        ...


@dataclass(frozen=True)
class TarMember:
    """One member: `kind` is the tar type byte; `data` is None where it was not asked for."""

    name: str
    kind: bytes
    size: int
    data: bytes | None

    @property
    def is_file(self) -> bool:
        """True for a plain file; links, devices, pipes and folders are none."""
        return self.kind in _HOLDS_BYTES

    @property
    def is_folder(self) -> bool:
        """True for a folder."""
        return self.kind == tarfile.DIRTYPE


class Opened(Stream, Protocol):
    """A stream somebody has to close."""

    def close(self) -> None: ...


class Part(Protocol):
    """One piece of a tar, opened when its turn comes. `etag` as a server gives it."""

    @property
    def name(self) -> str: ...
    @property
    def etag(self) -> str | None: ...
    def open(self) -> Opened:
        """Its bytes from the front."""
        ...


@dataclass(frozen=True)
class FilePart:
    """A piece of a file on disk."""

    path: Path
    etag: None = None

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    def open(self) -> Opened:
        """The file, opened to be read."""
        return self.path.open("rb", buffering=CHUNK)


class HashedParts:
    """Parts read one behind the other as one stream, hashed on the way.

    `inputs` gives name, size and SHA-256 of each part read so far, as read.
    """

    def __init__(self, parts: Sequence[Part]) -> None:
        self._waiting = list(parts)
        self._open: Opened | None = None
        self._part: Part | None = None
        self._size = 0
        self._hash = hashlib.sha256()
        self._done: list[InputFile] = []

    def __enter__(self) -> "HashedParts":
        return self

    def __exit__(self, *_: object) -> None:
        if self._open:
            self._finish_part()

    @property
    def inputs(self) -> tuple[InputFile, ...]:
        """The parts read to their end (or, after closing, as far as they were read)."""
        return tuple(self._done)

    def read(self, size: int) -> bytes:
        """Up to `size` bytes; fewer only at the end of the last part."""
        found: list[bytes] = []
        while size > 0 and (self._open or self._waiting):
            if self._open is None:
                self._start_part()
            piece = self._open.read(size)  # type: ignore[union-attr]
            if not piece:
                self._finish_part()
                continue
            self._hash.update(piece)
            self._size += len(piece)
            size -= len(piece)
            found.append(piece)
        return found[0] if len(found) == 1 else b"".join(found)

    def _start_part(self) -> None:
        self._part = self._waiting.pop(0)
        self._open = self._part.open()
        self._size, self._hash = 0, hashlib.sha256()

    def _finish_part(self) -> None:
        self._open.close()  # type: ignore[union-attr]
        self._open = None
        part = self._part
        assert part is not None
        self._done.append(InputFile(part.name, self._size, self._hash.hexdigest(), part.etag))


def walk_tar(
    stream: Stream,
    choose: Callable[[TarMember], bool],
    *,
    start: int = 0,
    stop: int | None = None,
) -> Iterator[TarMember]:
    """Members in file order; those that `choose` picks (their `data` still None) with data.

    `stream` begins at the header at byte `start` of the tar. It is read to its very end, so
    that hashes are of the whole, or up to the first header from byte `stop` on.

    Raises
    ------
    TarDamaged
        After the last whole member, when the tar goes on in no readable way.
    """
    place = _Place(stream, start)
    renamed: dict[str, str] = {}
    while stop is None or place.at < stop:
        header = place.next_header()
        if header is None:
            break
        if header.type in EXTENSIONS:
            renamed |= _read_extension(header, place)
            continue
        size = _checked_size(renamed.pop("size", header.size))
        name, renamed = renamed.get("path", header.name), {}
        member = TarMember(name, header.type, size if has_body(header) else 0, None)
        if member.is_file and choose(member):
            yield TarMember(name, header.type, size, place.take(size))
        else:
            place.skip(member.size)
            yield member
    if stop is None:
        place.drain()


class _Place:
    """Where in the tar we are, for taking blocks and for saying where it broke."""

    def __init__(self, stream: Stream, at: int) -> None:
        self._stream = stream
        self.at = at

    def next_header(self) -> tarfile.TarInfo | None:
        """The next header; None at the end mark."""
        start = self.at
        block = self._read(BLOCK)
        if len(block) < BLOCK:
            raise TarDamaged(f"the tar is cut at byte {self.at:,}: it has no end mark")
        if not block.strip(b"\0"):
            return None
        return read_header(block, start)

    def take(self, size: int) -> bytes:
        """`size` bytes and the padding behind them, which is dropped."""
        data = self._read(size)
        if len(data) < size:
            raise TarDamaged(f"the tar is cut at byte {self.at:,}, inside a member")
        self._pass(-size % BLOCK)
        return data

    def skip(self, size: int) -> None:
        """Pass over a member of `size` bytes and its padding."""
        self._pass(size + -size % BLOCK)

    def _pass(self, left: int) -> None:
        while left:
            passed = len(self._read(min(left, CHUNK)))
            if not passed:
                raise TarDamaged(f"the tar is cut at byte {self.at:,}, inside a member")
            left -= passed

    def drain(self) -> None:
        """Read to the end, where only zeros are allowed."""
        start, stray = self.at, 0
        while piece := self._read(CHUNK):
            stray += len(piece.strip(b"\0"))
        if stray:
            raise TarDamaged(f"the tar continues after its end mark at byte {start:,}")

    def _read(self, size: int) -> bytes:
        data = self._stream.read(size)
        self.at += len(data)
        return data


def read_header(block: bytes, at: int) -> tarfile.TarInfo:
    """A header block of 512 bytes at byte `at`."""
    try:
        return tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError as error:
        raise TarDamaged(f"the tar is damaged at byte {at:,} ({error})") from error


def has_body(header: tarfile.TarInfo) -> bool:
    """False for folders, links and devices: no bytes follow them, even if they give a size."""
    return header.type in _STANDS_ON_BYTES or header.type not in tarfile.SUPPORTED_TYPES


def _checked_size(size: str | int) -> int:
    try:
        number = int(size)
    except ValueError:
        number = -1
    if number < 0:
        raise TarDamaged(f"the tar is damaged: a member says its size is {size!r}")
    return number


def _read_extension(header: tarfile.TarInfo, place: _Place) -> dict[str, str]:
    """What a long-name or pax header says of the member behind it: path, size."""
    if not 0 <= header.size <= LONGEST_NAME:
        raise TarDamaged(f"the tar is damaged: a name of {header.size:,} bytes")
    data = place.take(header.size)
    if header.type == tarfile.GNUTYPE_LONGNAME:
        return {"path": data.rstrip(b"\0").decode("utf-8", "surrogateescape")}
    if header.type in (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE):
        return _read_pax(data)
    return {}


def _read_pax(data: bytes) -> dict[str, str]:
    """`path` and `size` of a pax header made of lines `length key=value`."""
    found = {}
    while data:
        length = data.partition(b" ")[0]
        end = int(length) if length.isdigit() else 0
        if not len(length) < end <= len(data):
            raise TarDamaged("the tar is damaged: a pax header cannot be read")
        key, _, value = data[:end].partition(b" ")[2].rstrip(b"\n").partition(b"=")
        if key in (b"path", b"size"):
            found[key.decode()] = value.decode("utf-8", "surrogateescape")
        data = data[end:]
    return found

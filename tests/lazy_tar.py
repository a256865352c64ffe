"""A tar of any size that is stored nowhere: its bytes are made when they are read.

It answers `len` and slices as `bytes` do, so that the loopback server can serve it.
"""

import random
import tarfile
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import accumulate

BLOCK = 512
_AT_ONCE = 1 << 18
_NOISE = random.Random(11).randbytes(1 << 20)

Body = Callable[[], bytes]


@dataclass(frozen=True)
class Entry:
    """A member; `body` makes its bytes when they are asked for (None = noise)."""

    name: str
    size: int
    body: Body | None = None


def noise(size: int) -> bytes:
    """Bytes as gzip looks: nothing in them can be taken for a tar header."""
    return (_NOISE * (size // len(_NOISE) + 1))[:size]


class LazyTar:
    """Entries in the order given, folders before their members, and an end mark."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = list(_with_folders(entries))
        sizes = [BLOCK + each.size + -each.size % BLOCK for each in self._entries]
        self._ends = list(accumulate(sizes))
        self._length = self._ends[-1] + 10_240 - self._ends[-1] % 10_240 + 10_240

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, wanted: slice) -> "bytes | View":
        return View(self, 0, len(self))[wanted]

    def make(self, start: int, stop: int) -> bytes:
        """Bytes from `start` to `stop`."""
        pieces = []
        while start < stop:
            number = bisect_right(self._ends, start)
            if number == len(self._entries):
                pieces.append(b"\0" * (stop - start))
                break
            begin = self._ends[number - 1] if number else 0
            end = min(stop, self._ends[number])
            pieces.append(_member(self._entries[number])[start - begin : end - begin])
            start = end
        return b"".join(pieces)


class View:
    """Part of a `LazyTar`; bytes where it is small."""

    def __init__(self, tar: LazyTar, start: int, stop: int) -> None:
        self._tar, self._start, self._stop = tar, start, max(start, stop)

    def __len__(self) -> int:
        return self._stop - self._start

    def __getitem__(self, wanted: slice) -> "bytes | View":
        start, stop, _ = wanted.indices(len(self))
        start, stop = self._start + start, self._start + max(start, stop)
        if stop - start <= _AT_ONCE:
            return self._tar.make(start, stop)
        return View(self._tar, start, stop)


_LAST: list[tuple[Entry, bytes]] = []


def _member(entry: Entry) -> bytes:
    """Header, body and padding; the last one is kept, as neighbours are asked for in turn."""
    for known, data in list(_LAST):
        if known is entry:
            return data
    info = tarfile.TarInfo(entry.name)
    info.size = entry.size
    if entry.name.endswith("/"):
        info.type = tarfile.DIRTYPE
    body = entry.body() if entry.body else noise(entry.size)
    data = info.tobuf(tarfile.GNU_FORMAT) + body + b"\0" * (-entry.size % BLOCK)
    _LAST[:] = [(entry, data), *_LAST[:3]]
    return data


def _with_folders(entries: Iterable[Entry]) -> Iterable[Entry]:
    known: set[str] = set()
    for entry in entries:
        parts = entry.name.split("/")[:-1]
        for depth in range(len(parts)):
            folder = "/".join(parts[: depth + 1]) + "/"
            if folder not in known:
                known.add(folder)
                yield Entry(folder, 0)
        yield entry

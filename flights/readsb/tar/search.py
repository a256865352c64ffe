"""Finds the members of one folder in a tar that is too large to read completely.

A tar has no table of contents, but a folder's members follow each other (`tar` writes one
folder after the other, in any order), and every header is on a 512-byte boundary with its own
check sum. So a header can be found from any place. It gives the folder and the place of the next
header; bisection finds the border of a folder.
"""

from bisect import bisect_right, insort
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from flights.readsb.tar.stream import BLOCK, EXTENSIONS, TarDamaged, has_body, read_header

MOST_PROBES = 120
"""Windows read before the search is given up; a day's heatmaps take about 30."""
_MAGIC, _MAGIC_AT = b"ustar", 257

Fetch = Callable[[int, int], bytes]
"""Bytes of the tar from a place to another (exclusive)."""


@dataclass(frozen=True, order=True)
class Found:
    """A member: its first header at `start` (that of a long name, if it has one), the next one's
    at `end`."""

    start: int
    end: int
    name: str


@dataclass
class TarSearch:
    """Finds members of a tar of `size` bytes by reading windows of `window` bytes of it.

    `wanted` decides by name; the wanted members must follow each other.
    """

    fetch: Fetch
    size: int
    window: int
    wanted: Callable[[str], bool]
    _known: list[Found] = field(default_factory=list)
    _probes: int = 0

    def find_start(self) -> int | None:
        """Place of the first header of the stretch; None when none was found.

        Raises
        ------
        TarDamaged
            There is no tar header at the beginning.
        """
        start = self._walk(0, self.window)
        while start is None and self._probes < MOST_PROBES:
            gap = max(self._gaps(), key=lambda each: each[1] - each[0], default=(0, 0))
            if gap[1] - gap[0] <= self.window:
                return None
            suspect = self._probe_place(_aligned(sum(gap) // 2))
            if suspect is not None:
                start = self._approach(suspect)
        return start

    def _probe_place(self, place: int) -> int | None:
        """Remember the first header from `place` on.

        Gives `place` where the window has no header (inside a large member) or the wanted one: the
        search must then go nearer.
        """
        found = self._probe(place)
        if found is None or self.wanted(found.name):
            return place
        insort(self._known, found)
        return None

    def _approach(self, suspect: int) -> int | None:
        """Halve the way from the last known header to `suspect`, then walk it.

        Gives the start of the stretch if it is there; else `suspect` is inside another member,
        which is then known.
        """
        while True:
            known = self._last_before(suspect)
            if known.end > suspect:
                return None
            if suspect - known.end <= self.window:
                return self._walk(known.end, suspect + 1)
            middle = _aligned((known.end + suspect) // 2)
            closer = self._probe_place(middle)
            if closer is not None:
                suspect = closer
            elif self._last_before(suspect) == known:
                # The next header is after `suspect`: one member fills all the space before it.
                suspect = middle

    def _walk(self, place: int, stop: int) -> int | None:
        """Go from header to header from `place` to `stop`; the first that is wanted."""
        window, begin = b"", place
        while place < min(stop, self.size):
            found = _read_member(window, place - begin, begin)
            if found is None:
                window, begin = self._read(place), place
                found = _read_member(window, 0, begin)
            if found is None:
                raise TarDamaged(f"the tar is cut at byte {place:,}: it has no end mark")
            if self.wanted(found.name):
                return found.start
            if not found.name:
                found = Found(place, self.size, "")
            if found.end >= min(stop, begin + len(window)):
                insort(self._known, found)
            place = found.end
        return None

    def _probe(self, place: int) -> Found | None:
        """The first member whose header is in the window at `place`."""
        window = self._read(place)
        return next(_headers(window, place), None)

    def _read(self, place: int) -> bytes:
        self._probes += 1
        return self.fetch(place, min(place + self.window, self.size))

    def _last_before(self, place: int) -> Found:
        return self._known[bisect_right(self._known, place, key=lambda each: each.start) - 1]

    def _gaps(self) -> Iterator[tuple[int, int]]:
        """Stretches of which nothing is known."""
        starts = [each.start for each in self._known[1:]]
        for known, stop in zip(self._known, [*starts, self.size], strict=True):
            yield known.end, stop


def _headers(window: bytes, begin: int) -> Iterator[Found]:
    """Members whose headers are in a window, found by magic and check sum."""
    for offset in range(0, len(window) - BLOCK + 1, BLOCK):
        if window.startswith(_MAGIC, offset + _MAGIC_AT):
            with suppress(TarDamaged):
                if found := _read_member(window, offset, begin):
                    yield found


def _read_member(window: bytes, offset: int, begin: int) -> Found | None:
    """The member whose first header is at `offset` of a window that begins at byte `begin`
    of the tar; nameless at the end mark, None where the window ends before its name."""
    start = offset
    while offset + BLOCK <= len(window):
        block = window[offset : offset + BLOCK]
        if not block.strip(b"\0"):
            return Found(begin + start, begin + offset + BLOCK, "")
        header = read_header(block, begin + offset)
        body = header.size if has_body(header) or header.type in EXTENSIONS else 0
        if body < 0:
            raise TarDamaged(f"the tar is damaged at byte {begin + offset:,} (a size below zero)")
        offset += BLOCK + body + -body % BLOCK
        if header.type not in EXTENSIONS:
            return Found(begin + start, begin + offset, header.name)
    return None


def _aligned(place: int) -> int:
    return place - place % BLOCK

"""Members of a tar on a server: all of it streamed, or only the heatmaps cut out of it.

Tars are not compressed outside, and servers give parts of a file: half a gigabyte of heatmaps
need not cost three of traces. Nothing is stored.
"""

import logging
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from datetime import date

from flights.errors import RangesRefused
from flights.readsb.members import (
    HEATMAP,
    KIND_OF_DETAIL,
    TRACE,
    Intake,
    Member,
    tar_members,
)
from flights.readsb.tar.remote_tar import RemoteTar
from flights.readsb.tar.requests import RangeReader
from flights.readsb.tar.search import TarSearch
from flights.readsb.tar.stream import BLOCK, HashedParts, Stream, TarDamaged, TarMember

SMALL_BYTES = 1 << 20
"""Tars up to this size are read whole."""
LARGEST_WINDOW, SMALLEST_WINDOW = 256 << 10, 8 << 10
_WINDOWS = 8_192
"""Number of windows per tar; the limits apply to small and very large tars."""
HALF_HOURS = 48
_SURE_SHARE = 0.3
"""Of what the missing half hours would take at the mean size of the others: nights are small."""
_STRANGER_BYTES, _MOST_STRANGERS = 1 << 20, 16
"""Largest size and number of other members between heatmaps; more ends the stretch."""
_IN_FOLDER = re.compile(r"^(\./)?heatmap/")
_TOLD_EVERY = 8 << 20

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RemoteDay:
    """One day in a tar on a server, a `collect.DayInput`; `only`: addresses (empty = all)."""

    day: date
    tar: RemoteTar
    name: str
    release_kind: str = ""
    problem: str = ""
    only: frozenset[str] = frozenset()
    dated_by_stamp: bool = False

    @property
    def size_bytes(self) -> int:
        """Bytes of the whole tar."""
        return self.tar.size

    def kind_of(self, detail: str) -> str:
        """Kind of member to read."""
        return KIND_OF_DETAIL[detail]

    def read_members(self, kind: str, intake: Intake) -> Iterator[Member]:
        """Members of one kind; heatmaps by byte ranges where the server gives them.

        Raises
        ------
        SourceUnavailable
            The tar could not be read to its end, or is another than when it was looked at.
        """
        door = self.tar.door.with_report(lambda what, _: intake.report_progress(what))
        tar = replace(self.tar, door=door)
        if kind == TRACE or tar.size <= SMALL_BYTES:
            yield from read_whole(tar, kind, intake, self.only)
        else:
            yield from read_heatmaps(tar, intake)


def read_whole(
    tar: RemoteTar, kind: str, intake: Intake, only: frozenset[str] = frozenset()
) -> Iterator[Member]:
    """Members of one kind from a tar that is read from front to back."""
    with HashedParts(tar.spans(0, tar.size)) as stream:
        yield from tar_members(_ReportingStream(stream, intake, tar.size), kind, intake, only=only)
    intake.inputs += stream.inputs


def read_heatmaps(tar: RemoteTar, intake: Intake) -> Iterator[Member]:
    """The heatmaps, by byte ranges. If some are missing, the rest of the tar is read too, because
    a heatmap may be in another place."""
    try:
        start = _find_heatmaps(tar, intake)
    except RangesRefused as error:
        log.info("%s; all of it is read", error)
        start = None
    if start is None:
        yield from read_whole(tar, HEATMAP, intake)
        return
    there: set[str] = set()
    problems = len(intake.problems)
    stop = yield from _read_stretch(tar, start, intake, there)
    if len(there) < HALF_HOURS:
        intake.report_progress(
            f"{HALF_HOURS - len(there)} half hours: searching the rest of the tar"
        )
        yield from _read_between(tar, intake, 0, start)
        # Nothing can be read behind damage, and nothing is there behind the end mark.
        if len(intake.problems) == problems and stop < tar.size:
            yield from _read_between(tar, intake, stop, None)
    elif not tar.ends_whole():
        intake.problems.append(f"{tar.assets[-1].name} is cut: it ends without the end mark.")


def _find_heatmaps(tar: RemoteTar, intake: Intake) -> int | None:
    """Where the heatmaps begin in the tar; None where they were not found."""
    window = max(SMALLEST_WINDOW, min(tar.size // _WINDOWS, LARGEST_WINDOW))

    def fetch(start: int, stop: int) -> bytes:
        intake.report_progress("looking for the heatmaps in the tar")
        return tar.fetch(start, stop)

    search = TarSearch(fetch, tar.size, window - window % BLOCK, _is_heatmap)
    try:
        return search.find_start()
    except TarDamaged as error:
        log.info("%s: %s; all of it is read", tar.assets[0].name, error)
        return None


def _is_heatmap(name: str) -> bool:
    return _IN_FOLDER.match(name) is not None


class _BeyondFolder(Exception):
    """The next member no longer belongs to the stretch of heatmaps."""


def _read_stretch(
    tar: RemoteTar, start: int, intake: Intake, there: set[str]
) -> Generator[Member, None, int]:
    """Heatmaps that follow each other; `there` gets their keys. Returns the place of the next
    header."""
    strangers = 0

    def count_strangers(found: TarMember) -> None:
        nonlocal strangers
        if not _is_heatmap(found.name):
            strangers += 1
            if found.size > _STRANGER_BYTES or strangers > _MOST_STRANGERS:
                raise _BeyondFolder

    with RangeReader(tar, start, "heatmap/ of ") as stream:
        try:
            for member in tar_members(
                stream, HEATMAP, intake, start=start, inspect=count_strangers
            ):
                there.add(member.key)
                missing = HALF_HOURS - len(there)
                stream.sure = int(_SURE_SHARE * missing * (stream.at - start) / len(there))
                yield member
                if not missing:
                    break
            stop = stream.at
        except _BeyondFolder:
            stop = stream.at - BLOCK
        intake.inputs += stream.inputs
    return stop


def _read_between(tar: RemoteTar, intake: Intake, start: int, stop: int | None) -> Iterator[Member]:
    """Heatmaps whose headers are in bytes `start` to `stop` (None = the end) of the tar."""
    end = tar.size if stop is None else stop
    with HashedParts(tar.spans(start, end, "rest of ")) as stream:
        reporting = _ReportingStream(stream, intake, tar.size, start)
        yield from tar_members(reporting, HEATMAP, intake, start=start, stop=stop)
    intake.inputs += stream.inputs


class _ReportingStream:
    """A stream that reports regularly how many of `total` bytes were read."""

    def __init__(self, stream: Stream, intake: Intake, total: int, at: int = 0) -> None:
        self._stream, self._intake = stream, intake
        self._total, self._at, self._told = total, at, 0

    def read(self, size: int) -> bytes:
        """What the stream gives."""
        piece = self._stream.read(size)
        self._at += len(piece)
        if self._at - self._told >= _TOLD_EVERY:
            self._told = self._at
            self._intake.report_progress(
                f"{self._at / 1e6:,.0f} MB of the tar read", self._at / self._total
            )
        return piece

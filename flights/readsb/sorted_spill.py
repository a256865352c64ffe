"""Positions of a day sorted by airframe in little memory for days of any size.

Members of an archive come in any order, and a day of world traffic is gigabytes of positions.
They are divided by address into shares in the order of addresses. A few stay in memory; more go
to one temporary file without a name, which the system removes even if the program is killed.
"""

import os
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from flights.errors import ArchiveError
from flights.records import NON_ICAO, POSITION

DAY_MS = 86_400_000
SHARES = 256
"""Ranges of addresses. The positions that come first say where they end, so that each takes
about as many: some countries' ranges are crowded, most are empty."""
BLOCK_BITS = 6
"""A range begins at a multiple of 2^this: few enough places to look a share up by."""
HELD_POSITIONS = 500_000
"""Positions kept in memory before they are written (46 bytes each)."""
HANDED_POSITIONS = 250_000
"""Shares are handed on together up to this many positions, so that a small day is one bucket."""
MOST_DAYS = 40
"""UTC days one input may speak of; what stamps say beyond is counted and left out."""
_ROOMY = Path("/var/tmp")  # on disk, where /tmp may be memory
_EPOCH = date(1970, 1, 1)


class Spill:
    """Takes positions in any order, gives them back by UTC day and airframe.

    A context manager: leaving it frees the temporary file. `beyond_days` counts positions left
    out for their day, `repeated` those that were stored twice and returned once.
    """

    def __init__(self, *, held: int = HELD_POSITIONS, handed: int = HANDED_POSITIONS) -> None:
        self._most_held = held
        self._least_handed = handed
        self._waiting: list[np.ndarray] = []
        self._shares: NDArray[np.uint8] | None = None  # by block of addresses
        self._file: IO[bytes] | None = None
        # (day, share) -> where in the file [bytes] and how many positions
        self._places: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
        self._counts: dict[int, int] = {}
        self.beyond_days = 0
        self.repeated: Counter[date] = Counter()

    def __enter__(self) -> "Spill":
        return self

    def __exit__(self, *_: object) -> None:
        self._waiting.clear()
        if self._file:
            self._file.close()

    def add(self, positions: np.ndarray) -> None:
        """Take positions (`records.POSITION`) of any airframes, days and order.

        Raises
        ------
        ArchiveError
            There is no room for the temporary file.
        """
        kept = np.ascontiguousarray(positions[self._count(positions["seen_at"] // DAY_MS)])
        # Piece by piece: dealing takes as much memory again as what it deals.
        for start in range(0, len(kept), self._most_held):
            self._waiting.append(kept[start : start + self._most_held])
            if sum(map(len, self._waiting)) >= self._most_held:
                self._write()

    def days(self) -> dict[date, int]:
        """UTC days by the stamps, in order, and how many positions each has."""
        counts = sorted(self._counts.items())
        return {_EPOCH + timedelta(days=number): count for number, count in counts}

    def holds(self, seen_at: NDArray[np.int64]) -> NDArray[np.bool_]:
        """True for moments [ms] of days whose positions were taken."""
        return np.isin(seen_at // DAY_MS, list(self._counts))

    def buckets(self, day: date) -> Iterator[np.ndarray]:
        """Positions of one UTC day, each airframe whole in one bucket.

        Each bucket is sorted by (icao24, seen_at), ties by place, and so are the buckets, so
        that nothing depends on the order in which they came.
        """
        if self._file:
            self._write()
        number = (day - _EPOCH).days
        held = dict(self._deal())
        gathered: list[np.ndarray] = []
        for share in range(SHARES):
            gathered += self._read(number, share)
            gathered += [held[number, share]] if (number, share) in held else []
            if sum(map(len, gathered)) >= self._least_handed or (gathered and share == SHARES - 1):
                ordered, again = _in_order(_join(gathered))
                self.repeated[day] += again
                yield ordered
                gathered = []

    def _count(self, numbers: NDArray[np.int64]) -> NDArray[np.bool_] | slice:
        """Count positions per day; which of them to keep (all, but for too many days)."""
        days, counts = _tally(numbers)
        refused = []
        for day, count in zip(days.tolist(), counts.tolist(), strict=True):
            if day in self._counts or len(self._counts) < MOST_DAYS:
                self._counts[day] = self._counts.get(day, 0) + count
            else:
                refused.append(day)
                self.beyond_days += count
        return ~np.isin(numbers, refused) if refused else slice(None)

    def _write(self) -> None:
        """Move what waits in memory to the temporary file, share by share."""
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(dir=scratch_folder())  # noqa: SIM115 (kept)
            for key, positions in self._deal():
                self._places[key].append((self._file.tell(), len(positions)))
                self._file.write(positions.view(np.uint8).data)
        except OSError as error:
            raise ArchiveError(
                f"No temporary file could be written in {scratch_folder()} ({error.strerror}). "
                "Free some space there, or set TMPDIR to a folder with more space."
            ) from error
        self._waiting.clear()

    def _deal(self) -> Iterator[tuple[tuple[int, int], np.ndarray]]:
        """What waits, by (day, share), in the order it came."""
        if not self._waiting:
            return
        positions = _join(self._waiting)
        block = positions["icao24"] >> BLOCK_BITS
        if self._shares is None:
            self._shares = _cut(block)
        numbers = positions["seen_at"] // DAY_MS
        days, _ = _tally(numbers)
        # Fits 16 bits (MOST_DAYS may lie anywhere, hence by rank), which numpy sorts by radix.
        key = self._shares[block].astype(np.uint16)
        if len(days) > 1:
            key += np.searchsorted(days, numbers).astype(np.uint16) * np.uint16(SHARES)
        order = np.argsort(key, kind="stable")
        dealt, key = pick(positions, order), key[order]
        starts = np.flatnonzero(np.diff(key, prepend=key[:1] ^ 1))
        for start, stop in zip(starts, [*starts[1:], len(key)], strict=True):
            number, share = divmod(int(key[start]), SHARES)
            yield (int(days[number]), share), dealt[start:stop]

    def _read(self, number: int, share: int) -> list[np.ndarray]:
        if self._file is None:
            return []
        end = self._file.seek(0, os.SEEK_END)
        found = []
        for place, count in self._places.get((number, share), ()):
            self._file.seek(place)
            found.append(np.frombuffer(self._file.read(count * POSITION.itemsize), POSITION))
        self._file.seek(end)
        return found


def _in_order(positions: np.ndarray) -> tuple[np.ndarray, int]:
    """Positions of one day sorted, each once, and how many were repeats."""
    moment = (positions["seen_at"] % DAY_MS).astype(np.uint64)  # 27 bits
    key = (positions["icao24"].astype(np.uint64) << np.uint64(27)) | moment
    order = np.argsort(key, kind="stable")
    ordered, key = pick(positions, order), key[order]
    if not (key[1:] == key[:-1]).any():
        return ordered, 0
    ties = np.lexsort((ordered["longitude"], ordered["latitude"], key))
    ordered = pick(ordered, ties)
    again = np.zeros(len(ordered), bool)
    columns = ("icao24", "seen_at", "latitude", "longitude")
    again[1:] = np.logical_and.reduce([ordered[c][1:] == ordered[c][:-1] for c in columns])
    return ordered[~again], int(np.count_nonzero(again))


def _cut(block: NDArray[np.integer]) -> NDArray[np.uint8]:
    """Share of each block of addresses, such that these positions are spread evenly."""
    counts = np.bincount(block, minlength=2 * NON_ICAO >> BLOCK_BITS)
    before = np.cumsum(counts) - counts
    return (before * SHARES // (len(block) + 1)).astype(np.uint8)


def pick(positions: np.ndarray, order: NDArray[np.intp]) -> np.ndarray:
    """`positions[order]`, ten times as fast: numpy copies such records field by field.

    `order` must be within bounds.
    """
    rows = positions.view(np.uint8).reshape(-1, POSITION.itemsize)
    return rows.take(order, axis=0, mode="wrap").reshape(-1).view(POSITION)


def _join(pieces: list[np.ndarray]) -> np.ndarray:
    """All pieces one behind the other, as bytes (see `pick`)."""
    if len(pieces) == 1:
        return pieces[0]
    return np.concatenate([piece.view(np.uint8) for piece in pieces]).view(POSITION)


def _tally(numbers: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Distinct days in order and their counts; nearly always it is one day."""
    if len(numbers) and numbers.min() == numbers.max():
        return numbers[:1], np.array([len(numbers)])
    return np.unique(numbers, return_counts=True)


def scratch_folder() -> str:
    """TMPDIR if set; else a folder on disk rather than one that may be memory."""
    if "TMPDIR" not in os.environ and os.access(_ROOMY, os.W_OK):
        return str(_ROOMY)
    return tempfile.gettempdir()

"""Where an end is, as one small integer: an airport's number, or a one-degree cell if lost.

0 is an end at a place without an airport code; 1 to 65535 are airports, in the order in which
this archive first had them; `LOST + cell_id` are ends that were lost in that cell.
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
from filelock import FileLock

from flights.errors import ArchiveError
from flights.records.atomic_files import write_whole

NO_CELL = 65_535
"""Cell id of an unknown position."""

LOST = 100_000
UNNAMED = 0
_MOST = 65_535


def cell_id(latitude: np.ndarray, longitude: np.ndarray) -> np.ndarray:
    """One-degree cells of positions [deg], 0 to 64799; `NO_CELL` where one is NaN.

    >>> cell_id(np.array([-90.0, 0.5, 90.0]), np.array([-180.0, 0.5, 180.0])).tolist()
    [0, 32580, 64799]
    """
    lat, lon = np.asarray(latitude, dtype=float), np.asarray(longitude, dtype=float)
    known = np.isfinite(lat) & np.isfinite(lon)
    row = np.clip(np.floor(np.where(known, lat, 0)) + 90, 0, 179)
    column = np.clip(np.floor(np.where(known, lon, 0)) + 180, 0, 359)
    return np.where(known, row * 360 + column, NO_CELL).astype(np.int64)


class AirportNumbers:
    """The numbers of airport codes in one index: a file to which codes are only appended."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: object = None
        self._codes: list[str] = []
        self._numbers: dict[str, int] = {}
        self._marks: dict[int, str] = {}

    def numbers(self) -> dict[str, int]:
        """Code -> number, as in the file now."""
        try:
            seen = self._path.stat()
        except FileNotFoundError:
            self._stamp, self._codes, self._numbers, self._marks = None, [], {}, {}
            return {}
        stamp = (seen.st_ino, seen.st_mtime_ns, seen.st_size)
        if stamp != self._stamp:
            try:
                self._codes = [str(code) for code in json.loads(self._path.read_bytes())]
            except (ValueError, TypeError):
                self._codes = []  # unreadable: months that use it no longer match `mark`
            self._numbers = {code: n for n, code in enumerate(self._codes, start=1)}
            self._stamp, self._marks = stamp, {}
        return self._numbers

    def add(self, codes: Iterable[str]) -> dict[str, int]:
        """Add numbers for new codes; all numbers.

        Raises
        ------
        ArchiveError
            More codes than numbers.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(self._path.with_suffix(".lock")):
            known = self.numbers()
            new = sorted(set(codes) - known.keys())
            if len(known) + len(new) > _MOST:
                raise ArchiveError(f"{self._path} cannot number more than {_MOST} airports.")
            if new:
                write_whole(self._path, json.dumps([*self._codes, *new]).encode())
        return self.numbers()

    def mark(self, count: int | None = None) -> tuple[int, str]:
        """How many codes, and a digest of the first `count` of them (all where None)."""
        self.numbers()
        count = len(self._codes) if count is None else count
        if count not in self._marks:
            text = "\n".join(self._codes[:count])
            self._marks[count] = hashlib.sha256(text.encode()).hexdigest()[:16]
        return count, self._marks[count]


def encode_end(flights: pd.DataFrame, end: str, numbers: dict[str, int]) -> np.ndarray:
    """Place of the `origin` or `destination` of each flight, int32."""
    which = "first" if end == "origin" else "last"
    codes = flights[end].map(numbers).fillna(UNNAMED).to_numpy(dtype=np.int32)
    cells = cell_id(flights[f"{which}_latitude"], flights[f"{which}_longitude"])
    lost = (flights[f"{end}_evidence"] == "lost").to_numpy(dtype=bool)
    return np.where(lost, LOST + cells, codes).astype(np.int32)

"""Messages between a pull and its workers: files in a folder that both see, with any executor."""

import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Self

from flights.pull.progress import DayProgress, decode_json, encode_json
from flights.records.atomic_files import write_whole

_EVERY_S = 0.3  # between two messages of a worker; the pull reads them about as often
_STALE_S = 86_400  # no pull is silent for a day: it was killed


class StopRequested(BaseException):
    """Raised in a worker when the pull is cancelled; `except Exception` does not catch it."""


@dataclass
class WorkerReport:
    """The `Report` of a worker: writes messages for the pull, and stops on request."""

    folder: Path
    day: date
    _last: float = field(default=0.0, repr=False)
    _waits: bool = field(default=False, repr=False)

    def __call__(self, message: str, share: float) -> None:
        if (self.folder / "stop").exists():
            raise StopRequested(f"{self.day} was stopped")
        # A wait for the source is always written: the next message may come much later.
        waits = message.startswith("waiting")
        if waits == self._waits and time.monotonic() - self._last < _EVERY_S:
            return
        self._last, self._waits = time.monotonic(), waits
        self._write(f"{self.day}.message", (message, min(max(share, 0.0), 1.0)))

    def stored(self, row: DayProgress) -> None:
        """A day is done."""
        self._write(f"{row.day}.row", row)

    def _write(self, name: str, record: object) -> None:
        write_whole(self.folder / name, encode_json(record))


class WorkerMessages:
    """The side of the pull; the folder is deleted when the pull ends."""

    def __init__(self, parent: Path) -> None:
        self.folder = parent / f".work-{uuid.uuid4().hex[:12]}"
        self._read: dict[str, bytes] = {}

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True)
        _remove_stale(self.folder.parent)
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def reporter(self, day: date) -> WorkerReport:
        """The report for the worker of an offer; it can be pickled."""
        return WorkerReport(self.folder, day)

    def stop(self) -> None:
        """Make every worker stop at its next report."""
        (self.folder / "stop").touch()

    def messages(self) -> Iterator[tuple[date, str, float]]:
        """New messages of the workers: first day of the offer, message, share done."""
        for path in sorted(self.folder.glob("*.message")):
            content = path.read_bytes()
            if self._read.get(path.name) != content:
                self._read[path.name] = content
                message, share = decode_json(content, tuple[str, float])
                yield date.fromisoformat(path.stem), message, share

    def rows(self) -> Iterator[DayProgress]:
        """Days that were stored since the last call."""
        for path in sorted(self.folder.glob("*.row")):
            yield decode_json(path.read_bytes(), DayProgress)
            path.unlink()


def _remove_stale(parent: Path) -> None:
    """Delete the folders of pulls that were killed."""
    for folder in parent.glob(".work-*"):
        with suppress(FileNotFoundError):
            if time.time() - folder.stat().st_mtime > _STALE_S:
                shutil.rmtree(folder, ignore_errors=True)

"""News between a pull and its workers through a folder both see, whatever the executor."""

import json
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Self

from flights.pull.progress import DayProgress, row_from_json, row_to_json

_EVERY_S = 0.3
_FORGOTTEN_S = 86_400


class StopRequested(BaseException):
    """Raised in a worker when the pull was cancelled; no `except Exception` may swallow it."""


@dataclass
class WorkerReport:
    """A worker's `Report`: leaves what it is told where the pull looks, and stops when asked."""

    folder: Path
    day: date
    _last: float = field(default=0.0, repr=False)
    _waits: bool = field(default=False, repr=False)

    def __call__(self, message: str, share: float) -> None:
        if (self.folder / "stop").exists():
            raise StopRequested(f"{self.day} was stopped")
        # That a source makes us wait must not get lost: nothing may follow for a long time.
        waits = message.startswith("waiting")
        if waits == self._waits and time.monotonic() - self._last < _EVERY_S:
            return
        self._last, self._waits = time.monotonic(), waits
        self._leave(f"{self.day}.said", [message, min(max(share, 0.0), 1.0)])

    def stored(self, row: DayProgress) -> None:
        """A day is done."""
        self._leave(f"{row.day}.row", row_to_json(row))

    def _leave(self, name: str, plain: object) -> None:
        rough = self.folder / f"{name}.rough"
        rough.write_text(json.dumps(plain), encoding="utf-8")
        rough.replace(self.folder / name)


class WorkerMessages:
    """The pull's end of it; the folder goes when the pull ends."""

    def __init__(self, parent: Path) -> None:
        self.folder = parent / f".work-{uuid.uuid4().hex[:12]}"
        self._heard: dict[str, bytes] = {}

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True)
        remove_stale(self.folder.parent)
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def reporter(self, day: date) -> WorkerReport:
        """What the worker of an offer calls; may be pickled."""
        return WorkerReport(self.folder, day)

    def stop(self) -> None:
        """Make every worker end at its next report."""
        (self.folder / "stop").touch()

    def said(self) -> Iterator[tuple[date, str, float]]:
        """What workers said since the last call, by the first day of their offer."""
        for path in sorted(self.folder.glob("*.said")):
            told = path.read_bytes()
            if self._heard.get(path.name) != told:
                self._heard[path.name] = told
                message, share = json.loads(told)
                yield date.fromisoformat(path.stem), message, share

    def rows(self) -> Iterator[DayProgress]:
        """Days that were stored since the last call."""
        for path in sorted(self.folder.glob("*.row")):
            yield row_from_json(json.loads(path.read_bytes()))
            path.unlink()


def remove_stale(parent: Path) -> None:
    """Folders of pulls that were killed."""
    for folder in parent.glob(".work-*"):
        with suppress(FileNotFoundError):
            if time.time() - folder.stat().st_mtime > _FORGOTTEN_S:
                shutil.rmtree(folder, ignore_errors=True)

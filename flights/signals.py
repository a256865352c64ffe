"""News between a pull and its workers through a folder both see, whatever the executor."""

import json
import shutil
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Self

_EVERY_S = 0.3


class StopAsked(BaseException):
    """Raised in a worker when the pull was cancelled; no `except Exception` may swallow it."""


@dataclass
class Reporter:
    """A worker's `Report`: leaves what it is told where the pull looks, and stops when asked."""

    folder: Path
    day: date
    _last: float = field(default=0.0, repr=False)

    def __call__(self, message: str, share: float) -> None:
        if (self.folder / "stop").exists():
            raise StopAsked(f"{self.day} was stopped")
        if time.monotonic() - self._last < _EVERY_S:
            return
        self._last = time.monotonic()
        rough = self.folder / f"{self.day}.rough"
        rough.write_text(json.dumps([message, min(max(share, 0.0), 1.0)]), encoding="utf-8")
        rough.replace(self.folder / f"{self.day}.json")


class Signals:
    """The pull's end of it; the folder goes when the pull ends."""

    def __init__(self, parent: Path) -> None:
        self.folder = parent / f".work-{uuid.uuid4().hex[:12]}"
        self._heard: dict[str, bytes] = {}

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True)
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def reporter(self, day: date) -> Reporter:
        """What the worker of a day calls; may be pickled."""
        return Reporter(self.folder, day)

    def stop(self) -> None:
        """Make every worker end at its next report."""
        (self.folder / "stop").touch()

    def heard(self) -> Iterator[tuple[date, str, float]]:
        """News since the last call."""
        for path in sorted(self.folder.glob("*.json")):
            said = path.read_bytes()
            if self._heard.get(path.name) != said:
                self._heard[path.name] = said
                message, share = json.loads(said)
                yield date.fromisoformat(path.stem), message, share

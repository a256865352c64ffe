"""One pace per host over all processes, kept in a small locked file per host."""

import fcntl
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from flights.errors import ArchiveError

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class Limiter:
    """Gives out moments to ask a host, `per_second` of them.

    `folder` holds one file per host: the next free moment [s since 1970]. A moment farther off
    than `longest_s` was written by a clock that has been set back since, and is forgotten.
    """

    folder: Path
    per_second: float
    longest_s: float = 600.0
    spares_loopback: bool = True
    clock: Callable[[], float] = field(default=time.time, compare=False)

    def take(self, host: str) -> float:
        """Take the next free moment of `host`; the seconds until then."""
        if self._is_spared(host):
            return 0.0
        return self._book(host, lambda free, now: (max(free, now), 1.0 / self.per_second))

    def hold(self, host: str, seconds: float) -> None:
        """Let nobody ask `host` for so long, in no process: it asked us to wait."""
        if not self._is_spared(host):
            self._book(host, lambda free, now: (max(free, now + seconds), 0.0))

    def _is_spared(self, host: str) -> bool:
        """A server on this machine is ours and needs no pace."""
        return self.spares_loopback and _name(host) in LOOPBACK

    def _book(self, host: str, choose: Callable[[float, float], tuple[float, float]]) -> float:
        path = self.folder / re.sub(r"[^a-z0-9.-]", "_", host.lower())[:100]
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise ArchiveError(
                f"{self.folder} cannot be written ({error.strerror}). "
                "Set FLIGHTS_CACHE to a folder that can be."
            ) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            now = self.clock()
            moment, spacing = choose(self._read(file, now), now)
            os.pwrite(file, f"{moment + spacing:020.6f}".encode(), 0)
            return moment - now
        finally:
            os.close(file)

    def _read(self, file: int, now: float) -> float:
        try:
            free = float(os.pread(file, 40, 0) or b"0")
        except ValueError:
            return 0.0
        return free if free - now <= self.longest_s else 0.0


def _name(host: str) -> str:
    """Host without its port: `127.0.0.1:80`, `[::1]:80`, `example.org`."""
    return host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]

"""One rate limit per host for all processes, kept in a small file per host."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock

from flights.errors import ArchiveError

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class Limiter:
    """Gives each request to a host its moment, `per_second` of them in a second.

    `folder` has one file per host: the next free moment [s since 1970]. A moment more than
    `longest_s` ahead comes from a clock that has been set back since; it is ignored.
    """

    folder: Path
    per_second: float
    longest_s: float = 600.0
    spares_loopback: bool = True
    clock: Callable[[], float] = field(default=time.time, compare=False)

    def take(self, host: str) -> float:
        """Reserve the next free moment of `host`; gives the seconds until then."""
        if self._is_spared(host):
            return 0.0
        return self._book(host, lambda free, now: (max(free, now), 1.0 / self.per_second))

    def delay(self, host: str, seconds: float) -> None:
        """Block `host` for all processes for this long, because it asked for a wait."""
        if not self._is_spared(host):
            self._book(host, lambda free, now: (max(free, now + seconds), 0.0))

    def _is_spared(self, host: str) -> bool:
        """A server on this machine is our own and needs no rate limit."""
        return self.spares_loopback and _host_name(host) in LOOPBACK

    def _book(self, host: str, choose: Callable[[float, float], tuple[float, float]]) -> float:
        path = self.folder / re.sub(r"[^a-z0-9.-]", "_", host.lower())[:100]
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with FileLock(path.with_name(f"{path.name}.lock")):
                now = self.clock()
                moment, spacing = choose(self._read(path, now), now)
                path.write_text(f"{moment + spacing:020.6f}", encoding="ascii")
                return moment - now
        except OSError as error:
            raise ArchiveError(
                f"{self.folder} cannot be written ({error.strerror}). "
                "Set FLIGHTS_CACHE to a folder that can be written."
            ) from error

    def _read(self, path: Path, now: float) -> float:
        try:
            free = float(path.read_bytes()[:40])
        except (FileNotFoundError, ValueError):
            return 0.0
        return free if free - now <= self.longest_s else 0.0


def _host_name(host: str) -> str:
    """Host without its port: `127.0.0.1:80`, `[::1]:80`, `example.org`."""
    return host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]

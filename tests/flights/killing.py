"""Pulls of the releases on loopback that are killed again and again, and what to compare after."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import numpy as np
import processes
from github import GitHub
from tiny_days import tiny_tar

from flights.archive import Archive
from flights.records import TABLES

FIRST = date(2031, 3, 1)


@contextmanager
def releases(tars: dict[date, bytes]) -> Iterator[GitHub]:
    """The servers with a release for each day."""
    with GitHub() as github:
        for day, tar in tars.items():
            github.publish(day, "prod-0", tar)
        github.list_releases()
        yield github


def make_tars(days: int) -> dict[date, bytes]:
    """Tiny days from `FIRST` on."""
    return {(day := FIRST + timedelta(days=n)): tiny_tar(day) for n in range(days)}


def pull(root: Path, mirrors: str, last: date, workers: int) -> None:
    """A pull as the command line does it, in this process."""
    from flights import __main__

    os.environ |= {"FLIGHTS_MIRRORS": mirrors, "FLIGHTS_ARCHIVE": str(root)}
    code = __main__.main(
        [
            *("pull", "adsblol", "--yes", "--workers", str(workers)),
            *("--from", str(FIRST), "--to", str(last), "--progress-id", "1-a"),
        ]
    )
    os._exit(code)


def start(root: Path, github: GitHub, last: date, workers: int = 1) -> BaseProcess:
    """The pull in a process of its own."""
    process = processes.context().Process(target=pull, args=(root, github.mirrors, last, workers))
    process.start()
    return process


def asked(github: GitHub) -> int:
    """Requests so far."""
    return len(github.pages.requests) + len(github.store.requests)


def kill_after(process: BaseProcess, github: GitHub, requests: int, more_s: float) -> bool:
    """Kill it so long after so many requests; False when it ended before."""
    before, give_up = asked(github), time.monotonic() + 120
    while asked(github) - before < requests and process.is_alive():
        assert time.monotonic() < give_up, "the pull stands still"
        time.sleep(0.002)
    process.join(timeout=more_s)
    ended = process.exitcode is not None
    process.kill()
    process.join()
    return not ended


class Killer:
    """Kills pulls at random until one comes to its end, and watches what each asks for."""

    def __init__(self, root: Path, github: GitHub, days: int, seed: int) -> None:
        self.root, self.github, self.days = root, github, days
        self.rng = np.random.default_rng(seed)
        self.kills = self.fetches = 0
        self.killed_with: list[int] = []
        self.twice: list[date] = []

    def run(self, kills: int, workers: int = 1) -> int:
        """Exit code of the pull that was let live."""
        last = FIRST + timedelta(days=self.days - 1)
        while True:
            complete, seen = self.complete(), len(self.github.store.requests)
            process = start(self.root, self.github, last, workers)
            if self.kills < kills:
                # To plan, a pull looks at each release, at two servers.
                span = -self.days // 2, self.days // 2 * workers
                requests = 2 * self.days + int(self.rng.integers(*span))
                alive = kill_after(process, self.github, requests, self.rng.uniform(0, 0.3))
                self.kills += alive
            else:
                process.join(timeout=300)
                alive = False
            self._watch(complete, seen)
            if not alive:
                assert process.exitcode is not None
                return process.exitcode
            self.killed_with.append(len(self.complete()))

    def complete(self) -> set[date]:
        """Days that are complete now."""
        ledger = Archive(self.root).read_ledger("adsblol")
        return {day for day, entry in ledger.items() if entry.is_complete}

    def _watch(self, complete: set[date], seen: int) -> None:
        for request in self.github.store.requests[seen:]:
            if request.method == "GET":
                self.fetches += 1
                text = request.path.rpartition("/v")[2][:10].replace(".", "-")
                if date.fromisoformat(text) in complete:
                    self.twice.append(date.fromisoformat(text))


def contents(root: Path) -> dict[str, Any]:
    """What an archive holds, time stamps of the pull left out."""
    found: dict[str, Any] = {}
    for folder in ("ledger", *TABLES, "redo"):
        for path in (root / folder).rglob("*"):
            if path.is_file():
                name = str(path.relative_to(root))
                found[name] = path.read_bytes()
                if folder == "ledger":
                    found[name] = {**json.loads(found[name]), "asked_at": None}
    return found

"""A source whose days end as a test wants them to."""

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import worlds
from worlds import DAY, SOURCE

from flights.archive import Archive
from flights.errors import (
    BadPayload,
    CredentialsRejected,
    RateLimited,
    ResourceMissing,
    SourceUnavailable,
)
from flights.records import DayRecords
from flights.sources import Offer, SourceSpec
from flights.sources.base import Report

SPEC = SourceSpec(SOURCE, "Made up", "flights", "nothing", "none", "nobody", "none")


def day(n: int) -> date:
    return DAY + timedelta(days=n)


ERRORS = {
    "boom": ZeroDivisionError("division by zero in a decoder"),
    "bad": BadPayload("heatmap/07.bin.ttf ends in the middle of a record"),
    "unreachable": SourceUnavailable("example.org cannot be reached: no route."),
    "gone": ResourceMissing("https://example.org/day.tar is not there."),
    "limited": RateLimited("Example asks to wait 3 h 10 min.", 11_400.0),
    "busy": RateLimited("Example asks to wait."),
    "rejected": CredentialsRejected("Example refused the account that is set."),
    "leaky": ValueError("at https://me:word@example.org/day.tar?sig=secret was nonsense"),
    "interrupted": KeyboardInterrupt(),
}


@dataclass(frozen=True)
class Source:
    """Days 0 to `count`, `together` of them in one offer; `ends` says how a day ends other than
    complete. `published` is the fingerprint of every offer."""

    count: int = 4
    ends: tuple[tuple[int, str], ...] = ()
    spill: bool = False
    spec: SourceSpec = SPEC
    together: int = 1
    published: str = ""

    def offers(self, first: date, last: date) -> list[Offer]:
        every = [self._offer(n) for n in range(0, self.count, self.together)]
        return [each for each in every if each.all_days[-1] >= first and each.day <= last]

    def _offer(self, n: int) -> Offer:
        days = tuple(day(m) for m in range(n, min(n + self.together, self.count)))
        size = 1_000_000 * len(days)
        many = days if self.together > 1 else ()
        return Offer(day(n), size, days=many, requests=2, credits=4, fingerprint=self.published)

    def collect(self, offer: Offer, report: Report) -> Iterator[DayRecords]:
        for number, each in enumerate(offer.all_days):
            how = dict(self.ends).get((each - DAY).days, "complete")
            for step in range(3):
                report(f"file {step}", (number + step / 3) / len(offer.all_days))
                if how == "slow":
                    time.sleep(0.2)
                if how == "endless":
                    time.sleep(0.05)
                    while True:
                        report("still at it", 0.5)
                        time.sleep(0.02)
            if how == "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            if how in ERRORS:
                raise ERRORS[how]
            yield from self._day(each, how)

    def _day(self, each: date, how: str) -> Iterator[DayRecords]:
        if how == "nothing":
            return
        if how == "elsewhere":
            ten_later = worlds.entry(each + timedelta(days=10), "partial")
            yield worlds.records(2, of=ten_later)
            return
        status = how if how in ("partial", "missing") else "complete"
        yield worlds.records(5, of=worlds.entry(each, status))
        if self.spill:
            yield worlds.records(1, of=worlds.entry(each + timedelta(days=1), "partial"))


class Clock:
    """A second later at every look."""

    def __init__(self) -> None:
        self.now = datetime(2051, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def statuses(archive: Archive) -> dict[int, str]:
    return {(d - DAY).days: e.status for d, e in archive.read_ledger(SOURCE).items()}


def leftovers(archive: Archive) -> list[Path]:
    found = (p for folder in ("redo", "pulls") for p in (archive.root / folder).rglob("*"))
    return [path for path in found if path.is_file()]

"""OpenSky's credits: the cost of a request, the budget of a day, and the rest of it.

OpenSky has three independent buckets a day: states, tracks, flights.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from filelock import FileLock

from flights.errors import InvalidInput, RateLimited
from flights.records.atomic_files import write_whole

log = logging.getLogger(__name__)

STANDARD_ACCOUNT = 4000
"""Credits a day in each bucket of a standard account; 8000 for owners of a receiver
(docs/free/rest.rst, 2026)."""

UNDER_A_DAY = 4
COSTS = ((2, 30, 0), (10, 0, 60), (15, 0, 120), (20, 0, 240), (25, 0, 480), (None, 0, 960))
"""For requests that touch at most this many UTC days: credits per request, credits per day
(docs/free/rest.rst, 2026)."""

_NOTE_AGE = timedelta(hours=1)
_DAY_S = 86_400


def count_credits(begin: int, end: int) -> int:
    """Credits of one request for flights or tracks from `begin` to `end` (unix s, inclusive).

    >>> count_credits(0, 86_399), count_credits(0, 86_400), count_credits(0, 3 * 86_400 - 1)
    (4, 30, 180)
    """
    if end - begin < _DAY_S:
        return UNDER_A_DAY
    touched = end // _DAY_S - begin // _DAY_S + 1
    return next(
        flat or each * touched for most, flat, each in COSTS if most is None or touched <= most
    )


def read_budget(text: str | int | None) -> int:
    """The budget given by the user; `InvalidInput` if it is not a number of credits."""
    try:
        budget = int(STANDARD_ACCOUNT if text is None else text)
    except ValueError as error:
        raise InvalidInput(
            f"The budget {text!r} is not a number of credits, such as 4000."
        ) from error
    if budget < UNDER_A_DAY:
        raise InvalidInput(
            f"A budget of {budget} credits is less than the cost of one request ({UNDER_A_DAY})."
        )
    return budget


@dataclass
class _Bucket:
    """Credits of a bucket: spent by this machine, and left at `told_at` as OpenSky says."""

    spent: int = 0
    requests: int = 0
    remaining: int | None = None
    told_at: datetime | None = None


@dataclass
class _Today:
    """The file of credits: one UTC day."""

    day: str = ""
    states: _Bucket = field(default_factory=_Bucket)
    tracks: _Bucket = field(default_factory=_Bucket)
    flights: _Bucket = field(default_factory=_Bucket)

    def bucket(self, name: str) -> _Bucket:
        """The bucket `states`, `tracks` or `flights`."""
        return {"states": self.states, "tracks": self.tracks, "flights": self.flights}[name]


@dataclass(frozen=True)
class CreditBudget:
    """Credits spent by this machine today, in a file that all processes share.

    `budget` is for each bucket and UTC day. OpenSky's own number of remaining credits also
    limits the spending if it is at most an hour old.
    """

    folder: Path
    budget: int
    clock: Callable[[], datetime]

    def left(self, bucket: str) -> int:
        """Credits left of today's budget."""
        with self._open() as today:
            return self.budget - today.bucket(bucket).spent

    def take(self, bucket: str, cost: int) -> None:
        """Spend credits; called before a request is sent.

        Raises
        ------
        RateLimited
            Today's budget, or OpenSky's own number of remaining credits, is too small.
        """
        with self._open() as today:
            row = today.bucket(bucket)
            if row.spent + cost > self.budget:
                raise self._empty(f"Today's budget of {self.budget} OpenSky credits is spent")
            if row.remaining is not None and row.remaining < cost and self._is_recent(row):
                raise self._empty(f"This OpenSky account has {row.remaining} credits left today")
            row.spent += cost
            row.requests += 1

    def give_back(self, bucket: str, cost: int) -> None:
        """Return the credits of a request that did not reach OpenSky or was refused."""
        with self._open() as today:
            row = today.bucket(bucket)
            row.spent = max(0, row.spent - cost)

    def record_remaining(self, bucket: str, remaining: int | None) -> None:
        """Record the remaining credits from a reply (None = the reply has no number)."""
        if remaining is None:
            return
        with self._open() as today:
            row = today.bucket(bucket)
            row.remaining, row.told_at = remaining, self.clock()

    def _is_recent(self, row: _Bucket) -> bool:
        return row.told_at is not None and self.clock() - row.told_at < _NOTE_AGE

    def _empty(self, why: str) -> RateLimited:
        now = self.clock().astimezone(UTC)
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        wait = (midnight - now).total_seconds()
        return RateLimited(
            f"{why}; there are new credits at 00:00 UTC, in {wait / 3600:.1f} h. "
            "The replies so far are stored: pull again then to continue.",
            wait,
        )

    @contextmanager
    def _open(self) -> Iterator[_Today]:
        """Today's numbers, locked against other processes and written back if changed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / "credits.json"
        with FileLock(self.folder / "credits.lock"):
            day = self.clock().astimezone(UTC).date().isoformat()
            today = _read(path)
            if today.day != day:
                today = _Today(day)
            before = msgspec.json.encode(today)
            yield today
            if (now := msgspec.json.encode(today)) != before:
                write_whole(path, msgspec.json.format(now, indent=1))


def _read(path: Path) -> _Today:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Today)
    except FileNotFoundError:
        return _Today()
    except (OSError, ValueError, msgspec.MsgspecError) as error:
        log.warning("%s cannot be read (%s); credits are counted from zero", path, error)
        return _Today()

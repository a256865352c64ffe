"""OpenSky's credits: what a request costs, what a day may cost, and what is left of it.

OpenSky keeps three buckets a day (states, tracks, flights), which know nothing of each other.
"""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from filelock import FileLock

from flights.errors import InvalidInput, RateLimited
from flights.records.atomic_files import write_whole

log = logging.getLogger(__name__)

STANDARD_ACCOUNT = 4000
"""Credits a day in each bucket of an ordinary account; 8000 for who feeds a receiver."""

UNDER_A_DAY = 4
COSTS = ((2, 30, 0), (10, 0, 60), (15, 0, 120), (20, 0, 240), (25, 0, 480), (None, 0, 960))
"""Up to so many UTC days touched: credits in all, credits per day (docs/free/rest.rst, 2026)."""

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
    """A budget as the user gave it; `InvalidInput` where it is no number of credits."""
    try:
        budget = int(STANDARD_ACCOUNT if text is None else text)
    except ValueError as error:
        raise InvalidInput(f"The budget {text!r} is no number of credits, as in 4000.") from error
    if budget < UNDER_A_DAY:
        raise InvalidInput(
            f"A budget of {budget} credits is less than one request ({UNDER_A_DAY})."
        )
    return budget


@dataclass(frozen=True)
class CreditBudget:
    """What this machine spent today, kept in a file that all processes share.

    `budget` is for each bucket and UTC day. OpenSky's own figure, where it was told within the
    hour, counts too.
    """

    folder: Path
    budget: int
    clock: Callable[[], datetime]

    def left(self, bucket: str) -> int:
        """Credits left of the budget today."""
        with self._open() as today:
            result: int = self.budget - _row(today, bucket)["spent"]
            return result

    def take(self, bucket: str, cost: int) -> None:
        """Spend before a request is sent.

        Raises
        ------
        RateLimited
            Today's budget, or what OpenSky says is left, does not hold it.
        """
        with self._open() as today:
            row = _row(today, bucket)
            if row["spent"] + cost > self.budget:
                raise self._empty(f"Today's budget of {self.budget} OpenSky credits is spent")
            if row["remaining"] is not None and row["remaining"] < cost and self._is_news(row):
                raise self._empty(f"OpenSky leaves this account {row['remaining']} credits today")
            row["spent"] += cost
            row["requests"] += 1

    def give_back(self, bucket: str, cost: int) -> None:
        """A request that never reached OpenSky, or was turned away, cost nothing."""
        with self._open() as today:
            row = _row(today, bucket)
            row["spent"] = max(0, row["spent"] - cost)

    def note(self, bucket: str, remaining: int | None) -> None:
        """What a reply said is left (None = nothing said)."""
        if remaining is None:
            return
        with self._open() as today:
            told = {"remaining": remaining, "told_at": self.clock().isoformat()}
            _row(today, bucket).update(told)

    def _is_news(self, row: dict[str, Any]) -> bool:
        return self.clock() - datetime.fromisoformat(row["told_at"]) < _NOTE_AGE

    def _empty(self, why: str) -> RateLimited:
        now = self.clock().astimezone(UTC)
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        wait = (midnight - now).total_seconds()
        return RateLimited(
            f"{why}; there are new ones at 00:00 UTC, in {wait / 3600:.1f} h. "
            "Replies that came are kept: pull again then and it goes on where it ended.",
            wait,
        )

    @contextmanager
    def _open(self) -> Iterator[dict[str, Any]]:
        """Today's figures, held against other processes and written back."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / "credits.json"
        with FileLock(self.folder / "credits.lock"):
            day = self.clock().astimezone(UTC).date().isoformat()
            today = _read(path)
            if today.get("day") != day:
                today = {"day": day}
            before = json.dumps(today)
            yield today
            if json.dumps(today) != before:
                write_whole(path, json.dumps(today, indent=1).encode())


def _row(today: dict[str, Any], bucket: str) -> dict[str, Any]:
    result: dict[str, Any] = today.setdefault(
        bucket, {"spent": 0, "requests": 0, "remaining": None, "told_at": None}
    )
    return result


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        log.warning("%s cannot be read; credits are counted from zero", path)
        return {}
    return found if isinstance(found, dict) else {}

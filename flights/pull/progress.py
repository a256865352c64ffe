"""The progress of a pull: given to its callback, and stored in its progress file."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, TypeVar

import msgspec

STATES = ("running", "finished", "paused", "failed", "cancelled")
"""`paused`: the source asks to wait; the same pull continues later."""


@dataclass(frozen=True)
class DayProgress:
    """One day of a pull. `state`: waiting | running | skipped, or the ledger's status once done.

    `share` is the part of this day that is done, 0 to 1; `message` says what is done now, or why
    it ended in this state.
    """

    day: date
    state: str = "waiting"
    share: float = 0.0
    message: str = ""
    size_bytes: int = 0
    positions: int = 0
    flights: int = 0


@dataclass(frozen=True)
class PullProgress:
    """A pull as a whole. `state` is one of `STATES`.

    `rate_bytes_s` is the input read per second, without days that had none; it and
    `seconds_left` are None until measured. `process` is the start time of the process, which
    identifies it together with `pid`. `resume_at` is when a paused pull may continue, None where
    the source gives no time.
    """

    id: str
    source: str
    state: str
    message: str = ""
    pid: int | None = None
    process: str = ""
    started_at: datetime | None = None
    updated_at: datetime | None = None
    bytes_done: int = 0
    bytes_total: int = 0
    positions: int = 0
    flights: int = 0
    rate_bytes_s: float | None = None
    seconds_left: float | None = None
    days: tuple[DayProgress, ...] = field(default_factory=tuple)
    resume_at: datetime | None = None

    @property
    def share(self) -> float:
        """The part of the pull that is done, 0 to 1."""
        asked = [day for day in self.days if day.state != "skipped"]
        if not asked:
            return 1.0 if self.state == "finished" else 0.0
        # A source that computes its days has no bytes: then all days count the same.
        weights = [day.size_bytes if self.bytes_total else 1 for day in asked]
        done = sum(weight * day.share for weight, day in zip(weights, asked, strict=True))
        return min(1.0, done / sum(weights))


_Record = TypeVar("_Record")


def encode_json(record: object) -> bytes:
    """A dataclass as JSON; days and times as ISO 8601."""
    return msgspec.json.encode(record)


def decode_json(content: bytes, kind: type[_Record]) -> _Record:
    """The record that `encode_json` wrote, checked field by field.

    Raises
    ------
    ValueError
        It is not JSON of this kind; the message has the path of the wrong field.
    """
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ValueError(str(error)) from error


class Tracker:
    """Keeps the progress of one pull and passes it to a callback at every change."""

    def __init__(
        self,
        start: PullProgress,
        clock: Callable[[], datetime],
        progress: Callable[[PullProgress], None] | None,
    ) -> None:
        self._clock, self._progress = clock, progress
        self._days = {day.day: day for day in start.days}
        began = clock()
        self.now = replace(start, started_at=began, updated_at=began)
        self._emit()

    def update(self, day: date, **changes: Any) -> None:
        """Change fields of a day, given by name as in `DayProgress`."""
        self._days[day] = replace(self._days[day], **changes)
        self._emit()

    def update_rows(self, rows: Iterable[DayProgress]) -> None:
        """Replace the rows of these days."""
        self._days |= {row.day: row for row in rows}
        self._emit()

    def advance(self, days: Sequence[date], message: str, share: float) -> None:
        """Set the share read of the input of these days; days that are done are not changed."""
        under_way = [day for day in days if self._days[day].state in ("waiting", "running")]
        if not under_way:
            return
        done = len(days) - len(under_way)
        each = (min(max(share, 0.0), 1.0) * len(days) - done) / len(under_way)
        for day in under_way:
            self._days[day] = replace(
                self._days[day],
                state="running",
                message=message,
                share=max(each, self._days[day].share),
            )
        self._emit()

    def end(self, state: str, message: str = "", resume_at: datetime | None = None) -> PullProgress:
        """Set the final state; days that were not finished go back to `waiting`."""
        for day, known in self._days.items():
            if known.state == "running":
                self._days[day] = replace(known, state="waiting", share=0.0, message="stopped")
        self.now = replace(self.now, state=state, message=message, resume_at=resume_at)
        self._emit()
        return self.now

    def _emit(self) -> None:
        days = tuple(self._days.values())
        asked = [day for day in days if day.state != "skipped"]
        done = _count_done(asked)
        total = sum(day.size_bytes for day in asked)
        # A day that failed at once says nothing about the speed of the others.
        read = _count_done(day for day in asked if day.state not in ("failed", "missing"))
        moment = self._clock()
        seconds = (moment - self.now.started_at).total_seconds() if self.now.started_at else 0.0
        self.now = replace(
            self.now,
            updated_at=moment,
            bytes_done=done,
            bytes_total=total,
            positions=sum(day.positions for day in asked),
            flights=sum(day.flights for day in asked),
            rate_bytes_s=read / seconds if read and seconds > 0 else None,
            days=days,
        )
        self.now = replace(self.now, seconds_left=_expect_left(self.now, seconds))
        if self._progress:
            self._progress(self.now)


def _count_done(days: Iterable[DayProgress]) -> int:
    return int(sum(day.size_bytes * day.share for day in days))


def _expect_left(now: PullProgress, seconds: float) -> float | None:
    """Seconds left at the speed so far (`seconds` spent); by days where there are no bytes."""
    if now.bytes_total:
        left = now.bytes_total - now.bytes_done
        return left / now.rate_bytes_s if now.rate_bytes_s else None
    return seconds * (1 - now.share) / now.share if now.share else None

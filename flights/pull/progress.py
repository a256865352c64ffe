"""How far a pull is: what its callback gets and its progress file holds."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any

STATES = ("running", "finished", "paused", "failed", "cancelled")
"""`paused`: the source asks to wait; the same pull goes on from there, later."""


@dataclass(frozen=True)
class DayProgress:
    """One day of a pull. `state`: waiting | running | skipped, or the ledger's status once done.

    `share` is done of this day, 0 to 1; `message` what is done now, or why it ended so.
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

    `rate_bytes_s` is input read per second, days that brought none left out; it and
    `seconds_left` are None until measured.
    `process` tells a process apart from a later one with the same `pid`. `resume_at` is when a
    paused pull may go on, None where the source did not say.
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
        """Done of the whole, 0 to 1."""
        asked = [day for day in self.days if day.state != "skipped"]
        if not asked:
            return 1.0 if self.state == "finished" else 0.0
        # A source that computes its days has no bytes to go by: there every day weighs the same.
        weights = [day.size_bytes if self.bytes_total else 1 for day in asked]
        done = sum(weight * day.share for weight, day in zip(weights, asked, strict=True))
        return min(1.0, done / sum(weights))


_TIMES = ("started_at", "updated_at", "resume_at")


def to_json(progress: PullProgress) -> dict[str, Any]:
    """The progress as plain JSON values."""
    plain = asdict(progress)
    for name in _TIMES:
        plain[name] = plain[name] and plain[name].isoformat()
    plain["days"] = [row_to_json(day) for day in progress.days]
    return plain


def from_json(plain: Mapping[str, Any]) -> PullProgress:
    """The progress that `to_json` wrote; KeyError, TypeError or ValueError where it is none."""
    known = dict(plain)
    for name in _TIMES:
        known[name] = known.get(name) and datetime.fromisoformat(known[name])
    known["days"] = tuple(map(row_from_json, known["days"]))
    return PullProgress(**known)


def row_to_json(row: DayProgress) -> dict[str, Any]:
    """One day as plain JSON values."""
    return {**asdict(row), "day": row.day.isoformat()}


def row_from_json(plain: Mapping[str, Any]) -> DayProgress:
    """The day that `row_to_json` wrote; errors as `from_json`."""
    return DayProgress(**{**plain, "day": date.fromisoformat(plain["day"])})


def write_span(seconds: float) -> str:
    """A stretch of time for people.

    >>> [write_span(seconds) for seconds in (0.2, 40, 700, 11_400)]
    ['1 s', '40 s', '12 min', '3 h 10 min']
    """
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def write_bytes(size: float) -> str:
    """A size for people.

    >>> [write_bytes(size) for size in (4_400, 2_000_000, 30_100_000_000)]
    ['4 kB', '2.0 MB', '30.1 GB']
    """
    if size < 1e5:
        return f"{size / 1e3:,.0f} kB"
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.1f} MB"


class Tracker:
    """Keeps the account of one pull and passes it on whenever it changes."""

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
        """Note what changed about a day, `DayProgress` fields by name."""
        self._days[day] = replace(self._days[day], **changes)
        self._emit()

    def note(self, rows: Iterable[DayProgress]) -> None:
        """Take these rows as they are."""
        self._days |= {row.day: row for row in rows}
        self._emit()

    def advance(self, days: Sequence[date], message: str, share: float) -> None:
        """Note that `share` of what holds these days was read; days that are done stay so."""
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
        """Close the account; days that were not reached say so."""
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
        # A day that failed at once is done with, but says nothing of how fast others will be.
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
    """Seconds to come at the pace of the `seconds` so far; by days where there are no bytes."""
    if now.bytes_total:
        left = now.bytes_total - now.bytes_done
        return left / now.rate_bytes_s if now.rate_bytes_s else None
    return seconds * (1 - now.share) / now.share if now.share else None

"""How far a pull is: what its callback gets and its progress file holds."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any

STATES = ("running", "finished", "failed", "cancelled")


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

    `rate_bytes_s` is input read per second; it and `seconds_left` are None until measured.
    `process` tells a process apart from a later one with the same `pid`.
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


def to_json(progress: PullProgress) -> dict[str, Any]:
    """The progress as plain JSON values."""
    plain = asdict(progress)
    for name in ("started_at", "updated_at"):
        plain[name] = plain[name] and plain[name].isoformat()
    plain["days"] = [{**day, "day": day["day"].isoformat()} for day in plain["days"]]
    return plain


def from_json(plain: Mapping[str, Any]) -> PullProgress:
    """The progress that `to_json` wrote; KeyError, TypeError or ValueError where it is none."""
    known = dict(plain)
    for name in ("started_at", "updated_at"):
        known[name] = known[name] and datetime.fromisoformat(known[name])
    days = ({**day, "day": date.fromisoformat(day["day"])} for day in known["days"])
    known["days"] = tuple(DayProgress(**day) for day in days)
    return PullProgress(**known)


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

    def end(self, state: str, message: str = "") -> PullProgress:
        """Close the account; days that were not reached say so."""
        for day, known in self._days.items():
            if known.state == "running":
                self._days[day] = replace(known, state="waiting", share=0.0, message="stopped")
        self.now = replace(self.now, state=state, message=message)
        self._emit()
        return self.now

    def _emit(self) -> None:
        days = tuple(self._days.values())
        asked = [day for day in days if day.state != "skipped"]
        done = int(sum(day.size_bytes * day.share for day in asked))
        total = sum(day.size_bytes for day in asked)
        moment = self._clock()
        seconds = (moment - self.now.started_at).total_seconds() if self.now.started_at else 0.0
        self.now = replace(
            self.now,
            updated_at=moment,
            bytes_done=done,
            bytes_total=total,
            positions=sum(day.positions for day in asked),
            flights=sum(day.flights for day in asked),
            rate_bytes_s=done / seconds if done and seconds > 0 else None,
            days=days,
        )
        share = self.now.share
        left = seconds * (1 - share) / share if share else None
        self.now = replace(self.now, seconds_left=left)
        if self._progress:
            self._progress(self.now)

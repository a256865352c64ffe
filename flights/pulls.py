"""Pulls that run in a process of their own, and how far they are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

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
    """A pull as its progress file says. `state` is one of `STATES`.

    `rate_bytes_s` is input read per second; it and `seconds_left` are None until measured.
    """

    id: str
    source: str
    state: str
    message: str = ""
    pid: int | None = None
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
        if self.bytes_total:
            return min(1.0, self.bytes_done / self.bytes_total)
        return 1.0 if self.state == "finished" else 0.0


def start_pull(
    archive: Path,
    source: str,
    options: Mapping[str, str | None],
    first: date | None = None,
    last: date | None = None,
    *,
    refresh: bool = False,
) -> str:
    """Start `python -m flights pull` on its own; the id to ask after it by.

    `options` are the source's, e.g. `{"path": "/data/day.tar", "detail": "heatmaps"}`.
    """
    raise NotImplementedError


def read_progress(archive: Path, pull_id: str) -> PullProgress:
    """How far a pull is. One whose process is gone without a word is `failed`.

    Raises
    ------
    InvalidInput
        There is no pull of this id.
    """
    raise NotImplementedError


def cancel_pull(archive: Path, pull_id: str) -> None:
    """Ask a running pull to stop; days that are done stay, the day under way is left as it was."""
    raise NotImplementedError


def list_pulls(archive: Path) -> list[PullProgress]:
    """All pulls of this archive, newest first."""
    raise NotImplementedError

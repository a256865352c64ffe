"""What a study needs from the archive."""

from dataclasses import dataclass
from datetime import date

from flights.planning.needed_days import DEFAULT_BASELINE, DEFAULT_WINDOW, DaySpan
from flights.regions.base import Region


@dataclass(frozen=True)
class StudyNeed:
    """One route, its events, and the days a study looks at.

    `window` days from an event on are compared with `baseline` days before it.
    """

    source: str
    days: DaySpan
    origin: Region
    destination: Region
    events: tuple[date, ...]
    window: int = DEFAULT_WINDOW
    baseline: int = DEFAULT_BASELINE
    title: str = ""

"""One question, complete enough to re-run."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Event:
    """A date the user names; the window starts with it."""

    day: date
    name: str = ""


@dataclass(frozen=True)
class Study:
    """A question about one route and its events.

    `origin` and `destination` are region specs as `flights.regions.parse_region` reads them.
    `first` and `last` (both inclusive) bound the days looked at. `window` and `baseline` are
    days after and before an event.
    """

    source: str
    first: date
    last: date
    origin: str
    destination: str
    events: tuple[Event, ...]
    min_grade: str = "likely"
    window: int = 14
    baseline: int = 56
    title: str = ""
    note: str = ""
    seed: int = 0
    exploratory: bool = False

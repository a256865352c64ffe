"""What a source is: a description made of data, and two things it can do."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from flights.records import DayRecords


@dataclass(frozen=True)
class SourceSpec:
    """A source in words and figures; the README table and `flights sources` are made of it."""

    key: str
    title: str
    gives: str
    needs: str
    licence: str
    attribution: str
    terms: str
    first_day: date | None = None
    last_day: date | None = None
    area: str = "worldwide"
    cost_per_day: str = ""
    known_holes: tuple[str, ...] = ()
    simulated: bool = False
    serves_frequency: bool = True


@dataclass(frozen=True)
class Offer:
    """One UTC day a source can be asked for; `parts` is the source's own business.

    `size_bytes` is what would have to be read, `problem` a sentence when something is already
    known to be wrong with it (it is asked all the same, and the ledger will say so).
    """

    day: date
    size_bytes: int
    parts: tuple[Any, ...] = ()
    problem: str = ""


Report = Callable[[str, float], None]
"""Called while a day is read with what is done now and the share done, 0 to 1."""


class Source(Protocol):
    """A source opened with its options. Instances are picklable: days run in processes.

    A module in `sources` holds one class of this shape with `spec` as a class attribute, and
    `open_source(**options)` which checks the options and returns it.
    """

    spec: SourceSpec

    def offers(self, first: date, last: date) -> list[Offer]:
        """Days from `first` to `last` (both inclusive) that can be asked, in day order."""
        ...

    def collect(self, offer: Offer, report: Report) -> tuple[DayRecords, ...]:
        """Read one offered day. More than one result when its time stamps say other days."""
        ...

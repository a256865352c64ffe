"""Example questions about the simulated world with their true answers, for first use and class."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flights.sources.simulated.world.receivers import SWITCHED_ON
from flights.sources.simulated.world.timetable import EVENT_IN_JUNE, EVENT_IN_OCTOBER, YEAR

FIRST, LAST = date(YEAR, 1, 1), date(YEAR, 12, 28)
"""Days of the examples; the last three of the year lack flights that land in the next year."""


_STUDY_FIELDS = (
    *("source", "first", "last", "origin", "destination", "events"),
    *("min_grade", "window", "title"),
)


@dataclass(frozen=True)
class Example:
    """One question. The fields up to `window` are those of a study.

    `truth` is for the teacher: what truly happened, and the correct answer. `expected` are the
    acceptable verdicts. `events` are pairs of day and name.
    """

    key: str
    title: str
    origin: str
    destination: str
    events: tuple[tuple[date, str], ...]
    truth: str
    expected: tuple[str, ...]
    true_ratio: float = 1.0
    source: str = "simulated"
    first: date = FIRST
    last: date = LAST
    min_grade: str = "likely"
    window: int = 14

    def study_fields(self) -> dict[str, Any]:
        """The fields of a study by name; `events` stay pairs."""
        return {name: getattr(self, name) for name in _STUDY_FIELDS}


_FAIR = ((EVENT_IN_OCTOBER, "A flower fair opens (made up)"),)

EXAMPLES = (
    Example(
        key="true-change",
        title="SIMULATED: freight Kenya to the Netherlands around a flower fair",
        origin="country:KE",
        destination="country:NL",
        events=_FAIR,
        truth="The invented timetable has 2.3 times as many flights on this route for four weeks "
        "from that day on. Reception is good at both ends all year. The right answer is a change.",
        expected=("change",),
        true_ratio=2.3,
    ),
    Example(
        key="no-change",
        title="SIMULATED: freight Colombia to the Netherlands around the same fair",
        origin="country:CO",
        destination="country:NL",
        events=_FAIR,
        truth="Nothing changed on this route. The correct answer finds no change and reports "
        "which change it could have detected.",
        expected=("no detectable change",),
    ),
    Example(
        key="archive-hole",
        title="SIMULATED: freight China to Luxembourg after a gap in the archive",
        origin="country:CN",
        destination="country:LU",
        events=((EVENT_IN_JUNE, "An announcement (made up)"),),
        truth="Nothing changed. Nine days of the archive are missing before the event, and of the "
        "day before the event only a fifth is left. If missing days count as days without "
        "flights, the end of the gap looks like a surge.",
        expected=("no detectable change",),
    ),
    Example(
        key="receivers",
        title="SIMULATED: freight Kazakhstan to Germany as receivers are switched on",
        origin="country:KZ",
        destination="country:DE",
        events=((SWITCHED_ON, "A new air service agreement (made up)"),),
        truth="The number of flights did not change. On that day the receivers in Kazakhstan began "
        "to run without pause; before, they heard about three flights in ten. The record jumps, "
        "the traffic does not. The correct answer is no verdict.",
        expected=("no verdict (coverage)",),
    ),
    Example(
        key="thin",
        title="SIMULATED: freight New Zealand to Chile, a route of one flight in two weeks",
        origin="country:NZ",
        destination="country:CL",
        events=_FAIR,
        truth="Nothing changed. This route has so few flights that only a very large change could "
        "be detected. The correct answer is that the record is too thin.",
        expected=("too thin",),
    ),
)

"""Ready questions about the made-up world, each with what is true, for first use and for class."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flights.sources.simulated.world.receivers import SWITCHED_ON
from flights.sources.simulated.world.timetable import EVENT_IN_JUNE, EVENT_IN_OCTOBER, YEAR

FIRST, LAST = date(YEAR, 1, 1), date(YEAR, 12, 28)
"""Days the examples look at; the last three of the year lack flights that end in the next."""


_STUDY_FIELDS = (
    *("source", "first", "last", "origin", "destination", "events"),
    *("min_grade", "window", "title"),
)


@dataclass(frozen=True)
class Example:
    """One question. The fields up to `window` are those of a study.

    `truth` is for the teacher: what truly happened, and what an honest answer is. `expected`
    names the verdicts that do the truth justice. `events` are pairs of day and name.
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
        truth="The made-up timetable flies this route 2.3 times as often for four weeks from "
        "that day on. Both ends are well heard all year. An honest answer is a change.",
        expected=("change",),
        true_ratio=2.3,
    ),
    Example(
        key="no-change",
        title="SIMULATED: freight Colombia to the Netherlands around the same fair",
        origin="country:CO",
        destination="country:NL",
        events=_FAIR,
        truth="Nothing changed on this route. An honest answer finds no change, and says "
        "which change it could have seen.",
        expected=("no detectable change",),
    ),
    Example(
        key="archive-hole",
        title="SIMULATED: freight China to Luxembourg after a hole in the archive",
        origin="country:CN",
        destination="country:LU",
        events=((EVENT_IN_JUNE, "An announcement (made up)"),),
        truth="Nothing changed. The archive lost the nine days before the eve of the event, and "
        "of the eve only a fifth is left. Who counts lost days as days without flights sees a "
        "surge that is nothing but the archive's return.",
        expected=("no detectable change",),
    ),
    Example(
        key="receivers",
        title="SIMULATED: freight Kazakhstan to Germany as receivers are switched on",
        origin="country:KZ",
        destination="country:DE",
        events=((SWITCHED_ON, "A new air service agreement (made up)"),),
        truth="Nothing changed in the air. On that day the receivers in Kazakhstan began to run "
        "without pause; before, they heard about three flights in ten. What was heard jumps, "
        "what flew does not. An honest answer gives no verdict.",
        expected=("no verdict (coverage)",),
    ),
    Example(
        key="thin",
        title="SIMULATED: freight New Zealand to Chile, a route of one flight in two weeks",
        origin="country:NZ",
        destination="country:CL",
        events=_FAIR,
        truth="Nothing changed, and so little flies here that nothing but a very large change "
        "could be noticed. An honest answer says that it is too thin to tell.",
        expected=("too thin",),
    ),
)

"""How usual is a flight? What its callsign, operator and airframe did in the year before.

Only complete days count, and only flights with the same observed ends: a flight that was lost
over the sea is compared by its origin, not by where it was lost.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from flights.query import Engine
from flights.reference.standing_routes import Routes
from flights.reference.standing_routes import known_stops as find_known_stops

BEFORE = timedelta(days=364)
"""Fifty-two whole weeks before the day of the flight."""
LEAST_DAYS = 56
"""Eight weeks: the least number of complete days to speak of a habit. Our choice; it is the
length of the default baseline of a study."""
LEAST_FLIGHTS = 10
"""The least number of flights for a sentence on the weekday. Our choice: ten flights spread
evenly have a weekday with three or more in most cases, so fewer show nothing."""
WEEKDAY_RATIO = 1.5
"""A weekday is named where it has at least this many times an even share. Our choice."""
ANYWHERE = "anywhere"
KINDS = ("callsign", "operator", "icao24")
WORDS = {"callsign": "callsign", "operator": "operator", "icao24": "airframe"}
WEEKDAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


@dataclass(frozen=True)
class Habit:
    """How often one callsign, operator or airframe (`KINDS`) did the same before.

    `weeks`: index = weeks counted back from the flight's day (0 = the seven days
    before it), columns `flights` (on complete days) and `complete` (complete days, 0 to 7).
    `weekdays`: flights by weekday of departure, Monday first. `days`: complete days compared;
    `active`: those with at least one such flight; `first` and `last` such days.
    """

    kind: str
    value: str
    weeks: pd.DataFrame
    weekdays: tuple[int, ...]
    days: int
    active: int
    first: date | None
    last: date | None

    @property
    def flights(self) -> int:
        """Flights on complete days."""
        return int(self.weeks["flights"].sum())


@dataclass(frozen=True)
class Habits:
    """The habits of one flight. `ends` names the compared ends.

    `known_stops` are the listed routes of its callsign, `not_listed` the observed ends of the
    flight that are on none of these routes.
    """

    ends: str
    habits: tuple[Habit, ...]
    known_stops: tuple[tuple[str, ...], ...] = ()
    not_listed: tuple[str, ...] = ()

    @property
    def days(self) -> int:
        """Complete days compared."""
        return max((habit.days for habit in self.habits), default=0)


def count_habits(engine: Engine, flight: Mapping[str, Any], routes: Routes | None) -> Habits:
    """Habits of a flight in the series it comes from; `routes` is None where there is no list."""
    first, last = flight["day"] - BEFORE, flight["day"] - timedelta(days=1)
    entries, counts = engine.count_similar(flight["source"], first, last, flight)
    complete = frozenset(entry.day for entry in entries if entry.is_complete)
    listed = routes is not None and pd.notna(flight["callsign"])
    stops = find_known_stops(flight["callsign"], routes) if listed and routes else ()
    return sum_habits(flight, counts, complete, known_stops=stops)


def sum_habits(
    flight: Mapping[str, object],
    counts: pd.DataFrame,
    complete: frozenset[date],
    *,
    known_stops: tuple[tuple[str, ...], ...] = (),
) -> Habits:
    """Habits of a flight from counts by day.

    Parameters
    ----------
    flight : mapping
        A row with the columns of `records.FLIGHT`.
    counts : DataFrame
        `day`, and a column of flights for each of `KINDS`, for days within `BEFORE`.
    complete : set of days
        The days that count; others are unknown, not zero.
    known_stops : tuple of routes
        The listed routes of the callsign, each a tuple of airports.
    """
    day = flight["day"]
    assert isinstance(day, date)
    looked_at = frozenset(each for each in complete if day - BEFORE <= each < day)
    found = tuple(
        sum_habit(kind, str(flight[kind]), counts[["day", kind]], day, looked_at)
        for kind in KINDS
        if pd.notna(flight[kind])
    )
    return Habits(format_ends(flight), found, known_stops, _list_unknown(flight, known_stops))


def _list_unknown(
    flight: Mapping[str, object], routes: tuple[tuple[str, ...], ...]
) -> tuple[str, ...]:
    """Observed ends that are on none of the listed routes; () where no route is listed."""
    if not routes:
        return ()
    listed = {stop for stops in routes for stop in stops}
    ends = (flight[end] for end in ("origin", "destination"))
    found = [str(end) for end in ends if pd.notna(end) and str(end) not in listed]
    return tuple(dict.fromkeys(found))


def format_ends(flight: Mapping[str, object]) -> str:
    """The ends that are compared, as text.

    >>> format_ends({"origin": "ELLX", "destination": None})
    'from ELLX'
    """
    words = [
        f"{verb} {flight[end]}"
        for end, verb in (("origin", "from"), ("destination", "to"))
        if pd.notna(flight[end])
    ]
    return " ".join(words) or ANYWHERE


def sum_habit(
    kind: str, value: str, counts: pd.DataFrame, day: date, complete: frozenset[date]
) -> Habit:
    """One habit from rows of day and flights; `complete` are days within `BEFORE` of `day`."""
    flown = {
        each: int(count)
        for each, count in counts.itertuples(index=False)
        if each in complete and count
    }
    weeks = np.zeros((BEFORE.days // 7, 2), int)
    for each in complete:
        back = ((day - each).days - 1) // 7
        weeks[back] += (flown.get(each, 0), 1)
    weekdays = [0] * 7
    for each, count in flown.items():
        weekdays[each.weekday()] += count
    return Habit(
        kind,
        value,
        pd.DataFrame(weeks, columns=["flights", "complete"]),
        tuple(weekdays),
        len(complete),
        len(flown),
        min(flown, default=None),
        max(flown, default=None),
    )


def describe_habits(habits: Habits) -> list[str]:
    """One sentence per kind, then on the length of the record and on listed routes."""
    if not habits.habits or not habits.days:
        return ["This archive has no complete day before it, so it is not known what is usual."]
    lines = [_format_habit(habit, habits.ends) for habit in habits.habits]
    if habits.days < LEAST_DAYS:
        lines.append(format_short_record(habits.days, "The archive"))
    return lines + _describe_stops(habits)


def format_short_record(days: int, holder: str) -> str:
    """The sentence that there are fewer than `LEAST_DAYS` complete days.

    >>> format_short_record(1, "This study")
    'This study has 1 complete day before it; a habit needs at least eight weeks.'
    """
    found = f"{days} complete day" + ("" if days == 1 else "s")
    return f"{holder} has {found} before it; a habit needs at least eight weeks."


def _format_habit(habit: Habit, ends: str) -> str:
    who = f"The {WORDS[habit.kind]} {habit.value}"
    did = "flying" if ends == ANYWHERE else f"flying {ends}"
    if not habit.flights:
        return f"{who} was not heard {did} on the {habit.days} complete days of the year before."
    weekly = habit.flights / habit.days * 7
    return (
        f"{who} was heard {did} on {habit.active} of {habit.days} complete days of the year "
        f"before ({_count(habit.flights)}, {weekly:.1f} a week){_format_weekday(habit)}; "
        f"first {_date(habit.first)}, last {_date(habit.last)}."
    )


def _count(flights: int) -> str:
    return f"{flights:,} flight" + ("" if flights == 1 else "s")


def _format_weekday(habit: Habit) -> str:
    """The weekday with most flights, where there are enough and it is clearly the most common."""
    top = int(np.argmax(habit.weekdays))
    enough = habit.flights >= LEAST_FLIGHTS
    if not enough or habit.weekdays[top] < WEEKDAY_RATIO * habit.flights / 7:
        return ""
    return f", most often on {WEEKDAYS[top]}"


def _date(day: date | None) -> str:
    return f"{day.day} {day:%b %Y}" if day else ""


def _describe_stops(habits: Habits) -> list[str]:
    """Routes of the callsign as volunteers list them; they have no date."""
    lines = [
        f"Volunteers list this callsign with the stops {' – '.join(stops)} (undated)."
        for stops in habits.known_stops
    ]
    if habits.not_listed:
        routes = "route" if len(habits.known_stops) == 1 else "routes"
        do = "does" if len(habits.known_stops) == 1 else "do"
        lines.append(
            f"The listed {routes} of this callsign (undated, by volunteers) {do} not include "
            f"{' or '.join(habits.not_listed)}."
        )
    return lines

"""Is this flight ordinary? What its callsign, operator and airframe did in the year before.

Only complete days count, and only flights that share every end of this one that was observed:
a flight lost over the sea is compared by where it left, not by where it was lost.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

BEFORE = timedelta(days=364)
"""Fifty-two whole weeks before the flight's day."""
LEAST_DAYS = 56
"""Fewer complete days than this say little of what is ordinary."""
LEAST_FLIGHTS = 10
"""Fewer flights than this have no favourite weekday."""
STANDS_OUT = 1.5
"""So many times its even share of the flights makes a weekday stand out."""
ANYWHERE = "anywhere"
KINDS = ("callsign", "operator", "icao24")
WORDS = {"callsign": "callsign", "operator": "operator", "icao24": "airframe"}
WEEKDAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


@dataclass(frozen=True)
class Habit:
    """How often one of `KINDS` did the same before.

    `weeks`: index = weeks counted back from the flight's day (0 = the seven days
    before it), columns `flights` (on complete days) and `complete` (complete days, 0 to 7).
    `weekdays`: flights by weekday of departure, Monday first. `days` complete days looked at,
    `active` those with at least one such flight; `first` and `last` such days.
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
    """The habits of one flight. `ends` says in words what was compared.

    `known_stops` are the known routes of its callsign, `not_listed` the observed ends of the
    flight that none of these routes holds.
    """

    ends: str
    habits: tuple[Habit, ...]
    known_stops: tuple[tuple[str, ...], ...] = ()
    not_listed: tuple[str, ...] = ()

    @property
    def days(self) -> int:
        """Complete days looked at."""
        return max((habit.days for habit in self.habits), default=0)


def sum_habits(
    flight: Mapping[str, object],
    counts: pd.DataFrame,
    complete: frozenset[date],
    *,
    known_stops: tuple[tuple[str, ...], ...] = (),
) -> Habits:
    """Habits of a flight from counts by day.

    `flight` is a row of `records.FLIGHT`. `counts` has `day` and a column of flights for each
    of `KINDS`, for days within `BEFORE` of the flight's. `complete` are the days that count.
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
    """Observed ends on none of the known routes; () where no route is known."""
    if not routes:
        return ()
    listed = {stop for stops in routes for stop in stops}
    ends = (flight[end] for end in ("origin", "destination"))
    found = [str(end) for end in ends if pd.notna(end) and str(end) not in listed]
    return tuple(dict.fromkeys(found))


def format_ends(flight: Mapping[str, object]) -> str:
    """The ends that a comparison rests on, in words.

    >>> name_ends({"origin": "ELLX", "destination": None})
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
    """One habit from rows of a day and its flights; `complete` lie within `BEFORE` of `day`."""
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
    """A sentence a kind, one on the record's length, one on known routes."""
    if not habits.habits or not habits.days:
        return ["This archive holds no complete day before it, so nothing says what is ordinary."]
    lines = [_tell(habit, habits.ends) for habit in habits.habits]
    if habits.days < LEAST_DAYS:
        lines.append(format_short_record(habits.days, "The archive"))
    return lines + _tell_stops(habits)


def format_short_record(days: int, holder: str) -> str:
    """That fewer than `LEAST_DAYS` complete days are held.

    >>> tell_short(1, "This study")
    'This study holds 1 complete day before it; eight weeks are the least that says what is \
ordinary.'
    """
    held = f"{days} complete day" + ("" if days == 1 else "s")
    return f"{holder} holds {held} before it; eight weeks are the least that says what is ordinary."


def _tell(habit: Habit, ends: str) -> str:
    who = f"The {WORDS[habit.kind]} {habit.value}"
    did = "flying" if ends == ANYWHERE else f"flying {ends}"
    if not habit.flights:
        return f"{who} was not heard {did} on the {habit.days} complete days of the year before."
    weekly = habit.flights / habit.days * 7
    return (
        f"{who} was heard {did} on {habit.active} of {habit.days} complete days of the year "
        f"before ({_count(habit.flights)}, {weekly:.1f} a week){_favour(habit)}; "
        f"first {_date(habit.first)}, last {_date(habit.last)}."
    )


def _count(flights: int) -> str:
    return f"{flights:,} flight" + ("" if flights == 1 else "s")


def _favour(habit: Habit) -> str:
    """The weekday of most flights, where they are enough to speak of one and it stands out."""
    top = int(np.argmax(habit.weekdays))
    enough = habit.flights >= LEAST_FLIGHTS
    if not enough or habit.weekdays[top] < STANDS_OUT * habit.flights / 7:
        return ""
    return f", most often on {WEEKDAYS[top]}"


def _date(day: date | None) -> str:
    return f"{day.day} {day:%b %Y}" if day else ""


def _tell_stops(habits: Habits) -> list[str]:
    """What volunteers wrote down of the callsign; nothing dates it."""
    lines = [
        f"Volunteers list this callsign with the stops {' – '.join(stops)} (undated)."
        for stops in habits.known_stops
    ]
    if habits.not_listed:
        routes = "known route" if len(habits.known_stops) == 1 else "known routes"
        do = "does" if len(habits.known_stops) == 1 else "do"
        lines.append(
            f"The {routes} of this callsign (undated, by volunteers) {do} not list "
            f"{' or '.join(habits.not_listed)}."
        )
    return lines

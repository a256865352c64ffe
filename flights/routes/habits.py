"""How usual is the traffic of a route? Whether its operators and aircraft flew it before a date.

Counts the flights of one study, of both bounds, on complete days. `flights.evidence.habits`
does the same for one flight.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from flights.evidence import LEAST_DAYS, Habit, format_short_record, sum_habit
from flights.evidence.habits import BEFORE, KINDS, WORDS


@dataclass(frozen=True)
class RouteHabit:
    """One callsign, operator or airframe on the route.

    `inside` flights in the window from the event on, `possible` of them with an end that was
    not observed; `before` flights on the complete days before it, `weekdays` those by weekday,
    Monday first; `first` and `last` days of these. `per_week` is NaN where no day is complete.
    """

    kind: str
    value: str
    inside: int
    possible: int
    before: int
    per_week: float
    weekdays: tuple[int, ...]
    first: date | None
    last: date | None


@dataclass(frozen=True)
class RouteHabits:
    """The operators and aircraft of a route in `window` days from `event` on, and before it.

    `flights` in the window, `possible` of them with an end that was not observed, `before` on
    the `days` complete days before. `again` and `lacking` by kind: flights in the window whose
    callsign (operator, airframe) was counted before, and flights without one. `members` are
    sorted by kind, most flights in the window first. `weekly` are the operators of most flights,
    week by week over the whole weeks compared.
    """

    event: date
    window: int
    flights: int
    possible: int
    before: int
    days: int
    again: dict[str, int]
    lacking: dict[str, int]
    members: tuple[RouteHabit, ...]
    weekly: tuple[Habit, ...]


def sum_route_habits(
    flights: pd.DataFrame, complete: Iterable[date], event: date, window: int, *, rows: int = 3
) -> RouteHabits:
    """Habits of a route from the flights of a study; `complete` are the days that count.

    `flights` has the columns `day`, `bound` and `KINDS`. The window is compared with the year
    before it; the `rows` operators with most flights are also summed by week.
    """
    known = frozenset(complete)
    looked_at = frozenset(day for day in known if event - BEFORE <= day < event)
    end = event + timedelta(days=window)
    in_window = frozenset(day for day in known if event <= day < end)
    kept = flights[["bound", *KINDS]].astype(object).assign(day=_as_dates(flights["day"]))
    before = kept[kept["day"].isin(looked_at)]
    inside = kept[kept["day"].isin(in_window)]
    members = [each for kind in KINDS for each in _sum_kind(kind, inside, before, len(looked_at))]
    most = sorted((m for m in members if m.kind == "operator"), key=lambda m: -m.inside - m.before)
    return RouteHabits(
        event,
        window,
        len(inside),
        int((inside["bound"] != "lower").sum()),
        len(before),
        len(looked_at),
        {kind: int(inside[kind].isin(before[kind].dropna()).sum()) for kind in KINDS},
        {kind: int(inside[kind].isna().sum()) for kind in KINDS},
        tuple(members),
        tuple(_sum_weeks(m, before, event, looked_at) for m in most[:rows] if looked_at),
    )


def _as_dates(days: pd.Series) -> pd.Series:
    """Plain dates: Arrow dates are read as dates or as timestamps, depending on the reader."""
    return pd.Series([pd.Timestamp(day).date() for day in days], days.index, dtype=object)


def _sum_kind(kind: str, inside: pd.DataFrame, before: pd.DataFrame, days: int) -> list[RouteHabit]:
    """All values of one kind, most flights in the window first."""
    counts = inside[kind].value_counts().to_dict()
    possible = inside.loc[inside["bound"] != "lower", kind].value_counts().to_dict()
    flown = {value: list(group) for value, group in before.groupby(kind)["day"]}
    found = [
        _sum_member(
            (kind, str(value)),
            (counts.get(value, 0), possible.get(value, 0)),
            flown.get(value, []),
            days,
        )
        for value in {**counts, **flown}
    ]
    return sorted(found, key=lambda each: (-each.inside, -each.before, each.value))


def _sum_member(
    who: tuple[str, str], inside: tuple[int, int], flown: list[date], days: int
) -> RouteHabit:
    weekdays = [0] * 7
    for day in flown:
        weekdays[day.weekday()] += 1
    return RouteHabit(
        who[0],
        who[1],
        inside[0],
        inside[1],
        len(flown),
        len(flown) / days * 7 if days else float("nan"),
        tuple(weekdays),
        min(flown, default=None),
        max(flown, default=None),
    )


def _sum_weeks(
    member: RouteHabit, before: pd.DataFrame, event: date, looked_at: frozenset[date]
) -> Habit:
    """Flights of a member by week, from the first complete day on."""
    own = before.loc[before[member.kind] == member.value, "day"].value_counts()
    counts = pd.DataFrame({"day": list(own.index), member.kind: own.to_numpy()})
    habit = sum_habit(member.kind, member.value, counts, event, looked_at)
    weeks = max(1, -(-(event - min(looked_at)).days // 7))
    return Habit(**{**vars(habit), "weeks": habit.weeks.head(weeks)})


def describe_route_habits(habits: RouteHabits) -> list[str]:
    """Sentences on the route, on what is not known, and on the length of the record."""
    if not habits.days:
        return ["This study has no complete day before it, so it is not known what is usual."]
    lines = (
        [_format_route(habits), *_describe_unknown(habits)]
        if habits.flights
        else [_format_no_flight(habits)]
    )
    if habits.days < LEAST_DAYS:
        lines.append(format_short_record(habits.days, "This study"))
    return lines


def _format_route(habits: RouteHabits) -> str:
    callsign, operator, airframe = (f"{habits.again[kind]:,}" for kind in KINDS)
    possible = f" ({habits.possible:,} of them possible, not observed)" if habits.possible else ""
    have = "has" if habits.again["callsign"] == 1 else "have"
    return (
        f"Of {_format_count(habits.flights)} {_format_window(habits)}{possible}, {callsign} {have} "
        "a "
        f"callsign, {operator} an operator and {airframe} an airframe that was counted on this "
        f"route before, on the {_format_days(habits)}."
    )


def _format_no_flight(habits: RouteHabits) -> str:
    return (
        f"No flight was counted {_format_window(habits)}; {_format_count(habits.before)} "
        f"on the {_format_days(habits)}."
    )


def _describe_unknown(habits: RouteHabits) -> list[str]:
    found = [
        f"the {WORDS[kind]} of {_format_count(count)}"
        for kind, count in habits.lacking.items()
        if count
    ]
    return [f"Not known: {', '.join(found)}."] if found else []


def _format_window(habits: RouteHabits) -> str:
    return f"in the {habits.window} days from {habits.event.day} {habits.event:%b %Y}"


def _format_days(habits: RouteHabits) -> str:
    days = f"{habits.days} complete day" + ("" if habits.days == 1 else "s")
    return f"{days} of the year before in this study"


def _format_count(flights: int) -> str:
    return f"{flights:,} flight" + ("" if flights == 1 else "s")

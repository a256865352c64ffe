"""Who flies a route, and who flew it before: tables and a chart of weeks."""

from dataclasses import replace
from typing import Any

import pandas as pd

from analysis.drawing.charts.habit_strip import draw_habits
from analysis.drawing.tables.text_tables import WEEKDAYS, TextTable
from analysis.study import StudyResult, format_count, format_date
from flights.evidence import Habits
from flights.routes import RouteHabit, RouteHabits, sum_route_habits

ROWS = 15
"""Rows per table at most."""

_TITLES = {"operator": "Operators", "callsign": "Callsigns", "icao24": "Airframes"}
_COLUMNS = (
    "flights",
    "of them possible",
    "before",
    "per week before",
    "first before",
    "last before",
    "weekdays before",
)
_NOTE = (
    "flights: all flights in the days after the event, certain and possible. of them possible: "
    "flights with an end that was not observed. before: all flights on the complete days before "
    "the event. Callsigns are shown as received."
)


def has_flights(result: StudyResult) -> bool:
    """Whether the series of the route counts any flight."""
    return any(result.series.upper)


def count_route_habits(result: StudyResult, flights: pd.DataFrame) -> RouteHabits:
    """The habits of a study's route on the days that the answer uses."""
    left_out = {day for day, _, _ in result.days_missing}
    complete = [day for day in result.series.days if day not in left_out]
    return sum_route_habits(flights, complete, result.event, int(result.study["window"]))


def tabulate_flyers(habits: RouteHabits) -> list[TextTable]:
    """Tables of the operators, callsigns and airframes with most flights in the window.

    The note that explains the columns is below the last.
    """
    found = [_tabulate(kind, habits) for kind in _TITLES]
    shown = [table for table in found if table.rows]
    return [*shown[:-1], *(replace(table, note=_NOTE) for table in shown[-1:])]


def _tabulate(kind: str, habits: RouteHabits) -> TextTable:
    members = [each for each in habits.members if each.kind == kind]
    shown = members[:ROWS]
    title = _TITLES[kind]
    if len(members) > len(shown):
        title = f"{title}: the {len(shown)} of {len(members):,} with most flights"
    rows = tuple(map(_row, shown))
    words = (kind, *_COLUMNS[-3:])
    return TextTable(title, (kind, *_COLUMNS), rows, words)


def _row(member: RouteHabit) -> tuple[str, ...]:
    weekly = "–" if pd.isna(member.per_week) else f"{member.per_week:.1f}"
    on = (f"{name} {n:,}" for name, n in zip(WEEKDAYS, member.weekdays, strict=True) if n)
    return (
        member.value,
        format_count(member.inside),
        format_count(member.possible),
        format_count(member.before),
        weekly,
        format_date(member.first) if member.first else "–",
        format_date(member.last) if member.last else "–",
        ", ".join(on) or "–",
    )


def draw_flyers(
    result: StudyResult, habits: RouteHabits, *, dark: bool = False
) -> dict[str, Any] | None:
    """Vega-Lite of flights per week before the event, a row for each of the largest operators."""
    ends = f"from {result.origin_label} to {result.destination_label}"
    drawn = Habits(ends, habits.weekly)
    return draw_habits(drawn, habits.event, simulated=result.simulated, dark=dark)

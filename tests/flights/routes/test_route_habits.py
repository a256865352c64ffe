"""Who flies a route and did before: only days that count, nothing claimed of what is not known."""

from datetime import date, timedelta

import pandas as pd
import pytest

from flights.evidence.habits import BEFORE
from flights.routes import RouteHabit, RouteHabits, describe_route_habits, sum_route_habits

EVENT = date(2050, 7, 20)
COLUMNS = ["day", "callsign", "operator", "icao24", "bound"]


def _sum(rows: list[tuple], days: int = 70, lacking: tuple[int, ...] = ()) -> RouteHabits:
    """Habits of flights so many days from the event; `days` before it are complete."""
    dated = [(EVENT + timedelta(days=at), *rest) for at, *rest in rows]
    offsets = [n for n in range(-days, 14) if n not in lacking]
    complete = [EVENT + timedelta(days=n) for n in offsets]
    return sum_route_habits(pd.DataFrame(dated, columns=COLUMNS), complete, EVENT, 14)


ROWS: list[tuple] = [
    (-70, "QQX1", "QQX", "a00001", "lower"),
    (-7, "QQX1", "QQX", "a00001", "upper"),
    (-1, "QQX2", "QQX", "a00002", "lower"),
    (0, "QQX1", "QQX", "a00003", "lower"),
    (13, "QQY1", "QQY", "a00002", "upper"),
    (14, "QQX1", "QQX", "a00001", "lower"),
    (5, None, None, "a00004", "lower"),
]


def _find(habits: RouteHabits, value: str) -> RouteHabit:
    (found,) = [each for each in habits.members if each.value == value]
    return found


def test_flights_of_the_window_are_held_against_those_before() -> None:
    habits = _sum(ROWS)
    assert (habits.flights, habits.possible, habits.before, habits.days) == (3, 1, 3, 70)
    assert habits.again == {"callsign": 1, "operator": 1, "icao24": 1}
    assert habits.lacking == {"callsign": 1, "operator": 1, "icao24": 0}


def test_member_says_how_often_when_and_on_which_weekdays() -> None:
    member = _find(_sum(ROWS), "QQX")
    assert (member.kind, member.inside, member.possible, member.before) == ("operator", 1, 0, 3)
    assert member.per_week == pytest.approx(3 / 70 * 7)
    assert member.first == EVENT - timedelta(days=70)
    assert member.last == EVENT - timedelta(days=1)
    assert EVENT.weekday() == 2
    assert member.weekdays == (0, 1, 2, 0, 0, 0, 0)


def test_newcomer_has_no_first_day_before() -> None:
    member = _find(_sum(ROWS), "QQY1")
    assert (member.inside, member.possible, member.before) == (1, 1, 0)
    assert member.first is None
    assert member.last is None


def test_days_not_complete_count_neither_before_nor_after() -> None:
    habits = _sum(ROWS, lacking=(-7, 0))
    assert (habits.flights, habits.before, habits.days) == (2, 2, 69)
    assert _find(habits, "QQX1").before == 1


def test_days_older_than_a_year_are_left_out() -> None:
    old = [(-BEFORE.days - 1, "QQX1", "QQX", "a00001", "lower")]
    habits = _sum([*old, (1, "QQX1", "QQX", "a00001", "lower")], days=400)
    assert (habits.before, habits.days, habits.again["callsign"]) == (0, BEFORE.days, 0)


def test_largest_operators_are_summed_by_week_from_the_first_complete_day_on() -> None:
    (largest, _) = _sum(ROWS).weekly
    assert (largest.value, largest.flights) == ("QQX", 3)
    assert largest.weeks["flights"].tolist() == [2, *[0] * 8, 1]
    assert set(largest.weeks["complete"]) == {7}


def test_sentence_says_how_many_flew_the_route_before() -> None:
    assert describe_route_habits(_sum(ROWS)) == [
        "Of 3 flights in the 14 days from 20 Jul 2050 (1 of them possible, not observed), 1 has "
        "a callsign, 1 an operator and 1 an airframe that was counted on this route before, on "
        "the 70 complete days of the year before in this study.",
        "Not known: the callsign of 1 flight, the operator of 1 flight.",
    ]


def test_record_shorter_than_eight_weeks_says_that_it_is() -> None:
    said = describe_route_habits(_sum(ROWS, days=55))
    assert said[-1].startswith("This study has 55 complete days before it; a habit needs")
    assert not any("eight weeks" in line for line in describe_route_habits(_sum(ROWS, days=56)))


def test_no_complete_day_says_nothing_of_what_is_ordinary() -> None:
    habits = _sum(ROWS, days=0)
    (only,) = describe_route_habits(habits)
    assert "it is not known what is usual" in only
    assert pd.isna(_find(habits, "QQX").per_week)
    assert habits.weekly == ()


def test_window_without_flights_says_what_was_before() -> None:
    (only,) = describe_route_habits(_sum(ROWS[:3]))
    assert only == (
        "No flight was counted in the 14 days from 20 Jul 2050; 3 flights on the 70 complete "
        "days of the year before in this study."
    )


def test_route_without_any_flight_has_no_members() -> None:
    habits = _sum([])
    assert (habits.flights, habits.before, habits.members) == (0, 0, ())

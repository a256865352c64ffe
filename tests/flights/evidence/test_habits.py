"""Ordinary or not: what the same callsign, operator and airframe did before."""

from datetime import timedelta

import made_stories as made
import pandas as pd
import pytest

from flights.evidence import Habit, Habits, describe_habits
from flights.evidence.habits import format_ends, sum_habits

DAY = made.START.date()
FLIGHT = made.make_flight()


def _sum(flown: dict[int, int], days: int = 364, **more: object) -> Habits:
    """Habits where the callsign flew so many times so many days back; `days` are complete."""
    rows = [
        {"day": DAY - timedelta(days=back), "callsign": n, "operator": 2 * n, "icao24": 0}
        for back, n in flown.items()
    ]
    counts = pd.DataFrame(rows, columns=["day", "callsign", "operator", "icao24"])
    complete = frozenset(DAY - timedelta(days=back) for back in range(1, days + 1))
    return sum_habits(FLIGHT | more, counts, complete)


def test_weeks_count_back_from_the_flight_and_hold_only_complete_days() -> None:
    (callsign, _, _) = _sum({1: 1, 7: 1, 8: 3}, days=10).habits
    assert callsign.weeks["flights"].tolist()[:3] == [2, 3, 0]
    assert callsign.weeks["complete"].tolist()[:3] == [7, 3, 0]


def test_flights_of_days_that_are_not_complete_do_not_count() -> None:
    (callsign, _, _) = _sum({3: 2, 30: 5}, days=10).habits
    assert (callsign.flights, callsign.active, callsign.days) == (2, 1, 10)
    assert callsign.first == callsign.last == DAY - timedelta(days=3)


def test_days_of_the_flight_itself_and_older_than_a_year_are_left_out() -> None:
    assert _sum({0: 4, 365: 4, 364: 1}, days=400).habits[0].flights == 1


def test_ends_that_were_lost_are_not_compared() -> None:
    assert _sum({}).ends == "from ZHCC"
    assert format_ends({"origin": None, "destination": None}) == "anywhere"


def test_sentences_say_how_often_on_how_many_complete_days() -> None:
    said = describe_habits(_sum(dict.fromkeys(range(7, 364, 7), 1)))
    assert said[0].startswith(
        "The callsign CLX9TK was heard flying from ZHCC on 51 of 364 complete days of the "
        "year before (51 flights, 1.0 a week), most often on Mondays; first "
    )
    assert said[2] == (
        "The airframe 4d0113 was not heard flying from ZHCC on the 364 complete days of the year "
        "before."
    )


@pytest.mark.parametrize("flown", [{1: 1}, dict.fromkeys(range(1, 365), 1)])
def test_few_or_even_flights_have_no_favourite_weekday(flown: dict[int, int]) -> None:
    assert "most often" not in describe_habits(_sum(flown))[0]


def test_one_flight_is_one_flight() -> None:
    assert "(1 flight, " in describe_habits(_sum({5: 1}))[0]


def test_record_shorter_than_eight_weeks_says_that_it_is() -> None:
    said = describe_habits(_sum({5: 1}, days=40))
    assert "The archive has 40 complete days before it; a habit needs" in said[3]
    assert not any("eight weeks" in line for line in describe_habits(_sum({5: 1}, days=80)))


def test_no_complete_day_says_nothing_of_what_is_ordinary() -> None:
    (only,) = describe_habits(_sum({}, days=0))
    assert "it is not known what is usual" in only


def test_flight_without_callsign_is_compared_by_what_it_has() -> None:
    assert [habit.kind for habit in _sum({}, callsign=None).habits] == ["operator", "icao24"]


def test_known_stops_are_named_as_undated() -> None:
    habits = _sum({5: 1})
    known = Habits(habits.ends, habits.habits, (("ELLX", "UTAK", "ZHCC"),))
    assert describe_habits(known)[-1] == (
        "Volunteers list this callsign with the stops ELLX – UTAK – ZHCC (undated)."
    )


def test_habit_of_nobody_has_no_flights() -> None:
    empty = pd.DataFrame({"flights": [0], "complete": [0]})
    assert Habit("callsign", "X", empty, (0,) * 7, 0, 0, None, None).flights == 0


@pytest.mark.parametrize(
    ("routes", "said"),
    [
        (
            (("ELLX", "UTAK", "LTFM"),),
            "The listed route of this callsign (undated, by volunteers) does not include ZHCC.",
        ),
        (
            (("ELLX", "LTFM"), ("ELLX", "UTAK")),
            "The listed routes of this callsign (undated, by volunteers) do not include ZHCC.",
        ),
    ],
)
def test_stop_on_no_known_route_is_said_plainly(
    routes: tuple[tuple[str, ...], ...], said: str
) -> None:
    counts = pd.DataFrame(columns=["day", "callsign", "operator", "icao24"])
    days = frozenset(DAY - timedelta(days=back) for back in range(1, 80))
    assert describe_habits(sum_habits(FLIGHT, counts, days, known_stops=routes))[-1] == said
    listed = (*routes, ("ELLX", "ZHCC"))
    assert sum_habits(FLIGHT, counts, days, known_stops=listed).not_listed == ()
    assert sum_habits(FLIGHT, counts, days).not_listed == ()

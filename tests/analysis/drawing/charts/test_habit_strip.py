"""The weekly strip: bars for flights, hatching for weeks that are not complete."""

from datetime import date, timedelta

import pandas as pd
import pytest

from analysis.drawing.charts.habit_strip import describe_habits, draw_habits
from flights.evidence import Habits
from flights.evidence.habits import sum_habits

DAY = date(2050, 10, 7)
FLIGHT = {
    "day": DAY,
    "callsign": "QQX1",
    "operator": "QQX",
    "icao24": "a00001",
    "origin": "ZHCC",
    "destination": None,
}


@pytest.fixture(scope="module")
def habits() -> Habits:
    """A flight every seven days of the last 200, which alone are complete."""
    rows = [
        {"day": DAY - timedelta(days=7 * k + 3), "callsign": 1, "operator": 2, "icao24": 3}
        for k in range(28)
    ]
    complete = frozenset(DAY - timedelta(days=back) for back in range(1, 201))
    return sum_habits(FLIGHT, pd.DataFrame(rows), complete)


def _rows(spec: dict, *fields: str) -> list[list[dict]]:
    return [rows for rows in spec["datasets"].values() if rows and set(fields) <= set(rows[0])]


def test_a_bar_per_week_and_a_row_per_habit(habits: Habits) -> None:
    spec = draw_habits(habits, DAY)
    assert spec is not None
    bars = _rows(spec, "until", "flights")
    assert [len(rows) for rows in bars] == [28, 28, 28]
    assert {row["days"] for row in bars[0]} == {"7 of 7 complete"}
    assert [rows[0]["text"] for rows in _rows(spec, "text")] == [
        "callsign QQX1",
        "operator QQX",
        "airframe a00001",
    ]


def test_weeks_not_complete_are_hatched_and_never_zero(habits: Habits) -> None:
    spec = draw_habits(habits, DAY)
    assert spec is not None
    strokes = _rows(spec, "high", "k")
    assert len(strokes) == 3
    last = max(row["day"] for row in strokes[0])
    hatched_until = pd.Timestamp(last, unit="ms").date()
    assert abs((DAY - timedelta(days=196) - hatched_until).days) <= 1  # 28 whole weeks and 4 days


def test_words_say_the_same(habits: Habits) -> None:
    words = describe_habits(habits, DAY, simulated=True)
    assert words.startswith(
        "SIMULATED data. Flights per week from ZHCC in the 52 weeks before 7 Oct"
    )
    assert "callsign QQX1: 28 flights in 28 complete weeks" in words
    assert "Weeks not complete in this archive: 24." in words


@pytest.mark.parametrize("simulated", [True, False])
def test_picture_carries_the_sentence_and_simulated_where_it_is(
    habits: Habits, simulated: bool
) -> None:
    spec = draw_habits(habits, DAY, simulated=simulated)
    assert spec is not None
    assert "ADS-B shows where" in " ".join(spec["title"]["subtitle"])
    assert ("SIMULATED" in str(spec)) is simulated
    assert "http" not in str({k: v for k, v in spec.items() if k != "$schema"})


def test_nothing_known_draws_nothing() -> None:
    none = sum_habits(
        FLIGHT, pd.DataFrame(columns=["day", "callsign", "operator", "icao24"]), frozenset()
    )
    assert draw_habits(none, DAY) is None


def test_callsigns_from_the_radio_are_text_and_never_markup(habits: Habits) -> None:
    import vl_convert

    odd = sum_habits(
        FLIGHT | {"callsign": "<b>&"},
        pd.DataFrame(
            {"day": [DAY - timedelta(days=1)], "callsign": [1], "operator": [1], "icao24": [1]}
        ),
        frozenset({DAY - timedelta(days=1)}),
    )
    spec = draw_habits(odd, DAY)
    assert spec is not None
    svg = vl_convert.vegalite_to_svg(spec)
    assert "<b>" not in svg and "&lt;b&gt;" in svg

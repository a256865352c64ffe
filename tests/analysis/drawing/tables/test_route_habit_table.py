"""Who flies a route: tables as wide as their heads, harmless, on the days the answer rests on."""

import made_results as made
import pandas as pd
import pytest

from analysis.drawing.tables.data_tables import select_window
from analysis.drawing.tables.route_habit_table import (
    ROWS,
    count_route_habits,
    draw_flyers,
    has_flights,
    tabulate_flyers,
)
from analysis.drawing.tables.text_tables import render_table
from analysis.study import StudyResult

EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def result() -> StudyResult:
    return made.make_result("missing")


@pytest.fixture(scope="module")
def flights() -> pd.DataFrame:
    return made.make_evidence(made.CASES["missing"]).flights


def test_flights_are_those_the_answer_rests_on(result: StudyResult, flights: pd.DataFrame) -> None:
    habits = count_route_habits(result, flights)
    assert habits.flights == len(select_window(result, flights)) > 0
    assert 0 < habits.days < (result.event - result.series.days[0]).days
    assert has_flights(result)
    assert not has_flights(made.make_result("unasked"))


def test_tables_name_the_largest_and_how_many_are_left_out(
    result: StudyResult, flights: pd.DataFrame
) -> None:
    several = flights.assign(callsign=[f"QQX{n}" for n in range(len(flights))])
    habits = count_route_habits(result, several)
    found = {table.columns[0]: table for table in tabulate_flyers(habits)}
    assert list(found) == ["operator", "callsign", "icao24"]
    for table in found.values():
        assert {len(row) for row in table.rows} == {len(table.columns)}
        assert set(table.words) <= set(table.columns)
    assert [bool(table.note) for table in found.values()] == [False, False, True]
    assert len(found["callsign"].rows) == ROWS
    assert f"{ROWS} of " in found["callsign"].title


def test_callsigns_are_escaped(result: StudyResult, flights: pd.DataFrame) -> None:
    habits = count_route_habits(result, flights.assign(callsign=EVIL))
    drawn = "".join(map(render_table, tabulate_flyers(habits)))
    assert "&lt;img" in drawn
    assert "<img" not in drawn


def test_strip_shows_no_week_before_the_study(result: StudyResult, flights: pd.DataFrame) -> None:
    habits = count_route_habits(result, flights)
    spec = draw_flyers(result, habits)
    assert spec is not None
    weeks = -(-(result.event - result.series.days[0]).days // 7)
    assert f"The {weeks} weeks before" in spec["title"]["subtitle"][0]
    assert spec["title"]["text"].endswith("from China to Iran")
    assert "SIMULATED" in spec["title"]["text"]

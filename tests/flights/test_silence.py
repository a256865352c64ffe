"""What silence ahead of a lost flight means, by what was heard of others."""

from datetime import UTC, date, datetime, timedelta

import h3
import pandas as pd
import pytest

from flights.geo import bearing_deg, great_circle_km
from flights.silence import FELL, HARDLY, OTHERS, UNKNOWN, cells_ahead, hours_after, judge_silence

DAY = date(2026, 2, 28)
LOST_AT = datetime(2026, 2, 28, 9, 22, tzinfo=UTC)
CELLS = cells_ahead(38.0, 58.0, 90.0, 800)


def heard(per_day: dict[date, int]) -> pd.DataFrame:
    """Rows that sum up to so many aircraft by cell and hour within the two hours."""
    cell = min(CELLS)
    rows = [(day, 10, cell, count, count * 9, count, count * 9) for day, count in per_day.items()]
    names = ["day", "hour", "cell", "aircraft", "positions", "cruise_aircraft", "cruise_positions"]
    return pd.DataFrame(rows, columns=names)


def judge(own: int | None, others: list[int], *, altitude_ft: float = 33_000.0):
    per_day = {DAY - timedelta(days=n + 1): count for n, count in enumerate(others)}
    complete = dict.fromkeys(per_day, True)
    if own is not None:
        per_day[DAY], complete[DAY] = own, True
    return judge_silence(heard(per_day), CELLS, LOST_AT, complete, altitude_ft=altitude_ft)


def test_place_where_others_are_heard_says_so_with_figures() -> None:
    found = judge(40, [38, 41, 39, 44, 36])
    assert found.kind == OTHERS
    assert "40 aircraft-hours" in found.sentence and "ordinary day 39" in found.sentence


def test_place_where_hardly_anyone_is_heard_says_that_silence_says_little() -> None:
    found = judge(0, [0, 1, 0, 2, 0])
    assert found.kind == HARDLY
    assert "says little" in found.sentence


def test_day_on_which_reception_fell_is_told_apart_from_an_empty_place() -> None:
    assert judge(5, [40, 38, 44, 39, 41]).kind == FELL


def test_too_few_complete_days_give_no_ordinary_day() -> None:
    found = judge(40, [40, 40, 40, 40])
    assert (found.kind, found.ordinary) == (UNKNOWN, None)


def test_day_that_is_not_complete_is_not_taken_for_one_on_which_nothing_was_heard() -> None:
    found = judge(None, [40, 38, 44, 39, 41])
    assert (found.kind, found.heard) == (UNKNOWN, None)


def test_hours_over_midnight_need_the_next_day_too() -> None:
    late = datetime(2026, 2, 28, 23, 10, tzinfo=UTC)
    others = [DAY - timedelta(days=n) for n in range(1, 8)]
    rows = heard(dict.fromkeys([DAY, *others], 10)).assign(hour=23)
    complete = dict.fromkeys([DAY, *others], True)
    found = judge_silence(rows, CELLS, late, complete, altitude_ft=33_000.0)
    assert found.heard is None  # 1 March was not asked
    assert found.days == 7 and found.ordinary == 10


def test_low_flight_is_compared_with_aircraft_at_any_height() -> None:
    assert not judge(40, [40] * 5, altitude_ft=5_000.0).cruise
    assert judge(40, [40] * 5).cruise


def test_cells_lie_ahead_and_not_behind() -> None:
    for cell in CELLS:
        lat, lon = h3.cell_to_latlng(h3.int_to_str(cell))
        if great_circle_km(38.0, 58.0, lat, lon) > 250:
            assert abs(float(bearing_deg(38.0, 58.0, lat, lon)) - 90) < 55


def test_without_a_course_cells_lie_all_around() -> None:
    around = cells_ahead(38.0, 58.0, None, 800)
    assert len(CELLS - around) <= 0.05 * len(CELLS)  # the rays fall a little otherwise
    assert len(around) > 4 * len(CELLS)


@pytest.mark.parametrize("hour, minute, expected", [(9, 0, 2), (9, 1, 3)])
def test_two_hours_touch_two_or_three_clock_hours(hour: int, minute: int, expected: int) -> None:
    assert len(hours_after(datetime(2026, 2, 28, hour, minute, tzinfo=UTC))) == expected

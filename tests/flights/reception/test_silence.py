"""What silence ahead of a lost flight means, by what was heard of others."""

from datetime import UTC, date, datetime, timedelta

import h3
import numpy as np
import pandas as pd
import pytest

from flights.reception import hours_after, judge_silence
from flights.reception.cells_ahead import cells_ahead, find_cells_ahead
from flights.reception.hourly import ANY, BELOW, CRUISE
from flights.reception.silence import FELL, HARDLY, OTHERS, UNKNOWN, judge_silences
from flights.reference.earth import bearing_deg, destination_point, great_circle_km

pytestmark = pytest.mark.slow

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


def test_flight_is_compared_with_aircraft_of_its_own_height() -> None:
    """All but five of the forty were at cruising height."""
    rows = heard({DAY - timedelta(days=n): 40 for n in range(6)}).assign(cruise_aircraft=35)
    complete = dict.fromkeys(rows["day"], True)
    found = {
        feet: judge_silence(rows, CELLS, LOST_AT, complete, altitude_ft=feet)
        for feet in (33_000.0, 5_000.0, float("nan"))
    }
    assert [each.heard for each in found.values()] == [35, 5, 40]
    assert [each.height for each in found.values()] == [CRUISE, BELOW, ANY]
    assert "ahead of it below cruising height" in found[5_000.0].sentence


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


def _plain(rows: pd.DataFrame, cells: set[int], moment: datetime, complete: dict, feet: float):
    """The same question asked of one end with loops."""
    counted = {}
    for day in complete:
        hours = {(day + timedelta(days=later), hour) for later, hour in hours_after(moment)}
        if all(complete.get(each, False) for each, _ in hours):
            inside = [
                (row.cruise_aircraft if feet >= 25_000 else row.aircraft - row.cruise_aircraft)
                for row in rows.itertuples()
                if (row.day, row.hour) in hours and row.cell in cells
            ]
            counted[day] = sum(inside)
    own = counted.pop(moment.date(), None)
    others = [n for day, n in counted.items() if abs((day - moment.date()).days) <= 14]
    return own, float(np.median(others)) if len(others) >= 5 else None, len(others)


@pytest.mark.parametrize("seed", range(4))
def test_many_ends_at_once_are_judged_as_one_by_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count = 40
    ends = pd.DataFrame(
        {
            "latitude": rng.uniform(-60, 60, count),
            "longitude": rng.choice([-179.5, 20.0, 179.5], count),
            "course_deg": np.where(rng.random(count) < 0.2, np.nan, rng.uniform(0, 360, count)),
            "altitude_ft": rng.choice([4_000.0, 37_000.0], count),
            "moment": pd.Timestamp(DAY, tz="UTC")
            + pd.to_timedelta(rng.choice([0, 95, 1290, 1380, 4000, 20_000], count), "min"),
        }
    )
    ahead = find_cells_ahead(ends, 800)
    days = [DAY + timedelta(days=n) for n in range(-16, 20)]
    complete = {day: bool(rng.random() < 0.8) for day in days}
    some = rng.choice(np.unique(ahead[1]), 60, replace=False)
    grid = [(day, hour, cell) for day in days for hour in range(24) for cell in some]
    kept = rng.random(len(grid)) < 0.2
    rows = pd.DataFrame(
        [each for each, keep in zip(grid, kept, strict=True) if keep],
        columns=["day", "hour", "cell"],
    )
    rows = rows.assign(aircraft=rng.integers(1, 9, len(rows)))
    rows["cruise_aircraft"] = rng.integers(0, rows["aircraft"] + 1)
    found = judge_silences(rows, ahead, ends, complete)
    for n, end in enumerate(ends.itertuples()):
        cells = set(ahead[1][ahead[0] == n].tolist())
        own, usual, others = _plain(
            rows[rows["cell"].isin(cells)], cells, end.moment.to_pydatetime(), complete,
            end.altitude_ft,
        )  # fmt: skip
        told = found.iloc[n]
        assert (None if np.isnan(told["heard"]) else told["heard"]) == own
        assert (None if np.isnan(told["ordinary"]) else told["ordinary"]) == usual
        assert told["days"] == others
    assert found["kind"].nunique() >= 2


def test_every_cell_in_the_sector_is_looked_at() -> None:
    """Also far out, where rays of courses would lie farther apart than a cell is wide."""
    cells = cells_ahead(38.0, 58.0, 90.0, 1_800)
    rng = np.random.default_rng(3)
    course, away = rng.uniform(64, 116, 3_000), rng.uniform(100, 1_750, 3_000)
    lat, lon = destination_point(38.0, 58.0, course, away)
    hit = [
        h3.str_to_int(h3.latlng_to_cell(a, b, 3)) in cells for a, b in zip(lat, lon, strict=True)
    ]
    assert np.mean(hit) > 0.99

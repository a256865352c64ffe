"""How much was heard of each aircraft overhead: a ratio of sums, steady where few fly."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from flights.regions import cells, parse_region
from flights.routes.cruise_reception import (
    FEW_HOURS,
    LEAST_HOURS,
    find_cruise_cells,
    measure_overhead,
)


def sums(positions: list, hours: list) -> pd.DataFrame:
    days = [date(2050, 3, 1) + timedelta(days=n) for n in range(len(hours))]
    index = pd.Index(days, name="day", dtype=object)
    columns = {"positions": positions, "aircraft_hours": hours}
    return pd.DataFrame(columns, index, dtype="Int64")


def test_busy_day_stands_for_itself() -> None:
    found = measure_overhead(sums([4000, 9000, 4000], [100, 100, 100]))
    assert found.tolist() == [40, 90, 40]


def test_few_aircraft_take_the_seven_days_around_together() -> None:
    positions, hours = [400] * 3 + [1000] + [400] * 3, [10] * 7
    found = measure_overhead(sums(positions, hours))
    assert found.iloc[3] == pytest.approx(3400 / 70)
    assert found.isna().tolist() == [True, True, False, False, False, True, True]


def test_sky_with_hardly_anyone_is_not_known() -> None:
    few = (LEAST_HOURS - 1) // 7
    assert measure_overhead(sums([40 * few] * 20, [few] * 20)).isna().all()
    assert measure_overhead(sums([0] * 20, [0] * 20)).isna().all()


def test_unknown_day_stays_unknown_and_lends_nothing() -> None:
    positions, hours = [400, 400, 400, pd.NA, 400, 400, 400], [20, 20, 20, pd.NA, 20, 20, 20]
    found = measure_overhead(sums(positions, hours))
    assert pd.isna(found.iloc[3])
    assert found.drop(found.index[3]).tolist() == [20.0] * 6


@pytest.mark.parametrize("a_day", [12, 16, FEW_HOURS, 200])
def test_chance_alone_moves_the_coverage_of_a_thin_sky_by_little(a_day: int) -> None:
    """Each aircraft-hour has 40 positions give or take 80 %, more than the made-up world's 45 %."""
    rng = np.random.default_rng(a_day)
    shape = 1 / 0.8**2
    worst = []
    for _ in range(200):
        hours = rng.poisson(a_day, 70)
        positions = np.round(rng.gamma(shape * np.maximum(hours, 1e-9), 40 / shape)).astype(int)
        found = measure_overhead(sums(positions.tolist(), hours.tolist()))
        values = found.to_numpy(dtype=float, na_value=np.nan)
        ratio = np.nanmean(values[56:]) / np.nanmean(values[:56])
        worst.append(max(ratio, 1 / ratio))
    assert np.quantile(worst, 0.95) < 1.2


def test_sky_of_a_small_place_reaches_to_the_cells_around_it() -> None:
    airport, country = parse_region("airport:ELLX"), parse_region("country:CN")
    sky = find_cruise_cells(airport)
    assert sky is not None and cells(airport) < sky and len(sky) == 9 * len(cells(airport))
    assert find_cruise_cells(country) == cells(country)
    assert find_cruise_cells(parse_region("world:")) is None


def test_sky_beside_the_date_line_goes_on_behind_it() -> None:
    sky = find_cruise_cells(parse_region("circle:-17,180,30km"))
    assert sky is not None
    assert {cell % 360 for cell in sky} >= {0, 359}
    assert find_cruise_cells(parse_region("circle:90,0,30km")) <= frozenset(range(64_800))

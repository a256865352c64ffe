"""What stands beside a route: where else its origin's flights went, and the sky over a region."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import h3.api.basic_int as h3
import numpy as np
import pandas as pd
import pytest
import worlds
from made_questions import DAYS, FIRST, LAST, Rules, judge, questions
from worlds import SOURCE

from flights.archive import Archive
from flights.cargo import judge_overrides, parse_overrides
from flights.query import DuckDBEngine, RouteQuestion, cell_id
from flights.records import empty_table

pytestmark = pytest.mark.slow

STATUS = {5: "partial", 6: "failed", 7: "missing", 8: None, 20: "complete"}
SILENT = 20
"""Number of a complete day without reception."""
AIRPORTS = ["ZZAA", "ZZBB", "ZZCC", "US-0042"]


def reception(n: int) -> pd.DataFrame:
    """Reception rows of a day in cells all over the Earth, at sea and over the date line too."""
    rng = np.random.default_rng([7, n])
    places = np.column_stack([rng.uniform(-89, 89, 300), rng.uniform(-180, 180, 300)])
    cells = [h3.latlng_to_cell(lat, lon, 3) for lat, lon in places] + [0x8319B6FFFFFFFFF] * 3
    counts = rng.integers(0, 90, (len(cells), 2)).astype("int32")
    counts[::9] = 0
    frame = pd.DataFrame({"hour": np.arange(len(cells)) % 24, "cell": cells}).assign(
        cruise_aircraft=counts[:, 0], cruise_positions=counts[:, 1] * 40
    )
    frame["hour"] = frame["hour"].astype("int8")
    frame = frame.assign(source=SOURCE, day=DAYS[n], aircraft=99, positions=9999)
    return frame.reindex(columns=empty_table("reception").columns)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Archive, pd.DataFrame]:
    """Forty days over two months, some of them not complete; all the flights as one frame."""
    archive = Archive(tmp_path_factory.mktemp("beside"))
    for n, day in enumerate(DAYS):
        if status := STATUS.get(n, "complete"):
            made = worlds.records(60, seed=n, of=worlds.entry(day, status))
            heard = empty_table("reception") if n == SILENT else reception(n)
            archive.write_day(replace(made, reception=heard))
    flights = archive.load("flights", SOURCE, FIRST, LAST)
    return archive, pd.concat([flights, Rules().grade_flights(flights)], axis=1)


@pytest.fixture(scope="module")
def engine(world: tuple[Archive, pd.DataFrame]) -> DuckDBEngine:
    return DuckDBEngine(world[0], cargo=Rules())


def check_destinations(archive: Archive, flights: pd.DataFrame, found, q: RouteQuestion) -> None:
    """Each column is the lower bound of the route to that airport, and none is lacking."""
    assert list(found.index) == [day for day in DAYS if q.first <= day <= q.last]
    complete = [archive.entry(SOURCE, day).is_complete for day in found.index]
    assert found[~np.array(complete)].isna().all(axis=None)
    for code in AIRPORTS:
        there = judge(flights, replace(q, destination_airports=frozenset({code})))
        told = flights["day"][there == "lower"].value_counts()
        told = told.reindex(found.index, fill_value=0)[complete]
        inside = q.destination_airports is None or code in q.destination_airports
        if inside or not told.sum():
            assert code not in found
        else:
            assert found[code][complete].tolist() == told.tolist()


@pytest.mark.parametrize("q", questions())
def test_other_destinations_equal_a_naive_count(world, engine, q: RouteQuestion) -> None:
    check_destinations(*world, engine.destinations_by_day(q), q)


def test_other_destinations_heed_a_list_of_one_s_own(world, engine) -> None:
    text = "kind,value,grade,note\ncallsign,QQA12,none,\ncallsign,ZZP1,certain,\n"
    own = parse_overrides(text.encode())
    judged = judge_overrides(world[1], own)
    assert not judged["cargo_grade"].equals(world[1]["cargo_grade"])
    for q in questions()[::2]:
        found = engine.destinations_by_day(replace(q, overrides=own))
        check_destinations(world[0], judged, found, q)


@pytest.mark.parametrize("cells", [None, frozenset(range(0, 64_800, 3)), frozenset()])
def test_sky_is_what_the_reception_rows_add_up_to(world, engine, cells) -> None:
    found = engine.cruise_by_day(SOURCE, FIRST, LAST, cells)
    assert list(found.index) == DAYS
    for n, day in enumerate(DAYS):
        if STATUS.get(n, "complete") != "complete" or n == SILENT:
            assert found.loc[day].isna().all()
            continue
        rows = reception(n)
        centres = np.array([h3.cell_to_latlng(cell) for cell in rows["cell"]])
        inside = np.isin(cell_id(centres[:, 0], centres[:, 1]), list(cells or []))
        inside |= cells is None
        wanted = rows[inside][["cruise_positions", "cruise_aircraft"]].sum()
        assert found.loc[day].tolist() == wanted.tolist()


def test_sky_of_a_source_without_reception_is_unknown_not_zero(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.write_day(worlds.records(5))
    found = DuckDBEngine(archive, cargo=Rules()).cruise_by_day(SOURCE, worlds.DAY, worlds.DAY)
    assert found.shape == (1, 2) and found.isna().all(axis=None)
    nobody = DuckDBEngine(archive, cargo=Rules()).cruise_by_day("nobody", FIRST, FIRST)
    assert nobody.isna().all(axis=None)


def test_day_heard_anew_changes_the_sky_of_its_month(tmp_path: Path) -> None:
    archive, day = Archive(tmp_path), DAYS[0]
    made = worlds.records(5, of=worlds.entry(day))
    archive.write_day(replace(made, reception=reception(0)))
    engine = DuckDBEngine(archive, cargo=Rules())
    before = engine.cruise_by_day(SOURCE, day, day + timedelta(days=1))
    archive.write_day(replace(made, reception=reception(0).head(50)), refresh=True)
    after = engine.cruise_by_day(SOURCE, day, day + timedelta(days=1))
    assert 0 < after.loc[day, "positions"] < before.loc[day, "positions"]

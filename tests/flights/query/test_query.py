"""Engine answers against a naive count over the same flights."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
import worlds
from made_questions import AIRPORTS, DAYS, FIRST, GRADES, LAST, Rules, judge, questions
from worlds import SOURCE

from flights.archive import Archive
from flights.errors import InvalidInput
from flights.legs import join_departures
from flights.query import DuckDBEngine, RouteQuestion, cell_id
from flights.records import empty_table

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Archive, pd.DataFrame]:
    """Forty days, some of them not complete; all the flights as one frame."""
    archive = Archive(tmp_path_factory.mktemp("world"))
    for n, day in enumerate(DAYS):
        status = {5: "partial", 6: "failed", 7: "missing", 8: None}.get(n, "complete")
        if status:
            archive.write_day(worlds.records(60, seed=n, of=worlds.entry(day, status)))
    flights = archive.load("flights", SOURCE, FIRST, LAST)
    return archive, pd.concat([flights, Rules().grade_flights(flights)], axis=1)


@pytest.fixture(scope="module")
def engine(world: tuple[Archive, pd.DataFrame]) -> DuckDBEngine:
    return DuckDBEngine(world[0], cargo=Rules())


@pytest.mark.parametrize("q", questions())
def test_counts_equal_a_naive_count(world, engine: DuckDBEngine, q: RouteQuestion) -> None:
    archive, flights = world
    verdict = judge(flights, q)
    counts = engine.count_by_day(q)
    assert list(counts.index) == [d for d in DAYS if q.first <= d <= q.last]
    for day, row in counts.iterrows():
        if not archive.entry(SOURCE, day).is_complete:
            assert row[["lower", "upper", "neither_end"]].isna().all()
            continue
        told = verdict[flights["day"] == day].value_counts()
        lower = told.get("lower", 0)
        assert row["lower"] == lower
        assert row["upper"] == lower + told.get("more", 0)
        assert row["neither_end"] == told.get("neither", 0)


@pytest.mark.parametrize("q", questions())
def test_matched_flights_are_those_a_naive_reader_finds(world, engine, q: RouteQuestion) -> None:
    _, flights = world
    verdict = judge(flights, q)
    found = engine.match(q)
    for bound, told in (("lower", "lower"), ("upper", "more")):
        wanted = flights[verdict == told].set_index("flight_id")
        got = found[found["bound"] == bound].set_index("flight_id")
        assert sorted(got.index) == sorted(wanted.index)
        same = [c for c in wanted.columns if c != "flight_id"]
        pd.testing.assert_frame_equal(got.loc[wanted.index, same], wanted[same])
    assert found["firstseen"].is_monotonic_increasing
    possible = (found[["origin_verdict", "destination_verdict"]] == "possible").sum(axis=1)
    assert (possible == (found["bound"] == "upper")).all()


@pytest.mark.parametrize("airports", AIRPORTS)
@pytest.mark.parametrize("cells", [None, frozenset(range(0, 64_800, 3))])
def test_exposure_counts_each_flight_once(world, engine, airports, cells) -> None:
    archive, flights = world
    heard = engine.heard_by_day(SOURCE, FIRST, LAST, airports, cells)
    place = {"origin": "first", "destination": "last"}
    near = pd.Series(airports is None and cells is None, index=flights.index)
    for end, which in place.items():
        lost = flights[f"{end}_evidence"] == "lost"
        cell = cell_id(flights[f"{which}_latitude"], flights[f"{which}_longitude"])
        near |= ~lost & flights[end].isin(airports or [])
        near |= lost & np.isin(cell, list(cells or []))
    for day in DAYS:
        complete = archive.entry(SOURCE, day).is_complete
        assert pd.isna(heard[day]) if not complete else heard[day] == near[flights.day == day].sum()


@pytest.mark.parametrize("grade", GRADES)
def test_neither_end_counts_flights_lost_at_both(world, engine, grade) -> None:
    _, flights = world
    nowhere = RouteQuestion(SOURCE, FIRST, LAST, frozenset(), frozenset(), min_grade=grade)
    told = flights["day"][judge(flights, nowhere) == "neither"].value_counts()
    found = engine.count_by_day(nowhere)["neither_end"].dropna()
    assert found.to_dict() == {day: told.get(day, 0) for day in found.index}


def test_day_that_is_not_complete_is_never_zero(engine: DuckDBEngine) -> None:
    q = RouteQuestion(SOURCE, DAYS[5], DAYS[9], frozenset(), frozenset())
    counts = engine.count_by_day(q)
    assert list(counts["status"]) == ["partial", "failed", "missing", "not asked", "complete"]
    assert counts["lower"].isna().tolist() == [True, True, True, True, False]
    assert counts["lower"].iloc[4] == 0
    assert engine.heard_by_day(SOURCE, DAYS[5], DAYS[8]).isna().all()


def test_question_about_no_data_at_all_gives_unknown_days_and_all_columns(tmp_path: Path) -> None:
    engine = DuckDBEngine(Archive(tmp_path), cargo=Rules())
    q = RouteQuestion("nobody", FIRST, FIRST, frozenset({"ZZAA"}), None)
    counts = engine.count_by_day(q)
    assert counts["status"].tolist() == ["not asked"]
    assert counts[["lower", "upper", "neither_end"]].isna().all(axis=None)
    found = engine.match(q)
    assert found.empty
    assert {"flight_id", "cargo_grade", "bound", "destination_verdict"} <= set(found.columns)
    assert not (tmp_path / "index").exists()


def test_engine_reads_its_index_and_nothing_else(engine: DuckDBEngine) -> None:
    cursor = engine._connection.cursor()
    for statement in (
        "select * from read_text('/etc/passwd')",
        "attach '/tmp/other.db'",
        "copy (select 1) to '/tmp/out.csv'",
        "set enable_external_access = true",
        "install spatial",
    ):
        with pytest.raises(duckdb.Error):
            cursor.execute(statement)


def test_text_of_the_question_never_becomes_a_statement(engine: DuckDBEngine) -> None:
    evil = frozenset({"ZZAA') ; drop table x; --", "'", "$facts"})
    q = RouteQuestion(SOURCE, FIRST, LAST, evil, evil)
    assert engine.count_by_day(q)["lower"].dropna().eq(0).all()
    with pytest.raises(InvalidInput):
        engine.count_by_day(RouteQuestion("../x", FIRST, LAST))
    with pytest.raises(InvalidInput, match="cargo grade"):
        engine.count_by_day(RouteQuestion(SOURCE, FIRST, LAST, min_grade="1 or 1"))
    with pytest.raises(InvalidInput, match="end"):
        engine.count_by_day(RouteQuestion(SOURCE, LAST, FIRST))


@pytest.mark.parametrize("q", questions()[::5])
def test_flights_that_stand_in_neither_bound_are_listed(world, engine, q: RouteQuestion) -> None:
    _, flights = world
    wanted = flights[judge(flights, q) == "neither"]
    found = engine.match_unknown(q)
    assert sorted(found["flight_id"]) == sorted(wanted["flight_id"])
    assert (found["bound"] == "neither").all()


def test_flights_of_an_airframe_before_and_behind_are_found_over_months(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    rng = np.random.default_rng(3)
    parts = []
    for n, day in enumerate(DAYS):
        records = worlds.records(40, seed=n, of=worlds.entry(day))
        few = rng.choice(["4d0103", "4d0104", "~2a1b3c"], 40)
        records.flights["icao24"] = few
        stamp = records.flights["firstseen"].map(lambda moment: int(moment.timestamp()))
        records.flights["flight_id"] = few + "-" + stamp.astype(str)
        archive.write_day(
            replace(records, edges=empty_table("edges"), tracks=empty_table("tracks"))
        )
        parts.append(records.flights)
    flights = archive.load_flights(SOURCE, FIRST, LAST, join=join_departures)
    asked = flights.iloc[::7]
    before, behind = DuckDBEngine(archive, cargo=Rules()).find_neighbours(SOURCE, asked)
    for row, own in asked.iterrows():
        same = flights[flights["icao24"] == own["icao24"]]
        earlier = same[same["lastseen"] <= own["firstseen"]]["lastseen"]
        later = same[same["firstseen"] >= own["lastseen"]]["firstseen"]
        for found, wanted in ((before.loc[row, "lastseen"], earlier.max()),
                              (behind.loc[row, "firstseen"], later.min())):  # fmt: skip
            in_reach = pd.notna(wanted) and abs(wanted - own["firstseen"]) < timedelta(days=2)
            assert not in_reach or found == wanted
    assert behind["firstseen"].notna().mean() > 0.9
    assert list(behind.index) == list(asked.index)


def test_airframe_is_found_in_whatever_series_heard_it_next(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    day = DAYS[0]
    start = pd.Timestamp(day, tz="UTC") + pd.Timedelta(hours=6)

    def put(source: str, hours: list[float]) -> None:
        records = worlds.records(len(hours), of=worlds.entry(day, source=source))
        begins = [start + pd.Timedelta(hours=each) for each in hours]
        records.flights["icao24"] = "4d0103"
        records.flights["firstseen"] = begins
        records.flights["lastseen"] = [each + pd.Timedelta(hours=1) for each in begins]
        records.flights["flight_id"] = [f"4d0103-{int(each.timestamp())}" for each in begins]
        archive.write_day(
            replace(records, edges=empty_table("edges"), tracks=empty_table("tracks"))
        )

    put("readsb", [0, 9])
    put("opensky-lists", [-3, 4])
    put("simulated", [2])
    own = archive.load_flights("readsb", day, day, join=join_departures).iloc[:1]
    before, behind = DuckDBEngine(archive, cargo=Rules()).find_neighbours("readsb", own)
    assert before["source"].to_list() == behind["source"].to_list() == ["opensky-lists"]
    assert behind["firstseen"].to_list() == [start + pd.Timedelta(hours=4)]
    alone = archive.load_flights("simulated", day, day, join=join_departures)
    _, behind = DuckDBEngine(archive, cargo=Rules()).find_neighbours("simulated", alone)
    assert behind["firstseen"].isna().all()

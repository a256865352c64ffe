"""Engine answers under a user's cargo list against a naive count over flights judged by it."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from made_questions import DAYS, FIRST, LAST, Rules, judge, questions
from worlds import SOURCE, DayRecords, entry, records

from flights.archive import Archive
from flights.cargo import Overrides, judge_overrides, parse_overrides
from flights.query import DuckDBEngine, RouteQuestion

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """As the world of `test_query`, with registrations and operators, some untidy."""
    archive = Archive(tmp_path_factory.mktemp("moved"))
    for n, day in enumerate(DAYS):
        if n == 8:
            continue
        status = {5: "partial", 6: "failed", 7: "missing"}.get(n, "complete")
        made = records(60, seed=n, of=entry(day, status))
        frame = made.flights.assign(
            registration=[("ZZ-001", " zz-002 ", None)[k % 3] for k in range(60)],
            operator=[("QQB", "YYY", None, "qqa")[k % 4] for k in range(60)],
        )
        rest = (made.table(name) for name in ("edges", "tracks", "reception"))
        archive.write_day(DayRecords(made.entry, frame, *rest))
    return archive


@pytest.fixture(scope="module")
def flights(archive: Archive) -> pd.DataFrame:
    frame = archive.load("flights", SOURCE, FIRST, LAST)
    return pd.concat([frame, Rules().grade_flights(frame)], axis=1)


def lists(flights: pd.DataFrame) -> list[Overrides]:
    one, two = flights["icao24"].iloc[::20], flights["icao24"].iloc[7::20]
    texts = [
        "",
        "".join(f"icao24,{each},certain,\n" for each in one)
        + "".join(f"icao24,{each.upper()},none,\n" for each in two),
        "callsign,QQA12,none,\ncallsign,ZZP1,certain,\n",
        "callsign,QQA12,none,\nregistration,ZZ-001,none,\n",
        "typecode,A320,certain,\n",
        "operator,QQB,none,\noperator,YYY,likely,\noperator,QQA,possible,\n",
        f"typecode,B77L,likely,\nregistration,zz-002,none,\nicao24,{one.iloc[0]},certain,\n"
        "operator,QQA,none,\ncallsign,QQB7,possible,\n",
    ]
    return [parse_overrides(f"kind,value,grade,note\n{text}".encode()) for text in texts]


@pytest.fixture(scope="module")
def engine(archive: Archive) -> DuckDBEngine:
    return DuckDBEngine(archive, cargo=Rules())


@pytest.mark.parametrize("number", range(7))
def test_answers_equal_a_naive_reader_s(flights, engine, number: int) -> None:
    own = lists(flights)[number]
    judged = judge_overrides(flights, own)
    assert (number == 0) == judged["cargo_grade"].equals(flights["cargo_grade"])
    moved = 0
    for q in questions()[::3]:
        verdict = judge(judged, q)
        moved += int((verdict != judge(flights, q)).sum())
        asked = replace(q, overrides=own)
        counts, found, unknown = (
            engine.count_by_day(asked),
            engine.match(asked),
            engine.match_unknown(asked),
        )
        for day in counts.index[counts["status"] == "complete"]:
            told = verdict[flights["day"] == day].value_counts()
            row, lower = counts.loc[day], told.get("lower", 0)
            assert row["lower"] == lower
            assert row["upper"] == lower + told.get("more", 0)
            assert row["neither_end"] == told.get("neither", 0)
        for bound, of in (("lower", found), ("more", found), ("neither", unknown)):
            wanted = judged[verdict == bound].set_index("flight_id")
            named = {"lower": "lower", "more": "upper", "neither": "neither"}[bound]
            got = of[of["bound"] == named].set_index("flight_id")
            same = [c for c in wanted.columns if c != "flight_id"]
            pd.testing.assert_frame_equal(got.loc[wanted.index, same], wanted[same])
            assert len(got) == len(wanted)
    assert (moved > 0) == (number > 0)


def test_index_is_not_built_anew_for_a_list(archive: Archive, flights: pd.DataFrame) -> None:
    engine = DuckDBEngine(archive, cargo=Rules())
    question = RouteQuestion(SOURCE, FIRST, LAST, min_grade="likely")
    before = engine.match(question)
    folders = {path: path.stat().st_mtime_ns for path in _folders(archive.root)}
    for own in lists(flights):
        engine.match(replace(question, overrides=own))
    assert {path: path.stat().st_mtime_ns for path in _folders(archive.root)} == folders
    pd.testing.assert_frame_equal(engine.match(question), before)


def _folders(root: Path) -> list[Path]:
    return sorted((root / "index" / SOURCE).glob("20*"))

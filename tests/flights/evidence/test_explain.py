"""The story of one flight: what stands beside a lost end, and what it leaves open."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import made_stories as made
import numpy as np
import pandas as pd
import pytest

from flights.__main__ import main
from flights.archive import Archive
from flights.errors import InvalidInput
from flights.evidence import FlightReport, describe_flight_report, load_flight_report
from flights.evidence.flight_report import leave_out, read_trend
from flights.pull import plan_pull, run_pull
from flights.records import DayRecords, LedgerEntry, empty_table
from flights.regions import parse_region
from flights.sources import open_source

VANISHED = "4d0113"
"""Truth: left Luxembourg 04:39, landed unheard in Ashgabat (UTAA) 09:38, flew on unheard to
Almaty (UAAA), was heard again as it took off there at 16:14."""


@pytest.fixture(scope="module")
def archive(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """Two neighbouring days written by readsb."""
    made = Archive(tmp_path_factory.mktemp("explain"))
    folder = shared / "globe_history-sim"
    for day in ("2026-02-28", "2026-03-01"):
        source = open_source("readsb", path=str(folder / f"globe_history_mini_{day}.tar"))
        run_pull(plan_pull(source, made), made)
    return made


@pytest.fixture(scope="module")
def story(archive: Archive) -> FlightReport:
    return load_flight_report(archive, "readsb", VANISHED, datetime(2026, 2, 28, 9, tzinfo=UTC))


def test_true_stop_is_the_likeliest_of_all_airports_in_reach(story: FlightReport) -> None:
    (gap,) = story.gaps
    assert gap.end == "destination"
    assert gap.candidates["code"].iloc[0] == "UTAA"


def test_airports_it_cannot_have_reached_are_excluded(story: FlightReport) -> None:
    (gap,) = story.gaps
    possible = set(gap.candidates["code"])
    assert {"UTAA", "UTAM", "OIIE", "UAAA"} <= possible
    assert not possible & {"KJFK", "YSSY", "SBGR", "FAOR", "RJAA", "ELLX"}


def test_true_stay_is_within_what_the_stretch_allows(story: FlightReport) -> None:
    (gap,) = story.gaps
    best = gap.candidates.iloc[0]
    stayed_h = 11 + 31 / 60 - (9 + 38 / 60)
    assert best["stay_s"] >= stayed_h * 3600


def test_sentences_name_where_it_was_lost_heard_again_and_how_well_others_were_heard(
    story: FlightReport,
) -> None:
    said = " ".join(describe_flight_report(story, parse_region("country:IR")))
    assert "Last heard 28 Feb 2026 09:22 UTC at 20,750 ft" in said and "descending" in said
    assert "Heard again 6 h 52 min later, leaving UAAA" in said
    assert "ahead of it" in said, said
    assert "Iran: a landing at" in said and "cannot be excluded" in said


def test_region_out_of_reach_is_excluded_by_name(story: FlightReport) -> None:
    said = describe_flight_report(story, parse_region("country:US"))
    assert "United States: excluded" in said[-1]


def test_flight_nearest_to_the_moment_is_told(archive: Archive) -> None:
    late = load_flight_report(archive, "readsb", VANISHED, datetime(2026, 2, 28, 18, tzinfo=UTC))
    assert late.flight["callsign"] == "CLX4TA" and late.gaps == ()


def test_record_that_tells_no_arrival_is_opened_by_its_begin(tmp_path: Path) -> None:
    rows = made.make_frame(made.make_flight(lastseen=None, last_latitude=None), made.make_next())
    tables = {name: empty_table(name) for name in ("edges", "tracks", "reception")}
    entry = LedgerEntry("readsb", made.START.date(), "complete")
    Archive(tmp_path).write_day(DayRecords(entry=entry, flights=rows, **tables))
    told = {
        hour: load_flight_report(
            Archive(tmp_path), "readsb", VANISHED, made.START + timedelta(hours=hour)
        )
        for hour in (0, 13)
    }
    assert [told[hour].flight["callsign"] for hour in told] == ["CLX9TK", "CLX4TA"]
    (gap,) = told[0].gaps
    assert gap.neighbour is None and not gap.stretch.is_placed[0]
    assert "set no limit" in " ".join(describe_flight_report(told[0]))


def test_airframe_nobody_heard_is_told_so(archive: Archive) -> None:
    with pytest.raises(InvalidInput, match="no flight of abcdef"):
        load_flight_report(archive, "readsb", "abcdef", datetime(2026, 2, 28, 9, tzinfo=UTC))


def test_command_prints_the_story_and_the_contents_sentence(
    archive: Archive, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["explain", VANISHED, "--around", "2026-02-28T09:00", "--archive", str(archive.root)]
    assert main([*asked, "--region", "country:IR"]) == 0
    text, told = capsys.readouterr()
    assert text.startswith("CLX9TK, 4d0113") and "What it carried" in told
    assert "Reception over Iran is not known: 1 aircraft-hours that day, and 1 " in text
    assert "This archive has no complete day before it" in text
    assert main([*asked, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["gaps"][0]["candidates"][0]["code"] == "UTAA"
    assert "What it carried" in found["contents"]


@pytest.mark.parametrize("wrong", [["xyz", "--around", "2026-02-28"], ["4d0113", "--around", "x"]])
def test_words_that_make_no_question_are_named(wrong: list[str], tmp_path: Path) -> None:
    assert main(["explain", *wrong, "--archive", str(tmp_path)]) == 2


def test_flight_itself_is_not_one_of_the_others(archive: Archive, story: FlightReport) -> None:
    """Where one aircraft was heard in the cell and hour, and it is the flight: nobody else was."""
    day = story.flight["day"]
    rows = archive.load_reception("readsb", day, day)
    left = leave_out(rows, story.tracks)
    less = rows["aircraft"] - left["aircraft"]
    assert set(less) == {0, 1} and less.sum() > 5
    assert (left["aircraft"] >= left["cruise_aircraft"]).all()
    alone = rows[(less == 1) & (rows["aircraft"] == 1)]
    assert len(alone) and (left["aircraft"][alone.index] == 0).all()


def test_trend_comes_from_the_positions_beside_the_end() -> None:
    seen_at = pd.date_range("2026-02-28T09:00", periods=40, freq="60s", tz="UTC")
    heights = np.r_[np.linspace(5_000, 34_000, 10), np.full(20, 34_000), np.linspace(34e3, 9e3, 10)]
    tracks = pd.DataFrame(
        {
            "seen_at": seen_at,
            "latitude": np.linspace(40, 40.001, 40),
            "longitude": np.linspace(50, 60, 40),
            "altitude_ft": heights,
            "on_ground": False,
        }
    )
    assert read_trend(tracks, "origin").climb_fpm > 2_000
    landing = read_trend(tracks, "destination")
    assert landing.climb_fpm < -2_000 and landing.course_deg == pytest.approx(87, abs=5)
    assert np.isnan(read_trend(tracks.iloc[:1], "origin").climb_fpm)

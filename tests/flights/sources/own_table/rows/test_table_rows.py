"""Rows judged and put aside: what is a flight, what is kept aside, what is never imported."""

import csv
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from flights.errors import ArchiveError, InvalidInput
from flights.sources.own_table import full_pass
from flights.sources.own_table.columns.mapping import guess_columns, read_head
from flights.sources.own_table.columns.rules import RULES, describe_rules
from flights.sources.own_table.columns.times import Clock
from flights.sources.own_table.files.chunks import Chunk
from flights.sources.own_table.files.opening import open_table
from flights.sources.own_table.preview import PROBLEM, preview_rows
from flights.sources.own_table.rows import rejected
from flights.sources.own_table.rows.judge import Judged, Understanding, judge_rows
from flights.sources.own_table.rows.repeated import SeenFlights
from flights.sources.own_table.staging import Findings, stage_table

Stage = Callable[..., Findings]
COLUMNS = "hex,reg,callsign,from,to,takeoff,landing,model,operator"
FIELDS = (
    *("icao24", "registration", "callsign", "origin", "destination", "firstseen", "lastseen"),
    *("model", "operator"),
)
GOOD = "4d0103,LX-VCA,CLX7304,ELLX,ZSPD,2025-06-13 14:02Z,2025-06-13 23:02Z,B748F,CLX"


def chunk(*rows: str) -> Chunk:
    cells = [row.split(",") for row in rows]
    return Chunk(tuple(COLUMNS.split(",")), np.arange(len(rows)) + 2, cells)


def understood(**more) -> Understanding:
    pairs = tuple(zip(FIELDS, COLUMNS.split(","), strict=True))
    return Understanding(pairs, **{"clock": Clock(), **more})


def judge(*rows: str, **more) -> Judged:
    return judge_rows(chunk(*rows), understood(**more))


def changed(**cells: str) -> str:
    row = dict(zip(COLUMNS.split(","), GOOD.split(","), strict=True))
    return ",".join({**row, **{name.rstrip("_"): text for name, text in cells.items()}}.values())


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        (GOOD, ""),
        (changed(takeoff=""), "no_time"),
        (changed(takeoff="N/A"), "no_time"),
        (changed(takeoff="soon"), "time"),
        (changed(takeoff="2025-06-13"), "no_time_of_day"),
        (changed(takeoff="03/04/2025 10:00Z", landing=""), "either"),
        (changed(landing="soon"), "arrival"),
        (changed(landing="2025-06-13"), "arrival"),
        (changed(landing="2025-06-13 14:01Z"), "arrival_before"),
        (changed(landing="2025-06-15 14:03Z"), "arrival_late"),
        (changed(landing=""), ""),
        (changed(hex="hello"), "address"),
        (changed(hex=""), ""),
        (changed(hex="", reg=""), ""),
        (changed(hex="", reg="-", callsign="null"), "identity"),
        (changed(callsign="CLX\x007"), "text"),
        (changed(model="x" * 81), "long"),
        (changed(from_="XXX"), "origin"),
        (changed(to="Luxembourg"), "destination"),
        (changed(to="", from_="ZZZZ"), ""),
        (changed(operator="Cargolux"), ""),
    ],
)
def test_row_is_a_flight_or_says_why_not(row: str, rule: str) -> None:
    judged = judge(GOOD, row)
    assert judged.rule[1] == rule
    assert judged.flights.num_rows == (2 if rule == "" else 1)
    assert rule == "" or rule in RULES


def test_unknown_airports_may_be_kept_as_unknown_ends() -> None:
    judged = judge(changed(from_="XXX"), changed(to="XXX"), keep_unknown_airports=True)
    assert judged.flights["origin"].to_pylist() == [None, "ELLX"]
    assert judged.left["origin"] == judged.left["destination"] == 1


def test_address_is_made_of_the_registration_and_else_of_the_callsign() -> None:
    rows = [changed(hex=""), changed(hex="", callsign="CLX9"), changed(hex="", reg="")]
    judged = judge(*rows, GOOD)
    made = judged.flights["icao24"].to_pylist()
    assert made[0] == made[1] != made[2]
    assert [text[0] for text in made] == ["~", "~", "~", "4"]
    flags = judged.flights["flags"].to_pylist()
    assert flags == ["no_icao24", "no_icao24", "no_airframe", ""]


def test_time_of_day_takes_its_date_from_beside_it() -> None:
    columns = ("day", "off", "on", "reg")
    rows = [
        ["13/06/2025", "23:50", "06:10", "LX-VCA"],
        ["13/06/2025", "10:00", "12:00", "LX-VCA"],
        ["2025-06-13 00:00:00", "10:30", "12:00", "LX-VCA"],
        ["31/12/2024", "11:30 PM", "1:00 AM", "LX-VCA"],
        ["25/10/2025", "23:00", "03:30", "LX-VCA"],
        ["", "10:00", "12:00", "LX-VCA"],
        ["13/06/2025", "soon", "", "LX-VCA"],
    ]
    pairs = zip(("firstseen_date", "firstseen", "lastseen", "registration"), columns, strict=True)
    how = Understanding(tuple(pairs), Clock("Europe/Luxembourg", "day-first"))
    judged = judge_rows(Chunk(columns, np.arange(7), rows), how)
    assert judged.rule.tolist() == ["", "", "", "", "", "time", "time"]
    flown = judged.flights.to_pandas()
    hours = (flown["lastseen"] - flown["firstseen"]) / 3_600_000
    assert hours.round(3).tolist() == [6.333, 2.0, 1.5, 1.5, 5.5]  # the clocks went back


def test_repeated_flights_are_found_across_chunks_and_the_first_is_kept() -> None:
    generator, seen, told, kept = np.random.default_rng(7), SeenFlights(), set(), 0
    for _ in range(30):
        picked = generator.integers(0, 400, 60)
        rows = [changed(hex=f"{n:06x}", landing="") for n in picked + 1]
        some = chunk(*rows)
        judged = seen.without_repeated(some, judge_rows(some, understood()))
        expected = []
        for number in picked.tolist():
            expected.append("duplicate" if number in told else "")
            told.add(number)
        assert judged.rule.tolist() == expected
        kept += judged.flights.num_rows
    assert kept == len(told)


def test_same_second_of_another_aircraft_is_no_repetition() -> None:
    some = chunk(GOOD, changed(hex="4d0104"), changed(hex="~4d0103"))
    judged = SeenFlights().without_repeated(some, judge_rows(some, understood()))
    assert judged.flights.num_rows == 3


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """Judge a whole file of these rows."""

    def stage(*rows: str, name: str = "mine.csv", **more) -> Findings:
        path = tmp_path / name
        path.write_text("\n".join([COLUMNS, *rows, ""]), encoding="utf-8")
        table, _ = read_head(open_table(path))
        return stage_table(table, understood(**more), tmp_path / "cache", lambda *_: None)

    return stage


def test_whole_table_is_counted_and_put_in_order(stage: Stage) -> None:
    found = stage(
        changed(takeoff="2025-06-14 10:00Z", landing=""),
        GOOD,
        GOOD,
        changed(takeoff="soon"),
        changed(takeoff="2025-06-15", landing=""),
        changed(takeoff="2025-06-16 10:00Z", landing="", from_="XXX"),
        "too,few",
    )
    assert found.rows == 7
    assert found.days == {date(2025, 6, 13): 1, date(2025, 6, 14): 1}
    assert found.kept_aside == {
        "duplicate": 1,
        "time": 1,
        "no_time_of_day": 1,
        "origin": 1,
        "cells": 1,
    }
    assert found.doubtful == {date(2025, 6, 15): 1, date(2025, 6, 16): 1}
    assert found.unplaced == 2
    assert pq.read_table(found.folder / "rows.parquet")["line"].to_pylist() == [3, 2]
    assert found.rejected is not None
    with found.rejected.open(encoding="utf-8-sig", newline="") as file:
        kept = list(csv.reader(file))
    assert [row[0] for row in kept] == ["line", "8", "4", "5", "6", "7"]
    assert all(row[1].startswith("it ") for row in kept[1:])


def test_what_was_judged_once_is_found_again_until_file_or_meaning_change(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = stage(GOOD)
    runs = []
    run = full_pass.FullPass.run
    monkeypatch.setattr(full_pass.FullPass, "run", lambda self: runs.append(1) or run(self))
    assert stage(GOOD).folder == first.folder
    assert runs == []
    assert stage(GOOD, keep_unknown_airports=True).folder != first.folder
    assert stage(changed(to="OMDB")).folder != first.folder
    assert len(runs) == 2


def test_latin_text_far_down_is_read_as_such_and_said(tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    rows = [changed(hex=f"{n:06x}") for n in range(1, 5000)]
    text = "\n".join([COLUMNS, *rows, changed(hex="", callsign="Zürich", reg="")])
    path.write_bytes(text.encode("cp1252"))
    table, _ = read_head(open_table(path))
    found = stage_table(table, understood(), tmp_path / "cache", lambda *_: None)
    assert found.flights == 5000
    assert "Windows-1252" in found.notes[0]


def test_only_the_latest_stages_are_kept(stage: Stage, tmp_path: Path) -> None:
    folders = [stage(changed(hex=f"00000{n}")).folder for n in range(1, 8)]
    left = {path.name for path in (tmp_path / "cache" / "tables").iterdir()}
    assert len(left) == 4
    assert folders[-1].name in left


def test_cache_that_cannot_be_written_is_a_sentence(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where a folder should be", encoding="utf-8")
    with pytest.raises(ArchiveError, match="could not be stored"):
        stage(GOOD)


def test_stage_of_a_quicker_process_is_taken(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = stage(GOOD).folder
    hidden = tmp_path / "hidden"
    first.rename(hidden)
    sort = full_pass.FullPass._sort

    def meanwhile(self: full_pass.FullPass, rough: Path) -> None:
        sort(self, rough)
        hidden.rename(first)

    monkeypatch.setattr(full_pass.FullPass, "_sort", meanwhile)
    assert stage(GOOD).flights == 1
    assert [path.name for path in first.parent.iterdir()] == [first.name]


def test_interrupted_reading_leaves_nothing(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(self: object, rough: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(full_pass.FullPass, "_sort", stop)
    with pytest.raises(KeyboardInterrupt):
        stage(GOOD)
    assert list((tmp_path / "cache" / "tables").iterdir()) == []


def test_dates_that_could_be_either_way_around_are_asked_for(stage: Stage) -> None:
    rows = [changed(takeoff=f"{day}/04/2025 10:00Z", landing="") for day in ("25", "03")]
    with pytest.raises(InvalidInput, match="line 3: day and month of firstseen") as told:
        stage(*rows)
    assert "Line 2 must be day-first." in str(told.value)
    assert list(stage(*rows, clock=Clock(dates="day-first")).days) == [
        date(2025, 4, 3),
        date(2025, 4, 25),
    ]
    assert stage(*rows, clock=Clock(dates="month-first")).kept_aside == {"time": 1}


def test_dates_of_an_arrival_are_asked_for_too(stage: Stage) -> None:
    with pytest.raises(InvalidInput, match="day and month of lastseen"):
        stage(changed(takeoff="2025-04-03 10:00Z", landing="03/04/2025 11:00Z"))


def test_dates_written_both_ways_are_asked_for(stage: Stage) -> None:
    rows = [changed(takeoff=f"{day} 10:00Z", landing="") for day in ("25/04/2025", "04/25/2025")]
    with pytest.raises(
        InvalidInput, match="mixes orders of dates: line 2 must be day-first, line 3"
    ):
        stage(*rows)


def test_dates_that_can_only_be_one_way_are_read(stage: Stage) -> None:
    rows = [changed(takeoff=f"{day}/04/2025 10:00Z", landing="") for day in ("25", "04")]
    assert stage(*rows).flights == 2


def test_local_time_that_came_twice_places_the_row_on_its_day(stage: Stage) -> None:
    found = stage(
        GOOD,
        changed(takeoff="2025-10-26 02:30", landing=""),
        changed(takeoff="2025-03-30 02:30", landing=""),
        clock=Clock("Europe/Luxembourg"),
    )
    assert found.kept_aside == {"clock_twice": 1, "clock_never": 1}
    assert list(found.doubtful) == [date(2025, 3, 30), date(2025, 10, 26)]
    assert found.unplaced == 0


def test_file_of_rows_kept_aside_is_bounded_and_harmless(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rejected, "MOST_KEPT", 5)
    bad = changed(takeoff="=cmd|'/c calc'!A1", callsign="@SUM(1)", reg="\u202ex", model="y" * 9000)
    found = stage(GOOD, *[bad] * 20)
    assert (found.kept_aside, found.in_file) == ({"time": 20}, 5)
    assert found.rejected is not None
    kept = pd.read_csv(found.rejected, keep_default_na=False)
    assert len(kept) == 5
    assert kept["takeoff"][0].startswith("'=")
    assert kept["callsign"][0].startswith("'@")
    assert kept["reg"][0] == "�x"
    assert len(kept["model"][0]) == rejected.LONGEST_KEPT


def test_about_file_holds_no_place_of_this_machine(stage: Stage, tmp_path: Path) -> None:
    about = json.loads((stage(GOOD).folder / "about.json").read_text("utf-8"))
    assert str(tmp_path) not in json.dumps(about)


def test_preview_shows_rows_as_they_will_be(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    rows = [GOOD.replace("Z,", ","), changed(from_="XXX"), changed(takeoff="03/04/2025 10:00")]
    path.write_text("\n".join([COLUMNS, *rows]), encoding="utf-8")
    _, head = read_head(open_table(path))
    how = Understanding(tuple(guess_columns(head).items()), Clock("Asia/Shanghai"))
    shown = preview_rows(head, how)
    assert shown.index.tolist() == [2, 3, 4]
    assert shown["Time of departure (UTC)"].tolist() == ["2025-06-13 06:02:00", "", ""]
    assert shown["Origin"].tolist() == ["ELLX", "", ""]
    assert shown[PROBLEM].tolist() == ["", RULES["origin"], RULES["either"]]


def test_every_rule_reads_as_a_sentence_about_one_row_and_about_many() -> None:
    for rule in RULES:
        assert describe_rules({rule: 1}) == f"1 row {RULES[rule]}"
        assert describe_rules({rule: 2}).startswith("2 rows ")

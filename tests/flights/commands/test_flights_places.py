"""`python -m flights flights`: places a series never looked at are refused, never empty."""

from datetime import date
from pathlib import Path

import pytest

from flights.__main__ import main
from flights.archive import Archive
from flights.pull.run import without_data
from flights.records import LedgerEntry

DAYS = ["--from", "2025-06-01", "--to", "2025-06-01"]


def _hold(root: Path, source: str, **more: str) -> None:
    entry = LedgerEntry(source, date(2025, 6, 1), "complete", **more)  # type: ignore[arg-type]
    Archive(root).write_day(without_data(entry))


def _run(root: Path, source: str, *more: str) -> int:
    return main(["flights", "--archive", str(root), "--source", source, *DAYS, *more])


def test_place_outside_the_area_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _hold(tmp_path, "opdi")
    assert _run(tmp_path, "opdi", "--origin", "country:CN") == 1
    captured = capsys.readouterr()
    assert captured.out == "" and "China is outside the area" in captured.err


def test_part_of_a_place_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _hold(tmp_path, "opdi")
    assert _run(tmp_path, "opdi", "--origin", "country:NO") == 0
    assert "airports of Norway are in the area" in capsys.readouterr().err


def test_airports_a_series_was_not_pulled_for_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = "opensky-rest.ellx"
    _hold(tmp_path, key, scope="regions:airport:ELLX")
    assert _run(tmp_path, key, "--origin", "country:CN") == 1
    assert "neither all flights of China" in capsys.readouterr().err
    assert _run(tmp_path, key, "--origin", "airport:ELLX") == 0
    assert _run(tmp_path, key, "--min-grade", "likely") == 0


def test_last_day_filed_by_arrival_is_not_complete_for_departures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _hold(tmp_path, "opensky-lists", filed_by="lastseen")
    assert _run(tmp_path, "opensky-lists") == 1
    assert "1 of 1 days are not complete (2025-06-01 partial)" in capsys.readouterr().err

"""Position integrity of aircraft somewhere on a day, against ordinary days."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
import worlds

from flights.archive import Archive
from flights.reception import judge_integrity
from flights.records import columns

DAY = date(2026, 2, 28)
CELLS = frozenset({11, 12})
OTHERS = [DAY - timedelta(days=n) for n in range(1, 7)]


def rows(day: date, aircraft: int | None, degraded: int | None) -> list[tuple]:
    """A day's rows: the figures in one of the cells, none in another, and one elsewhere."""
    none = None if aircraft is None else 0
    return [(day, 11, aircraft, degraded), (day, 12, none, none), (day, 99, aircraft, aircraft)]


def judge(own: tuple[int | None, int | None], others: list[tuple[int | None, int | None]], **how):
    days = [(DAY, own), *zip(OTHERS, others, strict=False)]
    told = [row for day, figures in days for row in rows(day, *figures)]
    names = ["day", "cell", "integrity_aircraft", "degraded_aircraft"]
    complete = {day: how.get("complete", True) for day, _ in days}
    return judge_integrity(pd.DataFrame(told, columns=names), CELLS, DAY, complete)


def test_share_is_told_with_that_of_ordinary_days() -> None:
    found = judge((50, 19), [(50, 1)] * 5)
    assert (found.aircraft, found.degraded, found.ordinary_share) == (50, 19, 0.02)
    assert found.sentence == (
        "Of 50 aircraft-hours with a value in this place on that day, 38% reported degraded "
        "position integrity; on ordinary days 2% (median of 5)."
    )


def test_day_read_from_heatmaps_is_not_known_rather_than_sound() -> None:
    found = judge((None, None), [(50, 1)] * 5)
    assert (found.aircraft, found.share) == (None, None)
    assert "not known" in found.sentence


def test_days_read_from_heatmaps_are_no_ordinary_days() -> None:
    found = judge((50, 5), [(None, None)] * 3 + [(50, 1)] * 3)
    assert (found.ordinary_share, found.days) == (None, 3)
    assert "only 3 days" in found.sentence


def test_few_aircraft_give_no_share() -> None:
    found = judge((3, 3), [(50, 1)] * 5)
    assert found.share is None
    assert "Only 3 aircraft-hours" in found.sentence
    assert judge((0, 0), [(50, 1)] * 5).share is None


def test_days_with_few_aircraft_do_not_speak_of_ordinary_ones() -> None:
    assert judge((50, 5), [(2, 2)] * 2 + [(50, 1)] * 4).days == 4


def test_day_that_is_not_complete_is_not_known() -> None:
    found = judge((50, 19), [(50, 1)] * 5, complete=False)
    assert (found.aircraft, found.days) == (None, 0)


def test_sentence_speaks_of_no_cause() -> None:
    told = judge((50, 19), [(50, 1)] * 5).sentence.lower()
    assert not any(word in told for word in ("jam", "spoof", "interfer", "because", "caused"))


def test_no_rows_at_all_are_not_known() -> None:
    nothing = pd.DataFrame(columns=["day", "cell", "integrity_aircraft", "degraded_aircraft"])
    assert judge_integrity(nothing, CELLS, DAY, {DAY: True}).aircraft is None


def test_archive_written_before_integrity_was_kept_reads_as_not_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = {"source": worlds.SOURCE, "day": worlds.DAY, "hour": 3, "cell": 11, "aircraft": 5,
           "positions": 90, "cruise_aircraft": 5, "cruise_positions": 90}  # fmt: skip
    with monkeypatch.context() as before:
        before.setitem(columns.TABLES, "reception", columns.RECEPTION[:-2])
        day = replace(worlds.records(3), reception=pd.DataFrame([row]))
        Archive(tmp_path).write_day(day)
    archive = Archive(tmp_path)
    loaded = archive.load_reception(worlds.SOURCE, worlds.DAY, worlds.DAY)
    assert loaded["aircraft"].tolist() == [5]
    assert loaded["integrity_aircraft"].isna().all()
    found = judge_integrity(loaded, CELLS, worlds.DAY, {worlds.DAY: True})
    assert found.aircraft is None

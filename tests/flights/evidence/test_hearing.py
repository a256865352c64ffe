"""Reception by cell: whom receivers heard beyond a lost end, and where on ordinary days."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import made_stories as made
import pandas as pd
import pytest

from flights.archive import Archive
from flights.evidence import load_reception_beyond, load_usual_reception
from flights.evidence.flight_report import cells_beyond
from flights.evidence.map_reception import MOST_DAYS
from flights.records import DayRecords, LedgerEntry, empty_table

DAY = made.START.date()
STORY = made.make_story()
(GAP,) = STORY.gaps
CELLS = sorted(cells_beyond(*made.LOST_PLACE, GAP.trend, GAP.end))
SIZES = ("aircraft", "positions", "cruise_aircraft", "cruise_positions")


def _day(day: date, heard: dict[tuple[int, int], int], status: str = "complete") -> DayRecords:
    """A day of so many aircraft by (hour, cell)."""
    reception = pd.DataFrame(
        [
            {"source": "readsb", "day": day, "hour": hour, "cell": cell}
            | dict.fromkeys(SIZES, aircraft)
            for (hour, cell), aircraft in heard.items()
        ],
        columns=empty_table("reception").columns,
    )
    tables = {name: empty_table(name) for name in ("flights", "edges", "tracks")}
    entry = LedgerEntry("readsb", day, status)
    return DayRecords(entry=entry, reception=reception, **tables)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    made_archive = Archive(tmp_path)
    made_archive.write_day(
        _day(DAY, {(9, CELLS[0]): 3, (10, CELLS[0]): 4, (15, CELLS[1]): 9, (9, 1): 5})
    )
    return made_archive


def test_every_cell_beyond_has_a_row_and_only_the_two_hours_count(archive: Archive) -> None:
    heard = load_reception_beyond(archive, STORY, GAP).set_index("cell")["aircraft"]
    assert sorted(heard.index) == CELLS
    assert heard[CELLS[0]] == 7 and heard.sum() == 7


def test_day_that_is_not_complete_says_nothing(archive: Archive) -> None:
    archive.write_day(_day(DAY, {(9, CELLS[0]): 3}, "partial"), refresh=True)
    assert load_reception_beyond(archive, STORY, GAP).empty


def test_source_without_reception_says_nothing(tmp_path: Path) -> None:
    silent = Archive(tmp_path)
    silent.write_day(_day(DAY, {}))
    assert load_reception_beyond(silent, STORY, GAP).empty
    assert load_usual_reception(silent, "readsb", DAY, DAY).empty


def test_end_lost_at_no_place_has_no_cells(archive: Archive) -> None:
    blind = made.make_story(last_latitude=None, last_longitude=None)
    assert load_reception_beyond(archive, blind, blind.gaps[0]).empty


def test_lost_origin_looks_at_the_two_hours_before(archive: Archive) -> None:
    gap = replace(GAP, end="origin", stretch=made.run_backwards(GAP.stretch))
    flight = made.make_flight(firstseen=made.START + timedelta(hours=7))
    story = replace(made.make_story(**flight), gaps=(gap,))
    heard = load_reception_beyond(archive, story, gap)
    assert set(heard["cell"]) == cells_beyond(*made.LOST_PLACE, gap.trend, "origin")


def test_ordinary_day_is_the_mean_of_a_few_complete_ones(archive: Archive) -> None:
    archive.write_day(_day(DAY + timedelta(days=1), {(3, CELLS[0]): 5}))
    archive.write_day(_day(DAY + timedelta(days=2), {(3, CELLS[0]): 99}, "partial"))
    heard = load_usual_reception(archive, "readsb", DAY, DAY + timedelta(days=2))
    per_cell = heard.set_index("cell")["aircraft"]
    assert per_cell[CELLS[0]] == (7 + 5) / 2
    assert per_cell[CELLS[1]] == 9 / 2


def test_long_spans_are_read_in_a_few_days(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    for n in range(MOST_DAYS + 5):
        archive.write_day(_day(DAY + timedelta(days=n), {(3, CELLS[0]): 6}))
    heard = load_usual_reception(archive, "readsb", DAY, DAY + timedelta(days=30))
    assert heard["aircraft"].tolist() == [6.0]

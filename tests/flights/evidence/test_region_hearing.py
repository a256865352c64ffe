"""How well a region was heard on a day, against ordinary complete days."""

from datetime import date, timedelta
from pathlib import Path

import h3
import pandas as pd
import pytest
from worlds import entry

from flights.archive import Archive
from flights.evidence import describe_region_reception
from flights.evidence.region_reception import count_region
from flights.reception import list_cells
from flights.records import DayRecords, empty_table
from flights.regions import parse_region

DAY = date(2050, 6, 12)
IRAN, TEHRAN, LUXEMBOURG = (h3.str_to_int(h3.latlng_to_cell(*p, 3)) for p in
                            ((32.5, 54.5), (35.6, 51.3), (49.7, 6.1)))  # fmt: skip
SIZES = ("aircraft", "positions", "cruise_aircraft", "cruise_positions")


def _archive(root: Path, heard: dict[int, int], status: str = "complete") -> Archive:
    """Aircraft over Iran by days from `DAY`; a hundred over Luxembourg every day."""
    archive = Archive(root)
    others = {name: empty_table(name) for name in ("flights", "edges", "tracks")}
    for n, aircraft in heard.items():
        day = DAY + timedelta(days=n)
        rows = [
            {"source": "made-up", "day": day, "hour": hour, "cell": cell}
            | dict.fromkeys(SIZES, count)
            for hour, cell, count in ((3, IRAN, aircraft), (9, LUXEMBOURG, 100))
        ]
        reception = pd.DataFrame(rows, columns=empty_table("reception").columns)
        archive.write_day(DayRecords(entry(day, status), reception=reception, **others))
    return archive


def _say(archive: Archive, spec: str = "country:IR") -> str:
    return describe_region_reception(archive, "made-up", parse_region(spec), DAY)


@pytest.mark.parametrize(
    ("own", "usual", "said"),
    [
        (400, 380, "Over Iran other aircraft were heard that day: 400 aircraft-hours, on a "
                   "usual day 380."),
        (90, 380, "Over Iran reception was lower than usual that day: 90 aircraft-hours, on a "
                  "usual day 380."),
        (5, 9, "Over Iran hardly any aircraft are heard: on a usual day 9 aircraft-hours, 5 "
               "that day."),
    ],
)  # fmt: skip
def test_region_is_told_by_what_was_heard_over_it(
    tmp_path: Path, own: int, usual: int, said: str
) -> None:
    archive = _archive(tmp_path, {0: own} | dict.fromkeys(range(1, 7), usual))
    assert _say(archive).startswith(said)


def test_days_that_are_not_complete_or_far_off_are_no_ordinary_days(tmp_path: Path) -> None:
    _archive(tmp_path, dict.fromkeys((-9, -8), 7), "partial")
    archive = _archive(tmp_path, {0: 9} | dict.fromkeys((-20, 20, 1, 2), 400))
    assert count_region(archive, "made-up", parse_region("country:IR"), DAY) == {
        DAY: 9, DAY + timedelta(days=1): 400, DAY + timedelta(days=2): 400,
    }  # fmt: skip
    assert _say(archive).startswith("Reception over Iran is not known: 9 aircraft-hours")


def test_day_that_is_not_complete_is_unknown_not_zero(tmp_path: Path) -> None:
    archive = _archive(tmp_path, dict.fromkeys(range(1, 7), 400))
    assert "unknown aircraft-hours that day" in _say(archive)


def test_region_smaller_than_a_square_is_heard_where_it_lies(tmp_path: Path) -> None:
    archive = _archive(tmp_path, {0: 9} | dict.fromkeys(range(1, 7), 400))
    assert "100 aircraft-hours, on a usual day 100" in _say(archive, "airport:ELLX")


def test_squares_lie_in_the_cell_of_their_middle() -> None:
    latitude, longitude, cells = list_cells()
    for row in range(0, len(cells), 9_973):
        cell = h3.latlng_to_cell(latitude[row], longitude[row], 3)
        assert h3.str_to_int(cell) == cells[row]

"""Reception of other aircraft by cell, for the shading of a map."""

from collections.abc import Iterable
from datetime import date, timedelta

import numpy as np
import pandas as pd

from flights.archive import Archive
from flights.evidence.flight_report import EndGap, FlightReport, cells_beyond, place_lost
from flights.evidence.region_reception import has_reception
from flights.reception import AHEAD_H, hours_after

MOST_DAYS = 7
"""Days read at most for the mean of a long period; they are spread evenly over it."""

COLUMNS = ["cell", "aircraft"]


def load_reception_beyond(archive: Archive, story: FlightReport, gap: EndGap) -> pd.DataFrame:
    """Other aircraft heard in the cells beyond a lost end within two hours, by `cell`.

    `aircraft` is summed over the clock hours. Every cell has a row, also one without aircraft.
    No rows where the days are not complete or the source has no reception.
    """
    flight, place = story.flight, place_lost(gap.stretch, gap.end)[:2]
    moment = flight["lastseen"] if gap.end == "destination" else flight["firstseen"]
    if pd.isna(moment) or not np.isfinite(place).all():
        return pd.DataFrame(columns=COLUMNS)
    if gap.end == "origin":
        moment -= timedelta(hours=AHEAD_H)
    start, source = moment.date(), flight["source"]
    hours = {(start + timedelta(days=later), hour) for later, hour in hours_after(moment)}
    days = sorted({day for day, _ in hours})
    if not all(_has_known_reception(archive, source, day) for day in days):
        return pd.DataFrame(columns=COLUMNS)
    cells = cells_beyond(place[0], place[1], gap.trend, gap.end)
    rows = archive.load_reception(source, days[0], days[-1], cells)
    inside = [pair in hours for pair in zip(rows["day"], rows["hour"], strict=True)]
    return _sum_cells(rows[np.array(inside, bool)], cells)


def load_usual_reception(archive: Archive, source: str, first: date, last: date) -> pd.DataFrame:
    """Aircraft by `cell`, summed over the hours of a mean complete day, from a few such days.

    Cells without aircraft have no row; no rows where no day has reception.
    """
    complete = [
        day
        for day, entry in archive.read_ledger(source).items()
        if first <= day <= last and entry.is_complete and has_reception(entry)
    ]
    days = _spread(complete)
    parts = [_sum_cells(archive.load_reception(source, day, day)) for day in days]
    if not parts:
        return pd.DataFrame(columns=COLUMNS)
    total = pd.concat(parts).groupby("cell", as_index=False)["aircraft"].sum()
    return total.assign(aircraft=total["aircraft"] / len(days))


def _has_known_reception(archive: Archive, source: str, day: date) -> bool:
    entry = archive.entry(source, day)
    return entry.is_complete and has_reception(entry)


def _sum_cells(rows: pd.DataFrame, cells: Iterable[int] = ()) -> pd.DataFrame:
    summed = rows.groupby("cell")["aircraft"].sum()
    if cells:
        summed = summed.reindex(sorted(cells), fill_value=0)
    return summed.rename_axis("cell").reset_index()


def _spread(days: list[date]) -> list[date]:
    if len(days) <= MOST_DAYS:
        return days
    return [days[k] for k in np.linspace(0, len(days) - 1, MOST_DAYS).round().astype(int)]

"""A flight in the air at midnight belongs to the day before, also where that day is lost."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
import worlds
from worlds import DAY, SOURCE

from flights.archive import Archive
from flights.legs import date_departures, join_departures
from flights.records import empty_table

BEFORE = DAY - timedelta(days=1)


def edges(day: date) -> pd.DataFrame:
    """Where an airframe that flew on no other day stood at noon: the source cuts at midnight."""
    row = dict.fromkeys(empty_table("edges").columns)
    row |= {"source": SOURCE, "day": day, "icao24": f"{day.day:06x}", "on_ground": True}
    noon = pd.Timestamp(day, tz="UTC") + pd.Timedelta(hours=12)
    rows = [row | {"edge": edge, "seen_at": noon} for edge in ("first", "last")]
    return pd.DataFrame(rows, columns=empty_table("edges").columns)


def flight(minutes: float, evidence: str) -> pd.DataFrame:
    seen = pd.Timestamp(DAY, tz="UTC") + pd.Timedelta(minutes=minutes)
    return pd.DataFrame({"firstseen": [seen], "origin_evidence": [evidence]})


@pytest.mark.parametrize(
    ("minutes", "evidence", "complete", "day"),
    [
        (0, "lost", {DAY}, BEFORE),  # the day before was never read
        (9.5, "lost", {DAY}, BEFORE),
        (0, "lost", {DAY, BEFORE}, DAY),  # it was read, and the flight was not heard in it
        (11, "lost", {DAY}, DAY),  # came into reception later
        (5, "surface", {DAY}, DAY),  # took off after midnight
        (5, "low", {DAY}, DAY),
    ],
)
def test_flight_is_dated_by_the_day_it_left(
    minutes: float, evidence: str, complete: set[date], day: date
) -> None:
    found = date_departures(flight(minutes, evidence), complete)
    assert found.iloc[0] == pd.Timestamp(day, tz="UTC")


def test_day_after_a_hole_is_not_swollen_by_flights_of_the_hole(tmp_path: Path) -> None:
    records = worlds.records(6)
    midnight = pd.Timestamp(DAY, tz="UTC")
    records.flights["firstseen"] = midnight + pd.to_timedelta(range(0, 120, 20), unit="min")
    records.flights["origin_evidence"] = "lost"
    archive = Archive(tmp_path)
    archive.write_day(replace(records, edges=edges(DAY)))
    assert len(archive.load_flights(SOURCE, DAY, DAY, join=join_departures)) == 5
    assert len(archive.load_flights(SOURCE, BEFORE, BEFORE, join=join_departures)) == 1
    archive.write_day(replace(worlds.records(3, of=worlds.entry(BEFORE)), edges=edges(BEFORE)))
    assert len(archive.load_flights(SOURCE, DAY, DAY, join=join_departures)) == 6


def test_list_that_is_not_cut_at_midnight_keeps_its_first_minutes(tmp_path: Path) -> None:
    records = worlds.records(6)
    midnight = pd.Timestamp(DAY, tz="UTC")
    records.flights["firstseen"] = midnight + pd.to_timedelta(range(6), unit="min")
    records.flights["origin_evidence"] = "lost"
    archive = Archive(tmp_path)
    archive.write_day(replace(records, edges=empty_table("edges")))
    assert len(archive.load_flights(SOURCE, DAY, DAY, join=join_departures)) == 6

"""For flights already heard, more data never widens the bounds, up to the counts per day."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import worlds

from analysis.study import CountSeries, count_days
from flights.archive import Archive
from flights.records import DayRecords, arrow_schema, empty_table
from flights.reference.airports import load_airports
from flights.regions import parse_region
from flights.routes import Route, load_route

pytestmark = pytest.mark.slow

FIRST = date(2050, 3, 10)
DAYS = [FIRST + timedelta(days=n) for n in range(6)]
LATER = [DAYS[-1] + timedelta(days=n) for n in range(1, 4)]
FIELDS = ("ZHCC", "ZSPD", "UTAA", "ELLX", "EDDF", "OMDB")
ROUTE = Route(parse_region("country:CN"), parse_region("country:LU"), "")


def fly(seed: int) -> pd.DataFrame:
    """Flights of a few airframes one after the other; either end of some is lost on the way."""
    rng = np.random.default_rng(seed)
    place = load_airports().loc[list(FIELDS), ["latitude", "longitude"]]
    rows = []
    for airframe in range(8):
        start = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC)
        start += timedelta(minutes=int(rng.integers(0, 1200)))
        here = FIELDS[rng.integers(len(FIELDS))]
        while start.date() <= LATER[-1]:
            there = FIELDS[rng.integers(len(FIELDS))]
            stop = start + timedelta(minutes=int(rng.integers(360, 780)))
            row = {"icao24": f"4d01{airframe:02x}", "firstseen": start, "lastseen": stop}
            for end, which, field in (("origin", "first", here), ("destination", "last", there)):
                lost, place_of = rng.random() < 0.4, place.loc[field]
                away = 9.0 if lost else 0.01
                row |= {
                    end: None if lost else field,
                    f"{end}_evidence": "lost" if lost else "surface",
                    f"{end}_distance_km": None if lost else 1.0,
                    f"{end}_height_ft": None if lost else 0.0,
                    f"{which}_latitude": place_of["latitude"] + away * rng.uniform(-1, 1),
                    f"{which}_longitude": place_of["longitude"] + away * rng.uniform(-1, 1),
                    f"{which}_altitude_ft": 35_000.0 if lost else None,
                }
            rows.append(row)
            start = stop + timedelta(hours=float(rng.choice([1.5, 3, 9, 30])))
            here = there
    flights = pd.DataFrame(rows).assign(positions=100, longest_silence_s=60, received="adsb")
    seconds = flights["firstseen"].map(lambda each: str(int(each.timestamp())))
    flights = flights.assign(flags="", flight_id=flights["icao24"] + "-" + seconds)
    return flights.reindex(columns=arrow_schema("flights").names)


def put(archive: Archive, flights: pd.DataFrame, days: list[date], source: str) -> None:
    for day in days:
        of_day = flights[flights["firstseen"].dt.date == day].assign(source=source, day=day)
        rest = {name: empty_table(name) for name in ("edges", "tracks", "reception")}
        entry = worlds.entry(day, source=source)
        archive.write_day(DayRecords(entry, of_day.reset_index(drop=True), **rest))


def count(archive: Archive) -> CountSeries:
    evidence = load_route(archive, ROUTE, source="readsb", first=DAYS[0], last=DAYS[-1])
    return count_days(evidence)


@pytest.mark.parametrize("seed", range(6))
def test_more_data_never_widens_the_bounds(tmp_path: Path, seed: int) -> None:
    flights, archive = fly(seed), Archive(tmp_path)
    heard = np.random.default_rng(seed).random(len(flights)) < 0.6
    put(archive, flights[heard], DAYS, "readsb")
    series = [count(archive)]
    put(archive, flights[~heard], DAYS, "opensky-lists")  # another series heard the rest
    series.append(count(archive))
    put(archive, flights[heard], LATER, "readsb")
    series.append(count(archive))
    put(archive, flights[~heard], LATER, "opensky-lists")
    series.append(count(archive))
    for less, more in pairwise(series):
        assert less.lower == more.lower
        assert all(a >= b for a, b in zip(less.upper, more.upper, strict=True))
        assert all(a >= b for a, b in zip(more.upper, more.lower, strict=True))


def test_more_data_does_narrow_them_somewhere(tmp_path: Path) -> None:
    """Else the property above would hold of nothing."""
    narrowed = 0.0
    for seed in range(2):
        flights, archive = fly(seed), Archive(tmp_path / str(seed))
        heard = np.random.default_rng(seed).random(len(flights)) < 0.6
        put(archive, flights[heard], DAYS, "readsb")
        before = count(archive)
        put(archive, flights[~heard], [*DAYS, *LATER], "opensky-lists")
        narrowed += sum(before.upper) - sum(count(archive).upper)
    assert narrowed > 0

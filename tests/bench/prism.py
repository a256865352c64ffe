"""How many lost ends a second the prism and reception judge, and its cost against a floor.

    python tests/bench/prism.py [--ends 10000]

Made-up lost ends of one day all over the world, next heard half an hour to twelve hours later a
few hundred km off, as freighters are. `airports` asks each against every field a landplane may
use; `region` against one country's, as route bounds do. `reception` finds the cells ahead of
each and compares who was heard there with four weeks of other days. `together` is airports and
reception of each end. The floor is one product of matrices: the cosines of all arcs from the
ends to the airports, once. Seconds are of one processor core, without
the work of other processes; a busy machine slows everything, but hardly changes the ratios.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one core, before numpy is loaded

import argparse
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[2]))

from flights.evidence import longest_stay_s
from flights.evidence.flight_report import SPEED_KMH
from flights.evidence.reach import UnobservedStretches, find_reach
from flights.reception import AHEAD_H
from flights.reception.cells_ahead import find_cells_ahead
from flights.reception.silence import judge_silences
from flights.reference.airports import load_airports
from flights.reference.speeds import limit_reach

T = TypeVar("T")
DAY = date(2050, 6, 15)
DAYS = [DAY + timedelta(days=n) for n in range(-14, 15)]
CELLS_AN_HOUR = 6_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ends", type=int, default=10_000)
    ends = parser.parse_args().ends
    fields = load_airports().query("rank < 2")
    places = fields["latitude"].to_numpy(float), fields["longitude"].to_numpy(float)
    china = fields.query("country == 'CN'")
    region = china["latitude"].to_numpy(float), china["longitude"].to_numpy(float)
    stretches = make_stretches(ends)
    floor_s, _ = measure(lambda: cosines(stretches, places))
    whole_s, reach = measure(lambda: find_reach(stretches, *places))
    region_s, _ = measure(lambda: longest_stay_s(stretches, *region))
    lost, reception = make_ends(stretches), make_reception()
    heard_s, found = measure(lambda: judge(lost, reception))
    print(f"{ends:,} lost ends, {len(fields):,} airports, {len(china):,} in the region, ", end="")
    print(f"{len(reception) / 1e6:.1f} M reception rows of {len(DAYS)} days")
    print(f"floor     {ends / floor_s:10,.0f} ends/s")
    tell("airports", ends, whole_s, floor_s)
    print(f"          {len(reach.stretch) / ends:10,.0f} possible airports an end")
    tell("region", ends, region_s, floor_s)
    tell("reception", ends, heard_s, floor_s)
    print(f"          {found['kind'].value_counts().to_dict()}")
    tell("together", ends, whole_s + heard_s, floor_s)


def tell(name: str, ends: int, took_s: float, floor_s: float) -> None:
    """One line: ends a second, and the cost in floors."""
    print(f"{name:<10}{ends / took_s:10,.0f} ends/s  {took_s / floor_s:5.1f} x floor")


def judge(lost: pd.DataFrame, reception: pd.DataFrame) -> pd.DataFrame:
    """Reception ahead of all ends."""
    ahead = find_cells_ahead(lost, AHEAD_H * SPEED_KMH)
    return judge_silences(reception, ahead, lost, dict.fromkeys(DAYS, True))


def make_ends(stretches: UnobservedStretches) -> pd.DataFrame:
    """Courses, heights and moments of the same ends, seeded."""
    rng = np.random.default_rng(2)
    count = len(stretches)
    moment = pd.Timestamp(DAY, tz="UTC") + pd.to_timedelta(rng.uniform(0, 86_400, count), "s")
    return pd.DataFrame(
        {
            "latitude": stretches.left_latitude,
            "longitude": stretches.left_longitude,
            "course_deg": rng.uniform(0, 360, count),
            "altitude_ft": rng.choice([15_000.0, 35_000.0], count, p=[0.3, 0.7]),
            "moment": moment,
        }
    )


def make_reception() -> pd.DataFrame:
    """Who was heard in a share of the world's cells every hour, in the order of the archive."""
    rng = np.random.default_rng(3)
    everywhere = pd.DataFrame({"latitude": [0.0], "longitude": [0.0], "course_deg": [np.nan]})
    cells = find_cells_ahead(everywhere, 20_000)[1]
    rows = len(DAYS) * 24 * CELLS_AN_HOUR
    aircraft = rng.integers(1, 12, rows).astype(np.int32)
    return pd.DataFrame(
        {
            "day": np.repeat(np.array(DAYS, object), 24 * CELLS_AN_HOUR),
            "hour": np.tile(np.repeat(np.arange(24, dtype=np.int8), CELLS_AN_HOUR), len(DAYS)),
            "cell": np.sort(rng.choice(cells, (rows // CELLS_AN_HOUR, CELLS_AN_HOUR))).ravel(),
            "aircraft": aircraft,
            "cruise_aircraft": rng.integers(0, aircraft + 1).astype(np.int32),
        }
    )


def make_stretches(count: int) -> UnobservedStretches:
    """Lost ends between 50 S and 60 N, seeded."""
    rng = np.random.default_rng(1)
    latitude, longitude = rng.uniform(-50, 60, count), rng.uniform(-180, 180, count)
    spent_s = rng.uniform(0.5, 12, count) * 3600
    away = np.minimum(spent_s / 3600 * 4, 8)  # degrees
    speed_kt, range_km = limit_reach(rng.choice(["B744", "B748", "B77L", "MD11"], count))
    return UnobservedStretches(
        latitude,
        longitude,
        np.full(count, 35_000.0),
        np.zeros(count),
        np.clip(latitude + rng.normal(0, 1, count) * away, -80, 80),
        longitude + rng.normal(0, 1, count) * away,
        np.full(count, 30_000.0),
        spent_s,
        speed_kt,
        range_km,
    )


def cosines(stretches: UnobservedStretches, places: tuple[np.ndarray, np.ndarray]) -> None:
    """The floor, in the same pieces."""
    fields = unit(*places)
    for start in range(0, len(stretches), 512):
        rows = slice(start, start + 512)
        unit(stretches.left_latitude[rows], stretches.left_longitude[rows]) @ fields.T


def unit(latitude: np.ndarray, longitude: np.ndarray) -> np.ndarray:
    """Points on the unit sphere, shape (n, 3)."""
    lat, lon = np.radians(latitude), np.radians(longitude)
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def measure(work: Callable[[], T]) -> tuple[float, T]:
    """Best of three, seconds of processor time, and what came out."""
    best, found = np.inf, work()
    for _ in range(3):
        began = time.process_time()
        found = work()
        best = min(best, time.process_time() - began)
    return float(best), found


if __name__ == "__main__":
    main()

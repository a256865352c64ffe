"""How many lost ends a second the prism judges, and what it costs beside a floor.

    python tests/bench/prism.py [--ends 10000]

Made-up lost ends all over the world, next heard half an hour to twelve hours later a few
hundred km off, as freighters are. `airports` asks each against every field a landplane may use;
`region` against one country's, as route bounds do. The floor is one product of matrices: the
cosines of all arcs from the ends to the airports, once.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from flights.gaps import Stretches, find_reach, longest_stay_s
from flights.reference.airports import load_airports
from flights.reference.speeds import limit_reach

T = TypeVar("T")


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
    print(f"{ends:,} lost ends, {len(fields):,} airports, {len(china):,} in the region")
    print(f"floor     {ends / floor_s:10,.0f} ends/s")
    print(
        f"airports  {ends / whole_s:10,.0f} ends/s  {whole_s / floor_s:5.1f} x floor  "
        f"({len(reach.stretch) / ends:,.0f} possible airports an end)"
    )
    print(f"region    {ends / region_s:10,.0f} ends/s")


def make_stretches(count: int) -> Stretches:
    """Lost ends between 50 S and 60 N, seeded."""
    rng = np.random.default_rng(1)
    latitude, longitude = rng.uniform(-50, 60, count), rng.uniform(-180, 180, count)
    spent_s = rng.uniform(0.5, 12, count) * 3600
    away = np.minimum(spent_s / 3600 * 4, 8)  # degrees
    speed_kt, range_km = limit_reach(rng.choice(["B744", "B748", "B77L", "MD11"], count))
    return Stretches(
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


def cosines(stretches: Stretches, places: tuple[np.ndarray, np.ndarray]) -> None:
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
    """Best of three [s], and what came out."""
    best, found = np.inf, work()
    for _ in range(3):
        began = time.perf_counter()
        found = work()
        best = min(best, time.perf_counter() - began)
    return float(best), found


if __name__ == "__main__":
    main()

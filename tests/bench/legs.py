"""Finding flights against its floor: `python tests/bench/legs.py [--copies 200]`.

Floor: one lexsort by address and time, and one great-circle pass over the same positions. CPU
seconds of one process, best of several interleaved runs, positions made here; the peak memory
is that of one more process which puts a whole day together.
"""

import argparse
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[1] / "flights" / "readsb"))

from skies import DAY, hop, sky

from flights.legs import find_legs
from flights.readsb.day import assemble_day
from flights.reception import count_reception
from flights.reference.earth import great_circle_km

FIELDS = ((49.63, 6.21), (50.64, 5.44), (25.25, 55.36), (50.03, 8.57), (34.43, 135.24))


def one_day(copies: int) -> np.ndarray:
    """Four flights a day of `copies` airframes between real fields, a position every 10 s."""
    base = []
    for number, origin in enumerate(FIELDS):
        destination = FIELDS[(number + 1) % len(FIELDS)]
        for leg, places in enumerate(((origin, destination), (destination, origin)) * 2):
            start = 60 + leg * 330
            how = {"minutes": 290.0, "height": 35_000.0, "every_s": 10.0}
            base.append(hop(start, *places, icao24=number + 1, callsign=f"TST{leg}", **how))
    rows = sky(*base)
    many = np.concatenate([rows] * copies)
    many["icao24"] += np.repeat(np.arange(copies, dtype="<u4") * len(FIELDS), len(rows))
    return many[np.lexsort((many["seen_at"], many["icao24"]))]


def floor(positions: np.ndarray) -> None:
    """Work that every way of finding flights needs."""
    np.lexsort((positions["seen_at"], positions["icao24"]))
    latitude, longitude = positions["latitude"], positions["longitude"]
    great_circle_km(latitude[1:], longitude[1:], latitude[:-1], longitude[:-1])


def cpu_seconds(work: Callable[[], object]) -> float:
    """CPU seconds of one call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def peak_megabytes(copies: int) -> tuple[float, float]:
    """Peak memory before and after putting a day together [MB]."""
    positions = one_day(copies)
    assemble_day([positions[:1000]], source="test", day=DAY, airframes={})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    assemble_day([positions], source="test", day=DAY, airframes={})
    return before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--copies", type=int, default=140)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    positions = one_day(options.copies)
    find_legs(positions[:1000], day=DAY, source="test")
    works: dict[str, Callable[[], object]] = {
        "floor": lambda: floor(positions),
        "find_legs": lambda: find_legs(positions, day=DAY, source="test"),
        "count_reception": lambda: count_reception(positions),
        "assemble_day": lambda: assemble_day([positions], source="test", day=DAY, airframes={}),
    }
    best = dict.fromkeys(works, np.inf)
    for _ in range(options.runs):
        for name, work in works.items():
            best[name] = min(best[name], cpu_seconds(work))
    print(f"{len(positions):,} positions")
    for name, seconds in best.items():
        rate, ratio = len(positions) / seconds / 1e6, seconds / best["floor"]
        print(f"{name:16} {seconds:6.2f} s  {rate:5.2f} M/s  {ratio:5.2f} x floor")
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        before, after = pool.apply(peak_megabytes, (options.copies,))
    print(f"peak memory {before:.0f} MB with the positions, {after:.0f} MB after assemble_day")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

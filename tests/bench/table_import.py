"""Import of a made-up table: seconds against one pass of Python's csv reader, and peak memory.

python tests/bench/table_import.py --rows 2000000
"""

import argparse
import csv
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

YEAR_S = 366 * 86_400


def write_table(path: Path, rows: int) -> None:
    """A year of flights between served airports, in time order."""
    from flights.reference.airports import load_airports

    generator = np.random.default_rng(1)
    airports = load_airports()
    codes = airports.index[airports["rank"] == 0].to_numpy().astype(str)
    seconds = np.sort(generator.integers(0, YEAR_S, rows))
    start = np.datetime64("2024-01-01T00:00:00") + seconds.astype("timedelta64[s]")
    stop = start + generator.integers(1800, 40_000, rows).astype("timedelta64[s]")
    columns = (
        np.char.mod("%06x", generator.integers(1, 1 << 24, 20_000))[
            generator.integers(0, 20_000, rows)
        ],
        np.char.add("CLX", generator.integers(1, 9999, rows).astype(str)),
        codes[generator.integers(0, len(codes), rows)],
        codes[generator.integers(0, len(codes), rows)],
        np.datetime_as_string(start, timezone="UTC"),
        np.datetime_as_string(stop, timezone="UTC"),
    )
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["icao24", "callsign", "origin", "destination", "firstseen", "lastseen"])
        writer.writerows(zip(*columns, strict=True))


def measure_floor(path: Path) -> float:
    """CPU seconds of one pass that only divides the text into cells."""
    began = time.process_time()
    with path.open(encoding="utf-8", newline="") as file:
        for _ in csv.reader(file):
            pass
    return time.process_time() - began


def import_table(path: Path, root: Path) -> tuple[float, float, int]:
    """CPU seconds to judge the table and to write its days; flights."""
    os.environ["FLIGHTS_ARCHIVE"] = str(root)
    from flights.archive import Archive
    from flights.pull import plan_pull, run_pull
    from flights.sources import open_source

    archive = Archive(root)
    began = time.process_time()
    source = open_source("table", path=path, name="bench", covers="2024-01-01..2024-12-31")
    plan = plan_pull(source, archive)
    judged = time.process_time()
    report = run_pull(plan, archive)
    return judged - began, time.process_time() - judged, report.progress.flights


def main() -> None:
    """Measure once and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=500_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.csv"
        if (child := os.fork()) == 0:  # so that making the table is not in the peak
            write_table(path, rows)
            os._exit(0)
        os.waitpid(child, 0)
        floor = measure_floor(path)
        judge_s, write_s, flights = import_table(path, Path(folder) / "archive")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(
        f"{rows:,} rows, {flights:,} flights: judged in {judge_s:.1f} s of CPU "
        f"({judge_s / floor:.1f} x one csv pass), 366 days written in {write_s:.1f} s, "
        f"peak {peak:,.0f} MB"
    )


if __name__ == "__main__":
    main()

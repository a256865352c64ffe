"""A quarter of Aircraft Flight Schedules cut into days: `python tests/bench/schedules.py`.

    python tests/bench/schedules.py [--rows 14000000] [--keep FILE]

The file is made up here in the published form: all columns text, positions of both ends, one end
in six in cruise, one flight in twenty in two rows. A process of its own reads, judges, splits and
hands out every day of the quarter; it says how many CPU seconds that took and how much memory it
had at most. Floor: one pass over the same columns with pyarrow.
"""

import argparse
import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from made_schedules import COLUMNS

from flights.records import InputFile
from flights.reference.airports import load_airports
from flights.sources.flight_lists.schedules.quarter import QuarterTask, collect_quarter
from flights.sources.flight_lists.schedules.quarters import Quarter

QUARTER = Quarter(2025, 2)
PIECE = 200_000
AIRCRAFT = 120_000


def main() -> None:
    """Make the file, read it, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=14_000_000)
    parser.add_argument("--keep", type=Path, help="keep the made file here, or take it from here")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = asked.keep or Path(folder) / "quarter.parquet"
        if not path.exists():
            write_quarter(path, asked.rows)
        print(f"{asked.rows:,} rows, {path.stat().st_size / 1e6:,.0f} MB")
        context = multiprocessing.get_context("spawn")
        figures = {}
        for name, work in (("floor", scan), ("read, judged and split", collect)):
            with context.Pool(1) as pool:
                figures[name] = pool.apply(measure, (work, path))
            cpu, wall, peak, said = figures[name]
            print(f"{name:<24} {cpu:7.1f} CPU s {wall:7.1f} s {peak:7,.0f} MB  {said}")
        ratio = figures["read, judged and split"][0] / figures["floor"][0]
        print(f"ratio of CPU seconds: {ratio:.1f}")


def measure(work, path):
    """CPU and wall seconds of this process, its peak memory [MB], and what the work returns."""
    began, wall = time.process_time(), time.monotonic()
    said = work(path)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return time.process_time() - began, time.monotonic() - wall, peak, said


def scan(path: Path) -> str:
    """One pass over all columns."""
    with pq.ParquetFile(path) as file:
        rows = sum(len(batch) for batch in file.iter_batches(65_536, use_threads=False))
    return f"{rows:,} rows"


def collect(path: Path) -> str:
    """Every day of the quarter, as a pull reads it."""
    task = QuarterTask(
        source="flight-schedules",
        quarter=QUARTER,
        path=path,
        days=QUARTER.days(),
        file=InputFile(path.name, path.stat().st_size, "0" * 64),
        fingerprint="",
        edges=frozenset(),
        airframes={},
    )
    entries = [records.entry for records in collect_quarter(task, lambda text, share: None)]
    flights = sum(entry.counts["flights"] for entry in entries)
    complete = sum(entry.is_complete for entry in entries)
    joined = sum(entry.counts["flagged_joined_rows"] for entry in entries)
    return f"{flights:,} flights, {joined:,} joined, {complete} of {len(entries)} days complete"


def write_quarter(path: Path, rows: int) -> None:
    """A made-up quarter in the published form."""
    random = np.random.default_rng(3)
    table = load_airports()
    fields = table[table["iata"].notna() & (table["iata"] != "")].sample(3_000, random_state=3)
    writer = None
    for start in range(0, rows, PIECE):
        piece = _piece(random, fields, min(PIECE, rows - start))
        if writer is None:
            writer = pq.ParquetWriter(path, piece.schema, compression="snappy")
        writer.write_table(piece, row_group_size=PIECE)
    if writer:
        writer.close()


def _piece(random: np.random.Generator, fields, count: int) -> pa.Table:
    aircraft = random.integers(0, AIRCRAFT, count)
    seconds = (QUARTER.last - QUARTER.first).days * 86_400
    begin = np.datetime64(QUARTER.first, "s") + random.integers(0, seconds, count)
    stop = begin + random.integers(1_800, 40_000, count)
    made = {
        "ICAO_Hex": [f"icaohex-{0x400000 + n:06x}" for n in aircraft],
        "Reg": [f"D-{n:05d}" for n in aircraft],
        "AC_Type": ["B748" if n % 20 == 0 else "A320" for n in aircraft],
        "AC_Type_Description": ["BOEING 747-8F" if n % 20 == 0 else "-" for n in aircraft],
        "AC_Type_Detailed": ["-"] * count,
        "Airline": ["CLX" if n % 20 == 0 else "DLH" for n in aircraft],
        "Callsign": [f"{'CLX' if n % 20 == 0 else 'DLH'}{n % 9_000}" for n in aircraft],
        "Route_Validation_Based_on_Callsign": ["-"] * count,
        "Track_Origin_DateTime_UTC": [str(t).replace("T", " ") for t in begin],
        "Track_Destination_DateTime_UTC": [str(t).replace("T", " ") for t in stop],
    }
    for which in ("Origin", "Destination"):
        at = random.integers(0, len(fields), count)
        spread = np.where(random.random(count) < 1 / 6, 2.0, 0.01)
        latitude = fields["latitude"].to_numpy()[at] + random.normal(0, spread)
        longitude = fields["longitude"].to_numpy()[at] + random.normal(0, spread)
        feet = np.where(spread > 1, "36000", np.where(random.random(count) < 0.6, "ground", "1800"))
        made[f"Track_{which}_Lat"] = [f"{x:.5f}" for x in np.clip(latitude, -89, 89)]
        made[f"Track_{which}_Lon"] = [f"{x:.5f}" for x in np.clip(longitude, -179, 179)]
        made[f"Track_{which}_FL_Ft"] = feet.tolist()
        codes = fields.index.to_numpy()[at]
        made[f"Track_{which}_ApplicableAirports"] = [f"['{code}']" for code in codes]
    return pa.table({name: pa.array(made[name], pa.string()) for name in COLUMNS})


if __name__ == "__main__":
    main()

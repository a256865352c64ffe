"""How long the index of one month of world traffic takes to build, and how much memory.

    python tests/bench/index.py [--flights 3000000] [--keep DIR]

Writes a month of made-up days into an archive (flights and edges, as a source would), then lets
a fresh process build the month with the real rules for midnights and cargo.
"""

import argparse
import os
import resource
import shutil
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parent)]

from query import SOURCE, YEAR, Network, piece

from flights.archive import Archive
from flights.query import RouteIndex
from flights.query.index.index import _days_of
from flights.records import DayRecords, LedgerEntry, arrow_schema, empty_table

MONTH = date(YEAR, 7, 1)


def write_days(root: Path, flights: int) -> None:
    """A month of flights, cut into its days, each airframe with its first and last position."""
    rng = np.random.default_rng(3)
    frame = piece(Network(rng), MONTH, flights, rng).to_pandas()
    archive = Archive(root)
    began = time.monotonic()
    for day in _days_of(MONTH):
        rows = frame[frame["day"] == day]
        entry = LedgerEntry(SOURCE, day, "complete", asked_at=datetime(YEAR + 1, 1, 1, tzinfo=UTC))
        tables = [empty_table("tracks"), empty_table("reception")]
        flown = rows[arrow_schema("flights").names]
        archive.write_day(DayRecords(entry, flown, edges(rows), *tables))
    print(f"31 days of {flights / 31:.0f} flights written in {time.monotonic() - began:.0f} s")


def edges(rows: pd.DataFrame) -> pd.DataFrame:
    """First and last position of each airframe on its day, on the ground."""
    parts = []
    for edge, which in (("first", "first"), ("last", "last")):
        kept = rows.drop_duplicates("icao24", keep=edge)
        parts.append(
            pd.DataFrame(
                {
                    **{name: kept[name] for name in ("source", "day", "icao24", "callsign")},
                    "edge": edge,
                    "seen_at": kept[f"{which}seen"],
                    "latitude": kept[f"{which}_latitude"],
                    "longitude": kept[f"{which}_longitude"],
                    "on_ground": True,
                }
            )
        )
    return pd.concat(parts).reindex(columns=arrow_schema("edges").names)


def build(root: Path) -> None:
    """Build the month and print time and memory."""
    archive = Archive(root)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    began, used = time.monotonic(), time.process_time()
    (month,) = RouteIndex(archive).months(SOURCE, MONTH, MONTH, archive.read_ledger(SOURCE))
    took, cpu = time.monotonic() - began, time.process_time() - used
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(f"built {month.folder.name} in {took:.0f} s ({cpu:.0f} s of processor time)")
    print(f"most memory: {most:.0f} MB ({before:.0f} MB before it began)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--flights", type=int, default=3_000_000)
    parser.add_argument("--keep", type=Path, help="folder that stays for the next run")
    asked = parser.parse_args()
    root = asked.keep or Path(tempfile.mkdtemp(prefix="bench-index-"))
    try:
        spawn = get_context("spawn")
        for step, given in ((write_days, (root, asked.flights)), (build, (root,))):
            if step is write_days and (root / "ledger").is_dir():
                continue
            process = spawn.Process(target=step, args=given)
            process.start()
            process.join()
        print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    finally:
        if not asked.keep:
            shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    main()

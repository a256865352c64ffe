"""A month of a flight list cut into days: `python tests/bench/lists.py [--rows 2300000]`.

Lists are made up here, as large and as varied as the published ones (May 2021: 2 278 298 rows;
OPDI: 72 million flights in 52 months). Each is read by a process of its own, which says
how many CPU seconds it took and its peak memory. Floor: unpacking the file.
"""

import argparse
import gzip
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import csv

sys.path.insert(0, str(Path(__file__).parents[2]))

from flights.records import InputFile
from flights.reference.airports import load_airports
from flights.sources.flight_lists.csv_list import read_csv_list
from flights.sources.flight_lists.month import MonthTask, collect_month
from flights.sources.flight_lists.parquet_list import read_parquet_list
from flights.sources.flight_lists.publisher import days_of
from flights.sources.opensky_gaps import gap_sentences

MONTH = date(2021, 5, 1)
PIECE = 100_000
AIRFRAMES = 60_000
READERS = {"opensky-lists": read_csv_list, "opdi": read_parquet_list}


def _texts(random: np.random.Generator, count: int, names: np.ndarray, unknown: float) -> pa.Array:
    return pa.array(random.choice(names, count), mask=random.random(count) < unknown)


def make_piece(random: np.random.Generator, first: int, count: int, total: int) -> pa.Table:
    """Some flights of the month, in order of the day of their landing."""
    seconds = 31 * 86_400
    lands = np.sort((first + random.random(count) * count) / total * seconds).astype(np.int64)
    lasts = random.integers(1_200, 30_000, count)
    start = int(np.datetime64(MONTH, "s").astype(np.int64))
    names = np.array([f"{code}{n}" for code in ("CLX", "DLH", "AAL", "UAE") for n in range(2_000)])
    fields = load_airports().query("rank == 0")
    at = random.integers(0, len(fields), (2, count))
    airframe = random.integers(0, AIRFRAMES, count)
    codes = fields.index.to_numpy(dtype=str)
    kinds = np.array(["A320", "B738", "B748", "B77L", "C172", "A359"])
    columns = {
        "callsign": _texts(random, count, names, 0.03),
        "number": pa.nulls(count, pa.string()),
        "icao24": pa.array([f"{0x400000 + 131 * n:06x}" for n in airframe.tolist()]),
        "registration": pa.array([f"D-A{n:05d}" for n in airframe.tolist()]),
        "typecode": _texts(random, count, kinds, 0.2),
        "origin": pa.array(codes[at[0]], mask=random.random(count) < 0.35),
        "destination": pa.array(codes[at[1]], mask=random.random(count) < 0.35),
        "firstseen": _written(start + lands - lasts),
        "lastseen": _written(start + lands),
        "day": _written(start + lands // 86_400 * 86_400),
    }
    for number, row in enumerate(at, start=1):
        for name in ("latitude", "longitude"):
            exact = fields[name].to_numpy()[row] + random.normal(0, 0.1, count)
            columns[f"{name}_{number}"] = pa.array(exact)
        columns[f"altitude_{number}"] = pa.array(random.normal(900, 400, count).round(2))
    return pa.table(columns)


def _written(seconds: np.ndarray) -> pa.Array:
    return pc.binary_join_element_wise(
        pc.strftime(pa.array(seconds, pa.timestamp("s")), "%Y-%m-%d %H:%M:%S"), "+00:00", ""
    )


def write_csv(path: Path, rows: int) -> None:
    """A list as Zenodo has it."""
    random = np.random.default_rng(7)
    plain = csv.WriteOptions(include_header=False, quoting_style="none")
    with gzip.open(path, "wb", 6) as packed:
        for first in range(0, rows, PIECE):
            piece = make_piece(random, first, min(PIECE, rows - first), rows)
            if not first:
                packed.write((",".join(piece.column_names) + "\n").encode())
            csv.write_csv(piece, packed, plain)


def write_parquet(path: Path, rows: int) -> None:
    """A list as EUROCONTROL writes it: with pandas, so in row groups of a million."""
    random = np.random.default_rng(7)
    pieces = []
    for first in range(0, rows, PIECE):
        made = make_piece(random, first, min(PIECE, rows - first), rows)
        short = {
            name: pc.utf8_slice_codeunits(made[name], 0, 19) for name in made.column_names[7:9]
        }
        pieces.append(
            pa.table(
                {
                    "id": pa.array(random.integers(-(2**62), 2**62, len(made))),
                    "icao24": made["icao24"],
                    "flt_id": made["callsign"],
                    "dof": pc.utf8_slice_codeunits(made["firstseen"], 0, 10),
                    "adep": made["origin"],
                    "ades": made["destination"],
                    "adep_p": made["number"],
                    "ades_p": made["number"],
                    "registration": made["registration"],
                    "model": made["typecode"],
                    "typecode": made["typecode"],
                    "icao_aircraft_class": made["typecode"],
                    "icao_operator": made["typecode"],
                    "first_seen": short["firstseen"],
                    "last_seen": short["lastseen"],
                    "version": pa.array(["v0.0.2"] * len(made)),
                }
            )
        )
    pq.write_table(pa.concat_tables(pieces), path, row_group_size=1 << 20)


def read_month(name: str, path: Path) -> tuple[float, int]:
    """CPU seconds and flights of a whole month."""
    begin = time.process_time()
    task = MonthTask(
        source=name,
        days=days_of(MONTH),
        file=InputFile(path.name, path.stat().st_size, ""),
        reader="bench",
        release_kind="bench",
        filed_by="lastseen" if name == "opensky-lists" else "firstseen",
        fingerprint="",
        gaps=gap_sentences,
    )
    found = collect_month(task, READERS[name](path), lambda text, share: None)
    flights = sum(len(records.flights) for records in found)
    return time.process_time() - begin, flights


def unpack(path: Path) -> float:
    """CPU seconds that unpacking takes, and nothing else."""
    begin = time.process_time()
    if path.suffix == ".gz":
        with gzip.open(path) as packed:
            while packed.read(4 << 20):
                pass
    else:
        for _ in pq.ParquetFile(path).iter_batches():
            pass
    return time.process_time() - begin


def _tell(connection, work: Callable, *given: object) -> None:  # type: ignore[no-untyped-def]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    connection.send((work(*given), before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))


def apart(work: Callable, *given: object) -> tuple:
    """What `work` gives in a process of its own; its memory before and at most [MB]."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_tell, args=(there, work, *given))
    process.start()
    answer, before, most = here.recv()
    process.join()
    return answer, before / 1024, most / 1024


def main() -> None:
    """Make the lists, read them, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_300_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        for name, file, write in (
            ("opensky-lists", "month.csv.gz", write_csv),
            ("opdi", "month.parquet", write_parquet),
        ):
            path = Path(folder) / file
            apart(write, path, rows)
            floor, _, _ = apart(unpack, path)
            (seconds, flights), before, most = apart(read_month, name, path)
            print(
                f"{name}: {path.stat().st_size / 1e6:.0f} MB, {flights:,} flights in "
                f"{seconds:.1f} CPU s ({flights / seconds:,.0f} a second; unpacking alone "
                f"{floor:.1f} s), memory {before:.0f} MB at the start, {most:.0f} MB at most"
            )


if __name__ == "__main__":
    main()

"""Decoding against its floor, side by side in one run: `python tests/bench/decode.py`.

Floors: heatmaps, unzip + one numpy pass that scales every field to a column; traces, unzip +
`orjson.loads`. CPU seconds of one process, best of several interleaved runs, and the peak
memory of a worker that reads a whole big day, and of one that also writes it to an archive.
"""

import argparse
import gc
import multiprocessing
import resource
import sys
import tempfile
import time
import zlib
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import orjson

sys.path.insert(0, str(Path(__file__).parents[2]))

from flights.archive import Archive
from flights.readsb import Task, collect_days, find_days
from flights.readsb.heatmap import RECORD, read_heatmap
from flights.readsb.members import HEATMAP
from flights.readsb.sorted_spill import Spill
from flights.readsb.traces import read_trace
from flights.records import POSITION
from flights.sources.simulated.readsb.encode import encode_heatmap, encode_trace

DAY = date(2050, 6, 1)
MIDNIGHT_MS = int(datetime(2050, 6, 1, tzinfo=UTC).timestamp()) * 1000
HALF_HOUR_MS = 1_800_000


def big_half_hour(aircraft: int, *, number: int = 0, every_ms: int = 10_000) -> np.ndarray:
    """Positions of `aircraft` that circle all day, in half hour `number` of it.

    Sizes are those of adsb.lol: 800,000 records and 11 MB of gzip for 3,900 aircraft.
    """
    random, noise = np.random.default_rng(7), np.random.default_rng(number)
    steps = HALF_HOUR_MS // every_ms
    address = random.choice(1 << 24, aircraft, replace=False)
    moment = np.arange(steps) * every_ms
    positions = np.zeros((aircraft, steps), POSITION)
    positions["icao24"] = address[:, None]
    start = MIDNIGHT_MS + number * HALF_HOUR_MS
    positions["seen_at"] = start + moment + random.integers(0, every_ms, (aircraft, 1))
    hours = (number * HALF_HOUR_MS + moment) / 3_600_000
    turned = random.uniform(0, 2 * np.pi, (aircraft, 1)) + hours * 2 * np.pi / 2
    middle = random.uniform(-60, 60, (aircraft, 1)), random.uniform(-170, 170, (aircraft, 1))
    blur = noise.normal(0, 1e-4, (2, aircraft, steps))
    positions["latitude"] = middle[0] + 2 * np.sin(turned) + blur[0]
    positions["longitude"] = middle[1] + 2 * np.cos(turned) + blur[1]
    level = random.integers(40, 1600, (aircraft, 1)) * 25.0
    positions["altitude_ft"] = level + noise.integers(0, 2, (aircraft, steps)) * 25
    speed = random.uniform(120, 520, (aircraft, 1))
    positions["speed_kt"] = np.round(speed + noise.normal(0, 1, (aircraft, steps)), 1)
    names = np.array([f"SIM{number:d}" for number in range(aircraft)], "S8")
    positions["callsign"] = names[:, None]
    return positions.reshape(-1)


def heatmap_floor(data: bytes) -> float:
    """Unzip, then every field scaled to its column once; returns something of it."""
    records = np.frombuffer(zlib.decompress(data, 31), RECORD)
    columns = (
        records["hex"] & 0x1FFFFFF,
        records["lat"] / 1e6,
        records["lon"] / 1e6,
        records["alt"].astype(np.float32) * 25,
        records["gs"].astype(np.float32) / 10,
    )
    return float(columns[1][-1])


def trace_floor(files: list[bytes]) -> int:
    """Unzip and parse, without Python's garbage collection (which would make it slower)."""
    gc.disable()
    total = sum(len(orjson.loads(zlib.decompress(each, 31))["trace"]) for each in files)
    gc.enable()
    return total


def best(runs: int, *work: Callable[[], object]) -> list[float]:
    """Least CPU seconds of each, the pieces of work taking turns."""
    least = [float("inf")] * len(work)
    for _ in range(runs):
        for number, each in enumerate(work):
            start = time.process_time()
            each()
            least[number] = min(least[number], time.process_time() - start)
    return least


def bench_heatmaps(runs: int) -> None:
    """One half hour of 10 s world traffic."""
    data = encode_heatmap(
        big_half_hour(3900), half_hour_start_ms=MIDNIGHT_MS, interval_ms=10_000, level=9
    )
    count = len(zlib.decompress(data, 31)) // 16
    unzip, floor, ours = best(
        runs,
        lambda: zlib.decompress(data, 31),
        lambda: heatmap_floor(data),
        lambda: read_heatmap(data, "bench"),
    )
    print(f"heatmap: {count:,} records, {len(data) / 1e6:.1f} MB gzip")
    print(f"  unzip {unzip * 1e3:.0f} ms, floor {floor * 1e3:.0f} ms, ours {ours * 1e3:.0f} ms")
    print(f"  ratio to the floor {ours / floor:.2f} (target 1.5); {count / ours / 1e6:.1f} M rec/s")


def bench_traces(runs: int, aircraft: int = 100) -> None:
    """A hundred aircraft heard all day."""
    halves = [big_half_hour(aircraft, number=n, every_ms=12_000) for n in range(48)]
    day = np.concatenate(halves)
    day = day[np.lexsort((day["seen_at"], day["icao24"]))]
    split = np.split(day, np.flatnonzero(np.diff(day["icao24"])) + 1)
    files = [encode_trace(each, day=DAY, registration="S-IM", typecode="B744") for each in split]
    unzip, floor, ours = best(
        runs,
        lambda: [zlib.decompress(each, 31) for each in files],
        lambda: trace_floor(files),
        lambda: [read_trace(each, "bench.json") for each in files],
    )
    size = sum(map(len, files)) / 1e6
    print(f"traces: {len(day):,} points in {len(files)} files, {size:.1f} MB gzip")
    print(f"  unzip {unzip * 1e3:.0f} ms, floor {floor * 1e3:.0f} ms, ours {ours * 1e3:.0f} ms")
    print(f"  ratio to the floor {ours / floor:.2f} (target 2); {len(day) / ours / 1e6:.2f} M pt/s")


def _read_big_day(folder: str, assemble: bool) -> None:
    start, lying = time.process_time(), find_days(Path(folder), HEATMAP)[0]
    before = _peak_mb()
    if assemble:
        found = collect_days(Task("bench", lying, "heatmaps"), lambda *_: None)
        with tempfile.TemporaryDirectory() as root:
            entry = Archive(Path(root)).write_day(found[0])
        told = f"{entry.status} and written, {entry.tables['flights']['rows']:,} flights and "
        told += f"{entry.tables['tracks']['rows']:,} positions kept to draw them"
    else:
        told = f"{_only_decode(lying.paths[0]):,} positions decoded, spilled and sorted"
    peak = _peak_mb()
    print(f"  {told}: {time.process_time() - start:.0f} CPU s, peak {peak:.0f} MB", end="")
    print(f" ({before:.0f} MB before the first byte; target < 500)")


def _peak_mb() -> float:
    """Most memory this process has had [MB]; ru_maxrss would count its parent's too."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(each for each in status.read_text().splitlines() if "VmHWM" in each)
        return int(line.split()[1]) / 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def _only_decode(folder: Path) -> int:
    with Spill() as spill:
        for path in sorted((folder / "heatmap").iterdir()):
            spill.add(read_heatmap(path.read_bytes(), path.name).positions)
        return sum(len(bucket) for bucket in spill.buckets(DAY))


def bench_memory(half_hours: int, assemble: bool) -> None:
    """A worker over a day of heatmaps of some 800,000 records each."""
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch) / f"{DAY:%Y/%m/%d}" / "heatmap"
        place.mkdir(parents=True)
        for number in range(half_hours):
            data = encode_heatmap(
                big_half_hour(3900, number=number),
                half_hour_start_ms=MIDNIGHT_MS + number * HALF_HOUR_MS,
                interval_ms=10_000,
                level=1,
            )
            (place / f"{number:02d}.bin.ttf").write_bytes(data)
        print(f"memory: {half_hours} heatmaps of about 800,000 records")
        for each in (False, True) if assemble else (False,):
            worker = multiprocessing.get_context("spawn").Process(
                target=_read_big_day, args=(scratch, each)
            )
            worker.start()
            worker.join()


def main() -> None:
    """Run what was asked and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--half-hours", type=int, default=48)
    parser.add_argument("--assemble", action="store_true", help="also find and write flights")
    asked = parser.parse_args()
    bench_heatmaps(asked.runs)
    bench_traces(asked.runs)
    if asked.half_hours:
        bench_memory(asked.half_hours, asked.assemble)


if __name__ == "__main__":
    main()

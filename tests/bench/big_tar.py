"""Memory of a worker that reads and writes a day from a release of 3 GB, over loopback.

    python tests/bench/big_tar.py [--gigabytes 3] [--points 100]

Heatmaps are those of a world day (48 times some 800,000 records); traces are 60,000 files of
which `--points` positions each are real and the rest is text, as long as adsb.lol's are. The
tar is made while it is served, in another process than the worker's, which is measured.
"""

import argparse
import base64
import json
import multiprocessing
import os
import sys
import tempfile
import time
from datetime import date
from functools import partial
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from decode import DAY as MADE_DAY
from decode import HALF_HOUR_MS, MIDNIGHT_MS, _peak_mb, big_half_hour
from github import GitHub
from lazy_tar import Entry, LazyTar, noise

from flights.archive import Archive
from flights.sources import open_source
from flights.sources.adsblol.listings import Release
from flights.sources.simulated.readsb.encode import encode_heatmap
from flights.sources.simulated.readsb.trace_bytes import midnight_ms

DAY = date(2025, 6, 12)
SHIFT_MS = midnight_ms(DAY) - MIDNIGHT_MS
PART_BYTES = 2_000_000_000
TARGET_MB = 600
TRACES = 60_000


def write_heatmaps(folder: Path) -> list[Entry]:
    """48 half hours of world traffic as files."""
    entries = []
    for number in range(48):
        positions = big_half_hour(3900, number=number)
        positions["seen_at"] += SHIFT_MS
        start = MIDNIGHT_MS + SHIFT_MS + number * HALF_HOUR_MS
        data = encode_heatmap(positions, half_hour_start_ms=start, interval_ms=10_000, level=1)
        path = folder / f"{number:02d}"
        path.write_bytes(data)
        entries.append(Entry(f"./heatmap/{number:02d}.bin.ttf", len(data), path.read_bytes))
    return entries


def make_trace(address: int, points: int, size: int) -> bytes:
    """One aircraft all day in exactly `size` bytes: its points, then filling text."""
    trace = [
        [round(n * 86_000 / points, 2), 40 + n / points, address % 300 - 150 + 0.5, 35_000, 450.0,
         90.0, 0, 0, {"flight": "SIM1    "} if n % 4 == 0 else None, "adsb_icao", None, None]
        for n in range(points)
    ]  # fmt: skip
    said = {"icao": f"{address:06x}", "timestamp": midnight_ms(DAY) / 1e3, "trace": trace}
    text = json.dumps({**said, "filler": ""}).encode()
    assert len(text) <= size, "fewer points, or more gigabytes"
    filler = base64.b64encode(noise(size))[: size - len(text)]
    return text[:-2] + filler + text[-2:]


def make_traces(gigabytes: float, points: int) -> list[Entry]:
    """Entries, folder by folder, with this total size."""
    size = int(gigabytes * 1e9) // TRACES
    entries = []
    for address in range(TRACES):
        name = f"./traces/{address % 256:02x}/trace_full_{address:06x}.json"
        entries.append(Entry(name, size, partial(make_trace, address, points, size)))
    return sorted(entries, key=lambda each: each.name)


def work(detail: str, root: str) -> None:
    """Read and write the day; says how much memory that took at most."""
    before, began = _peak_mb(), time.perf_counter()
    source = open_source("adsblol", detail=detail)
    (offer,) = source.offers(DAY, DAY)
    (records,) = source.collect(offer, lambda *_: None)
    entry = Archive(Path(root)).write_day(records)
    took = time.perf_counter() - began
    print(
        f"| {detail} | {offer.fingerprint[:6]} | {entry.status} | {entry.counts['positions']:,} | "
        f"{entry.tables['flights']['rows']:,} | {took:.0f} s | {_peak_mb():.0f} MB "
        f"({before:.0f} MB before) |",
        flush=True,
    )
    if entry.status != "complete":
        print(entry.reasons)


def main() -> None:
    """One row per detail."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=3.0)
    parser.add_argument("--points", type=int, default=100)
    asked = parser.parse_args()
    assert MADE_DAY != DAY
    with tempfile.TemporaryDirectory() as scratch, GitHub() as github:
        folder = Path(scratch)
        heatmaps = write_heatmaps(folder)
        own = sum(each.size for each in heatmaps)
        tar = LazyTar([*heatmaps, *make_traces(asked.gigabytes - own / 1e9, asked.points)])
        release = Release(DAY, "prod-0", DAY.year)
        for number, start in enumerate(range(0, len(tar), PART_BYTES)):
            part = tar[start : start + PART_BYTES]
            github.lay(release, f".tar.a{chr(97 + number)}", part, etag=f'"{number}"')  # type: ignore[arg-type]
        os.environ["FLIGHTS_MIRRORS"] = github.mirrors
        print(f"a tar of {len(tar) / 1e9:.2f} GB, {own / 1e6:.0f} MB of them heatmaps")
        print("| detail | release | day | positions | flights | took | peak of the worker |")
        for detail in ("heatmaps", "traces"):
            context = multiprocessing.get_context("spawn")
            worker = context.Process(target=work, args=(detail, str(folder / detail)))
            worker.start()
            worker.join()
            assert worker.exitcode == 0


if __name__ == "__main__":
    main()

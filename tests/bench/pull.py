"""Pulling releases from loopback with one worker and with two: `python tests/bench/pull.py`.

Each release is a tar of heatmaps and of traces three times as large, which a pull must not
fetch. The floor is fetching the same heatmap bytes and unpacking them. `--kill` instead kills a
pull of ninety tiny days with two workers again and again, and compares the result at the end.
"""

import argparse
import io
import math
import multiprocessing
import os
import resource
import sys
import tarfile
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(1, str(Path(__file__).parents[1]))
sys.path.insert(2, str(Path(__file__).parents[1] / "flights"))

from github import GitHub

from flights.archive import Archive
from flights.commands.executors import open_executor
from flights.config import read_settings
from flights.legs.ends.airfields import load_airfields
from flights.network import Door
from flights.pull import plan_pull, run_pull
from flights.records import POSITION
from flights.sources.adsblol.source import open_source
from flights.sources.simulated.readsb.encode import HALF_HOURS, encode_heatmap
from flights.sources.simulated.readsb.heatmap_bytes import HALF_HOUR_MS

FIRST = date(2031, 3, 1)
TRACE_SHARE = 3
BLOCK = 512


def circling(day: date, aircraft: int, every_s: int = 15) -> np.ndarray:
    """Aircraft that circle all day, each over a place of its own."""
    random = np.random.default_rng(day.toordinal())
    steps = 86_400 // every_s
    made = np.zeros((aircraft, steps), POSITION)
    midnight = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000
    made["icao24"] = random.choice(1 << 24, aircraft, replace=False)[:, None]
    made["seen_at"] = midnight + np.arange(steps) * every_s * 1000 + 5000
    turned = random.uniform(0, 2 * np.pi, (aircraft, 1)) + np.linspace(0, 24 * np.pi, steps)
    made["latitude"] = random.uniform(-60, 60, (aircraft, 1)) + 2 * np.sin(turned)
    made["longitude"] = random.uniform(-170, 170, (aircraft, 1)) + 2 * np.cos(turned)
    made["altitude_ft"] = random.integers(40, 1600, (aircraft, 1)) * 25
    made["speed_kt"] = 300
    made["callsign"] = b"QQA1"
    return made.reshape(-1)


def release(day: date, aircraft: int) -> tuple[bytes, list[tuple[int, int]]]:
    """A tar as published, and where its heatmaps are."""
    positions = circling(day, aircraft)
    start = int(positions["seen_at"].min()) - 5000
    heatmaps = [
        encode_heatmap(positions, half_hour_start_ms=start + n * HALF_HOUR_MS, level=1)
        for n in range(HALF_HOURS)
    ]
    out, places = io.BytesIO(), []
    noise = np.random.default_rng(1).bytes(TRACE_SHARE * sum(map(len, heatmaps)) // 256)
    with tarfile.open(fileobj=out, mode="w") as tar:
        for n in range(256):
            _add(tar, f"./traces/{n:02x}/trace_full_4000{n:02x}.json", noise)
        for n, data in enumerate(heatmaps):
            _add(tar, f"./heatmap/{n:02d}.bin.ttf", data)
            end = out.tell() - -len(data) % BLOCK
            places.append((end - len(data), end))
    return out.getvalue(), places


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    tar.addfile(info, io.BytesIO(data))


def serve(days: list[date], aircraft: int, ours: Connection) -> None:
    """The servers, in a process of their own: they must not share a thread with the pull."""
    with GitHub() as github:
        addresses, places = [], []
        for day in days:
            tar, lying = release(day, aircraft)
            made = github.publish(day, "prod-0", tar)
            addresses.append(github.store.url_of(github.path_of(made, ".tar")))
            places.append(lying)
        github.list_releases()
        ours.send((github.mirrors, addresses, places))
        ours.recv()


@contextmanager
def servers(days: list[date], aircraft: int) -> Iterator[tuple]:
    """Their addresses, and where in each tar its heatmaps are."""
    mine, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=serve, args=(days, aircraft, theirs), daemon=True
    )
    process.start()
    try:
        yield mine.recv()
    finally:
        mine.send("end")
        process.join()


def floor_s(addresses: list[str], places: list[list[tuple[int, int]]], cache: Path) -> float:
    """Seconds to fetch the heatmaps in one piece a day and unpack them."""
    door = Door(cache)
    began = time.perf_counter()
    for address, lying in zip(addresses, places, strict=True):
        start, stop = lying[0][0], lying[-1][1]
        with door.open(address, start=start, stop=stop) as stream:
            data = memoryview(stream.read())
        for first, last in lying:
            zlib.decompress(data[first - start : last - start], 31)
    return time.perf_counter() - began


def warm() -> int:
    """Load what every process loads once; long enough for the other to take the next call."""
    load_airfields()
    time.sleep(2)
    return os.getpid()


def pull_s(root: Path, days: list[date], workers: int) -> float:
    """Seconds of a pull into an empty archive, the start of its processes left out."""
    os.environ["FLIGHTS_ARCHIVE"] = str(root)
    archive = Archive(root)
    plan = plan_pull(open_source(), archive, days[0], days[-1])
    with open_executor(len(days), workers) as (executor, many):
        if executor:
            jobs = [executor.submit(warm) for _ in range(many)]
            assert len({job.result() for job in jobs}) == many
        else:
            warm()
        began = time.perf_counter()
        report = run_pull(plan, archive, executor=executor, workers=many)
        took = time.perf_counter() - began
    assert report.is_complete, report.progress
    return took


def bench(number: int, aircraft: int, runs: int) -> None:
    """Throughput and its ratios, best of interleaved runs."""
    days = [FIRST + timedelta(days=n) for n in range(number)]
    with servers(days, aircraft) as (mirrors, addresses, places):
        os.environ["FLIGHTS_MIRRORS"] = mirrors
        size = sum(last - first for lying in places for first, last in lying) / 1e6
        print(f"{number} days, {size / number:.1f} MB of heatmaps each")
        with tempfile.TemporaryDirectory() as folder:
            floor = floor_s(addresses, places, read_settings(folder).cache)
            print(f"floor (fetch, unpack): {size / floor:.1f} MB/s")
            times = {1: math.inf, 2: math.inf}
            for run in range(runs):
                for workers, best in times.items():
                    took = pull_s(Path(folder) / f"{run}-{workers}", days, workers)
                    times[workers] = min(best, took)
            for workers, best in times.items():
                print(
                    f"{workers} worker{'s' if workers > 1 else ''}: "
                    f"{size / best:.1f} MB/s, {best / floor:.1f} x floor"
                )
            print(f"two workers are {times[1] / times[2]:.2f} x as fast as one")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"peak of the process that pulled with one worker: {peak:.0f} MB")


def bench_kill(days: int, kills: int) -> None:
    """The kill test, harder."""
    import killing

    tars = killing.make_tars(days)
    with tempfile.TemporaryDirectory() as folder, killing.releases(tars) as github:
        last = FIRST + timedelta(days=days - 1)
        alone, killed = Path(folder) / "alone", Path(folder) / "killed"
        process = killing.start(alone, github, last, 2)
        process.join()
        killer = killing.Killer(killed, github, days, seed=time.time_ns() % 2**32)
        began = time.perf_counter()
        code = killer.run(kills, workers=2)
        same = killing.contents(alone) == killing.contents(killed)
        print(
            f"{killer.kills} kills in {time.perf_counter() - began:.0f} s, exit code {code}, "
            f"complete days at each kill: {killer.killed_with}\n"
            f"{killer.fetches} fetches for {days} days, of days already complete: "
            f"{len(killer.twice)}; archive equal to that of a pull left alone: {same}"
        )


def main() -> None:
    """Parse and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, help="6, or 90 with --kill")
    parser.add_argument("--aircraft", type=int, default=600)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--kill", action="store_true")
    parser.add_argument("--kills", type=int, default=40)
    asked = parser.parse_args()
    if asked.kill:
        bench_kill(asked.days or 90, asked.kills)
    else:
        bench(asked.days or 6, asked.aircraft, asked.runs)


if __name__ == "__main__":
    main()

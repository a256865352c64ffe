"""Bytes and requests that the heatmaps of a day cost, cut out of a tar as releases are made.

    python tests/bench/remote_heatmaps.py [--aircraft 60000]

The tar (about 3.5 GB) is made while it is served; sizes of members are those of adsb.lol:
traces of some 47 kB with a long tail, heatmaps of 7 to 25 MB.
"""

import argparse
import random
import sys
import time
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from lazy_tar import Entry, LazyTar
from loopback import LoopbackServer, quick_door
from made_tars import ORDERS

from flights.readsb import Asset, Intake, RemoteDay, RemoteTar
from flights.readsb.members import HEATMAP

DAY = date(2050, 6, 1)
PART_BYTES = 2_000_000_000


def make_entries(aircraft: int, seed: int) -> dict[str, list[Entry]]:
    """Members by top folder, inside each in the order in which a file system might list them."""
    chance = random.Random(seed)
    heatmaps = [Entry(f"./heatmap/{n:02d}.bin.ttf", int(chance.uniform(7e6, 25e6)))
                for n in chance.sample(range(48), 48)]  # fmt: skip
    traces = []
    for folder in chance.sample(range(256), 256):
        for number in range(aircraft // 256):
            size = int(min(chance.lognormvariate(10.1, 1.1), 3e6))
            name = f"./traces/{folder:02x}/trace_full_{number:04x}{folder:02x}.json"
            traces.append(Entry(name, size))
    return {
        "heatmap": heatmaps,
        "traces": traces,
        "acas": [Entry("./acas/acas.csv.gz", 900_000), Entry("./acas/acas.json.gz", 2_500_000)],
        "readme": [Entry("./README.txt", 900), Entry("./LICENSE-ODbL.txt", 25_000)],
    }


def measure(order: str, *, split: bool, aircraft: int) -> None:
    """Read the heatmaps of one tar and print what it cost."""
    folders = make_entries(aircraft, seed=len(order))
    tar = LazyTar(entry for name in ORDERS[order] for entry in folders[name])
    own = sum(each.size for each in folders["heatmap"])
    with LoopbackServer() as server, TemporaryDirectory() as cache:
        door = quick_door(Path(cache))
        starts = range(0, len(tar), PART_BYTES) if split else [0]
        assets = []
        for number, start in enumerate(starts):
            body = tar[start : start + PART_BYTES] if split else tar[0 : len(tar)]
            url = server.put(f"/x.{number}", body, etag=f'"{number}"')  # type: ignore[arg-type]
            resource = door.fetch_head(url)
            assert resource is not None
            assets.append(Asset(f"x.{number}", resource, len(body)))
        before, began, intake = door.traffic, time.perf_counter(), Intake()
        day = RemoteDay(DAY, RemoteTar(door, tuple(assets)), "x")
        count = sum(1 for _ in day.read_members(HEATMAP, intake))
        took = time.perf_counter() - began
        got, asked = door.traffic.bytes - before.bytes, door.traffic.requests - before.requests
    print(
        f"| {order} | {'parts' if split else 'whole'} | {len(tar) / 1e9:.2f} GB | {count} | "
        f"{own / 1e6:.0f} MB | {got / 1e6:.0f} MB | {got / own:.4f} | {asked} | {took:.0f} s |",
        flush=True,
    )
    assert count == 48 and not intake.problems and got <= 1.05 * own


def main() -> None:
    """One row per order of members, whole and split."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--aircraft", type=int, default=60_000)
    asked = parser.parse_args()
    print("| order | tar | size | heatmaps | their bytes | fetched | ratio | requests | took |")
    print("|---|---|---|---|---|---|---|---|---|")
    for order in ORDERS:
        for split in (False, True):
            measure(order, split=split, aircraft=asked.aircraft)


if __name__ == "__main__":
    main()

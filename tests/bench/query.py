"""How long route questions over a year of world traffic take.

    python tests/bench/query.py [--flights 36000000] [--keep DIR] [--rounds 7]

Writes a made-up year straight in the index's own layout (a skewed network between the world's
airports, one flight in sixteen cargo, one end in eight lost), asks an engine on it and prints
medians with a floor: counting the day column of the same files. With `--keep` the year stays
on disk and the next run takes it from there. Needs about 3 GB of disk for 36 M flights.
"""

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).parents[2]))

from flights.archive import Archive
from flights.pull.run import without_data
from flights.query import DuckDBEngine, RouteQuestion, cell_id
from flights.query.index import build
from flights.query.index.cruise_sums import write_cruise
from flights.query.index.end_codes import LOST
from flights.query.index.index import _days_of, _write_about
from flights.records import EVIDENCE, LedgerEntry
from flights.reference.airports import load_airports
from flights.reference.earth import great_circle_km

SOURCE, YEAR = "bench", 2050
PIECE = 500_000
EUROPE = "AL AT BE BG CH CZ DE DK EE ES FI FR GB GR HR HU IE IT LT LU LV NL NO PL PT RO SE SI SK"
MIDDLE_EAST = "AE BH IL IQ IR JO KW LB OM QA SA SY TR YE"


class NoRules:
    """The bench writes its own grades; this only gives the index a key."""

    def grade_flights(self, flights: pd.DataFrame) -> pd.DataFrame:
        raise NotImplementedError

    def rules_digest(self) -> str:
        return "bench"


class Network:
    """Airports by weight, and routes between them that favour near and busy ends."""

    def __init__(self, rng: np.random.Generator) -> None:
        every = load_airports()
        self.airports = every[every["iata"] != ""]
        count = len(self.airports)
        weight = 1 / (rng.permutation(count) + 10.0)
        first = rng.choice(count, 400_000, p=weight / weight.sum())
        second = rng.choice(count, 400_000, p=weight / weight.sum())
        lat, lon = (self.airports[n].to_numpy() for n in ("latitude", "longitude"))
        far = great_circle_km(lat[first], lon[first], lat[second], lon[second])
        kept = (far > 80) & (rng.random(400_000) < np.exp(-far / 2500))
        self.routes = np.column_stack([first, second])[kept]
        busy = 1 / (rng.permutation(len(self.routes)) + 30.0)
        self.weight = np.cumsum(busy / busy.sum())
        self.lat, self.lon = lat, lon
        self.codes = self.airports.index.to_numpy(dtype=str)

    def draw(self, rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Origin and destination of flights, as rows of `airports`."""
        picked = self.routes[
            np.searchsorted(self.weight, rng.random(count)).clip(max=len(self.routes) - 1)
        ]
        return picked[:, 0], picked[:, 1]


def texts(values: list[str], codes: np.ndarray) -> pa.Array:
    """Strings by code, without a Python object per flight."""
    coded = pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(values))
    return coded.cast(pa.string())


def piece(network: Network, month: date, count: int, rng: np.random.Generator) -> pa.Table:
    """Flights of one month in the columns of a part of the index."""
    days = np.array([np.datetime64(day) for day in _days_of(month)])
    origin, destination = network.draw(rng, count)
    seconds = np.sort(rng.integers(0, len(days) * 86_400, count))
    first = (days[0].astype("datetime64[s]") + seconds).astype("datetime64[ms]")
    last = first + rng.integers(1800, 40_000, count).astype("timedelta64[s]")
    airframe = rng.integers(0, 40_000, count)
    operator = (airframe * 7919) % 600
    grade = np.where(operator < 25, rng.choice([3, 2, 1], count, p=[0.5, 0.3, 0.2]), 0)
    ends = [one_end(network, rows, rng) for rows in (origin, destination)]
    hexes = [f"{(n * 0x9E37) & 0xFFFFFF:06x}" for n in range(40_000)]
    ids = pc_join(texts(hexes, airframe), pa.array(first.astype("datetime64[s]").astype(np.int64)))
    columns = {
        "source": texts([SOURCE], np.zeros(count)),
        "day": pa.array(first.astype("datetime64[D]")),
        "flight_id": ids,
        "icao24": texts(hexes, airframe),
        "callsign": texts(
            [f"QQ{n % 26 + 65:c}{n}" for n in range(9000)], (airframe * 31 + seconds // 9000) % 9000
        ),
        "registration": texts([f"ZZ-{n}" for n in range(40_000)], airframe),
        "typecode": texts([f"T{n:03d}" for n in range(180)], airframe % 180),
        "operator": texts([f"Q{n:03d}" for n in range(600)], operator),
        "firstseen": pa.array(first),
        "lastseen": pa.array(last),
        "positions": pa.array(rng.integers(50, 4000, count)),
        "longest_silence_s": pa.array(rng.integers(10, 4000, count)),
        "received": texts(["adsb"], np.zeros(count)),
        "flags": texts([""], np.zeros(count)),
        "cargo_grade": masked(texts(list(build.GRADE_CODES), (grade - 1).clip(0)), grade == 0),
        "cargo_rule": masked(texts(["operator"], np.zeros(count)), grade == 0),
        "cargo_source": masked(texts(["bench"], np.zeros(count)), grade == 0),
    }
    for name, which, end in zip(("origin", "destination"), ("first", "last"), ends, strict=True):
        columns[name] = masked(texts(list(network.codes), end["row"]), end["lost"])
        columns[f"{name}_evidence"] = texts(list(EVIDENCE), end["rank"])
        columns[f"{name}_distance_km"] = pa.array(end["km"], mask=end["lost"])
        columns[f"{name}_height_ft"] = pa.array(end["ft"], mask=end["lost"])
        columns[f"{which}_latitude"] = pa.array(end["lat"])
        columns[f"{which}_longitude"] = pa.array(end["lon"])
        columns[f"{which}_altitude_ft"] = pa.array(end["ft"])
    wide = [
        columns[f.name].cast(f.type) if f.name in columns else pa.nulls(count, f.type)
        for f in build.WIDE
    ]
    codes = [grade, ends[0]["place"], ends[1]["place"], ends[0]["rank"], ends[1]["rank"], airframe]
    coded = [pa.array(v, f.type) for v, f in zip(codes, build._CODES, strict=True)]
    return pa.table(wide + coded, schema=pa.schema([*build.WIDE, *build._CODES]))


def one_end(network: Network, rows: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Where each flight's end is; small fields lose more of theirs."""
    count = len(rows)
    rank = rng.choice(4, count, p=[0.62, 0.24, 0.02, 0.12]).astype(np.uint8)
    lost = rank == 3
    lat = (network.lat[rows] + lost * rng.normal(0, 3, count)).clip(-90, 90)
    lon = (network.lon[rows] + lost * rng.normal(0, 3, count) + 180) % 360 - 180
    place = np.where(lost, LOST + cell_id(lat, lon), rows + 1).astype(np.int32)
    km, ft = rng.random(count) * 5, rng.random(count) * 3000
    named = {"row": rows, "rank": rank, "lost": lost, "lat": lat, "lon": lon}
    return named | {"place": place, "km": km, "ft": ft}


def masked(values: pa.Array, gone: np.ndarray) -> pa.Array:
    """Null where `gone`."""
    import pyarrow.compute as pc

    return pc.if_else(pa.array(gone), pa.scalar(None, values.type), values)


def pc_join(left: pa.Array, right: pa.Array) -> pa.Array:
    """left-right as text."""
    import pyarrow.compute as pc

    return pc.binary_join_element_wise(left, right.cast(pa.string()), "-")


def write_year(root: Path, flights: int, months: Iterable[int] = range(1, 13)) -> None:
    """An archive of empty days and an index that says otherwise; `flights` in a whole year."""
    archive = Archive(root)
    for n in range(365):
        day = date(YEAR, 1, 1) + timedelta(days=n)
        if day.month not in months:
            continue
        asked = datetime(YEAR + 1, 1, 1, tzinfo=UTC)
        archive.write_day(without_data(LedgerEntry(SOURCE, day, "complete", asked_at=asked)))
    rng = np.random.default_rng(1)
    network = Network(rng)
    engine = DuckDBEngine(archive, cargo=NoRules())
    numbers = engine._facts.airports(SOURCE)
    numbers._path.parent.mkdir(parents=True)
    numbers._path.write_text(json.dumps(list(network.codes)))
    ledger = archive.read_ledger(SOURCE)
    for number in months:
        began = time.monotonic()
        month = date(YEAR, number, 1)
        folder = engine._facts._place(SOURCE, month, ledger)
        folder.mkdir(parents=True)
        parts = []
        for start in range(0, flights // 12, PIECE):
            parts.append(folder / f"part-{start}.rough")
            table = piece(network, month, min(PIECE, flights // 12 - start), rng)
            pq.write_table(table, parts[-1], compression="lz4")
        made = time.monotonic()
        count = build._sort_and_sum(folder, month, parts)
        for part in parts:
            part.unlink()
        write_cruise(folder, ())
        _write_about(folder / "about.json", numbers, {})
        told = f"made in {made - began:.1f} s, sorted and summed in {time.monotonic() - made:.1f} s"
        print(f"{month:%Y-%m}: {count} flights, {told}")
    engine.close()


def median_ms(run: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Median wall and processor time of a call that was made once before [ms]."""
    run()
    wall, cpu = [], []
    for _ in range(rounds):
        began, used = time.perf_counter(), time.process_time()
        run()
        wall.append((time.perf_counter() - began) * 1000)
        cpu.append((time.process_time() - used) * 1000)
    return statistics.median(wall), statistics.median(cpu)


def questions() -> dict[str, RouteQuestion]:
    """Routes between regions of several sizes."""
    country = load_airports()["country"]

    def places(names: str) -> frozenset[str]:
        return frozenset(country.index[country.isin(names.split())])

    days = (SOURCE, date(YEAR, 1, 1), date(YEAR, 12, 31))
    china, iran, america = places("CN HK MO"), places("IR"), places("US")
    europe, east = places(EUROPE), places(MIDDLE_EAST)
    ask = RouteQuestion
    return {
        "CN -> IR, likely": ask(*days, china, iran, min_grade="likely"),
        "CN -> IR, any flight": ask(*days, china, iran),
        "Europe -> Middle East, likely": ask(*days, europe, east, min_grade="likely"),
        "Europe -> Middle East, any flight": ask(*days, europe, east),
        "US -> US, likely": ask(*days, america, america, min_grade="likely"),
        "US -> US, any flight": ask(*days, america, america),
        "one airport -> anywhere": ask(*days, frozenset({"ELLX"}), None),
        "anywhere -> US": ask(*days, None, america),
        "no region, likely": ask(*days, min_grade="likely"),
        "no region, any flight": ask(*days),
    }


def measure(root: Path, rounds: int) -> None:
    """Print medians."""
    archive = Archive(root)
    engine = DuckDBEngine(archive, cargo=NoRules())
    asked = questions()
    began = time.perf_counter()
    engine.count_by_day(asked["CN -> IR, likely"])
    print(f"first question of a process: {(time.perf_counter() - began) * 1000:.0f} ms")
    files = [str(path) for path in (root / "index").rglob("facts.parquet")]
    floor_sql = "select count(day) from read_parquet($files)"
    cursor = engine._connection.cursor()
    floor = median_ms(lambda: cursor.execute(floor_sql, {"files": files}).fetchall(), rounds)
    print(f"{'':<52}{'wall':>8}{'cpu':>8}  (medians, ms)")
    tell("floor: count the day column of every flight", floor, floor)
    tell(
        "of each: look at the ledger", median_ms(lambda: archive.read_ledger(SOURCE), rounds), floor
    )
    for name, question in asked.items():
        report(f"count: {name}", lambda q=question: engine.count_by_day(q), rounds, floor)
    for name in ("CN -> IR, likely", "Europe -> Middle East, likely", "US -> US, likely"):
        found = engine.match(asked[name])
        report(
            f"match: {name} ({len(found)} flights)", lambda n=name: engine.match(asked[n]), 3, floor
        )
    for name in ("CN -> IR, likely", "US -> US, likely"):
        q = asked[name]
        cells = frozenset(range(20_000, 21_000))
        heard = (q.source, q.first, q.last, q.origin_airports, cells)
        report(f"heard: {name.split()[0]}", lambda h=heard: engine.heard_by_day(*h), rounds, floor)

    for name in ("CN -> IR, likely", "US -> US, any flight", "anywhere -> US"):
        q = asked[name]
        report(f"destinations: {name}", lambda q=q: engine.destinations_by_day(q), rounds, floor)


def report(name: str, run: Callable[[], object], rounds: int, floor: tuple[float, float]) -> None:
    tell(name, median_ms(run, rounds), floor)


def tell(name: str, took: tuple[float, float], floor: tuple[float, float]) -> None:
    """One line: wall and processor time, and the latter in floors."""
    print(f"{name:<52}{took[0]:8.0f}{took[1]:8.0f}  {took[1] / floor[1]:5.1f} x floor")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--flights", type=int, default=36_000_000)
    parser.add_argument("--keep", type=Path, help="folder that stays for the next run")
    parser.add_argument("--rounds", type=int, default=7)
    asked = parser.parse_args()
    root = asked.keep or Path(tempfile.mkdtemp(prefix="bench-query-"))
    try:
        if not (root / "index").is_dir():
            write_year(root, asked.flights)
        for name in ("facts.parquet", "routes*.npy", "ends*.npy", "flights.parquet"):
            size = sum(path.stat().st_size for path in root.glob(f"index/*/*/{name}"))
            print(f"{name}: {size / 1e6:.0f} MB")
        print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        measure(root, asked.rounds)
        print(f"load {os.getloadavg()[0]:.1f}")
    finally:
        if not asked.keep:
            shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    main()

"""Small made-up days for the tests of the archive and of what is built on it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd

from flights.records import DayRecords, InputFile, LedgerEntry, arrow_schema, empty_table

DAY = date(2050, 3, 10)
SOURCE = "made-up"


def entry(day: date = DAY, status: str = "complete", source: str = SOURCE, **more) -> LedgerEntry:
    """A ledger entry as a source would give it."""
    more.setdefault("reasons", () if status == "complete" else ("made so",))
    more.setdefault("inputs", (InputFile("00.bin.ttf", 10, "ab" * 32),))
    return LedgerEntry(source, day, status, asked_at=datetime(2050, 4, 1, tzinfo=UTC), **more)


def flights(count: int, day: date = DAY, source: str = SOURCE, seed: int = 0) -> pd.DataFrame:
    """Flights of one day between four airports, some of their ends lost."""
    rng = np.random.default_rng([seed, day.toordinal()])
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    rows = []
    for _ in range(count):
        seconds = int(rng.integers(0, 80_000))
        firstseen = midnight + timedelta(seconds=seconds)
        icao24 = f"{rng.integers(0, 1 << 24):06x}"
        rows.append(
            {
                "source": source,
                "day": day,
                "flight_id": f"{icao24}-{int(firstseen.timestamp())}",
                "icao24": icao24,
                "callsign": rng.choice(["QQA12", "QQB7", "ZZP1", None]),
                "typecode": rng.choice(["B748", "B77L", "A320"]),
                "firstseen": firstseen,
                "lastseen": firstseen + timedelta(seconds=int(rng.integers(600, 5000))),
                **_end("origin", "first", rng),
                **_end("destination", "last", rng),
                "positions": 9,
                "longest_silence_s": 1,
                "received": "adsb",
                "flags": "",
            }
        )
    return pd.DataFrame(rows, columns=arrow_schema("flights").names)


def _end(name: str, which: str, rng: np.random.Generator) -> dict[str, object]:
    evidence = rng.choice(["surface", "low", "estimated", "lost"])
    lost = evidence == "lost"
    return {
        name: None if lost else rng.choice(["ZZAA", "ZZBB", "ZZCC", "US-0042"]),
        f"{name}_evidence": evidence,
        f"{name}_distance_km": None if lost else 1.5,
        f"{name}_height_ft": None if lost else 100.0,
        f"{which}_latitude": float(rng.uniform(-89, 89)),
        f"{which}_longitude": float(rng.uniform(-180, 180)),
        f"{which}_altitude_ft": 30_000.0 if lost else None,
    }


def tracks(frame: pd.DataFrame, points: int = 3) -> pd.DataFrame:
    """A few positions for each flight."""
    kept = []
    for row in frame.itertuples():
        for step in range(points):
            kept.append(
                {
                    "source": row.source,
                    "day": row.day,
                    "flight_id": row.flight_id,
                    "icao24": row.icao24,
                    "seen_at": row.firstseen + timedelta(seconds=60 * step),
                    "latitude": 1.0,
                    "longitude": 2.0 + step,
                    "altitude_ft": 1000.0,
                    "on_ground": False,
                }
            )
    return pd.DataFrame(kept, columns=arrow_schema("tracks").names)


def records(count: int = 5, *, seed: int = 0, of: LedgerEntry | None = None) -> DayRecords:
    """A day of `count` flights."""
    of = of or entry()
    if "positions" not in of.counts:
        of = replace(of, counts={"positions": 9 * count, "flights": count, **of.counts})
    frame = flights(count, of.day, of.source, seed)
    return DayRecords(of, frame, empty_table("edges"), tracks(frame), empty_table("reception"))

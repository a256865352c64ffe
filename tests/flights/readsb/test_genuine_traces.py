"""Flights in real trace files: base time not midnight, folder and stamps that disagree."""

import numpy as np
import pandas as pd

from flights.legs import find_legs, join_days
from flights.readsb.traces import read_trace

DAY_MS = 86_400_000


def flights_in(path):
    """Flights of one trace file, each UTC day found alone and then joined."""
    positions = read_trace(path.read_bytes(), path.name).positions
    number = positions["seen_at"] // DAY_MS
    legs = [
        find_legs(
            positions[number == n],
            day=pd.Timestamp(int(n) * DAY_MS, unit="ms").date(),
            source="readsb",
        )
        for n in np.unique(number)
    ]
    flights = join_days(
        pd.concat([each.flights for each in legs]), pd.concat([each.edges for each in legs])
    )
    return flights.sort_values("firstseen")


def test_day_of_a_737_gives_its_four_flights_in_flown_order(shared):
    flights = flights_in(shared / "readsb-traces" / "trace_full_ac671b.json")
    assert list(flights["callsign"]) == ["DAL1812", "DAL2418", "DAL1615", "DAL2927"]
    ends = flights[["origin", "destination"]].astype(object).where(flights["origin"].notna(), None)
    # First heard at 32,000 ft off Yucatan; lost on the way down to Spokane (not the air base
    # 8 km beside it) and heard again climbing out of there eight hours later.
    assert ends["origin"].tolist() == [None, "KMSP", "KGEG", "KMSP"]
    assert flights["destination"].tolist() == ["KMSP", "KGEG", "KMSP", "KDEN"]
    assert flights["origin_evidence"].tolist() == ["lost", "surface", "low", "surface"]
    assert flights["destination_evidence"].tolist() == ["surface", "low", "surface", "surface"]


def test_sixteen_archive_files_give_their_flights(shared):
    files = sorted((shared / "readsb-traces" / "globe_history").rglob("trace_full_*.json"))
    assert len(files) == 16
    found = {path.stem.split("_")[-1]: flights_in(path) for path in files}
    counts = {icao24: len(flights) for icao24, flights in found.items()}
    assert all(counts.values())
    assert counts["a8758b"] == 3
    # A Cessna going round a desert field: landings heard on the ground of a private strip.
    assert counts["aa178d"] == 6
    assert set(found["aa178d"]["origin"]) == set(found["aa178d"]["destination"]) == {"88NV"}

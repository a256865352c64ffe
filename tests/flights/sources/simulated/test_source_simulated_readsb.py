"""The made-up week as readsb files: what the real reader finds is what truly flew."""

from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
from world_truth import list_true_flights

from flights.legs import join_days
from flights.readsb.heatmap import read_heatmap
from flights.readsb.traces import read_trace
from flights.records import DayRecords, format_icao24
from flights.sources import open_source
from flights.sources.simulated.readsb.encode import encode_heatmap, encode_trace
from flights.sources.simulated.readsb.flying import fly_day, load_airframes
from flights.sources.simulated.source_readsb import SimulatedReadsbSource
from flights.sources.simulated.world.timetable import EVENT_IN_OCTOBER

pytestmark = pytest.mark.slow

DAY = EVENT_IN_OCTOBER
MIDNIGHT_MS = int(datetime(DAY.year, DAY.month, DAY.day, tzinfo=UTC).timestamp()) * 1000


@pytest.fixture(scope="module")
def two_days() -> list[DayRecords]:
    source = open_source("simulated-readsb")
    offers = source.offers(DAY, DAY + timedelta(days=1))
    return [records for offer in offers for records in source.collect(offer, lambda *_: None)]


@pytest.fixture(scope="module")
def matched(two_days: list[DayRecords]) -> pd.DataFrame:
    """True heard flights of the first day that ended on it or the next, beside those found."""
    flights = pd.concat([records.flights for records in two_days])
    found = join_days(flights, pd.concat([records.edges for records in two_days]))
    true = list_true_flights()
    start = pd.Timestamp(DAY, tz="UTC")
    of_day = (true["takeoff"] >= start) & (true["takeoff"] < start + pd.Timedelta(days=1))
    both = true[of_day & true["heard"]].merge(
        found, on="icao24", suffixes=("_true", ""), how="left"
    )
    overlaps = (both["firstseen"] < both["landing"]) & (both["lastseen"] > both["takeoff"])
    return both.assign(overlaps=overlaps)


def test_source_says_that_it_is_simulated() -> None:
    source = open_source("simulated-readsb")
    assert isinstance(source, SimulatedReadsbSource)
    spec = source.spec
    assert spec.simulated
    assert "SIMULATED" in spec.title
    assert {spec.first_day.year, spec.last_day.year} == {2050}
    assert spec.first_day < EVENT_IN_OCTOBER < spec.last_day


def test_days_outside_the_week_are_not_offered() -> None:
    source = open_source("simulated-readsb")
    assert len(source.offers(date(2050, 1, 1), date(2050, 12, 31))) == 7
    assert source.offers(date(2050, 1, 1), date(2050, 2, 1)) == []


def test_decoded_days_are_complete(two_days: list[DayRecords]) -> None:
    assert [records.day for records in two_days] == [DAY, DAY + timedelta(days=1)]
    for records in two_days:
        assert records.entry.status == "complete"
        assert records.entry.source == "simulated-readsb"
        assert records.entry.release_kind == "simulated"
        assert records.entry.counts["heatmaps"] == 48
        assert len(records.reception) > 1_000


def test_every_heard_flight_is_found_once(matched: pd.DataFrame) -> None:
    per_flight = matched.groupby(["icao24", "takeoff"])["overlaps"].sum()
    assert len(per_flight) > 800
    assert (per_flight == 1).mean() >= 0.99


def test_airports_and_callsigns_are_right(matched: pd.DataFrame) -> None:
    found = matched[matched["overlaps"]]
    assert (found["callsign"] == found["callsign_true"]).mean() >= 0.99
    for end in ("origin", "destination"):
        known = found[end].notna()
        assert known.mean() >= 0.95
        assert (found[end] == found[f"{end}_true"])[known].mean() >= 0.99


def test_times_are_right_where_the_ground_is_heard(matched: pd.DataFrame) -> None:
    found = matched[matched["overlaps"]]
    off = (found["firstseen"] - found["takeoff"]).abs()[found["origin_evidence"] == "surface"]
    assert off.max() < pd.Timedelta(minutes=3)
    off = (found["lastseen"] - found["landing"]).abs()[found["destination_evidence"] == "surface"]
    assert off.max() < pd.Timedelta(minutes=3)


def test_no_flight_is_invented(matched: pd.DataFrame, two_days: list[DayRecords]) -> None:
    mine = matched.loc[matched["overlaps"], "flight_id"]
    start = pd.Timestamp(DAY, tz="UTC")
    first = two_days[0].flights
    began_today = first[first["firstseen"] > start + pd.Timedelta(hours=16)]
    assert began_today["flight_id"].isin(mine).mean() >= 0.99


def test_airframes_are_named(two_days: list[DayRecords]) -> None:
    flights = two_days[0].flights
    assert flights["registration"].str.startswith("SIM-").all()
    assert flights["typecode"].notna().all()


def test_heatmap_written_is_heatmap_read() -> None:
    positions = fly_day(DAY)
    start = MIDNIGHT_MS + 18 * 3_600_000
    data = encode_heatmap(positions, half_hour_start_ms=start)
    read = read_heatmap(data, "36.bin.ttf").positions
    since = positions["seen_at"] - start
    inside = positions[(since >= 0) & (since < 1_800_000)]
    slices = pd.DataFrame(
        {"icao24": inside["icao24"], "slice": (inside["seen_at"] - start) // 30_000}
    )
    first = inside[~slices.duplicated().to_numpy()]
    assert len(read) == len(first) > 1_000
    read = read[pd.Series(read["seen_at"] // 30_000).argsort(kind="stable")]
    read = read[pd.Series(read["icao24"]).argsort(kind="stable")]
    assert (read["icao24"] == first["icao24"]).all()
    assert read["latitude"] == pytest.approx(first["latitude"], abs=1e-6)
    assert read["longitude"] == pytest.approx(first["longitude"], abs=1e-6)
    assert (read["on_ground"] == first["on_ground"]).all()
    air = ~first["on_ground"]
    assert abs(read["altitude_ft"] - first["altitude_ft"])[air].max() <= 12.5
    assert (read["callsign"] == first["callsign"]).mean() > 0.99


def test_trace_written_is_trace_read() -> None:
    positions = fly_day(DAY)
    one = positions[positions["icao24"] == positions["icao24"][0]]
    icao24 = format_icao24(int(one["icao24"][0]))
    facts = load_airframes()[icao24]
    data = encode_trace(
        one,
        day=DAY,
        registration=facts.registration,
        typecode=facts.typecode,
        model=facts.model,
    )
    read = read_trace(data, f"trace_full_{icao24}.json")
    assert read.icao24 == icao24
    assert read.airframe == facts
    assert len(read.positions) == len(one) > 50
    assert abs(read.positions["seen_at"] - one["seen_at"]).max() <= 10
    assert read.positions["latitude"] == pytest.approx(one["latitude"], abs=1e-6)
    assert (read.positions["on_ground"] == one["on_ground"]).all()

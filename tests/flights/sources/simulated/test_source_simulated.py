"""The simulated source: a year of 2050, lost days told, nothing that passes for observation."""

import hashlib
import pickle
from datetime import date

import pandas as pd
import pytest
from world_truth import list_true_flights

from flights.cargo import grade_flights
from flights.errors import InvalidInput
from flights.records import TABLES, conform, empty_table
from flights.sources import open_source
from flights.sources.simulated.examples import EXAMPLES
from flights.sources.simulated.source import HOLES, SimulatedSource
from flights.sources.simulated.world.network import OPERATORS
from flights.sources.simulated.world.timetable import EVENT_IN_JUNE

pytestmark = pytest.mark.slow

YEAR = date(2050, 1, 1), date(2050, 12, 31)


def _silent(what: str, share: float) -> None:
    assert what and 0 <= share <= 1


@pytest.fixture(scope="module")
def source() -> SimulatedSource:
    return open_source("simulated")


def _collect(source: SimulatedSource, day: date):
    [records] = source.collect(source.offers(day, day)[0], _silent)
    return records


def test_whole_year_is_offered_and_nothing_else(source: SimulatedSource) -> None:
    offers = source.offers(date(2049, 6, 1), date(2051, 6, 1))
    assert [offer.day for offer in (offers[0], offers[-1])] == list(YEAR)
    assert len(offers) == 365
    assert source.offers(date(2025, 6, 1), date(2025, 6, 30)) == []


def test_source_says_that_it_is_simulated(source: SimulatedSource) -> None:
    assert source.spec.simulated
    assert "SIMULATED" in source.spec.title
    assert "SIMULATED" in source.spec.attribution


def test_tables_are_in_their_schemas(source: SimulatedSource) -> None:
    records = _collect(source, date(2050, 3, 4))
    assert records.entry.is_complete
    for name in TABLES:
        assert conform(name, records.table(name)).num_rows > 0 or name == "edges"
    assert records.entry.counts["flights"] == len(records.flights) > 500
    assert set(records.flights["day"]) == {date(2050, 3, 4)}
    assert records.flights["flight_id"].is_unique


def test_a_day_is_the_same_whenever_it_is_made(source: SimulatedSource) -> None:
    def digest() -> str:
        flights = _collect(source, date(2050, 7, 9)).flights
        return hashlib.sha256(flights.to_csv(index=False).encode()).hexdigest()

    assert digest() == digest()


def test_rows_tell_no_end_that_was_not_heard(source: SimulatedSource) -> None:
    flights = _collect(source, date(2050, 3, 4)).flights
    for end in ("origin", "destination"):
        lost = flights[f"{end}_evidence"] == "lost"
        assert 0 < lost.sum() < len(flights) / 2
        assert flights.loc[lost, [end, f"{end}_distance_km"]].isna().all(axis=None)
        assert flights.loc[~lost, [end, f"{end}_distance_km"]].notna().all(axis=None)


def test_rows_agree_with_the_truth(source: SimulatedSource) -> None:
    flights = _collect(source, date(2050, 3, 4)).flights
    true = list_true_flights().dropna(subset="flight_id").set_index("flight_id")
    true = true.loc[flights["flight_id"]].reset_index()
    for end in ("origin", "destination"):
        known = flights[end].notna()
        assert (flights[end] == true[end])[known].all()
    assert (flights["callsign"] == true["callsign"]).all()


def test_a_lost_day_is_missing_with_its_reason_and_no_rows(source: SimulatedSource) -> None:
    lost = [day for day, (status, _) in HOLES.items() if status == "missing"]
    assert len(lost) == 9
    assert max(HOLES) < EVENT_IN_JUNE
    records = _collect(source, lost[0])
    assert records.entry.status == "missing"
    assert all("SIMULATED" in reason for reason in records.entry.reasons)
    assert records.entry.reasons
    for name in TABLES:
        assert len(records.table(name)) == 0
        assert list(records.table(name).columns) == list(empty_table(name).columns)


def test_the_broken_day_is_partial_and_cut(source: SimulatedSource) -> None:
    [broken] = [day for day, (status, _) in HOLES.items() if status == "partial"]
    records, whole = _collect(source, broken), _collect(source, date(2050, 6, 18))
    assert records.entry.status == "partial"
    assert len(records.flights) < 0.4 * len(whole.flights)
    assert records.flights["firstseen"].max() < pd.Timestamp(broken, tz="UTC") + pd.Timedelta("5h")
    assert set(records.tracks["flight_id"]) <= set(records.flights["flight_id"])
    assert records.reception["hour"].max() < 5


def test_tracks_draw_every_flight_within_its_times(source: SimulatedSource) -> None:
    records = _collect(source, date(2050, 3, 4))
    ends = records.tracks.groupby("flight_id")["seen_at"].agg(["min", "max", "size"])
    flights = records.flights.set_index("flight_id").loc[ends.index]
    assert len(ends) == len(records.flights)
    slack = pd.Timedelta(minutes=4)
    assert ((ends["min"] - flights["firstseen"]).abs() <= slack).all()
    assert ((ends["max"] - flights["lastseen"]).abs() <= slack).all()
    assert ends["size"].mean() < 20


def test_reception_counts_what_flew_through(source: SimulatedSource) -> None:
    reception = _collect(source, date(2050, 3, 4)).reception
    assert not reception.duplicated(["hour", "cell"]).any()
    assert (reception["aircraft"] >= reception["cruise_aircraft"]).all()
    assert (reception["positions"] >= reception["cruise_positions"]).all()
    assert (reception["aircraft"] >= 1).all()
    assert set(reception["hour"]) == set(range(24))


def test_freighters_are_graded_by_real_rules_and_travellers_are_not(
    source: SimulatedSource,
) -> None:
    flights = _collect(source, date(2050, 3, 4)).flights
    grades = grade_flights(flights)["cargo_grade"]
    freight = {key for key, each in OPERATORS.items() if each.carries == "cargo"}
    is_freight = flights["operator"].isin(freight)
    assert 30 < is_freight.sum() < len(flights) / 4
    assert set(grades[is_freight]) <= {"certain", "likely"}
    assert not grades[~is_freight].isin(["certain", "likely", "possible"]).any()


def test_source_can_be_sent_to_another_process(source: SimulatedSource) -> None:
    assert pickle.loads(pickle.dumps(source)) == source


def test_unknown_option_is_refused() -> None:
    with pytest.raises(InvalidInput, match="simulated"):
        open_source("simulated", path="somewhere")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.key)
def test_example_says_simulated_and_has_the_history_it_needs(example) -> None:
    assert "SIMULATED" in example.title
    assert example.truth
    [(event, name)] = example.events
    assert "made up" in name
    assert example.first <= event <= example.last
    assert {event.year, example.first.year, example.last.year} == {2050}
    assert (event - example.first).days >= 158  # 89 placebo dates at W = 14

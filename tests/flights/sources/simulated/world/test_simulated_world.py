"""The made-up world: repeatable, physically possible, and nobody's."""

import csv
import gzip
import json

import numpy as np
import pandas as pd
import pytest
from world_truth import count_true_flights, list_true_flights

from flights.sources.simulated.world.network import FIRST_ADDRESS, LAST_ADDRESS, OPERATORS, TYPES
from flights.sources.simulated.world.profiles import Profile
from flights.sources.simulated.world.receivers import STATES, SWITCHED_ON, load_receivers
from flights.sources.simulated.world.tables import load_heard
from flights.sources.simulated.world.timetable import EFFECTS, load_rotations
from flights.sources.simulated.world.traffic import (
    YEAR_END_MS,
    YEAR_START_MS,
    draw_counts,
    make_traffic,
)
from flights.sources.simulated.world.world import load_traffic, load_world

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def true() -> pd.DataFrame:
    return list_true_flights()


def test_same_seed_gives_the_same_flights() -> None:
    again = make_traffic(load_rotations())
    pd.testing.assert_frame_equal(load_traffic().flights, again.flights)


def test_another_seed_gives_other_flights() -> None:
    other = make_traffic(load_rotations(), seed=1)
    assert (
        not other.flights["takeoff"].head(1000).equals(load_traffic().flights["takeoff"].head(1000))
    )


def test_flights_are_those_of_every_machine() -> None:
    """Counts by rotation hang only on `Generator.random`; a change of numpy's would show here."""
    flights = load_traffic().flights
    assert len(flights) == pytest.approx(353_000, rel=0.02)
    rotations = load_rotations()
    fair = [row for row, each in enumerate(rotations) if each.stops == EFFECTS[0].stops]
    counts = flights["rotation"].value_counts()[fair]
    assert sorted(counts.tolist()) == FAIR_FLIGHTS


FAIR_FLIGHTS = [1198, 1288]


def test_all_days_lie_in_2050(true: pd.DataFrame) -> None:
    assert set(true["takeoff"].dt.year) == set(true["landing"].dt.year) == {2050}
    assert true["takeoff"].dt.date.nunique() == 365


def test_an_airframe_departs_where_it_landed_and_never_before(true: pd.DataFrame) -> None:
    ordered = true.sort_values(["icao24", "takeoff"])
    same = (ordered["icao24"] == ordered["icao24"].shift()).to_numpy()
    assert same.mean() > 0.99
    assert (ordered["takeoff"] > ordered["landing"].shift())[same].all()
    assert (ordered["origin"] == ordered["destination"].shift())[same].all()


def test_a_callsign_is_of_one_way_with_its_stops(true: pd.DataFrame) -> None:
    assert true["callsign"].str.len().max() <= 8
    ends = true.groupby("callsign")[["origin", "destination"]].nunique()
    travellers = true.loc[~true["cargo"], "callsign"].unique()
    assert (ends.loc[travellers] == 1).all(axis=None)
    stopping = true.loc[true["destination"] == "UTAA", "callsign"]
    onward = true.loc[true["cargo"] & (true["origin"] == "UTAA"), "callsign"]
    assert set(onward) <= set(stopping)


def test_addresses_lie_in_a_block_of_nobody(true: pd.DataFrame) -> None:
    """ICAO Annex 10, Volume III, chapter 9: binary 1101 is kept for future use."""
    addresses = true["icao24"].map(lambda text: int(text, 16))
    assert addresses.between(FIRST_ADDRESS, LAST_ADDRESS).all()
    assert FIRST_ADDRESS >> 20 == LAST_ADDRESS >> 20 == 0b1101


def test_registrations_say_what_they_are(true: pd.DataFrame) -> None:
    assert true["registration"].str.startswith("SIM-").all()
    assert true.groupby("icao24")["registration"].nunique().max() == 1


def test_no_airline_holds_a_designator_of_the_world(shared) -> None:
    with (shared / "reference" / "airlines.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    held = {row["ICAO"] for row in rows} | {row["Code"] for row in rows}
    assert len(held) > 5_000
    assert not held & set(OPERATORS)
    assert not [each for each in held if each.startswith("XQ")]


def test_no_known_aircraft_has_an_address_of_the_world(shared) -> None:
    folder = shared / "reference" / "tar1090-db" / "db"
    known = [address for path in folder.glob("?*.js") for address in _addresses(path)]
    assert len(known) > 100_000
    assert not [each for each in known if FIRST_ADDRESS <= each <= LAST_ADDRESS]


def _addresses(path) -> list[int]:
    """Addresses in one file of the table: its name is their beginning, its keys the rest."""
    if not set(path.stem) <= set("0123456789ABCDEF"):
        return []
    data = path.read_bytes()
    table = json.loads(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data)
    return [int(path.stem + tail, 16) for tail in table if tail != "children"]


def test_operator_names_admit_that_they_are_fictional() -> None:
    assert all("fictional" in each.name for each in OPERATORS.values())


def test_truth_knows_what_the_event_did() -> None:
    [effect] = EFFECTS
    changed = count_true_flights({"HKJK"}, {"EHAM"})
    assert changed.ratio(effect.first) == pytest.approx(effect.factor, rel=0.06)
    assert count_true_flights({"SKBO"}, {"EHAM"}).ratio(effect.first) == pytest.approx(1, abs=0.06)
    assert changed.mean.sum() == pytest.approx(changed.flights.sum(), rel=0.1)


def test_truth_of_a_route_is_the_flights_that_took_off(true: pd.DataFrame) -> None:
    on_route = true["cargo"] & (true["origin"] == "ZHCC") & (true["destination"] == "ELLX")
    told = count_true_flights({"ZHCC"}, {"ELLX"})
    per_day = true.loc[on_route, "takeoff"].dt.date.value_counts()
    assert told.flights.sum() == on_route.sum() > 500
    assert {
        day: n for day, n in zip(told.days, told.flights, strict=True) if n
    } == per_day.to_dict()


def test_counts_have_the_mean_and_the_spread_asked_for() -> None:
    uniform = np.random.default_rng(7).random(200_000)
    counts = draw_counts(np.full(200_000, 3.0), np.full(200_000, 0.5), uniform)
    assert counts.mean() == pytest.approx(3.0, rel=0.02)
    assert counts.var() == pytest.approx(3.0 + 0.5 * 9, rel=0.03)


def test_counts_are_zero_where_nothing_is_meant_to_fly() -> None:
    assert draw_counts(np.array([1e-12]), np.array([0.1]), np.array([0.5])).tolist() == [0]


@pytest.mark.parametrize(
    "destination", [(50.9, 4.5, 184.0), (-1.3, 36.9, 5_330.0), (50.1, 5.9, 0.0)]
)
def test_profile_ends_at_the_destination(destination) -> None:
    profile = Profile((50.0, 6.0, 1_200.0), destination, TYPES["B748"].speed_kt, 35_000)
    ends = np.array([0.0, profile.duration_s])
    latitude, longitude = profile.place(ends)
    assert latitude == pytest.approx([50.0, destination[0]], abs=1e-6)
    assert longitude == pytest.approx([6.0, destination[1]], abs=1e-6)
    assert profile.altitude_ft(ends) == pytest.approx([1_200, destination[2]], abs=1e-6)
    moments = np.linspace(0, profile.duration_s, 200)
    assert (np.diff(profile.flown_km(moments)) > 0).all()
    assert profile.speed_at(moments).max() <= TYPES["B748"].speed_kt + 1e-9


def test_more_receivers_hear_no_less() -> None:
    all_of_them, few = load_receivers(), load_receivers().thin(0.2)
    assert len(few.late) == pytest.approx(0.2 * len(all_of_them.late), rel=0.2)
    place = np.array([48.0, 38.0]), np.array([9.0, 60.0]), np.array([30_000.0, 34_000.0])
    for state in range(len(STATES)):
        share = all_of_them.range_share(*place, state=state)
        assert (share <= few.range_share(*place, state=state)).all()
        assert share[0] < 0.3  # Germany is well heard
        assert share[1] > 1.0  # Turkmenistan is not


def test_switching_on_changes_what_is_heard_and_nothing_that_flies(true: pd.DataFrame) -> None:
    world = load_world()
    after = true["takeoff"].dt.date >= SWITCHED_ON
    leaving = true["origin"] == "UAAA"
    surface = world.observed["first_evidence"] == "surface"
    per_day = leaving.groupby(after).sum() / pd.Series({False: 227, True: 138})
    assert per_day[True] / per_day[False] == pytest.approx(1, abs=0.1)
    assert surface[leaving & ~after].mean() == pytest.approx(0.3, abs=0.03)
    assert surface[leaving & after].mean() == 1.0


def test_what_was_heard_lies_within_what_was_flown(true: pd.DataFrame) -> None:
    observed = load_world().observed
    heard = observed["heard"].to_numpy()
    first, last = observed["firstseen"].to_numpy(), observed["lastseen"].to_numpy()
    flights = load_traffic().flights
    assert (flights["takeoff"].to_numpy() <= first)[heard].all()
    assert (first <= last)[heard].all()
    assert (last <= flights["landing"].to_numpy() + 1)[heard].all()
    assert 0.001 < (~heard).mean() < 0.02
    assert first[heard].min() >= YEAR_START_MS and last[heard].max() < YEAR_END_MS


def test_flights_to_turkmenistan_fade_out() -> None:
    observed, true = load_world().observed, list_true_flights()
    there = (true["destination"] == "UTAA") & observed["heard"]
    assert there.sum() > 300
    assert set(observed.loc[there, "last_evidence"]) == {"lost"}


def test_ends_have_all_kinds_of_evidence_a_receiver_can_give() -> None:
    observed = load_world().observed
    kinds = observed.loc[observed["heard"], "last_evidence"].value_counts()
    assert set(kinds.index) == {"surface", "low", "lost"}
    assert kinds.min() > 5_000


def test_thinner_network_hears_fewer_flights() -> None:
    whole, thin = load_world().observed["heard"], load_world(share=0.05).observed["heard"]
    assert thin.mean() < whole.mean() - 0.02
    assert not (thin & ~whole).any()
    assert len(load_heard("simulated", 0.05).flights) == thin.sum()

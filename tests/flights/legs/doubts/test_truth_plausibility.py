"""Rules of plausibility against the truth of the simulated archive days: found, and false.

Spoofing and changes of callsign are in the days themselves. Two aircraft under one address,
noise of multilateration and callsigns in use twice are put into them: positions of real flights
get another's address, a scatter, another's callsign. False are flights of airframes nothing
was done to.
"""

from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from truth_table import SETS, find_flights, read_positions, read_truth, score

from flights.legs import find_legs, find_twice
from flights.records import RECEIVED, format_icao24

pytestmark = pytest.mark.slow

DAY, SET = date(2026, 2, 28), "134 aircraft"
CASES = [(name, detail) for name in SETS for detail in ("heatmaps", "traces")]
DETAILS = ("heatmaps", "traces")
CHANGED = 40
"""Airframes something is done to, of 130 heard."""
report: dict[str, dict[str, str]] = {}


@pytest.fixture(scope="module", autouse=True)
def rules_report(shared, request):
    """What was found, printed at the end whatever the verdicts."""
    yield
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print("\n" + pd.DataFrame(report).fillna("").to_string() + "\n")


@cache
def flights_of(folder: Path, name: str, detail: str) -> pd.DataFrame:
    return find_flights(folder, name, detail)


@cache
def scored(folder: Path, name: str, detail: str):
    return score(read_truth(folder, name), flights_of(folder, name, detail)).matched


@cache
def positions_of(folder: Path, detail: str) -> np.ndarray:
    return read_positions(folder, SETS[SET][1][DAY], detail)


@cache
def flights_before(folder: Path, detail: str) -> pd.DataFrame:
    return find_legs(positions_of(folder, detail), day=DAY, source="t").flights


def note(rule: str, case: str, true: pd.Series, fired: pd.Series) -> tuple[int, int, int]:
    """How many there are, how many were found, and how many were flagged without being true."""
    counts = int(true.sum()), int((true & fired).sum()), int((fired & ~true).sum())
    report.setdefault(rule, {})[case] = (
        f"{counts[1]}/{counts[0]}, {counts[2]} false of {int((~true).sum())}"
    )
    return counts


def names(flags: pd.Series, rule: str) -> pd.Series:
    return flags.fillna("").str.split(",").map(lambda each: rule in each).astype(bool)


@pytest.mark.parametrize("name, detail", CASES)
@pytest.mark.parametrize("rule", ["jump", "callsign_change"])
def test_rules_find_what_the_days_hold_and_nothing_else(shared, name, detail, rule):
    flights = scored(shared / "globe_history-sim", name, detail)
    true = {
        "jump": flights["extra"].str.contains("spoof="),
        "callsign_change": flights["callsign"].str.contains(">"),
    }[rule].fillna(False)
    there, found, false = note(rule, f"{name}, {detail}", true, names(flights["flags"], rule))
    assert there == 2
    assert (found, false) == (2, 0)


@pytest.mark.parametrize("name, detail", CASES)
def test_other_rules_stay_silent_on_the_days_as_they_are(shared, name, detail):
    flights = scored(shared / "globe_history-sim", name, detail)
    for rule in ("address_twice", "mlat_noise", "callsign_odd"):
        assert not names(flights["flags"], rule).any()
    assert not find_twice(flights_of(shared / "globe_history-sim", name, detail)).any()


def aloft_together(flights: pd.DataFrame) -> list[tuple[str, str]]:
    """Pairs of airframes, none twice, of which two flights overlap by half an hour."""
    flights = flights.sort_values("firstseen")
    pairs: list[tuple[str, str]] = []
    used: set[str] = set()
    for one, other in zip(flights.itertuples(), flights.iloc[7:].itertuples(), strict=False):
        together = min(one.lastseen, other.lastseen) - max(one.firstseen, other.firstseen)
        fresh = not {one.icao24, other.icao24} & used and one.icao24 != other.icao24
        if together >= pd.Timedelta(minutes=30) and fresh:
            used |= {one.icao24, other.icao24}
            pairs.append((one.icao24, other.icao24))
    return pairs[: CHANGED // 2]


def sorted_legs(positions: np.ndarray):
    ordered = positions[np.lexsort((positions["seen_at"], positions["icao24"]))]
    return find_legs(ordered, day=DAY, source="t")


def by_airframe(flights: pd.DataFrame, rule: str) -> pd.Series:
    return names(flights["flags"], rule).groupby(flights["icao24"]).any()


@pytest.mark.parametrize("detail", DETAILS)
def test_addresses_given_to_two_aircraft_are_found(shared, detail):
    folder = shared / "globe_history-sim"
    pairs = aloft_together(flights_before(folder, detail))
    positions = positions_of(folder, detail).copy()
    for one, other in pairs:
        positions["icao24"][positions["icao24"] == int(other, 16)] = int(one, 16)
    legs = sorted_legs(positions)
    fired = by_airframe(legs.flights, "address_twice")
    true = pd.Series(fired.index.isin([one for one, _ in pairs]), fired.index)
    there, found, false = note("address_twice", f"{SET}, {detail}", true, fired)
    assert there >= 15
    assert found >= 0.9 * there and false == 0
    assert legs.dropped["address_twice"] > 1000


@pytest.mark.parametrize("detail", DETAILS)
def test_scatter_of_multilateration_is_found_and_clean_multilateration_let_be(shared, detail):
    folder = shared / "globe_history-sim"
    positions, random = positions_of(folder, detail).copy(), np.random.default_rng(1)
    numbers = np.unique(positions["icao24"])[: 2 * CHANGED]
    positions["received"][np.isin(positions["icao24"], numbers)] = RECEIVED.index("mlat")
    hit = np.isin(positions["icao24"], numbers[::2]) & ~positions["on_ground"]
    hit &= random.random(len(positions)) < 0.2
    for name, degree_km in (("latitude", 111.2), ("longitude", 75.0)):
        positions[name][hit] += random.normal(0, 4.0 / degree_km, hit.sum())
    fired = by_airframe(sorted_legs(positions).flights, "mlat_noise")
    true = pd.Series(
        fired.index.isin([format_icao24(n) for n in numbers[::2].tolist()]), fired.index
    )
    there, found, false = note("mlat_noise", f"{SET}, {detail}", true, fired)
    assert there >= 0.8 * CHANGED
    assert found >= 0.9 * there and false == 0


@pytest.mark.parametrize("detail", DETAILS)
def test_callsigns_given_to_two_flights_at_once_are_found(shared, detail):
    flights = flights_before(shared / "globe_history-sim", detail).copy()
    pairs = aloft_together(flights)
    true = pd.Series(False, flights.index)
    for one, other in pairs:
        first = flights[flights["icao24"] == one].iloc[0]
        row = _together_with(flights[flights["icao24"] == other], first)
        flights.loc[row, "callsign"] = first["callsign"]
        true[row] = True
        true[first.name] = True
    fired = pd.Series(find_twice(flights), flights.index)
    there, found, false = note("callsign_twice", f"{SET}, {detail}", true, fired)
    assert there >= 20
    assert (found, false) == (there, 0)


def _together_with(flights: pd.DataFrame, one: pd.Series) -> int:
    """Row of the flight that overlaps `one` the longest."""
    stop = flights["lastseen"].clip(upper=one["lastseen"])
    return (stop - flights["firstseen"].clip(lower=one["firstseen"])).idxmax()

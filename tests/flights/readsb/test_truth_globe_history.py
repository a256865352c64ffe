"""Flights against the truth of the simulated archive days, and one reading against the other.

Observable is what `truth_table.read_truth` says: a flight of which the archive days hold two
minutes or more in the air; an end inside the days whose airport's ground was received, or that
was heard in the air within five minutes of it.
"""

from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from truth_table import SETS, find_flights, read_truth, score

pytestmark = pytest.mark.slow

CASES = [(name, detail) for name in SETS for detail in ("heatmaps", "traces")]
AGREE = pd.Timedelta(seconds=90)


@cache
def flights_of(folder: Path, name: str, detail: str) -> pd.DataFrame:
    """Flights of one set, found once a session."""
    return find_flights(folder, name, detail)


def scored(shared: Path, name: str, detail: str):
    folder = shared / "globe_history-sim"
    return score(read_truth(folder, name), flights_of(folder, name, detail))


@pytest.fixture(scope="module", autouse=True)
def truth_report(shared, request):
    """The table, printed at the end whatever the verdicts (shown without `-s` too)."""
    yield
    rows = {f"{name}, {detail}": scored(shared, name, detail).row() for name, detail in CASES}
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print("\n" + pd.DataFrame(rows).T.to_string() + "\n")


@pytest.mark.parametrize("name, detail", CASES)
def test_flights_and_airports_of_the_truth_are_found(shared, name, detail):
    result = scored(shared, name, detail)
    assert result.share("found") == 1.0
    assert result.share("origin_right", "origin_observable") >= 0.995
    assert result.share("destination_right", "destination_observable") >= 0.995
    assert result.share("origin_timely", "origin_close") == 1.0
    assert result.share("destination_timely", "destination_close") == 1.0


@pytest.mark.parametrize("name, detail", CASES)
def test_no_flight_is_invented(shared, name, detail):
    assert scored(shared, name, detail).invented.empty


@pytest.mark.parametrize("detail", ["heatmaps", "traces"])
def test_nothing_is_invented_across_the_coverage_gap(shared, detail):
    """Lost over Turkmenistan at FL201, heard again 6 h 52 min later out of Almaty."""
    flights = flights_of(shared / "globe_history-sim", "mini, two days", detail)
    flights = flights[flights["icao24"] == "4d0113"]
    lost = flights[flights["callsign"] == "CLX9TK"].iloc[0]
    assert (lost["origin"], lost["destination_evidence"]) == ("ELLX", "lost")
    assert lost["last_altitude_ft"] == pytest.approx(20_100, abs=800)
    back = flights[flights["firstseen"] > lost["lastseen"]].iloc[0]
    assert (back["callsign"], back["origin"], back["destination"]) == ("CLX4TA", "UAAA", "VHHH")
    unheard = back["firstseen"] - lost["lastseen"]
    assert abs(unheard - pd.Timedelta(hours=6, minutes=52)) < pd.Timedelta(minutes=1)


@pytest.mark.parametrize("detail", ["heatmaps", "traces"])
def test_special_cases_of_the_mini_set(shared, detail):
    flights = flights_of(shared / "globe_history-sim", "mini, two days", detail)
    by_callsign = flights.set_index("callsign")
    assert "touch_and_go" in by_callsign.loc["BOX001", "flags"]
    assert by_callsign.loc["DLH9CK", "flags"] == ""
    assert by_callsign.loc["THY784", "flags"] == "jump"
    assert "jump" in by_callsign.loc["AZG5134", "flags"]
    assert by_callsign.loc["CAO1056", "flags"] == "callsign_change"
    assert by_callsign.loc["GTI8136", "received"] == "mixed"
    assert by_callsign.loc["FDX1204", "received"] == "mlat"
    assert by_callsign.loc["QTR8137", "destination"] == "ELLX"
    never = {"4d010b", "4d0131", "3d2f01"}
    assert not never & set(flights["icao24"])


@pytest.mark.parametrize("name", list(SETS))
def test_heatmaps_and_traces_give_the_same_flights(shared, name):
    """Matched by airframe and time. What differs, and why, is printed:

    heatmap times are the start of a slice of 10 or 30 s; heatmaps hold little of the ground, so
    an end can be `low` there that is `surface` in the traces.
    """
    folder = shared / "globe_history-sim"
    pairs = _pair(flights_of(folder, name, "heatmaps"), flights_of(folder, name, "traces"))
    assert len(pairs) == len(flights_of(folder, name, "heatmaps"))
    assert len(pairs) == len(flights_of(folder, name, "traces"))
    for side in ("origin", "destination"):
        codes = pairs[[f"{side}_heatmap", f"{side}_trace"]].fillna("lost")
        same = codes.iloc[:, 0] == codes.iloc[:, 1]
        assert same.mean() >= 0.99
        print(f"{name}: {side} differs\n{codes[~same].to_string()}")
        words = pairs.groupby([f"{side}_evidence_heatmap", f"{side}_evidence_trace"]).size()
        print(words.to_string())
    assert (pairs["callsign_heatmap"].fillna("") == pairs["callsign_trace"].fillna("")).all()
    for time in ("firstseen", "lastseen"):
        assert ((pairs[f"{time}_heatmap"] - pairs[f"{time}_trace"]).abs() <= AGREE).mean() >= 0.99


def _pair(heatmap: pd.DataFrame, trace: pd.DataFrame) -> pd.DataFrame:
    """Flights of both readings of an airframe that overlap in time by more than half."""
    pairs = heatmap.merge(trace, on="icao24", suffixes=("_heatmap", "_trace"))
    start = pairs[["firstseen_heatmap", "firstseen_trace"]].max(axis=1)
    stop = pairs[["lastseen_heatmap", "lastseen_trace"]].min(axis=1)
    whole = pairs["lastseen_trace"] - pairs["firstseen_trace"]
    return pairs[(stop - start) > whole / 2]

"""Genuine readsb files: both formats tell the same of the same day."""

from collections import Counter
from datetime import date, timedelta

import numpy as np
import pytest

from flights.readsb import Intake, find_days
from flights.readsb.heatmap import read_heatmap
from flights.readsb.members import HEATMAP, TRACE
from flights.readsb.traces import read_trace
from flights.records import parse_icao24

pytestmark = pytest.mark.slow

DAYS = [
    ("globe_history_mini_2026-02-28.tar", 30_000),
    ("globe_history_mini_2026-03-01.tar.ab", 30_000),
    ("globe_history_mini10s_2026-02-28.tar", 10_000),
]


def decode(path, kind):
    (day,) = find_days(path, kind)
    intake, read = Intake(), read_heatmap if kind == HEATMAP else read_trace
    found = [read(each.data, each.name) for each in day.read_members(kind, intake)]
    assert not intake.problems and not intake.refused
    return day.day, found


def joined(files):
    every = np.concatenate([each.positions for each in files])
    return every[np.lexsort((every["seen_at"], every["icao24"]))]


@pytest.mark.parametrize("name,interval", DAYS)
def test_every_heatmap_position_is_a_trace_point(shared, name, interval):
    """READSB.md counts 385,924 of 385,924; the heatmap's moment is that slice's beginning."""
    path = shared / "globe_history-sim" / name
    day, heatmaps = decode(path, HEATMAP)
    _, traces = decode(path, TRACE)
    assert [each.slices for each in heatmaps] == [1_800_000 // interval] * 48
    assert {each.interval_ms for each in heatmaps} == {interval}
    found, points = joined(heatmaps), joined(traces)
    assert len(found) > 5_000
    of_points = Counter()
    for point in points.tolist():
        of_points[(point[0], point[1] // interval, *point[2:4])] = point
    callsigns = Counter()
    for heard in found.tolist():
        # A point at the very end of a slice still counts to it.
        keys = [(heard[0], heard[1] // interval + late, *heard[2:4]) for late in (0, 1)]
        point = next((of_points[key] for key in keys if key in of_points), None)
        assert point is not None, heard
        assert (heard[6], heard[7]) == point[6:8]
        if not np.isnan(point[4]):  # a heatmap may have the geometric height instead
            assert abs(heard[4] - point[4]) <= 12.5
        if heard[8]:
            callsigns[heard[8] == point[8]] += 1
    assert callsigns[True] / callsigns.total() > 0.999
    assert day in (date(2026, 2, 28), date(2026, 3, 1))


def test_whole_split_day_has_the_counts_its_writer_told(shared):
    path = shared / "globe_history-sim" / "globe_history_2026-02-28.tar.aa"
    _, heatmaps = decode(path, HEATMAP)
    positions = joined(heatmaps)
    assert (len(positions), int(positions["on_ground"].sum())) == (197_887, 15_234)
    assert int((positions["latitude"] < 0).sum()) == 12_331
    _, traces = decode(path, TRACE)
    points = joined(traces)
    assert (len(points), int(points["on_ground"].sum())) == (535_721, 157_732)
    assert sum(each.invalid for each in heatmaps + traces) == 0


def test_times_of_heatmaps_are_never_late_and_one_interval_early_at_most(shared):
    path = shared / "globe_history-sim" / "globe_history_mini_2026-02-28.tar"
    found, points = joined(decode(path, HEATMAP)[1]), joined(decode(path, TRACE)[1])
    early = []
    for icao24 in np.unique(found["icao24"]):
        heard, told = found[found["icao24"] == icao24], points[points["icao24"] == icao24]
        nearest = told["seen_at"][np.searchsorted(told["seen_at"], heard["seen_at"])]
        early.append(nearest - heard["seen_at"])
    early = np.concatenate(early)
    assert early.min() >= 0 and np.median(early) < 15_000


def test_genuine_gzip_traces_are_stamped_ten_days_after_their_folder(shared):
    (day,) = find_days(shared / "readsb-traces" / "globe_history", TRACE)
    found = [read_trace(m.data, m.name) for m in day.read_members(TRACE, Intake())]
    assert day.day == date(2023, 8, 20) and len(found) == 16
    for each in found:
        days = set((each.positions["seen_at"] // 86_400_000).tolist())
        assert days == {(day.day + timedelta(days=10) - date(1970, 1, 1)).days}
        assert each.problem == "" and each.invalid == 0 and each.airframe.registration
        assert each.positions["icao24"][0] == parse_icao24(each.icao24)


def test_plain_trace_whose_base_is_not_midnight_holds_four_flights_in_order(shared):
    path = shared / "readsb-traces" / "trace_full_ac671b.json"
    found = read_trace(path.read_bytes(), path.name)
    assert len(found.positions) == 2_500 and found.base_ms % 86_400_000
    callsigns = found.positions["callsign"]
    order = list(dict.fromkeys(each for each in callsigns.tolist() if each))
    assert order == [b"DAL1812", b"DAL2418", b"DAL1615", b"DAL2927"]
    assert (found.airframe.registration, found.airframe.typecode) == ("N899DN", "B739")
    assert (found.airframe.owner, found.year) == ("DELTA AIR LINES INC", "2018")

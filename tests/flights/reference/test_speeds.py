"""Bounds on speed and range: wide enough for what was flown, and unknown types unbounded."""

import csv
from importlib import resources

import pytest

from flights.reference.speeds import limit_reach


def test_fastest_airliner_reported_stays_below_the_bound_of_its_type() -> None:
    assert limit_reach(["B744"])[0][0] > 717


def test_unknown_type_is_bounded_by_the_fastest_and_farthest_only() -> None:
    speeds, ranges = limit_reach([None, "ZZZZ", "C208", "B744", "A359"])
    assert speeds[0] == speeds[1] == max(speeds)
    assert ranges[0] == ranges[1] == max(ranges)


def test_calm_air_gives_the_speed_through_the_air() -> None:
    assert limit_reach(["A332"], wind_kt=0.0)[0][0] == pytest.approx(0.86 * 600)


def test_no_types_give_no_bounds() -> None:
    assert [len(each) for each in limit_reach([])] == [0, 0]


def test_table_is_sorted_sensibly_and_holds_each_type_once() -> None:
    with resources.files("flights.reference.data").joinpath("speeds.csv").open() as file:
        rows = list(csv.DictReader(file))
    codes = [row["typecode"] for row in rows]
    assert len(set(codes)) == len(codes)
    for row in rows:
        assert 0.3 <= float(row["mmo"]) < 1.0, row
        assert 2_000 <= float(row["range_km"]) <= 20_000, row


def test_every_type_that_may_be_cargo_has_a_bound_of_its_own() -> None:
    with resources.files("flights.reference.data").joinpath("typecodes.csv").open() as file:
        cargo = {row["typecode"] for row in csv.DictReader(file)}
    with resources.files("flights.reference.data").joinpath("speeds.csv").open() as file:
        bounded = {row["typecode"] for row in csv.DictReader(file)}
    assert cargo - bounded == set()

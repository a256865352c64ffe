"""A day put together from buckets."""

import numpy as np
import pandas as pd
import pytest
from skies import DAY, A, B, hop, sky, stretch

from flights.readsb import day as day_module
from flights.readsb.day import assemble_day, split_by_airframe
from flights.records import conform
from flights.reference.aircraft import Airframe

AIRFRAMES = {"400001": Airframe("LX-AAA", "B748", "BOEING 747-8F")}


def assembled(buckets):
    return assemble_day(buckets, source="test", day=DAY, airframes=AIRFRAMES)


def test_all_tables_fit_the_schema_and_name_the_airframe():
    tables = assembled([hop(60), hop(80, icao24=0x400002)])
    for name in ("flights", "edges", "tracks", "reception"):
        conform(name, getattr(tables, name))
    by_airframe = tables.flights.set_index("icao24")
    assert by_airframe.loc["400001", "registration"] == "LX-AAA"
    assert by_airframe.loc["400001", "model"] == "BOEING 747-8F"
    assert pd.isna(by_airframe.loc["400002", "typecode"])


def test_counts_say_what_was_read_found_and_left_out():
    lone = stretch((60, 60), (A, A), (30_000, 30_000), icao24=0x400009)
    tables = assembled([sky(hop(60), lone)])
    assert tables.counts == {
        "positions": len(hop(60)) + 1,
        "aircraft": 2,
        "flights": 1,
        "dropped_jump": 0,
        "dropped_address_twice": 0,
        "dropped_mlat_noise": 0,
        "dropped_brief": 1,
        "dropped_still": 0,
        **{f"flagged_{rule}": 0 for rule in day_module.RULES},
        "flagged_off_field": 1,
    }


def test_buckets_do_not_change_the_result(monkeypatch):
    one, two, three = (hop(60 + n, icao24=0x400001 + n) for n in range(3))
    whole = assembled([sky(one, two, three)])
    monkeypatch.setattr(day_module, "PART", 100)
    for buckets in ([one, two, three], [sky(one, two), three], [sky(one, two, three)]):
        parts = assembled(buckets)
        assert parts.counts == whole.counts
        for name, order in (
            ("flights", ["icao24"]),
            ("edges", ["icao24", "edge"]),
            ("tracks", ["icao24", "seen_at"]),
            ("reception", ["hour", "cell"]),
        ):
            found, expected = (
                conform(name, getattr(tables, name)).to_pandas().sort_values(order)
                for tables in (parts, whole)
            )
            pd.testing.assert_frame_equal(
                found.reset_index(drop=True), expected.reset_index(drop=True)
            )


def test_empty_day_gives_empty_tables():
    tables = assembled([])
    for name in ("flights", "edges", "tracks", "reception"):
        assert conform(name, getattr(tables, name)).num_rows == 0


@pytest.mark.parametrize("part", [1, 50, 10_000])
def test_parts_hold_whole_airframes(monkeypatch, part):
    monkeypatch.setattr(day_module, "PART", part)
    rows = sky(*(stretch((0, 20), (A, B), (9_000, 9_000), icao24=n) for n in range(1, 8)))
    parts = list(split_by_airframe(rows))
    assert np.array_equal(np.concatenate(parts), rows)
    owners = [set(each["icao24"].tolist()) for each in parts]
    assert sum(len(each) for each in owners) == len(set.union(*owners))

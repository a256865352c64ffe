"""How well places were heard."""

import h3
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from skies import A, B, C, hop, sky, stretch

from flights.reception import count_reception, sum_reception


def test_aircraft_are_distinct_and_cruise_is_apart():
    rows = sky(
        stretch((60, 62), (A, A), (30_000, 30_000)),
        stretch((70, 71), (A, A), (9_000, 9_000)),
        stretch((65, 65), (A, A), (9_000, 9_000), icao24=0x400002),
    )
    counts = count_reception(rows)
    assert len(counts) == 1
    row = counts.iloc[0]
    assert row["hour"] == 1
    assert row["cell"] == h3.str_to_int(h3.latlng_to_cell(*A, 3))
    assert (row["aircraft"], row["positions"]) == (2, 9)
    assert (row["cruise_aircraft"], row["cruise_positions"]) == (1, 5)


def test_no_position_is_lost_and_hours_are_apart():
    rows = hop(30, B, C, minutes=260.0)
    counts = count_reception(rows)
    assert counts["positions"].sum() == len(rows)
    assert set(counts["hour"]) == set(range(5))


def test_positions_on_the_edges_of_the_map_have_a_cell():
    rows = stretch((0, 2), ((90.0, 180.0), (-90.0, -180.0)), (30_000, 30_000))
    rows["longitude"][0] = 180.0
    assert count_reception(rows)["positions"].sum() == len(rows)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.booleans(), min_size=5, max_size=5))
def test_counts_of_disjoint_airframes_add_up(sides):
    airframes = [hop(60 + 3 * n, icao24=0x400001 + n) for n in range(5)]
    parts = [
        count_reception(sky(*chosen))
        for side in (True, False)
        if (chosen := [a for a, s in zip(airframes, sides, strict=True) if s is side])
    ]
    pd.testing.assert_frame_equal(sum_reception(parts), count_reception(sky(*airframes)))


def test_nothing_heard_is_an_empty_table():
    assert count_reception(hop(60)[:0]).empty
    assert sum_reception([]).empty

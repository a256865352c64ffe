"""Tracks: few positions, and the line through them stays near all positions."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skies import A, B, C, between, hop, sky, stretch

from flights.legs.positions.series import read_series
from flights.legs.rows.simplify import keep_points
from flights.reference.earth import great_circle_km


def kept_of(rows):
    """Positions kept of rows that are one flight."""
    index, _ = keep_points(read_series(rows), np.array([0]), np.array([len(rows) - 1]))
    return index


def off_line_km(rows, kept):
    """Largest distance of a position from the drawn line."""
    worst = 0.0
    for start, stop in pairwise(kept):
        share = np.linspace(0, 1, 400)
        line = [
            rows[name][start] + share * (rows[name][stop] - rows[name][start])
            for name in ("latitude", "longitude")
        ]
        inner = rows[start : stop + 1]
        away = great_circle_km(
            inner["latitude"][:, None], inner["longitude"][:, None], line[0], line[1]
        ).min(axis=1)
        worst = max(worst, float(away.max()))
    return worst


def test_straight_cruise_keeps_few_positions():
    rows = stretch((60, 300), (B, C), (35_000, 35_000))
    assert len(kept_of(rows)) <= 25


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.0, 0.4))
def test_line_stays_within_tolerance_of_every_cruise_position(seed, swing):
    rows = stretch((60, 200), (B, between(B, C, 0.5)), (35_000, 35_000))
    turns = np.random.default_rng(seed).normal(0, swing / 20, len(rows))
    rows["latitude"] += np.cumsum(turns)
    kept = kept_of(rows)
    assert kept[0] == 0 and kept[-1] == len(rows) - 1
    assert np.all(np.diff(kept) > 0)
    # 1.5 km, and something for the positions of this test's coarse line.
    assert off_line_km(rows, kept) <= 1.8


def test_turns_near_the_ground_are_kept_finer_than_in_cruise():
    def wave(height):
        rows = stretch((60, 80), (A, B), (height, height), every_s=10)
        rows["latitude"] += 0.01 * np.sin(np.arange(len(rows)) / 4)
        return len(kept_of(rows))

    assert wave(2_000) > 2 * wave(35_000)


def test_both_sides_of_a_silence_and_both_ends_are_kept():
    rows = sky(
        stretch((60, 100), (B, between(B, C, 0.2)), (35_000, 35_000)),
        stretch((130, 200), (between(B, C, 0.4), C), (35_000, 35_000)),
    )
    kept = kept_of(rows)
    assert {0, 80, 81, len(rows) - 1} <= set(kept.tolist())


def test_climb_and_descent_are_kept():
    rows = hop(60)
    kept = kept_of(rows)
    drawn = np.interp(
        rows["seen_at"], rows["seen_at"][kept], np.nan_to_num(rows["altitude_ft"][kept])
    )
    assert np.abs(drawn - np.nan_to_num(rows["altitude_ft"])).max() < 3_000


def test_antimeridian_is_no_corner():
    rows = stretch((60, 120), ((0.0, 176.0), (0.0, 184.0)), (35_000, 35_000))
    assert len(kept_of(rows)) <= 6


@pytest.mark.parametrize("chunk", [100, 1 << 17])
def test_flights_are_simplified_alone(monkeypatch, chunk):
    monkeypatch.setattr("flights.legs.rows.simplify.CHUNK", chunk)
    rows = sky(hop(60), hop(60, icao24=0x400002), hop(61, B, A, icao24=0x400003))
    starts = np.array([0, len(hop(60)), 2 * len(hop(60))])
    stops = np.append(starts[1:], len(rows)) - 1
    index, flight = keep_points(read_series(rows), starts, stops)
    for number in range(3):
        alone = kept_of(rows[starts[number] : stops[number] + 1])
        assert np.array_equal(index[flight == number] - starts[number], alone)

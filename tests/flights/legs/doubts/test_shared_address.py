"""One address, two aircraft: which left-out positions belong to another airframe.

Each test is one aircraft in cruise at 35,000 ft as `TST1`. Ten of its positions count as left
out (`jumps` decides that); the test says how they differ from the kept ones around them.
"""

import numpy as np
import pytest
from skies import B, C, between, sky, stretch

from flights.legs.doubts.shared_address import find_other_airframe
from flights.legs.positions.series import read_series

OUT = slice(40, 50)


def cruise(**how):
    return stretch((60, 120), (B, between(B, C, 0.2)), (35_000, 35_000), **how)


def is_other(rows, out=OUT):
    """Whether all the left-out positions are another airframe's (True) or none is (False)."""
    mask = np.zeros(len(rows), dtype=bool)
    mask[out] = True
    found = find_other_airframe(read_series(rows), mask)
    assert found[mask].all() or not found.any()
    return bool(found.any())


def test_own_height_and_callsign_are_a_false_place_of_the_same_aircraft():
    assert not is_other(cruise())


@pytest.mark.parametrize("feet, other", [(1_499.0, False), (1_500.0, True), (-1_500.0, True)])
def test_1_500_ft_from_the_height_of_the_kept_positions_is_another_airframe(feet, other):
    rows = cruise()
    rows["altitude_ft"][OUT] += feet
    assert is_other(rows) == other


def test_the_height_expected_in_a_climb_lies_between_those_before_and_after():
    rows = stretch((60, 120), (B, C), (5_000, 35_000))
    assert not is_other(rows)
    rows["altitude_ft"][OUT] = rows["altitude_ft"][39] + 4_000
    assert is_other(rows)


@pytest.mark.parametrize("kept_ft, other", [(4_999.0, False), (5_000.0, True)])
def test_on_the_ground_while_the_kept_positions_are_at_5_000_ft_is_another_airframe(kept_ft, other):
    rows = cruise()
    rows["altitude_ft"] = kept_ft
    rows["altitude_ft"][OUT], rows["on_ground"][OUT] = np.nan, True
    assert is_other(rows) == other


def test_another_callsign_than_before_and_after_is_another_airframe():
    rows = cruise()
    rows["callsign"][OUT] = b"OTHER1"
    assert is_other(rows)


def test_a_callsign_that_changes_anyway_shows_nothing():
    rows = cruise()
    rows["callsign"][OUT] = b"OTHER1"
    rows["callsign"][50:] = b"NEXT2"
    assert not is_other(rows)


def test_an_unknown_callsign_shows_nothing():
    rows = cruise()
    rows["callsign"][OUT] = b""
    assert not is_other(rows)


@pytest.mark.parametrize("count, other", [(2, False), (3, True)])
def test_three_positions_are_needed(count, other):
    rows = cruise()
    out = slice(40, 40 + count)
    rows["altitude_ft"][out] = 11_000
    assert is_other(rows, out) == other


@pytest.mark.parametrize("count, other", [(4, False), (5, True)])
def test_half_of_the_positions_that_could_show_it_are_needed(count, other):
    rows = cruise()
    rows["altitude_ft"][40 : 40 + count] = 11_000
    assert is_other(rows) == other


@pytest.mark.parametrize("silent_min, other", [(10.0, True), (10.5, False)])
def test_kept_positions_more_than_ten_minutes_apart_say_nothing_of_the_height(silent_min, other):
    rows = sky(
        stretch((60, 90), (B, B), (35_000, 35_000)),
        stretch((94, 95), (C, C), (11_000, 11_000)),
        stretch((90 + silent_min, 120), (B, B), (35_000, 35_000)),
    )
    assert is_other(rows, rows["altitude_ft"] == 11_000) == other


def test_kept_positions_of_another_address_are_no_witnesses():
    out = stretch((80, 85), (B, B), (11_000, 11_000), icao24=0x400002)
    rows = sky(cruise(), out, cruise(icao24=0x400003))
    assert not is_other(rows, rows["icao24"] == 0x400002)

"""Positions that no aircraft could reach: the rule that leaves them out.

Each test is one aircraft on its way from B to C, with some of its positions put elsewhere.
"""

import numpy as np
import pytest
from skies import B, C, between, sky, stretch

from flights.legs.doubts.jumps import ADSC, find_impossible, find_jumps
from flights.legs.positions.series import read_series

KM_PER_DEGREE = 111.19


def cruise(minutes=60, every_s=30.0, **how):
    return stretch(
        (60, 60 + minutes), (B, between(B, C, 0.2)), (35_000, 35_000), every_s=every_s, **how
    )


def left_out(rows):
    return np.flatnonzero(find_jumps(read_series(rows))).tolist()


def test_a_possible_path_keeps_all_its_positions():
    assert left_out(cruise()) == []


def two_positions(km, seconds, received=0):
    """Two positions `km` apart on a meridian."""
    places = ((0.0, 0.0), (km / KM_PER_DEGREE, 0.0))
    return stretch(
        (60, 60 + seconds / 60), places, (35_000, 35_000), every_s=seconds, received=received
    )


@pytest.mark.parametrize("km, impossible", [(37.0, False), (37.4, True)])
def test_the_limit_is_1_500_km_an_hour_and_12_km(km, impossible):
    # 25.2 km in a minute, and 12 km for the blur of times and multilateration.
    assert find_impossible(read_series(two_positions(km, 60))).tolist() == [False, impossible]


@pytest.mark.parametrize("km, impossible", [(175.0, False), (175.4, True)])
def test_a_position_relayed_by_satellite_contract_has_150_km(km, impossible):
    rows = two_positions(km, 60)
    rows["received"][0] = ADSC
    assert find_impossible(read_series(rows)).tolist() == [False, impossible]


def test_positions_far_off_are_left_out_and_those_around_them_kept():
    rows = cruise()
    rows["latitude"][40:50], rows["longitude"][40:50] = 33.8, 35.5
    assert left_out(rows) == list(range(40, 50))


def test_the_chain_with_the_most_positions_is_kept_wherever_the_day_begins():
    rows = cruise()
    rows["latitude"][:40], rows["longitude"][:40] = 33.8, 35.5
    assert left_out(rows) == list(range(40))
    rows = cruise()
    rows["latitude"][:80], rows["longitude"][:80] = 33.8, 35.5
    assert left_out(rows) == list(range(80, 121))


def test_pieces_before_and_after_a_false_place_are_one_chain():
    rows = cruise()
    # Neither piece of 35 positions is longer than the false one of 51; together they are.
    rows["latitude"][35:86], rows["longitude"][35:86] = 33.8, 35.5
    assert left_out(rows) == list(range(35, 86))


def test_a_false_place_that_a_silence_makes_reachable_is_a_piece_of_its_own():
    here = between(B, C, 0.35)
    first, rest = cruise(), stretch((165.5, 195), (here, here), (35_000, 35_000))
    south = (here[0] - 6.0, here[1])
    false = stretch((160, 165), (south, south), (35_000, 35_000))
    # 40 minutes are enough to fly there, but not half a minute to come back.
    assert left_out(sky(first, false, rest)) == list(range(121, 132))


def test_an_aircraft_is_judged_by_its_own_positions_alone():
    other = stretch((60, 120), ((10.0, -60.0), (11.0, -58.0)), (9_000, 9_000), icao24=0x400002)
    assert left_out(sky(cruise(), other)) == []

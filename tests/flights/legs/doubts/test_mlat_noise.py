"""Noise of multilateration: which positions are off the path, and when a flight is flagged.

Each test is one aircraft that flies straight, with some positions moved across its track.
"""

import numpy as np
import pytest
from skies import stretch

from flights.legs.doubts.mlat_noise import MLAT, find_outliers, find_scatter, is_noisy
from flights.legs.positions.series import read_series

KM_PER_DEGREE = 111.19
ADSB = 0


def straight(every_s=10.0, received=MLAT, minutes=60):
    """Along the equator; a move north is a move across the track."""
    places = ((0.0, 10.0), (0.0, 17.0))
    return stretch((60, 60 + minutes), places, (35_000, 35_000), every_s=every_s, received=received)


def move_north(rows, at, km):
    rows["latitude"][at] += km / KM_PER_DEGREE
    return rows


def scatter_at(rows):
    return np.flatnonzero(find_scatter(read_series(rows))).tolist()


@pytest.mark.parametrize("every_s, km, found", [
    (10.0, 1.7, False), (10.0, 1.9, True),  # 1.5 km + 0.3 km of turn in 10 s
    (30.0, 4.1, False), (30.0, 4.3, True),  # 1.5 km + 2.7 km of turn in 30 s
])  # fmt: skip
def test_a_position_farther_off_the_line_of_its_neighbours_than_noise_and_a_turn_is_scatter(
    every_s, km, found
):
    assert scatter_at(move_north(straight(every_s), 20, km)) == ([20] if found else [])


def test_noise_along_the_track_is_not_seen():
    rows = straight()
    rows["longitude"][20] += 1.0 / KM_PER_DEGREE
    assert scatter_at(rows) == []


def test_only_positions_by_multilateration_are_judged():
    assert scatter_at(move_north(straight(received=ADSB), 20, 5.0)) == []


def test_neighbours_more_than_a_minute_away_say_nothing():
    # The turn alone allows 12 km in a minute.
    assert scatter_at(move_north(straight(60.0), 20, 15.0)) == [20]
    assert scatter_at(move_north(straight(61.0), 20, 50.0)) == []


def test_the_first_position_of_an_airframe_has_no_neighbour_before():
    rows = np.concatenate([straight(), straight()])
    rows["icao24"][len(rows) // 2 :] += 1
    assert scatter_at(move_north(rows, len(rows) // 2, 5.0)) == []


def outliers_at(rows, out):
    mask = np.zeros(len(rows), dtype=bool)
    mask[out] = True
    return np.flatnonzero(find_outliers(read_series(rows), mask)).tolist()


@pytest.mark.parametrize("count, found", [(3, True), (4, False)])
def test_up_to_three_left_out_positions_in_a_row_are_noise_however_far_off(count, found):
    out = range(20, 20 + count)
    assert outliers_at(move_north(straight(), list(out), 500.0), list(out)) == (
        list(out) if found else []
    )


@pytest.mark.parametrize("km, found", [(39.0, True), (41.0, False)])
def test_a_longer_row_is_noise_within_40_km_of_the_line_between_kept_positions(km, found):
    out = list(range(20, 30))
    assert outliers_at(move_north(straight(), out, km), out) == (out if found else [])


def test_left_out_positions_of_other_receivers_are_no_noise_of_multilateration():
    assert outliers_at(move_north(straight(received=ADSB), 20, 500.0), [20]) == []


@pytest.mark.parametrize(
    "scattered, by_mlat, flagged",
    [(4, 100, False), (5, 100, True), (5, 500, True), (5, 501, False)],
)
def test_a_flight_is_flagged_from_five_positions_and_one_percent_of_its_mlat(
    scattered, by_mlat, flagged
):
    rows = straight(every_s=6.0)
    rows["received"] = ADSB
    rows["received"][:by_mlat] = MLAT
    scatter = np.zeros(len(rows), dtype=bool)
    scatter[:scattered] = True
    whole = np.array([0]), np.array([len(rows) - 1])
    assert is_noisy(read_series(rows), scatter, *whole).tolist() == [flagged]

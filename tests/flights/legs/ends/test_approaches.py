"""To which field a low path leads: what each field around costs.

Each test is one aircraft on its last position in the air before B (500 ft), or the first
after it. The lowest cost wins; infinite means that the path cannot lead there.
"""

import numpy as np
import pytest
from skies import AIRFIELDS, FIELDS

from flights.legs.ends.airfields import Airfields, Ranked
from flights.legs.ends.approaches import Path, agree, rank_fields

KM_PER_DEGREE = 111.19
SOUTH, NORTH = 180.0, 0.0
LANDING = {"landing": True, "fpm": -700.0}
TAKE_OFF = {"landing": False, "fpm": 2_000.0}


def path(north_km=10.0, above_ft=1_800.0, *, landing, fpm, course=SOUTH, **more):
    """An aircraft `north_km` north of B; the course points to where the field must be."""
    values = {"speed_kt": 140.0, "airliner": True} | more
    return Path(
        latitude=np.array([50.0 + north_km / KM_PER_DEGREE]), longitude=np.array([14.0]),
        altitude_ft=np.array([500.0 + above_ft]), course_deg=np.array([course]),
        speed_kt=np.array([values["speed_kt"]]), vertical_fpm=np.array([fpm]),
        airliner=np.array([values["airliner"]]), landing=landing,
    )  # fmt: skip


def cost_of(code, where, airfields=AIRFIELDS):
    """What the field costs, infinite where the path cannot lead there."""
    ranked = rank_fields(airfields, where, np.array([True]))
    return ranked.cost[ranked.row == airfields.table.index.get_loc(code)].min()


def fits(where):
    return bool(np.isfinite(cost_of("BBBB", where)))


@pytest.mark.parametrize("way", [LANDING, TAKE_OFF])
@pytest.mark.parametrize("above_ft, low", [(11_990.0, True), (12_010.0, False)])
def test_an_end_is_low_up_to_12_000_ft_above_the_field(way, above_ft, low):
    assert fits(path(30.0, above_ft, **way)) == low


@pytest.mark.parametrize("above_ft, low", [(-1_490.0, True), (-1_510.0, False)])
def test_pressure_heights_may_read_1_500_ft_too_little(above_ft, low):
    assert fits(path(2.0, above_ft, **LANDING)) == low


@pytest.mark.parametrize("landing, fpm, leads", [
    (True, -200.0, True), (True, -190.0, False), (True, 700.0, False),
    (False, 200.0, True), (False, 190.0, False), (False, -700.0, False),
])  # fmt: skip
def test_a_landing_goes_down_and_a_take_off_goes_up_by_200_ft_per_minute(landing, fpm, leads):
    assert fits(path(landing=landing, fpm=fpm)) == leads


@pytest.mark.parametrize("above_ft, leads", [(790.0, True), (810.0, False)])
def test_below_800_ft_the_aircraft_need_not_go_down(above_ft, leads):
    assert fits(path(3.0, above_ft, landing=True, fpm=0.0)) == leads


@pytest.mark.parametrize("km, leads", [(27.5, True), (30.5, False)])
def test_a_field_too_far_for_the_height_is_impossible(km, leads):
    # Heard and usual gradient are both 172 ft/km: 1,800 ft are 10.5 km; 1.6 times and 12 km.
    usual = 172.0 * 140.0 * 1.852 / 60.0
    assert fits(path(km, landing=True, fpm=-usual)) == leads


def test_the_distance_that_fits_the_height_costs_least():
    usual = 172.0 * 140.0 * 1.852 / 60.0
    near, right, far = (
        cost_of("BBBB", path(km, landing=True, fpm=-usual)) for km in (2.0, 10.5, 20.0)
    )
    assert right < 0.01 < near and right < far


def test_a_field_behind_costs_more_than_one_ahead():
    assert cost_of("BBBB", path(**LANDING, course=NORTH)) > cost_of("BBBB", path(**LANDING)) + 0.5


STRIP = FIELDS.assign(iata="")


@pytest.mark.parametrize("airliner, more", [(True, 0.5), (False, 0.0)])
def test_a_field_without_scheduled_traffic_costs_an_airliner_half_a_point(airliner, more):
    def nearest(latitude, longitude, *, count=1):
        return AIRFIELDS.nearest(latitude, longitude, count=count)

    where = path(**LANDING, airliner=airliner)
    difference = cost_of("BBBB", where, Airfields(STRIP, nearest)) - cost_of("BBBB", where)
    assert difference == pytest.approx(more)


def test_rows_that_are_not_wanted_have_no_field():
    ranked = rank_fields(AIRFIELDS, path(**LANDING), np.array([False]))
    assert np.isinf(ranked.cost).all() and (ranked.row == -1).all()


def ranked(*fields):
    """One end with its candidates, as (row of the field, cost)."""
    rows, costs = (np.array([values]) for values in zip(*fields, strict=True))
    return Ranked(rows, costs.astype(float), np.zeros(rows.shape), np.zeros(rows.shape))


def test_the_next_take_off_decides_between_two_fields_for_a_landing():
    landing, take_off = agree(ranked((0, 0.2), (1, 0.3)), ranked((1, 0.1), (2, 0.9)))
    # Field 1 for both costs 0.3 + 0.1; field 0 needs another field to leave from: 0.5 more.
    assert landing.cost.tolist() == [[pytest.approx(0.8), pytest.approx(0.4)]]
    assert take_off.cost.tolist() == [[pytest.approx(0.4), pytest.approx(1.6)]]


def test_a_much_better_field_outweighs_the_next_take_off():
    landing, _ = agree(ranked((0, 0.0), (1, 0.7)), ranked((1, 0.0)))
    assert np.argmin(landing.cost) == 0
    assert landing.cost.tolist() == [[pytest.approx(0.5), pytest.approx(0.7)]]

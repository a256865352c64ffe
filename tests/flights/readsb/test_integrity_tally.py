"""How sure aircraft were of their positions: read from traces, counted by cell and hour."""

import h3
import numpy as np
import orjson
import pandas as pd
import pytest
from skies import DAY, MIDNIGHT, A, C, between, hop, stretch

from flights.readsb.day import assemble_day
from flights.readsb.position_quality import (
    DEGRADED,
    NO_VALUE,
    SOUND,
    IntegrityTally,
    put_integrity,
    read_integrity,
)
from flights.readsb.traces import read_trace
from flights.reception import count_reception
from flights.records import conform

CELL_A = h3.str_to_int(h3.latlng_to_cell(*A, 3))


@pytest.mark.parametrize(
    "details, expected",
    [
        ({"nic": 8, "rc": 186}, SOUND),
        ({"nic": 7}, SOUND),
        ({"nic": 6, "nac_p": 9}, DEGRADED),
        ({"nic": 0, "rc": 0}, DEGRADED),
        ({"nac_p": 0}, NO_VALUE),
        ({"nic": "low"}, NO_VALUE),
        ({"nic": []}, NO_VALUE),
        ({"nic": True}, NO_VALUE),
        ({}, NO_VALUE),
        (None, NO_VALUE),
    ],
)
def test_value_is_degraded_below_what_airspace_with_adsb_requires(details, expected):
    assert read_integrity([details]).tolist() == [expected]


@pytest.mark.parametrize("every", [1, 4, 5])
@pytest.mark.parametrize("first", [0, 3])
@pytest.mark.parametrize("odd", [{}, {"nic": None}, {"nic": []}, {"nic": 2}, None])
def test_values_stand_at_their_points_whatever_the_rhythm_of_the_objects(every, first, odd):
    details: list = [None] * 40
    details[first::every] = [{"nic": 8}] * len(details[first::every])
    details[21] = odd
    expected = [NO_VALUE if each is None else SOUND for each in details]
    expected[21] = DEGRADED if odd == {"nic": 2} else NO_VALUE
    assert read_integrity(details).tolist() == expected


def test_no_points_have_no_values():
    assert read_integrity([]).tolist() == []
    assert read_integrity([None, None]).tolist() == [NO_VALUE] * 2


def test_trace_gives_a_value_for_each_position_and_none_for_those_left_out():
    where = {"nic": 3}, None, {"nic": 8}
    points = [
        [n * 10.0, 49.6 if n else 99.0, 6.2, 9000, 200.0, 90.0, 0, 0, each, "adsb_icao"]
        for n, each in enumerate(where)
    ]
    found = read_trace(
        orjson.dumps({"icao": "4d0113", "timestamp": MIDNIGHT / 1000, "trace": points}), "t.json"
    )
    assert len(found.positions) == 2
    assert found.integrity.tolist() == [NO_VALUE, SOUND]


def tally(*aircraft, held=200_000):
    """Counts of the day from (positions, value or values) of each aircraft."""
    found = IntegrityTally(held)
    for positions, values in aircraft:
        found.add(positions, np.broadcast_to(np.uint8(values), len(positions)))
    return found.of_day(DAY)


def over_a(**how):
    return stretch((60, 70), (A, A), (30_000, 30_000), **how)


def test_aircraft_are_counted_once_per_cell_and_hour():
    counts = tally((over_a(), SOUND), (over_a(), DEGRADED), (over_a(), NO_VALUE))
    assert counts.to_dict("records") == [
        {"hour": 1, "cell": CELL_A, "integrity_aircraft": 2, "degraded_aircraft": 1}
    ]


def test_aircraft_is_degraded_where_half_of_its_values_are():
    some = np.full(21, SOUND, np.uint8)
    some[:10] = DEGRADED
    more = some.copy()
    more[10] = DEGRADED
    counts = tally((over_a(), some), (over_a(), more))
    assert counts["degraded_aircraft"].tolist() == [1]


@pytest.mark.parametrize("received", [2, 3, 4, 5, 11])
def test_positions_from_others_and_on_the_ground_say_nothing_of_the_aircraft(received):
    ground = stretch((60, 70), (A, A), speed=0.0)
    assert tally((over_a(received=received), DEGRADED), (ground, DEGRADED)).empty


def test_other_days_are_apart():
    late = over_a()
    late["seen_at"] += 86_400_000
    assert tally((late, DEGRADED)).empty


@pytest.mark.parametrize("held", [1, 30, 10_000])
def test_counts_do_not_depend_on_how_much_waits(held):
    aircraft = [(hop(60 + 5 * n, A, between(A, C, 0.2), minutes=90.0), 1 + n % 2) for n in range(6)]
    counts = tally(*aircraft, held=held)
    pd.testing.assert_frame_equal(counts, tally(*aircraft))
    assert counts["degraded_aircraft"].sum() * 2 == pytest.approx(
        counts["integrity_aircraft"].sum(), rel=0.2
    )


def test_reception_of_traces_has_counts_and_of_heatmaps_has_nulls():
    positions = over_a()
    carried, none = (
        assemble_day(
            [positions], source="test", day=DAY, airframes={}, integrity=each
        ).reception
        for each in (tally((positions, DEGRADED)), None)
    )  # fmt: skip
    for table in (carried, none):
        assert conform("reception", table).num_rows == 1
    assert carried[["integrity_aircraft", "degraded_aircraft"]].to_numpy().tolist() == [[1, 1]]
    assert none["integrity_aircraft"].isna().all()


def test_cells_without_a_value_have_zero_where_the_input_carries_values():
    reception = put_integrity(count_reception(over_a()), tally())
    assert reception["integrity_aircraft"].tolist() == [0]


def test_reception_stored_without_these_columns_gets_nulls():
    table = conform("reception", count_reception(over_a()).assign(source="s", day=DAY))
    assert table["integrity_aircraft"].null_count == table.num_rows == 1

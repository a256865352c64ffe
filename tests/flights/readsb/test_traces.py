"""Trace files: each oddity of the format is a test."""

import gc
import gzip
import subprocess
import sys
from datetime import UTC, date, datetime

import numpy as np
import orjson
import pytest

from flights.errors import BadPayload
from flights.readsb.traces import NEW_LEG, STALE, read_trace
from flights.records import NON_ICAO, RECEIVED
from flights.reference.aircraft import Airframe
from flights.sources.simulated.readsb.trace_bytes import encode_trace

pytestmark = pytest.mark.slow

DAY = date(2050, 6, 1)
MIDNIGHT = int(datetime(2050, 6, 1, tzinfo=UTC).timestamp())


def point(offset=0.0, alt=35_000, flags=0, flight=None, kind="adsb_icao", **more):
    """One point of 14 columns."""
    details = {"type": kind, "flight": flight} if flight else more.get("details")
    place = [offset, more.get("lat", 50.0), more.get("lon", 6.0), alt, more.get("gs", 480.1)]
    return [*place, 90.0, flags, 0, details, kind, None, None, None, None]


def trace(*points, stamp=MIDNIGHT, **head):
    """A trace as readsb lays it out, one point per line."""
    lines = b",\n".join(map(orjson.dumps, points))
    top = orjson.dumps({"icao": "4d0103", "timestamp": stamp, **head})[:-1]
    return top + b',\n"trace":[ \n' + lines + b" ]\n}\n"


def read(*points, **head):
    return read_trace(gzip.compress(trace(*points, **head)), "trace_full_4d0103.json")


def test_point_is_read_whole():
    (found,) = read(point(15929.95, 33_025, lat=-49.6, lon=-179.9)).positions
    assert found["icao24"] == 0x4D0103
    assert found["seen_at"] == MIDNIGHT * 1000 + 15_929_950
    assert (found["latitude"], found["longitude"]) == (-49.6, -179.9)
    assert (found["altitude_ft"], found["on_ground"]) == (33_025, False)
    assert found["speed_kt"] == pytest.approx(480.1)


def test_plain_json_and_gzip_are_one():
    data = trace(point(1), point(2))
    plain, zipped = read_trace(data, "x"), read_trace(gzip.compress(data), "x")
    assert np.array_equal(plain.positions, zipped.positions)


def test_offsets_count_from_the_stamp_which_need_not_be_midnight():
    found = read(point(0.0), point(81_655.47), stamp=MIDNIGHT + 76_422.619)
    assert np.diff(found.positions["seen_at"]).tolist() == [81_655_470]
    assert found.positions["seen_at"][0] == found.base_ms == MIDNIGHT * 1000 + 76_422_619


def test_last_moment_of_a_day_stays_in_it():
    (found,) = read(point(86_400.00)).positions
    assert found["seen_at"] == (MIDNIGHT + 86_400) * 1000 - 1


def test_ground_and_unknown_heights():
    found = read(point(alt="ground"), point(alt=None), point(alt=-75)).positions
    assert found["on_ground"].tolist() == [True, False, False]
    assert np.isnan(found["altitude_ft"][:2]).all() and found["altitude_ft"][2] == -75


def test_unknown_speed_is_nan():
    assert np.isnan(read(point(gs=None)).positions["speed_kt"]).all()


@pytest.mark.parametrize("columns", [9, 10, 14])
def test_old_files_have_fewer_columns(columns):
    points = [point(t, flight="CLX1    ", kind="mlat")[:columns] for t in range(3)]
    found = read(*points).positions
    assert found["callsign"].tolist() == [b"CLX1"] * 3
    assert {RECEIVED[kind] for kind in found["received"]} == {"mlat"}


def test_points_of_different_width_in_one_file():
    found = read(point(0, flight="CLX1    ")[:9], point(1, kind="mlat")).positions
    assert [RECEIVED[kind] for kind in found["received"]] == ["adsb_icao", "mlat"]


def test_source_type_of_each_point():
    kinds = ["adsb_icao", "mlat", "adsc", "tisb_other", "something_new"]
    found = read(*(point(t, kind=kind) for t, kind in enumerate(kinds))).positions
    assert [RECEIVED[each] for each in found["received"]] == [*kinds[:4], "other"]


def test_callsign_is_carried_forward_and_forgotten_at_a_new_leg():
    found = read(
        point(0), point(1, flight="DAL1812 "), point(2), point(3, details={"type": "adsb_icao"}),
        point(4, flags=NEW_LEG | STALE), point(5, flight="DAL2418 "), point(6, flags=STALE),
    )  # fmt: skip
    expected = [b"", b"DAL1812", b"DAL1812", b"DAL1812", b"", b"DAL2418", b"DAL2418"]
    assert found.positions["callsign"].tolist() == expected


def test_callsign_given_on_the_leg_flag_itself_is_the_new_one():
    found = read(point(0, flight="OLD     "), point(1, flags=NEW_LEG, flight="NEW     "), point(2))
    assert found.positions["callsign"].tolist() == [b"OLD", b"NEW", b"NEW"]


@pytest.mark.parametrize("text", ["        ", "\x07BEL    ", "ÄÖÜ"])
def test_unprintable_or_blank_callsign_is_unknown_or_marked(text):
    callsign = read(point(0, flight=text)).positions["callsign"][0]
    assert callsign in (b"", b"???")


def test_flags_are_given_as_bits():
    found = read(point(0, flags=3), point(1, flags=13))
    assert (found.flags & NEW_LEG).tolist() == [2, 0]
    assert (found.flags & STALE).tolist() == [1, 1]


def test_what_the_file_says_of_the_airframe():
    found = read(point(), r="LX-VCF", t="B748", desc="BOEING 747-8", ownOp="CLX", year="2012",
                 dbFlags=1)  # fmt: skip
    assert found.airframe == Airframe("LX-VCF", "B748", "BOEING 747-8", "CLX")
    assert (found.year, found.database_flags, found.in_registry) == ("2012", 1, True)


def test_unregistered_airframe_is_said_to_be_unknown():
    found = read(point(), noRegData=True)
    assert found.airframe == Airframe() and not found.in_registry and found.year is None


@pytest.mark.parametrize("value", [7, None, ["x"], "", "   "])
def test_airframe_facts_that_are_no_text_are_unknown(value):
    assert read(point(), r=value).airframe.registration is None


def test_overlong_text_is_cut():
    assert len(read(point(), ownOp="A" * 9999).airframe.owner) == 64


def test_non_icao_address_keeps_its_mark():
    found = read(point(), icao="~2a1b3c")
    assert found.icao24 == "~2a1b3c"
    assert found.positions["icao24"].tolist() == [0x2A1B3C | NON_ICAO]


def test_address_comes_from_the_name_where_the_file_has_none():
    assert read(point(), icao=None).icao24 == "4d0103"


def test_points_without_time_or_place_are_left_out_and_counted():
    found = read(point(0, lat=None), point(1, lon=181), point(2, lat=-91), point(3))
    assert found.positions["seen_at"].tolist() == [MIDNIGHT * 1000 + 3000]
    assert found.invalid == 3 and len(found.flags) == 1


@pytest.mark.parametrize("offset", [1e300, -1e300, 9.3e15, -90 * 86_400.0])
def test_offsets_of_no_receivers_clock_are_no_time(offset):
    found = read(point(offset), point(3))
    assert found.positions["seen_at"].tolist() == [MIDNIGHT * 1000 + 3000]
    assert found.invalid == 1


@pytest.mark.parametrize("odd", [1e300, -1e300, 2_000_000])
def test_heights_and_speeds_nothing_flies_at_are_unknown(odd):
    found = read(point(1, alt=odd), point(2, gs=odd)).positions
    assert np.isnan(found["altitude_ft"]).tolist() == [True, False]
    assert np.isnan(found["speed_kt"]).tolist() == [False, True]
    assert not found["on_ground"].any()


def test_cut_gzip_gives_the_points_before_the_cut_and_says_so():
    random = np.random.default_rng(1)
    points = [point(t, lat=float(x)) for t, x in enumerate(random.uniform(-80, 80, 3000))]
    whole = gzip.compress(trace(*points))
    found = read_trace(whole[: len(whole) // 2], "trace_full_4d0103.json")
    assert 500 < len(found.positions) < 3000
    assert "cut short" in found.problem and found.icao24 == "4d0103"


def test_plain_file_cut_inside_a_point_gives_the_points_before():
    found = read_trace(trace(point(1), point(2), point(3))[:-40], "x")
    assert len(found.positions) == 2 and "ends in the middle" in found.problem


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b"[]", b"null", b"<html>", gzip.compress(b""), trace(point())[:60],
     trace([1, 2]), trace(["a", "b", "c", "d"]), trace({"a": 1}), trace(None), trace(7),
     trace(point(flags=-1)), trace(point(flags=999)), trace(point(alt="high")),
     trace(point(details="no object")), trace(point(), stamp=None), trace(point(), stamp="now"),
     trace(point(), stamp=-1), trace(point(), stamp=1e300), trace(point(), icao="xyz"),
     trace(point(), icao=12), trace(point(details={"flight": 7}))],
)  # fmt: skip
def test_what_is_no_trace_is_refused_with_its_name(data):
    with pytest.raises(BadPayload, match=r"bad\.json|aircraft address"):
        read_trace(data, "bad.json")


def test_gzip_bomb_is_refused(monkeypatch):
    monkeypatch.setattr("flights.readsb.traces.LIMIT_BYTES", 10_000)
    with pytest.raises(BadPayload, match="more than 10,000 bytes"):
        read_trace(gzip.compress(trace(*[point(1)] * 1000)), "bomb")


BLOATED = {
    "empty lists": b"[]," * 20_000_000,
    "objects": b"{}," * 15_000_000,
    "points": b"[0,1,2,3],\n" * 5_000_000,
    "numbers": b"1.5," * 15_000_000,
}
READ_BLOATED = """
import resource, sys
from flights.errors import BadPayload
from flights.readsb.traces import read_trace
data = sys.stdin.buffer.read()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read_trace(data, "bloated.json")
except BadPayload as error:
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024, error)
"""


@pytest.mark.parametrize("inside", BLOATED)
def test_text_that_would_take_gigabytes_is_refused_before_it_is_read(inside):
    """Within the limit of bytes, but as lists of Python 1 to 4 GB."""
    head = b'{"icao":"4d0103","timestamp":2538000000,"trace":['
    packed = gzip.compress(head + BLOATED[inside] + b"[0,1,2,3]]}", 1)
    ran = subprocess.run(
        [sys.executable, "-c", READ_BLOATED], input=packed, capture_output=True, check=True
    )
    grown_mb, _, said = ran.stdout.decode().partition(" ")
    assert "bloated.json contains" in said and "it was refused" in said
    assert int(grown_mb) < 250


def test_busiest_day_an_aircraft_can_have_is_read():
    many = [point(second, details={"flight": "CLX1    ", "nic": 8}) for second in range(86_400)]
    found = read(*many)
    assert len(found.positions) == 86_400 and not found.problem


def test_gzip_of_countless_pieces_is_refused():
    pieces = gzip.compress(trace(point(1))) + gzip.compress(b"") * 5_000
    with pytest.raises(BadPayload, match=r"pieces\.json has more than 1,000 gzip pieces, at byte"):
        read_trace(pieces, "pieces.json")


def test_file_without_points_is_whole_and_holds_nothing():
    found = read()
    assert len(found.positions) == 0 and not found.problem


def test_garbage_collection_is_left_as_it_was():
    for on in (True, False):
        (gc.enable if on else gc.disable)()
        try:
            read(point())
            with pytest.raises(BadPayload):
                read_trace(b"{", "x")
            assert gc.isenabled() is on
        finally:
            gc.enable()


def test_positions_written_as_readsb_writes_come_back(ten_flights):
    for one in np.split(ten_flights, 10):
        found = read_trace(encode_trace(one, day=DAY, registration="S-IM"), "x").positions
        assert np.array_equal(found["latitude"], one["latitude"])
        assert np.abs(found["seen_at"] - one["seen_at"]).max() <= 5
        for column in ("icao24", "on_ground", "received"):
            assert np.array_equal(found[column], one[column])
        assert np.array_equal(found["altitude_ft"], one["altitude_ft"], equal_nan=True)
        assert set(found["callsign"]) <= {one["callsign"][0], b""}

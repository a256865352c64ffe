"""Heatmaps: each trap of the format is a test."""

import gzip
import struct
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flights.errors import BadPayload
from flights.readsb.heatmap import MOST_SLICES, read_heatmap
from flights.records import NON_ICAO, POSITION, RECEIVED
from flights.sources.simulated.readsb.heatmap_bytes import encode_heatmap

START = int(datetime(2050, 6, 1, 13, 30, tzinfo=UTC).timestamp()) * 1000
MAGIC, NOTE = 0x0E7F7C9D, 1 << 30


def fix(address, lat=50.0, lon=6.0, alt=400, gs=4000, kind=0):
    """Bytes of one position record."""
    word = address | kind << 27
    return struct.pack("<Iiihh", word, round(lat * 1e6), round(lon * 1e6), alt, gs)


def note(address, callsign, squawk=0):
    """Bytes of one callsign record."""
    return struct.pack("<Ii8s", address, NOTE + squawk, callsign)


def heatmap(*slices, interval=30_000, start=START):
    """A heatmap (not gzip) whose slices hold these records."""
    index, body, at = b"", b"", len(slices)
    for number, records in enumerate(slices):
        stamp = start + number * interval
        index += struct.pack("<iiihh", at, 0, 0, 0, 0)
        body += struct.pack("<iiIHh", MAGIC, stamp >> 32, stamp & 0xFFFFFFFF, interval & 0xFFFF, 0)
        body += b"".join(records)
        at += 1 + len(records)
    return index + body


def positions_of(*slices, **options):
    return read_heatmap(heatmap(*slices, **options), "07.bin.ttf").positions


def callsigns_of(*slices):
    return positions_of(*slices)["callsign"].tolist()


def test_position_is_read_with_the_time_of_its_slice():
    (found,) = positions_of([], [fix(0x4D0103, -33.9, 151.2, 1400, 4801, kind=5)])
    assert found["icao24"] == 0x4D0103
    assert found["seen_at"] == START + 30_000
    assert (found["latitude"], found["longitude"]) == (-33.9, 151.2)
    assert (found["altitude_ft"], found["on_ground"]) == (35_000, False)
    assert found["speed_kt"] == pytest.approx(480.1)
    assert RECEIVED[found["received"]] == "mlat"


def test_southern_positions_are_no_callsign_records():
    assert len(positions_of([fix(1, lat=-0.000001), fix(2, lat=-90), fix(3, lat=-17.6)])) == 3


def test_heights_above_32767_ft_do_not_overflow():
    assert positions_of([fix(1, alt=51_000 // 25)])["altitude_ft"].tolist() == [51_000]


def test_heights_below_sea_level_stay_negative():
    assert positions_of([fix(1, alt=-40)])["altitude_ft"].tolist() == [-1000]


def test_ground_and_unknown_height_and_speed():
    found = positions_of([fix(1, alt=-123, gs=120), fix(2, alt=-124, gs=-1)])
    assert found["on_ground"].tolist() == [True, False]
    assert np.isnan(found["altitude_ft"]).all()
    assert found["speed_kt"][0] == 12 and np.isnan(found["speed_kt"][1])


def test_non_icao_addresses_keep_their_mark_and_their_own_callsign():
    found = positions_of([note(7, b"REAL1   "), note(7 | NON_ICAO, b"TISB1   "),
                          fix(7 | NON_ICAO, kind=11), fix(7)])  # fmt: skip
    assert found["icao24"].tolist() == [7 | NON_ICAO, 7]
    assert found["callsign"].tolist() == [b"TISB1", b"REAL1"]


def test_unheard_of_source_types_are_other():
    assert RECEIVED[positions_of([fix(1, kind=31)])["received"][0]] == "other"


def test_callsign_has_eight_bytes():
    assert callsigns_of([note(1, b"ABCDEFGH"), fix(1)]) == [b"ABCDEFGH"]


@pytest.mark.parametrize("text", [b"        ", b"\0" * 8, b"\0BC     ", b" ABC    ", b"AB\xffC    ",
                                  b"AB\x07C    ", b"AB\0C    "])  # fmt: skip
def test_noise_is_no_callsign(text):
    assert callsigns_of([note(1, text), fix(1)]) == [b""]


def test_squawk_above_4095_does_not_hide_a_callsign():
    assert callsigns_of([note(1, b"ABC1    ", squawk=7700), fix(1)]) == [b"ABC1"]


def test_callsign_holds_for_what_follows_in_file_order_whatever_slice_it_is_in():
    slices = [[note(1, b"OLD     "), fix(1)], [note(1, b"NEW     "), fix(2)], [], [fix(1)]]
    assert callsigns_of(*slices) == [b"OLD", b"", b"NEW"]


def test_callsign_is_unknown_before_the_first_record_of_it():
    assert callsigns_of([fix(1)], [note(1, b"LATE    "), fix(1)]) == [b"", b"LATE"]


def test_last_of_several_callsign_records_counts():
    assert callsigns_of([note(1, b"ONE     "), note(1, b"TWO     "), fix(1)]) == [b"TWO"]


def test_callsign_behind_a_position_in_one_slice_is_for_the_next():
    slices = [[note(1, b"A       "), fix(1), note(1, b"B       "), fix(2), fix(1)], [fix(1)]]
    assert callsigns_of(*slices) == [b"A", b"", b"B", b"B"]


record = st.tuples(st.sampled_from("npp"), st.integers(0, 3), st.integers(0, 5))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(record, max_size=9), min_size=1, max_size=4))
def test_callsigns_are_those_of_a_walk_record_by_record(slices):
    known, expected = {}, []
    for kind, who, which in (each for records in slices for each in records):
        if kind == "n":
            known[who] = b"CALL%d" % which
        else:
            expected.append(known.get(who, b""))

    def written(kind, who, which):
        return note(who, b"CALL%d   " % which) if kind == "n" else fix(who)

    assert callsigns_of(*([written(*each) for each in records] for records in slices)) == expected


@pytest.mark.parametrize("interval", [10_000, 30_000, 60_000])
def test_interval_is_read_and_never_assumed(interval):
    found = read_heatmap(heatmap([fix(1)], [fix(1)], interval=interval), "x")
    assert found.interval_ms == interval
    assert np.diff(found.positions["seen_at"]).tolist() == [interval]


def test_interval_of_a_lone_slice_is_unsigned():
    assert read_heatmap(heatmap([fix(1)], interval=60_000), "x").interval_ms == 60_000


def test_places_off_the_earth_are_left_out_and_counted():
    found = read_heatmap(
        heatmap([fix(1, lat=91), fix(2, lon=180.5), fix(3, lon=-181), fix(4, lat=-91), fix(5)]), "x"
    )
    assert found.positions["icao24"].tolist() == [5] and found.invalid == 4


def test_cut_gzip_gives_what_came_before_and_says_so():
    random = np.random.default_rng(1)
    slices = [[fix(int(a), lat=float(b)) for a, b in zip(random.integers(0, 1 << 24, 400),
               random.uniform(-80, 80, 400), strict=True)] for _ in range(5)]  # fmt: skip
    whole = gzip.compress(heatmap(*slices))
    found = read_heatmap(whole[: len(whole) // 2], "07.bin.ttf")
    assert 0 < len(found.positions) < 2000
    assert found.slices < found.slices_announced == 5
    assert "07.bin.ttf is cut short" in found.problem


def test_damaged_gzip_gives_what_came_before_and_says_so():
    random = np.random.default_rng(1)
    records = [fix(int(a)) for a in random.integers(0, 1 << 24, 40_000)]
    damaged = bytearray(gzip.compress(heatmap(records)))
    damaged[-5000:-4000] = b"\xff" * 1000
    found = read_heatmap(bytes(damaged), "x")
    assert len(found.positions) > 20_000 and "damaged" in found.problem


def test_half_a_record_at_the_end_is_reported():
    found = read_heatmap(heatmap([fix(1)], [fix(2)])[:-5], "x")
    assert found.positions["icao24"].tolist() == [1]
    assert "inside a record" in found.problem


def test_missing_slices_are_reported():
    whole = heatmap([fix(1)], [fix(2)])
    assert "1 of 2 slices" in read_heatmap(whole[:-32], "x").problem


@pytest.mark.parametrize(
    "data",
    [
        b"",
        gzip.compress(b""),
        b"\x1f\x8b",
        b"<html>Not found</html>" * 9,
        b"\0" * 64,
        heatmap([fix(1)])[:16],
        b"\1" + heatmap([fix(1)])[1:16] + heatmap([fix(1)]),
        heatmap(*[[]] * (MOST_SLICES + 1)),
    ],
    ids=["empty", "empty gzip", "gzip cut at once", "html", "zeros", "index only", "index lies",
         "slices without end"],
)  # fmt: skip
def test_what_is_no_heatmap_is_refused_with_its_name(data):
    with pytest.raises(BadPayload, match=r"07\.bin\.ttf"):
        read_heatmap(data, "07.bin.ttf")


def test_gzip_bomb_is_refused(monkeypatch):
    monkeypatch.setattr("flights.readsb.heatmap.LIMIT_BYTES", 10_000)
    bomb = gzip.compress(heatmap([fix(1)] * 5_000))
    assert len(bomb) < 2_000
    with pytest.raises(BadPayload, match="more than 10,000 bytes"):
        read_heatmap(bomb, "bomb")


@pytest.mark.parametrize("where", ["start", "later", "size"])
def test_any_single_flipped_byte_ends_in_positions_or_a_sentence(where):
    data = bytearray(heatmap([note(1, b"ABC     "), fix(1)], [fix(2), fix(1)]))
    for at in {"start": range(32), "later": range(32, len(data)), "size": (0, 1, 2, 3)}[where]:
        for value in (0, 0x7F, 0x80, 0xFF):
            broken = bytearray(data)
            broken[at] = value
            try:
                assert read_heatmap(bytes(broken), "x").positions.dtype == POSITION
            except BadPayload as error:
                assert str(error)


def test_empty_half_hour_is_whole_and_holds_nothing():
    found = read_heatmap(
        encode_heatmap(np.zeros(0, POSITION), half_hour_start_ms=START), "27.bin.ttf"
    )
    assert (len(found.positions), found.slices, found.problem) == (0, 60, "")
    assert found.starts_at == START


def test_positions_written_as_readsb_writes_come_back(ten_flights):
    data = encode_heatmap(ten_flights, half_hour_start_ms=START, interval_ms=10_000)
    found = read_heatmap(data, "27.bin.ttf").positions
    found = found[np.lexsort((found["seen_at"], found["icao24"]))]
    assert len(found) == len(ten_flights)
    for column in ("icao24", "latitude", "longitude", "altitude_ft", "on_ground", "received"):
        assert np.array_equal(found[column], ten_flights[column], equal_nan=column[0] == "a")
    late = ten_flights["seen_at"] - found["seen_at"]
    assert late.min() >= 0 and late.max() < 10_000
    named = found["callsign"] != b""
    assert np.array_equal(found["callsign"][named], ten_flights["callsign"][named])
    assert named.mean() > 0.9

"""Bytes written the way readsb writes them, checked without our own decoder."""

import gzip
from datetime import date

import numpy as np
import orjson
import pytest

from flights.records import NON_ICAO, POSITION
from flights.sources.simulated.readsb.encode import (
    encode_heatmap,
    encode_trace,
    write_day,
    write_tar,
)
from flights.sources.simulated.readsb.heatmap_bytes import MAGIC, RECORD
from flights.sources.simulated.readsb.trace_bytes import midnight_ms

DAY = date(2050, 6, 1)
START = midnight_ms(DAY)


def _position(seconds: float, **fields) -> np.ndarray:
    one = np.zeros(1, POSITION)
    one["icao24"], one["altitude_ft"], one["speed_kt"] = 0xF0A001, 35_000, 470.5
    one["seen_at"] = START + round(seconds * 1000)
    one["callsign"] = b"QZA12"
    for name, value in fields.items():
        one[name] = value
    return one


def _heatmap(*positions: np.ndarray, interval_ms: int = 30_000) -> np.ndarray:
    data = encode_heatmap(
        np.concatenate([np.zeros(0, POSITION), *positions]),
        half_hour_start_ms=START,
        interval_ms=interval_ms,
    )
    return np.frombuffer(gzip.decompress(data), RECORD)


@pytest.mark.parametrize(("interval_ms", "slices"), [(30_000, 60), (10_000, 180), (60_000, 30)])
def test_index_points_at_slice_headers(interval_ms: int, slices: int) -> None:
    records = _heatmap(_position(5), _position(700), interval_ms=interval_ms)
    assert records["hex"][0] == slices
    headers = records[records["hex"][:slices]]
    assert (headers["hex"] == MAGIC).all()
    low = headers["lon"].astype(np.int64) & 0xFFFFFFFF
    times = headers["lat"].astype(np.int64) << 32 | low
    assert times.tolist() == (START + interval_ms * np.arange(slices)).tolist()
    assert (headers["alt"].view("<u2") == interval_ms).all()


def test_first_position_of_a_slice_is_kept() -> None:
    records = _heatmap(_position(31, latitude=-10.5), _position(50, latitude=20), _position(61))
    body = records[120 - 60 :]
    stored = body[(body["hex"] == 0xF0A001) & (body["lat"] < 1 << 30)]
    assert stored["lat"].tolist() == [-10_500_000, 0]


def test_unknown_and_ground_are_written_as_readsb_does() -> None:
    records = _heatmap(
        _position(1, on_ground=True, altitude_ft=np.nan, speed_kt=np.nan),
        _position(40, altitude_ft=np.nan),
        _position(70, altitude_ft=43_000),
    )
    stored = records[(records["hex"] == 0xF0A001) & (records["lat"] < 1 << 30)]
    assert stored["alt"].tolist() == [-123, 1720]
    assert stored["gs"].tolist() == [-1, 4705]


def test_address_carries_source_type_and_the_non_icao_bit() -> None:
    records = _heatmap(_position(1, icao24=0x2A1B3C | NON_ICAO, received=11))
    stored = records[60:][records["lat"][60:] == 0]
    head = stored["hex"].view("<u4")[-1]
    assert head >> 27 == 11
    assert head & 0x1FFFFFF == 0x2A1B3C | NON_ICAO


def test_callsign_after_silence_stands_in_an_earlier_slice() -> None:
    early = [_position(30 * k + 1) for k in range(4)]
    late = _position(1500, callsign=b"QZB77")
    records = _heatmap(*early, late)
    info = np.flatnonzero(records["lat"] >= 1 << 30)
    names = records.view([("head", "V8"), ("callsign", "S8")])["callsign"][info]
    assert names.tolist() == [b"QZA12   ", b"QZB77   "]
    second_slice = np.searchsorted(records["hex"][:60], info[1], side="right") - 1
    assert second_slice == 4  # its position stands in slice 50


def test_half_hour_without_traffic_has_all_slices() -> None:
    assert len(_heatmap()) == 120


def test_equal_input_gives_equal_bytes() -> None:
    data = [encode_heatmap(_position(5), half_hour_start_ms=START) for _ in range(2)]
    assert data[0] == data[1]
    assert data[0][:10].hex() == "1f8b0800000000000203"  # no name, no time, as readsb's


def test_trace_has_fourteen_fields_and_details_at_every_fourth_point() -> None:
    positions = np.concatenate([_position(10 * k, latitude=k / 100) for k in range(9)])
    trace = orjson.loads(gzip.decompress(encode_trace(positions, day=DAY, registration="SIM-001")))
    assert trace["timestamp"] * 1000 == START
    assert trace["r"] == "SIM-001"
    assert {len(point) for point in trace["trace"]} == {14}
    detailed = [row for row, point in enumerate(trace["trace"]) if point[8]]
    assert detailed == [0, 4, 8]
    assert trace["trace"][0][8]["flight"] == "QZA12   "
    assert trace["trace"][3][:5] == [30.0, 0.03, 0.0, 35000, 470.5]


def test_trace_of_an_unknown_aircraft_says_so() -> None:
    trace = orjson.loads(gzip.decompress(encode_trace(_position(3), day=DAY)))
    assert trace["noRegData"] is True
    assert "r" not in trace


def test_trace_marks_silence_and_ground() -> None:
    positions = np.concatenate(
        [
            _position(0, on_ground=True, altitude_ft=np.nan),
            _position(900, altitude_ft=2500),
            _position(910, altitude_ft=2800),
        ]
    )
    points = orjson.loads(gzip.decompress(encode_trace(positions, day=DAY)))["trace"]
    assert [point[3] for point in points] == ["ground", 2500, 2800]
    assert [point[6] for point in points] == [1, 3, 0]
    assert points[2][7] == 1792  # ft/min in steps of 64


def test_written_day_has_all_files_of_an_archive(tmp_path) -> None:
    other_day = _position(90_000)
    folder = write_day(tmp_path, np.concatenate([_position(5), other_day]), day=DAY)
    assert folder == tmp_path / "2050" / "06" / "01"
    assert len(list((folder / "heatmap").iterdir())) == 48
    assert len(list((folder / "traces").iterdir())) == 256
    [trace] = folder.rglob("trace_full_*.json")
    assert trace.relative_to(folder).as_posix() == "traces/01/trace_full_f0a001.json"
    assert len(orjson.loads(gzip.decompress(trace.read_bytes()))["trace"]) == 1
    first = write_tar(tmp_path / "a.tar", folder).read_bytes()
    assert first == write_tar(tmp_path / "b.tar", folder).read_bytes()

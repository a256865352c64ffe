"""Columns made plain: what is read, and what becomes unknown instead of stopping everything."""

import pyarrow as pa
import pytest

from flights.errors import BadPayload
from flights.sources.list_columns import (
    hide_addresses,
    read_addresses,
    read_numbers,
    read_text,
    read_times,
    read_typecodes,
    utc_days,
)


def texts(moments: pa.Array) -> list[str | None]:
    return [each.isoformat() if each else None for each in moments.to_pylist()]


@pytest.mark.parametrize("blank", ["", "   ", "nan", "NaN", "None", "null", '""', "\t\n", None])
def test_blank_text_is_unknown(blank):
    assert read_text(pa.array([blank, "ELLX"]), 8).to_pylist() == [None, "ELLX"]


def test_text_is_stripped_cut_and_cleaned_of_what_is_no_letter():
    given = pa.array([" CLX9TK ", "line\nbreak\x00", "A" * 500, '"QUOTED"'])
    assert read_text(given, 10).to_pylist() == ["CLX9TK", "line break", "A" * 10, "QUOTED"]


def test_bytes_that_are_no_utf8_do_not_spoil_their_neighbours():
    assert read_text(pa.array([b"\xff\xfe", b"CLX1"]), 8).to_pylist()[1] == "CLX1"


def test_long_text_that_stands_in_many_rows_is_cut_before_it_is_repeated():
    bomb = pa.DictionaryArray.from_arrays(pa.array([0] * 200_000), pa.array(["A" * 1_000_000]))
    assert read_text(bomb, 8)[-1].as_py() == "AAAAAAAA"


@pytest.mark.parametrize("type_", [pa.string(), pa.large_string(), pa.binary()])
def test_times_of_any_text_are_utc(type_):
    given = pa.array(["2021-05-01 23:59:59+00:00", "2021-05-01 00:00:00+00:00"]).cast(type_)
    assert texts(read_times(given)) == ["2021-05-01T23:59:59+00:00", "2021-05-01T00:00:00+00:00"]


def test_times_without_zone_are_utc_and_others_are_converted():
    given = pa.array(["2024-03-01 12:00:00", "2024-03-01T12:00:00+02:00", "2024-03-01 12:00:00.5"])
    assert texts(read_times(given)) == [
        "2024-03-01T12:00:00+00:00",
        "2024-03-01T10:00:00+00:00",
        "2024-03-01T12:00:00.500000+00:00",
    ]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Brussels"])
def test_time_stamps_of_any_unit_and_zone_are_utc(unit, zone):
    given = pa.array([1_709_294_400], pa.timestamp("s")).cast(pa.timestamp(unit))
    moments = read_times(given.cast(pa.int64()).cast(pa.timestamp(unit, zone)))
    assert texts(moments) == ["2024-03-01T12:00:00+00:00"]


def test_what_is_no_time_is_unknown_beside_what_is():
    given = ["2021-05-01 10:00:00+00:00", "", "soon", "99999-01-01", "2021-13-01 00:00:00", None]
    assert texts(read_times(pa.array(given))) == ["2021-05-01T10:00:00+00:00"] + [None] * 5


def test_numbers_where_times_should_be_are_refused():
    with pytest.raises(BadPayload, match="int64"):
        read_times(pa.array([1_709_294_400]))


def test_lists_where_text_should_be_are_refused():
    with pytest.raises(BadPayload, match="list"):
        read_text(pa.array([["ELLX"]]), 8)


def test_numbers_that_are_none_or_out_of_range_are_unknown():
    given = ["49.5", "", "NaN", "inf", "north", "91", "-90", "4.9e1"]
    wanted = [49.5, None, None, None, None, None, -90.0, 49.0]
    assert read_numbers(pa.array(given), -90, 90).to_pylist() == wanted
    assert read_numbers(pa.array([float("nan"), 1.0]), -90, 90).to_pylist() == [None, 1.0]


def test_addresses_are_six_lower_case_hex_digits_or_unknown():
    given = pa.array(["4D0103", " 4d0103 ", "4d010", "4d01033", "xyz123", "~4d0103", "", None])
    assert read_addresses(given).to_pylist() == ["4d0103", "4d0103"] + [None] * 6


def test_stand_in_is_the_same_in_every_file_and_never_an_address():
    first = hide_addresses(pa.array(["uid-1", "uid-2", "uid-1", "", None])).to_pylist()
    again = hide_addresses(pa.array(["uid-2"])).to_pylist()
    assert first[0] == first[2] != first[1] == again[0]
    assert first[3:] == [None, None]
    assert all(len(each) == 7 and each[0] == "~" for each in first[:3])


def test_typecodes_are_designators_or_unknown():
    given = pa.array(["b748", "A20N ", "BOEING 747", "-", ""])
    assert read_typecodes(given).to_pylist() == ["B748", "A20N", None, None, None]


def test_day_is_that_of_utc():
    moments = read_times(pa.array(["2021-05-01 23:59:59.999+00:00", None]))
    assert [each and each.isoformat() for each in utc_days(moments).to_pylist()] == [
        "2021-05-01",
        None,
    ]

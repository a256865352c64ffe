"""OpenSky's CSV lists read in blocks, and everything a file can do to prevent it."""

import gzip
from datetime import date

import pyarrow as pa
import pytest
from made_lists import COLUMNS, every_hour, list_bytes, row

from flights.errors import BadPayload
from flights.sources.flight_lists import csv_list
from flights.sources.flight_lists.csv_list import read_csv_list

OLD = COLUMNS[:10]
NIGHT = "2021-05-02T23:50"


@pytest.fixture
def read(tmp_path):
    """Rows of a list, how many lines were none, and how far each batch was."""

    def reading(body: bytes):
        path = tmp_path / "list.csv.gz"
        path.write_bytes(body)
        batches = list(read_csv_list(path))
        rows = pa.concat_tables([batch.rows for batch in batches])
        return rows, sum(batch.torn for batch in batches), [batch.share for batch in batches]

    return reading


def test_row_is_read_with_feet_and_its_day(read):
    rows, torn, share = read(list_bytes([row(NIGHT)]))
    (flight,) = rows.to_pylist()
    assert (flight["icao24"], flight["callsign"], flight["typecode"]) == (
        "4d0103",
        "CLX9TK",
        "B748",
    )
    assert flight["day"] == date(2021, 5, 3)
    assert flight["first_altitude_ft"] == pytest.approx(2000)
    assert flight["last_altitude_ft"] == pytest.approx(-175)
    assert (torn, share[-1], flight["fault"]) == (0, 1.0, None)


def test_versions_without_positions_are_read(read):
    rows, _, _ = read(list_bytes([row(NIGHT, columns=OLD)], OLD))
    (flight,) = rows.to_pylist()
    assert flight["first_latitude"] is None and flight["origin"] == "ELLX"


def test_blank_and_nan_are_unknown(read):
    blank = dict.fromkeys(("callsign", "registration", "typecode", "origin"), "")
    rows, _, _ = read(list_bytes([row(NIGHT, latitude_1="nan", destination=" ", **blank)]))
    (flight,) = rows.to_pylist()
    unknown = ("callsign", "registration", "typecode", "origin", "destination", "first_latitude")
    assert [flight[name] for name in unknown] == [None] * 6
    assert flight["first_longitude"] is None, "a place half known is not known"


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"icao24": "xyz"}, "bad_address"),
        ({"icao24": ""}, "bad_address"),
        ({"firstseen": "yesterday"}, "bad_times"),
        ({"lastseen": ""}, "bad_times"),
        ({"day": "soon"}, "bad_times"),
        ({"firstseen": "2021-05-09 00:00:00+00:00"}, "bad_times"),
        ({"firstseen": "1970-01-01 00:00:00+00:00"}, "bad_times"),
    ],
)
def test_unfit_row_says_why_and_leaves_the_others_alone(read, given, fault):
    rows, _, _ = read(list_bytes([row(NIGHT), row(NIGHT, **given), row(NIGHT)]))
    assert rows["fault"].to_pylist() == [None, fault, None]


def test_lines_with_another_number_of_fields_are_counted(read):
    rows, torn, _ = read(list_bytes([row(NIGHT), "a,b,c", row(NIGHT) + ",more", row(NIGHT)]))
    assert (rows.num_rows, torn) == (2, 2)


def test_stray_quote_swallows_nothing(read):
    rows, torn, _ = read(list_bytes([row(NIGHT, callsign='"CLX9'), row(NIGHT), row(NIGHT)]))
    assert (rows.num_rows, torn) == (3, 0)


def test_bytes_that_are_no_utf8_are_survived(read):
    body = gzip.decompress(list_bytes([row(NIGHT), row(NIGHT)]))
    rows, _, _ = read(gzip.compress(body.replace(b"CLX9TK", b"\xff\xfe9TK", 1)))
    assert rows["callsign"].to_pylist()[1] == "CLX9TK"


def test_windows_line_ends_and_a_mark_of_byte_order_are_read(read):
    body = gzip.decompress(list_bytes([row(NIGHT), row(NIGHT)]))
    rows, torn, _ = read(gzip.compress(b"\xef\xbb\xbf" + body.replace(b"\n", b"\r\n")))
    assert (rows.num_rows, torn, rows["fault"].to_pylist()) == (2, 0, [None, None])


def test_last_line_without_end_is_read(read):
    body = gzip.decompress(list_bytes([row(NIGHT), row(NIGHT)])).rstrip(b"\n")
    assert read(gzip.compress(body))[0].num_rows == 2


def test_members_of_gzip_one_behind_the_other_are_one_list(read):
    rows = list_bytes([row(NIGHT)]) + gzip.compress((row(NIGHT) + "\n").encode())
    assert read(rows)[0].num_rows == 2


def test_blocks_are_bounded_and_lose_no_row_at_their_edges(read, monkeypatch):
    monkeypatch.setattr(csv_list, "BLOCK", 1000)
    lines = [line for day in (1, 2, 3) for line in every_hour(date(2021, 5, day))]
    rows, torn, shares = read(list_bytes(lines))
    assert (rows.num_rows, torn) == (len(lines), 0)
    assert len(shares) > 20 and shares == sorted(shares)
    assert sorted(set(rows["icao24"].to_pylist())) == sorted({line.split(",")[2] for line in lines})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<!doctype html><html>down for maintenance</html>",
        gzip.compress(b""),
        gzip.compress(b"time,icao24,lat,lon\n1,4d0103,1,2\n"),
        gzip.compress(",".join(COLUMNS).replace("icao24", "address").encode() + b"\n"),
        gzip.compress(",".join([*COLUMNS, "day"]).encode() + b"\n"),
    ],
    ids=["empty", "error page", "empty gzip", "other table", "no airframe", "twice"],
)
def test_what_is_no_flight_list_is_refused_by_its_first_line(read, body):
    with pytest.raises(BadPayload, match="its first line is"):
        read(body)


def test_header_alone_has_no_rows(tmp_path):
    path = tmp_path / "list.csv.gz"
    path.write_bytes(list_bytes([]))
    assert sum(batch.rows.num_rows for batch in read_csv_list(path)) == 0


def damaged(body: bytes, how: str) -> bytes:
    if how == "cut":
        return body[:-20]
    if how == "checksum":
        return body[:-8] + bytes([body[-8] ^ 1]) + body[-7:]
    return body[: len(body) // 2] + b"\x00" * 40 + body[len(body) // 2 + 40 :]


@pytest.mark.parametrize("how", ["cut", "checksum", "noise"])
def test_damaged_gzip_gives_what_came_before_and_then_says_so(tmp_path, how, monkeypatch):
    monkeypatch.setattr(csv_list, "BLOCK", 2000)
    path = tmp_path / "list.csv.gz"
    path.write_bytes(damaged(list_bytes(every_hour(date(2021, 5, 1), 20)), how))
    read, batches = 0, read_csv_list(path)
    with pytest.raises(BadPayload, match=r"list.csv.gz at byte [\d,]+ .*cut off or damaged"):
        for batch in batches:
            read += batch.rows.num_rows
    assert 0 < read <= 480


def test_cut_in_the_middle_of_a_line_gives_no_half_row(tmp_path):
    path = tmp_path / "list.csv.gz"
    whole = list_bytes(every_hour(date(2021, 5, 1), 20))
    for end in range(len(whole) - 60, len(whole) - 8, 5):
        path.write_bytes(whole[:end])
        with pytest.raises(BadPayload):
            for batch in read_csv_list(path):
                assert batch.torn == 0
                assert batch.rows["fault"].null_count == batch.rows.num_rows


def test_gzip_bomb_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_list, "_LEAST_UNPACKED", 1 << 20)
    path = tmp_path / "list.csv.gz"
    path.write_bytes(gzip.compress((",".join(COLUMNS) + "\n").encode() + b"\n" * (8 << 20)))
    with pytest.raises(BadPayload, match="unpacks to over 50 times"):
        list(read_csv_list(path))


def test_line_without_end_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_list, "BLOCK", 1 << 17)
    path = tmp_path / "list.csv.gz"
    path.write_bytes(gzip.compress((",".join(COLUMNS) + "\n").encode() + b"A" * (1 << 20)))
    with pytest.raises(BadPayload, match="a line is too long"):
        list(read_csv_list(path))

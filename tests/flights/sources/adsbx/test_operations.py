"""The table of take-offs and landings: what is read of it, and what is refused."""

import gzip
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flights.errors import BadPayload
from flights.sources.adsbx import operations as module
from flights.sources.adsbx.operations import read_operations

HEAD = (
    "time,icao,operation,airport,registration,flight,ac_type,runway,flight_link,squawk,"
    "signal_type,category,year,manufacturer,model,ownop\n"
)
TAKEOFF = (
    '2025-01-01 00:10:00+00:00,4d0103,takeoff,ELLX,LX-VCJ,CLX9TK  ,B748,24,"https://x/?a=1,2",'
    "1234,adsb_icao,A5,2012,BOEING,747-8F,Cargolux\n"
)
LANDING = (
    "2025-01-01 06:30:00+00:00,4d0103,landing,utaa,LX-VCJ,CLX9TK,B748,11,,1234,adsb_icao,A5,2012,"
    "BOEING,747-8F,Cargolux\n"
)


def read(tmp_path: Path, text: str | bytes, *, packed: bool = True):
    data = text.encode() if isinstance(text, str) else text
    path = tmp_path / "operations.csv.gz"
    path.write_bytes(gzip.compress(data) if packed else data)
    return read_operations(path)


@pytest.mark.parametrize("packed", [True, False])
def test_table_is_read_packed_and_plain_under_the_same_name(tmp_path: Path, packed: bool) -> None:
    found = read(tmp_path, HEAD + LANDING + TAKEOFF, packed=packed)
    assert (found.read, found.unreadable, found.problem) == (2, 0, "")
    first, second = found.rows.to_dict("records")
    assert first["time"] == pd.Timestamp("2025-01-01 00:10", tz="UTC")
    assert (first["takeoff"], second["takeoff"]) == (True, False)
    assert (first["airport"], second["airport"]) == ("ELLX", "UTAA")
    assert (first["callsign"], first["registration"], first["typecode"]) == (
        "CLX9TK",
        "LX-VCJ",
        "B748",
    )
    assert (first["model"], first["signal"]) == ("BOEING 747-8F", "adsb_icao")


@pytest.mark.parametrize(
    "written",
    ["2025-01-01T00:10:00Z", "2025-01-01 00:10:00", "2025-01-01 01:10:00+01:00", "1735690200"],
)
def test_moments_are_utc_however_they_are_written(tmp_path: Path, written: str) -> None:
    row = TAKEOFF.replace("2025-01-01 00:10:00+00:00", written)
    found = read(tmp_path, HEAD + row)
    assert found.rows["time"].tolist() == [pd.Timestamp("2025-01-01 00:10", tz="UTC")]


@pytest.mark.parametrize(
    "row",
    [
        TAKEOFF.replace("takeoff", "flyby"),
        TAKEOFF.replace("takeoff", ""),
        TAKEOFF.replace("4d0103", "nobody"),
        TAKEOFF.replace("4d0103", ""),
        TAKEOFF.replace("2025-01-01 00:10:00+00:00", "yesterday"),
        TAKEOFF.replace("2025-01-01 00:10:00+00:00", ""),
        "a,b,c\n",
        TAKEOFF.replace("\n", ",more\n"),
    ],
)
def test_row_that_is_no_operation_is_counted_and_left_out(tmp_path: Path, row: str) -> None:
    found = read(tmp_path, HEAD + row + LANDING)
    assert (found.read, found.unreadable, len(found.rows)) == (2, 1, 1)


def test_columns_that_are_not_needed_may_be_absent(tmp_path: Path) -> None:
    found = read(tmp_path, "airport,time,operation,icao\nELLX,2025-01-01 01:00,takeoff,4D0103\n")
    row = found.rows.iloc[0]
    assert row["icao24"] == "4d0103" and row["airport"] == "ELLX"
    assert pd.isna(row["model"]) and pd.isna(row["registration"])


@pytest.mark.parametrize(
    "text",
    [
        "<html><body>Access denied</body></html>\n",
        '{"error": "not found"}',
        "",
        "time,icao,operation\n",
        "time,time,icao,operation,airport\n",
        "\x00" * 5000,
    ],
)
@pytest.mark.parametrize("packed", [True, False])
def test_something_else_is_refused_with_its_first_line(
    tmp_path: Path, text: str, packed: bool
) -> None:
    with pytest.raises(BadPayload, match=r"operations\.csv\.gz"):
        read(tmp_path, text, packed=packed)


def test_table_without_rows_has_none(tmp_path: Path) -> None:
    found = read(tmp_path, HEAD)
    assert (found.read, len(found.rows), found.problem) == (0, 0, "")


def test_cut_table_gives_what_came_before_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BLOCK", 4096)
    rows = "".join(TAKEOFF.replace("4d0103", f"{n:06x}") for n in range(2000))
    packed = gzip.compress((HEAD + rows).encode())
    found = read(tmp_path, packed[: len(packed) // 2], packed=False)
    assert 0 < len(found.rows) < 2000
    assert "cut off or damaged" in found.problem


def test_packing_that_is_damaged_from_the_start_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadPayload, match="cut off or damaged"):
        read(tmp_path, b"\x1f\x8b" + b"\xff" * 500, packed=False)


def test_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_UNPACKED", 1 << 20)
    monkeypatch.setattr(module, "BLOCK", 1 << 16)
    with pytest.raises(BadPayload, match="unpacks to more"):
        read(tmp_path, HEAD + TAKEOFF * 20_000)


def test_text_that_is_no_utf8_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    row = TAKEOFF.encode().replace(b"LX-VCJ", b"LX-\xff\xfe")
    found = read(tmp_path, HEAD.encode() + row)
    assert found.rows["registration"].iloc[0].startswith("LX-")


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data) -> None:
    path = tmp_path_factory.mktemp("any") / "operations.csv.gz"
    path.write_bytes(HEAD.encode() + data)
    try:
        assert len(read_operations(path).rows) <= 300
    except BadPayload as error:
        assert path.name in str(error)

"""An aircraft table of the user's, in tar1090-db's form."""

import gzip
from pathlib import Path

import pytest

from flights.errors import BadPayload
from flights.reference.aircraft import Airframe, read_aircraft

TEXT = (
    "4D0103;LX-VCF;B748;00;BOEING 747-8F;2012;Cargolux;\n"
    "ABC123;;;0010;;;;\n"
    "A1B2C3;N1;C172;00;CESSNA 172;1980;SMITH\\; JONES;\n"
    "ZZZZZZ;X;B738;00;;;;\n"
    "4d0104;too;few\n"
    "\n"
)


@pytest.fixture(params=["plain", "gzip"])
def table(request, tmp_path: Path) -> Path:
    path = tmp_path / "aircraft.csv"
    data = TEXT.encode()
    path.write_bytes(gzip.compress(data) if request.param == "gzip" else data)
    return path


def test_rows_become_airframes_and_bad_rows_are_counted(table: Path) -> None:
    found = read_aircraft(table)
    assert found.airframes == {
        "4d0103": Airframe("LX-VCF", "B748", "BOEING 747-8F", "Cargolux"),
        "abc123": Airframe(),
        "a1b2c3": Airframe("N1", "C172", "CESSNA 172", "SMITH; JONES"),
    }
    assert (found.rows, found.bad_rows) == (6, 3)


def test_only_wanted_addresses_are_kept(table: Path) -> None:
    found = read_aircraft(table, {"4d0103", "000000"})
    assert list(found.airframes) == ["4d0103"]
    assert found.rows == 6


def test_truncated_gzip_is_named_not_half_read(tmp_path: Path) -> None:
    path = tmp_path / "cut.csv.gz"
    path.write_bytes(gzip.compress(TEXT.encode() * 500)[:-20])
    with pytest.raises(BadPayload, match=r"cut\.csv\.gz"):
        read_aircraft(path)


@pytest.mark.parametrize("data", [b"icao24,registration\n4d0103,LX-VCF\n", b"\xff\xfe\x00\x01" * 9])
def test_another_kind_of_file_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "other.csv"
    path.write_bytes(data)
    with pytest.raises(BadPayload, match="other"):
        read_aircraft(path)


def test_absent_file_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadPayload, match=r"nowhere\.csv"):
        read_aircraft(tmp_path / "nowhere.csv")


def test_empty_table_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.touch()
    assert read_aircraft(path).airframes == {}

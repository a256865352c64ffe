"""OurAirports' table: what of it is read, and that it only adds to the shipped one."""

from pathlib import Path

import pandas as pd
import pytest

from flights.errors import BadPayload
from flights.reference import airports
from flights.reference.airports import load_airports, supplement_airports
from flights.reference.ourairports import read_ourairports

HEAD = (
    "id,ident,type,name,latitude_deg,longitude_deg,elevation_ft,continent,iso_country,iso_region,"
    "municipality,scheduled_service,icao_code,iata_code,gps_code,local_code,home_link,"
    "wikipedia_link,keywords\n"
)


def _row(ident: str, place: str, *, kind: str = "large_airport", codes: str = "") -> str:
    codes = codes or f"{ident},ABC,{ident}"
    name = f'"Field ""{ident}"", made up"'
    return f'1,"{ident}","{kind}",{name},{place},EU,LU,LU-L,X,yes,{codes},,,,\n'


def _read(folder: Path, *rows: str, head: str = HEAD) -> pd.DataFrame:
    path = folder / "airports.csv"
    path.write_text(head + "".join(rows), encoding="utf-8")
    return read_ourairports(path)


def test_open_airfields_with_a_code_are_read(tmp_path: Path) -> None:
    fields = _read(
        tmp_path,
        _row("QQQA", "49.5,6.25,1234"),
        _row("QQQB", "49.5,6.25,", kind="heliport"),
        _row("QQQC", "49.5,6.25,", kind="closed"),
        _row("LU-0001", "49.5,6.25,", codes=",,"),
        _row("QQQD", "91.0,6.25,"),
        _row("QQQE", "x,6.25,"),
        _row("QQQF", "49.5,6.25,", kind="small_airport", codes="QQQF,,"),
    )
    assert list(fields.index) == ["QQQA", "QQQF"]
    first = fields.loc["QQQA"]
    assert (first["name"], first["iata"], first["country"]) == (
        'Field "QQQA", made up',
        "ABC",
        "LU",
    )
    assert (first["latitude"], first["longitude"], first["elevation_ft"]) == (49.5, 6.25, 1234.0)
    assert (fields.loc["QQQF", "iata"], pd.isna(fields.loc["QQQF", "elevation_ft"])) == ("", True)


def test_editions_without_the_code_column_are_read(tmp_path: Path) -> None:
    path = tmp_path / "airports.csv"
    path.write_text(
        "ident,type,name,latitude_deg,longitude_deg,iso_country,gps_code\n"
        "QQQA,small_airport,a,1,2,LU,\nLU-1,small_airport,b,1,2,LU,QQQB\n",
        encoding="utf-8",
    )
    assert list(read_ourairports(path).index) == ["QQQA", "QQQB"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b\n1,2\n", "lacks ident"),
        (HEAD, "no row of 0"),
        ("", "cannot be read"),
        (HEAD + "\xff", "cannot be read"),
        (HEAD + '1,"x', "cannot be read"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "airports.csv").write_text(text, encoding="latin-1")
    with pytest.raises(BadPayload, match=words):
        read_ourairports(tmp_path / "airports.csv")


def test_the_shipped_table_stays_as_it_is(tmp_path: Path) -> None:
    """Neither a field it has, nor one beside such a field, nor a former code comes from outside."""
    shipped = load_airports().drop(columns="rank")
    elsewhere = "-48.0,-123.0,"
    other = _read(
        tmp_path,
        _row("ELLX", elsewhere),
        _row("UTTT", elsewhere),
        _row("QQQA", "49.627,6.21,"),
        _row("QQQB", elsewhere, codes="QQQB,,QQQB"),
    )
    found = supplement_airports(shipped, other)
    pd.testing.assert_frame_equal(found.loc[shipped.index], shipped)
    assert set(found.index) - set(shipped.index) == {"QQQB"}


def test_new_fields_are_used_where_the_environment_asks_and_the_ledger_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _read(tmp_path, _row("QQQB", "-48.0,-123.0,"))
    assert airports.airports_input.__wrapped__() == ()
    monkeypatch.setenv("FLIGHTS_AIRPORTS", str(tmp_path / "airports.csv"))
    fields = load_airports.__wrapped__()
    assert len(fields) == len(load_airports()) + 1
    assert fields.loc["QQQB", "rank"] == airports.SERVED
    (table,) = airports.airports_input.__wrapped__()
    assert table.name == "airports.csv"

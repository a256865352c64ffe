"""The lists behind a cargo judgement: well formed, sourced, and known to others."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from flights.reference.operators import (
    FREIGHTER_MODELS,
    OPERATOR_KINDS,
    TYPECODE_GRADES,
    load_operators,
    load_typecodes,
    read_ranges,
)

OTHER_NAME = {
    "KZU": "listed as Kuzu, its former name",
    "LAE": "listed as LAN Cargo, its former brand",
    "LCO": "listed as LAN Cargo, its former brand",
    "PCM": "listed as Westair Industries, its legal name",
    "TNO": "listed as Aerotransporte de Carga Union, its legal name",
    "UPS": "listed as United Parcel Service",
}


def _words(name: str) -> set[str]:
    plain = re.sub(r"[^a-z ]", "", name.casefold())
    return {word for word in plain.split() if word not in {"air", "airlines", "cargo", "the"}}


def test_designators_belong_to_the_airlines_named(shared: Path) -> None:
    path = shared / "reference" / "airlines.csv"
    theirs = pd.read_csv(path, encoding="utf-8-sig", keep_default_na=False)
    names = theirs[theirs["ICAO"] != ""].groupby("ICAO")["Name"].agg(" ".join)
    ours = load_operators()
    assert set(ours.index) <= set(names.index)
    for icao, name in ours["name"].items():
        same = name.replace(" ", "").casefold() == names[icao].replace(" ", "").casefold()
        alike = same or bool(_words(name) & _words(names[icao]))
        assert alike == (icao not in OTHER_NAME), (icao, name, names[icao])


def test_type_designators_are_icaos(shared: Path) -> None:
    known = json.loads((shared / "reference/tar1090-db/icao_aircraft_types.json").read_text())
    assert set(load_typecodes().index) <= set(known)


@pytest.mark.parametrize("load", [load_operators, load_typecodes])
def test_every_row_has_a_name_a_source_and_a_date(load) -> None:
    rows = load()
    assert rows.index.is_unique
    assert (rows[["name", "grade", "source", "date"]] != "").all(axis=None)
    pd.to_datetime(rows["date"], format="%Y-%m-%d")


def test_operators_are_enough_and_well_formed() -> None:
    rows = load_operators()
    assert len(rows) >= 80
    assert rows.index.str.fullmatch("[A-Z]{3}").all()
    assert set(rows["kind"]) == set(OPERATOR_KINDS)
    assert set(rows["grade"]) == {"likely", "possible"}
    assert (rows["numbers"][rows["kind"] == "all-cargo"] == "").all()
    for ranges in rows["numbers"].map(read_ranges):
        assert all(0 < low < high <= 9999 for low, high in ranges)


def test_a_mixed_airline_without_numbers_says_what_else_it_flies() -> None:
    rows = load_operators().query("kind == 'mixed' and numbers == ''")
    assert (rows["note"] != "").all()


def test_typecodes_are_well_formed() -> None:
    rows = load_typecodes()
    assert set(rows["grade"]) == set(TYPECODE_GRADES)
    assert (rows["note"] != "").all()
    designators = rows["unless_operators"].str.split().explode().dropna()
    assert designators.str.fullmatch("[A-Z]{3}").all()


def test_patterns_compile_and_none_matches_nothing() -> None:
    for _, pattern in FREIGHTER_MODELS:
        assert not re.search(pattern, "")


def test_each_table_names_its_source_file() -> None:
    import flights.reference as package

    folder = Path(package.__file__).parent
    text = (folder / "SOURCE.md").read_text("utf-8")
    data = [each.name for each in folder.iterdir() if each.suffix in (".csv", ".geojson", ".gz")]
    assert len(data) == 6
    assert not [name for name in data if name not in text]

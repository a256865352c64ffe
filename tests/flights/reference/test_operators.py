"""The lists behind a cargo judgement: well formed, sourced, and known to others."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from flights.reference.operators import (
    load_models,
    load_operators,
    load_passenger_airlines,
    load_typecodes,
    plain_model,
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
    ours = pd.concat([load_operators(), load_passenger_airlines()])
    assert set(ours.index) <= set(names.index)
    for icao, name in ours["name"].items():
        same = name.replace(" ", "").casefold() == names[icao].replace(" ", "").casefold()
        alike = same or bool(_words(name) & _words(names[icao]))
        assert alike == (icao not in OTHER_NAME), (icao, name, names[icao])


def test_type_designators_are_icaos(shared: Path) -> None:
    known = json.loads((shared / "reference/tar1090-db/icao_aircraft_types.json").read_text())
    assert set(load_typecodes().index) <= set(known)


@pytest.mark.parametrize(
    "load", [load_operators, load_passenger_airlines, load_typecodes, load_models]
)
def test_every_row_has_a_name_a_source_and_a_date(load) -> None:
    rows = load()
    assert rows.index.is_unique
    filled = rows.columns.intersection(["name", "grade", "pattern", "source", "date"])
    assert (rows.index != "").all()
    assert len(filled) >= 3
    assert (rows[filled] != "").all(axis=None)
    pd.to_datetime(rows["date"], format="%Y-%m-%d")


def test_no_airline_carries_cargo_and_only_passengers() -> None:
    passengers = load_passenger_airlines()
    assert passengers.index.str.fullmatch("[A-Z]{3}").all()
    assert len(passengers) >= 30
    assert not set(passengers.index) & set(load_operators().index)


def test_operators_are_enough_and_well_formed() -> None:
    rows = load_operators()
    assert len(rows) >= 80
    assert rows.index.str.fullmatch("[A-Z]{3}").all()
    assert set(rows["kind"]) == {"all-cargo", "mixed"}
    assert set(rows["grade"]) == {"likely", "possible"}
    assert (rows["numbers"][rows["kind"] == "all-cargo"] == "").all()
    for ranges in rows["numbers"].map(read_ranges):
        assert all(0 < low < high <= 9999 for low, high in ranges)


def test_a_mixed_airline_without_numbers_says_what_else_it_flies() -> None:
    rows = load_operators().query("kind == 'mixed' and numbers == ''")
    assert (rows["note"] != "").all()


def test_typecodes_are_well_formed() -> None:
    rows = load_typecodes()
    assert set(rows["grade"]) == {"certain", "likely", "possible", "with-operator"}
    assert (rows["note"] != "").all()
    for column in ("unless_operators", "freighters_only"):
        designators = rows[column].str.split().explode().dropna()
        assert designators.str.fullmatch("[A-Z]{3}").all()
        assert not set(designators) & set(load_passenger_airlines().index)


def _family(text: str) -> str | None:
    rows = load_models()["pattern"].items()
    return next((each for each, rule in rows if re.search(rule, plain_model(text))), None)


@pytest.mark.parametrize("row", load_models().reset_index().to_dict("records"), ids=str)
def test_model_rows_find_their_examples_and_pass_by_the_others(row: dict[str, str]) -> None:
    assert row["grade"] in ("certain", "likely", "possible", "none")
    for text in row["match"].split(" | "):
        assert _family(text) == row["family"], text
    for text in row["avoid"].split(" | "):
        assert not re.search(row["pattern"], plain_model(text)), text
    assert not re.search(row["pattern"], "")


def test_examples_a_model_row_passes_by_are_no_freighter_by_another_row() -> None:
    """But for those that say so: an F elsewhere, an Antonov, a passenger version."""
    rows = load_models()
    avoided = {text for texts in rows["avoid"] for text in texts.split(" | ")}
    found = {text: rows.loc[each, "grade"] for text in avoided if (each := _family(text))}
    by_type = ("MD-11", "MD11", "An-", "AN-", "Beluga", "A330-743L")
    assert not [
        text
        for text, grade in found.items()
        if grade == "certain" and not any(part in text for part in by_type) and text != "777-FZB"
    ]


def test_each_table_names_its_source_file() -> None:
    import flights.reference as package

    folder = Path(package.__file__).parent / "data"
    text = (folder / "SOURCE.md").read_text("utf-8")
    data = [each.name for each in folder.iterdir() if each.suffix in (".csv", ".geojson", ".gz")]
    assert len(data) == 9
    assert not [name for name in data if name not in text]

"""Precision and recall of the cargo grades against fleets known by their registrations.

    pytest -s tests/flights/test_cargo_measured.py

The labels are `cargo_fleets.csv`: registration blocks of operators' fleets (first row that fits),
as an editor knows them, no register's extract. The rules do not read registrations, so labels and
evidence come by different ways; but they were written by the same hands, and in three respects
are not independent:

- `globe_history-sim`: real airframes under real callsigns, but who flies which was made up, so an
  operator's designator and its fleet agree more often there than in the air;
- passengers' aircraft are mostly told by a type no freighter of which exists: there, only rules
  about callsigns can go wrong;
- registrations of the flights of 2019 are looked up in a table of 2026.

Airframes in no block are left out, and their number is printed.
"""

import csv
import gzip
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from flights.cargo import grade_flights
from flights.cargo.grades import GRADES
from flights.reference.operators import load_typecodes

pytestmark = pytest.mark.slow

FLEETS = Path(__file__).with_name("cargo_fleets.csv")
LABELS = ("freighter", "passenger")


@cache
def _fleets() -> list[tuple[str, re.Pattern[str], frozenset[str]]]:
    with FLEETS.open(encoding="utf-8") as file:
        return [
            (row["label"], re.compile(row["registration"]), frozenset(row["typecodes"].split()))
            for row in csv.DictReader(file)
        ]


def label(registration: str | None, typecode: str | None) -> str | None:
    """freighter | passenger, None where no fleet's block holds the airframe."""
    for said, pattern, typecodes in _fleets():
        if pattern.fullmatch(registration or "") and (not typecodes or typecode in typecodes):
            return said
    return None


def _airframes(folder: Path) -> Iterator[tuple[str, list]]:
    """Address and [registration, type, flags, type in words] of tar1090-db's shards."""
    for path in folder.glob("db/*.js"):
        if not re.fullmatch("[0-9A-F]+", path.stem):
            continue
        shard = json.loads(gzip.decompress(path.read_bytes()))
        for suffix, row in shard.items():
            if suffix != "children":
                yield (path.stem + suffix).lower(), row


@pytest.fixture(scope="module")
def airframes(shared: Path) -> pd.DataFrame:
    """Registration, typecode and model by icao24."""
    rows = dict(_airframes(shared / "reference" / "tar1090-db"))
    names = ["registration", "typecode", "flags", "model"]
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=names, dtype=object)
    return frame.drop(columns="flags")


def judge(flights: pd.DataFrame) -> pd.DataFrame:
    """`label` and `cargo_grade` of the flights that have a label; says how many have none."""
    known = flights[["registration", "typecode"]].fillna("")
    pairs = zip(known["registration"], known["typecode"], strict=True)
    labels = pd.Series([label(*pair) for pair in pairs], index=flights.index)
    judged = grade_flights(flights).assign(label=labels)
    graded = judged["cargo_grade"].notna()
    print(
        f"\n{len(flights)} in all, {labels.notna().sum()} with a label: "
        f"{dict(Counter(labels.dropna()))}; {(graded & labels.isna()).sum()} graded without one"
    )
    return judged[labels.notna()]


def measure(judged: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Precision and recall of each grade or better, printed as a table."""
    freighter = judged["label"] == "freighter"
    found = {}
    print(f"{'grade or better':<17}{'graded':>7}{'right':>7}{'precision':>11}{'recall':>8}")
    for n, grade in enumerate(GRADES, start=1):
        graded = judged["cargo_grade"].isin(GRADES[:n])
        right = int((graded & freighter).sum())
        found[grade] = right / max(graded.sum(), 1), right / freighter.sum()
        print(f"{grade:<17}{graded.sum():>7}{right:>7}", end="")
        print(f"{found[grade][0]:>11.3f}{found[grade][1]:>8.3f}")
    return found


def _mistakes(judged: pd.DataFrame, flights: pd.DataFrame) -> None:
    """Every flight the rules and the label disagree on."""
    graded = judged["cargo_grade"].notna()
    wrong = judged[graded == (judged["label"] == "passenger")]
    for at, row in wrong.iterrows():
        seen = " ".join(map(str, flights.loc[at, ["callsign", "registration", "typecode"]]))
        print(f"  {row['label']} {seen}: {row['cargo_grade']}, {row['cargo_rule']}")


def _assert_floors(found: dict[str, tuple[float, float]], floors: Iterable[tuple]) -> None:
    for grade, precision, recall in floors:
        assert found[grade][0] >= precision, (grade, found)
        assert found[grade][1] >= recall, (grade, found)


def test_flights_of_a_day_of_2019(shared: Path, airframes: pd.DataFrame) -> None:
    """OpenSky's flights of two hours of 14 August 2019 (no types there: by address)."""
    path = shared / "opensky-rest" / "flights_all_2019-08-14.json"
    rows = pd.DataFrame(json.loads(path.read_text("utf-8")))[["icao24", "callsign"]]
    flights = rows.join(airframes, on="icao24")
    judged = judge(flights)
    found = measure(judged)
    _mistakes(judged, flights)
    assert judged["label"].eq("freighter").sum() >= 50
    _assert_floors(
        found, [("certain", 0.99, 0.95), ("likely", 0.99, 0.97), ("possible", 0.97, 0.99)]
    )


def test_flights_of_the_readsb_material(shared: Path, airframes: pd.DataFrame) -> None:
    """Flights written by readsb from made-up traffic of real airframes."""
    parts = [
        pd.read_csv(shared / "globe_history-sim" / name, dtype=str, keep_default_na=False)
        for name in ("ground_truth_2026-02-28.csv", "ground_truth_globe_history_mini.csv")
    ]
    rows = pd.concat(parts).drop_duplicates(["hex", "callsign", "takeoff"])
    rows = rows[rows["callsign"] != ""].assign(
        callsign=lambda all_: all_["callsign"].str.partition(">")[0]
    )
    flights = rows.reset_index(drop=True)[["hex", "callsign"]].join(airframes, on="hex")
    judged = judge(flights)
    found = measure(judged)
    _mistakes(judged, flights)
    assert judged["label"].eq("freighter").sum() >= 200
    _assert_floors(
        found, [("certain", 0.99, 0.78), ("likely", 0.96, 0.97), ("possible", 0.95, 0.99)]
    )


def test_airframes_without_a_callsign(airframes: pd.DataFrame) -> None:
    """What a type designator says alone, of tar1090-db's airframes of types that fly freight."""
    frame = airframes[airframes["typecode"].isin(load_typecodes().index)]
    judged = judge(frame)
    found = measure(judged)
    by_type = judged.assign(typecode=frame["typecode"]).query("cargo_grade.notna()")
    print(by_type.groupby(["cargo_grade", "typecode", "label"]).size().to_string())
    _assert_floors(
        found, [("certain", 0.99, 0.05), ("likely", 0.99, 0.13), ("possible", 0.78, 0.4)]
    )


def test_fleets_are_well_formed() -> None:
    assert {said for said, _, _ in _fleets()} == set(LABELS)
    assert all(typecodes for _, _, typecodes in _fleets())
    assert label("A7-BFC", "B77L") == "freighter"
    assert label("A7-BBA", "B77L") == label("D-AINK", "A20N") == "passenger"
    assert label(None, "B77L") is label("N12345", "C172") is None

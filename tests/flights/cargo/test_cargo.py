"""Cargo: graded by evidence, with the rule that fired."""

import numpy as np
import pandas as pd
import pytest

from flights.cargo import grade_flights, grades
from flights.cargo.grades import GRADES, check_grade, rules_digest
from flights.errors import InvalidInput

COLUMNS = ["callsign", "operator", "typecode", "model"]


def _grade(callsign=None, operator=None, typecode=None, model=None) -> pd.Series:
    return grade_flights(
        pd.DataFrame([(callsign, operator, typecode, model)], columns=COLUMNS)
    ).iloc[0]


@pytest.mark.parametrize(
    ("flight", "grade"),
    [
        # the airframe alone
        ({"typecode": "MD11"}, "certain"),
        ({"typecode": "BLCF"}, "certain"),
        ({"typecode": "A306"}, "likely"),
        ({"typecode": "B748"}, "possible"),
        ({"typecode": "B763"}, None),
        ({"typecode": "A320"}, None),
        ({"model": "BOEING 747-8F", "typecode": "B748"}, "certain"),
        # the operator alone
        ({"callsign": "CLX731"}, "likely"),
        ({"operator": "CLX"}, "likely"),
        ({"callsign": "GTI8123"}, "likely"),
        ({"callsign": "NCR123"}, "possible"),
        ({"callsign": "DLH400"}, None),
        # cargo numbers of a mixed airline
        ({"callsign": "THY6478"}, "likely"),
        ({"callsign": "THY6478K"}, "likely"),
        ({"callsign": "THY1"}, None),
        ({"callsign": "THY6K2"}, None),
        ({"callsign": "CLX9T2"}, "likely"),
        ({"operator": "THY"}, None),
        ({"callsign": "SVA932"}, "possible"),
        # both
        ({"callsign": "CLX731", "typecode": "B748"}, "certain"),
        ({"callsign": "BCS12", "typecode": "B752"}, "certain"),
        ({"callsign": "QTR8123", "typecode": "B77L"}, "likely"),
        ({"callsign": "QTR8123", "typecode": "B77W"}, "likely"),
        ({"callsign": "QTR8123", "typecode": "A359"}, "possible"),
        ({"callsign": "SVA932", "typecode": "B77L"}, "likely"),
        ({"callsign": "GTI8123", "typecode": "B744"}, "likely"),
        ({"callsign": "CLX731", "typecode": "GLF6"}, "likely"),
        # an airline that carries passengers, but not in this type
        ({"callsign": "CPA722", "typecode": "B748"}, "likely"),
        ({"callsign": "AFR6731", "typecode": "B77L"}, "likely"),
        ({"callsign": "AFR6731", "typecode": "B77W"}, None),
        ({"callsign": "AFR6731", "typecode": "B77L", "model": "777-2DZLR"}, None),
        # a passenger airline takes a grade from the airframe
        ({"callsign": "DLH8400", "typecode": "B748"}, None),
        ({"callsign": "BAW117", "typecode": "IL76"}, "possible"),
        ({"callsign": "RYR12", "model": "747-8F"}, "likely"),
        ({"callsign": "RYR12", "typecode": "B738"}, None),
        # passenger versions flown where others fly freight
        ({"callsign": "IRM1138", "typecode": "A306"}, None),
        ({"operator": "IRA", "typecode": "A306"}, None),
        # what is no designator with a number
        ({"callsign": "FDXMEM"}, None),
        ({"callsign": "CLX"}, None),
        ({"callsign": "N123CL"}, None),
        ({"callsign": "=CLX(1)"}, None),
        ({"callsign": "CLX12345"}, None),
        ({}, None),
    ],
)
def test_grade_follows_the_evidence(flight: dict, grade: str | None) -> None:
    row = _grade(**flight)
    if grade is None:
        assert row.isna().all()
    else:
        assert row["cargo_grade"] == grade
        assert row["cargo_rule"]
        assert row["cargo_source"]


def test_text_is_read_whatever_its_case_and_blanks() -> None:
    assert _grade(callsign=" clx731 ", typecode="b748")["cargo_grade"] == "certain"


def test_rule_names_what_fired_and_the_source_where_from() -> None:
    row = _grade(callsign="QTR8123", typecode="B77L")
    assert row["cargo_rule"].startswith("type B77L (")
    assert row["cargo_rule"].endswith("cargo flight number 8000-8999 of QTR (Qatar Airways)")
    assert "standing-data" in row["cargo_source"]
    assert "Doc 8643" in row["cargo_source"]


def test_nothing_a_crew_typed_is_repeated_in_the_evidence() -> None:
    row = _grade(callsign="CLX731", model="=1+1 747-8F <script>")
    assert row["cargo_grade"] == "certain"
    assert "<script>" not in row["cargo_rule"]
    assert not row["cargo_rule"].startswith("=")


@pytest.mark.parametrize(
    "model",
    [
        *("BOEING 747-8F", "747-400F", "747-4R7F", "747-467F/SCD", "747-400BCF", "747-47UF"),
        *("777F", "777-F1H", "777-FS2", "BOEING 777-200LRF", "777-300ERSF", "747-400LCF"),
        *("767-300F", "767-34AF", "767-300BDSF", "757-200PF", "757-200 PCF", "737-800BCF"),
        *("737-400SF", "A330-200F", "AIRBUS A-330-243F", "A330-300P2F", "A321-200P2F"),
        *("A300F4-605R", "A300B4-622R(F)", "MD-11F", "DC-10-30F", "ATR-72-600F", "ATR 72-212F"),
        *("SAAB 340A(F)", "Boeing 747-400 Freighter", "boeing 747-8f"),
    ],
)
def test_freighter_model_is_certain(model: str) -> None:
    assert _grade(model=model)["cargo_grade"] == "certain"


@pytest.mark.parametrize(
    "model",
    [
        *("BOEING 747-8", "BOEING 747-400", "747-400M", "Boeing 747SP", "BOEING 777-200LR"),
        *("BOEING 777-300ER", "BOEING 737-800", "737-300QC", "737-8", "A330-200", "A-300-600"),
        *("A-320-251N", "A321-271NX", "F-16C", "F-35", "CESSNA 172F", "KC-135R", "MD-83"),
        *("DC-8-72CF", "FOKKER 70", "ATR-72-600", "A330-743L", "F/A-18F", "BAe 146-300", "", "F"),
    ],
)
def test_other_model_says_nothing(model: str) -> None:
    assert _grade(model=model).isna().all()


def _conflict(**flight: str) -> str | None:
    return _grade(**flight)["cargo_conflict"]


def test_evidence_that_agrees_has_no_conflict() -> None:
    assert _conflict(callsign="CLX731", typecode="B748", model="747-8R7F") is None
    assert _conflict(callsign="QTR8123", operator="QTR", typecode="B77L") is None
    assert _conflict(callsign="CLX731") is None
    assert _conflict(typecode="B748") is None


@pytest.mark.parametrize(
    ("flight", "won", "against"),
    [
        # model says freighter, operator all-passenger
        (
            {"callsign": "RYR12", "model": "747-8F"},
            "model text",
            "RYR (Ryanair) is known to fly no",
        ),
        # freighter on a number that is none of the airline's cargo numbers
        ({"callsign": "THY1", "typecode": "MD11"}, "type MD11", "not a cargo flight number 6000"),
        # all-cargo operator, type that flies no freight
        ({"callsign": "CLX731", "typecode": "GLF6"}, "operator CLX", "none known to fly freight"),
        ({"callsign": "QTR8123", "typecode": "A359"}, "8000-8999", "none known to fly freight"),
        # all-cargo operator, passenger version of a type that also flies freight
        ({"callsign": "CLX731", "typecode": "B748", "model": "747-830"}, "CLX", "747 passenger"),
        ({"callsign": "QTR8123", "typecode": "B77L", "model": "777-2DZLR"}, "QTR", "777 passeng"),
        # model and type contradict each other
        ({"typecode": "A320", "model": "747-8F"}, "model text", "none known to fly freight"),
        # callsign and operator contradict each other
        ({"callsign": "CLX731", "operator": "DLH"}, "operator CLX", "operator is given as DLH"),
        # its number is none of the cargo numbers, but the airline flies only freighters of it
        ({"callsign": "CPA722", "typecode": "B748"}, "flies freighters only", None),
        # passengers where others fly freight
        ({"callsign": "CLX731", "operator": "IRM", "typecode": "B748"}, "operator CLX", None),
    ],
)
def test_conflict_names_what_speaks_against_the_rule_that_won(
    flight: dict, won: str, against: str | None
) -> None:
    row = _grade(**flight)
    assert won in row["cargo_rule"]
    assert (row["cargo_conflict"] is None) if against is None else against in row["cargo_conflict"]


def test_conflict_is_counted_once_and_never_raises_a_grade() -> None:
    row = _grade(callsign="CLX731", typecode="GLF6", model="747-830")
    assert row["cargo_conflict"].count("none known") == 1
    alone, order = _grade(callsign="CLX731"), {None: 0, "possible": 1, "likely": 2, "certain": 3}
    assert order[row["cargo_grade"]] <= order[alone["cargo_grade"]]


def test_rows_keep_their_order_and_index_and_columns_may_be_absent() -> None:
    callsigns = ["CLX1", None, "THY6001", "CLX1", "DAL1"]
    flights = pd.DataFrame({"callsign": callsigns}, index=[9, 4, 7, 1, 0])
    graded = grade_flights(flights)
    assert list(graded.index) == [9, 4, 7, 1, 0]
    assert graded["cargo_grade"].notna().to_list() == [True, False, True, True, False]
    assert list(grade_flights(flights.iloc[:0]).columns) == grades.COLUMNS
    assert grade_flights(pd.DataFrame(index=[1, 2])).isna().all(axis=None)


def test_many_rows_are_graded_as_each_one_alone() -> None:
    rng = np.random.default_rng(5)
    choices = [
        ["CLX1", "THY6001", "THY1", "IRM2", "QTR8001", "NCR3", None, "?"],
        ["CLX", "THY", None],
        ["B748", "A306", "A320", "B763", None],
        ["747-8F", "737-800", None],
    ]
    flights = pd.DataFrame({n: rng.choice(c, 200) for n, c in zip(COLUMNS, choices, strict=True)})
    together = grade_flights(flights)
    alone = [_grade(*row) for row in flights.itertuples(index=False)]
    for row, single in zip(together.itertuples(index=False), alone, strict=True):
        assert [*row] == [*single]


def test_an_unknown_grade_is_refused_with_the_known_ones() -> None:
    for grade in GRADES:
        check_grade(grade)
    with pytest.raises(InvalidInput, match="certain, likely, possible"):
        check_grade("sure")


def test_digest_changes_with_the_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    before = rules_digest()
    assert before == rules_digest()
    monkeypatch.setattr(grades, "read_table_bytes", lambda: b"other lists")
    assert rules_digest() != before

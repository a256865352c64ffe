"""Is this flight cargo? A judgement with evidence and a grade, never a fact about its load.

Two kinds of evidence: the airframe (its type designator, its model in words) and the operator
(the designator in the callsign, for airlines that also carry passengers with the flight
number). A callsign is what a crew typed; it may be wrong.
"""

import hashlib
import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flights.errors import InvalidInput
from flights.reference.operators import (
    FREIGHTER_MODELS,
    load_operators,
    load_typecodes,
    read_ranges,
    read_table_bytes,
)

GRADES = ("certain", "likely", "possible")
"""Best first; `describe_rule` says what each means."""

COLUMNS = ["cargo_grade", "cargo_rule", "cargo_source"]

_MEANING = {
    "certain": "a freighter by its type or model, or an all-cargo operator flying a type that "
    "flies freight",
    "likely": "an all-cargo operator by its callsign, a mixed airline's cargo flight number, or a "
    "type that nearly always flies freight",
    "possible": "weaker signs of the same kinds, such as a type of which many fly freight",
}
_RULES = "1"
_MODEL_SOURCE = "model text given with the flight or by the aircraft table"
_CALLSIGN = re.compile(r"([A-Z]{3})(\d{1,4})[A-Z]{0,2}")


class Operator(NamedTuple):
    """What a designator says; grade "" = nothing but who it is."""

    designator: str
    grade: str
    all_cargo: bool
    rule: str
    source: str


class Airframe(NamedTuple):
    """What a type or a model says; grade `other` = known, and no freighter.

    `unless` are operators that fly the type with passengers.
    """

    grade: str
    rule: str = ""
    source: str = ""
    unless: frozenset[str] = frozenset()


Evidence = Operator | Airframe
Ranges = tuple[tuple[int, int], ...]
_OTHER = Airframe("other")


def grade_flights(flights: pd.DataFrame) -> pd.DataFrame:
    """`cargo_grade`, `cargo_rule` and `cargo_source` per row, on the index of `flights`.

    Reads the columns `callsign`, `operator`, `typecode` and `model`; one that is absent counts
    as unknown. Null in all three where nothing speaks for cargo. The rule names what fired, the
    source where that knowledge comes from.
    """
    looks = [
        _look_up(flights, "callsign", _judge_callsigns),
        _look_up(flights, "operator", _judge_designators),
        _look_up(flights, "typecode", _judge_typecodes),
        _look_up(flights, "model", _judge_models),
    ]
    sizes = tuple(len(evidence) for _, evidence in looks)
    flat = np.ravel_multi_index([numbers for numbers, _ in looks], sizes)
    where, met = pd.factorize(flat)
    verdicts = np.full((len(met), 3), None, dtype=object)
    for row, key in enumerate(zip(*np.unravel_index(met, sizes), strict=True)):
        callsign, operator, typecode, model = (looks[at][1][key[at]] for at in range(4))
        verdicts[row] = _combine(callsign or operator, model or typecode)
    # Objects: millions of rows share a few texts instead of holding a copy each.
    columns = {name: verdicts[:, at][where] for at, name in enumerate(COLUMNS)}
    return pd.DataFrame(columns, index=flights.index, dtype=object)


def rules_digest() -> str:
    """Short digest of lists and patterns; what was graded under another one is stale."""
    digest = hashlib.sha256(read_table_bytes())
    digest.update(repr((_RULES, FREIGHTER_MODELS, _CALLSIGN.pattern)).encode())
    return digest.hexdigest()[:16]


def describe_rule(min_grade: str | None) -> str:
    """A sentence for outputs: which flights were counted as cargo.

    Raises
    ------
    InvalidInput
        There is no such grade.
    """
    if not min_grade:
        return "All flights, cargo or not."
    check_grade(min_grade)
    counted = GRADES[: GRADES.index(min_grade) + 1]
    meanings = "; ".join(f"{grade}: {_MEANING[grade]}" for grade in counted)
    better = "" if min_grade == GRADES[0] else " or better"
    return f"Flights judged cargo, grade {min_grade}{better} ({meanings}). List {rules_digest()}."


def check_grade(grade: str) -> None:
    """Raise `InvalidInput` for what is no grade."""
    if grade not in GRADES:
        raise InvalidInput(f"{grade!r} is no cargo grade; use one of {', '.join(GRADES)}.")


def _combine(
    operator: Operator | None, airframe: Airframe | None
) -> tuple[str | None, str | None, str | None]:
    """The verdict of both kinds of evidence: grade, rule, source."""
    if airframe and operator and operator.designator in airframe.unless:
        airframe = _OTHER
    of_type = airframe.grade if airframe else ""
    grade = _grade(operator if operator and operator.grade else None, of_type)
    if not grade:
        return None, None, None
    spoke = [each for each in (airframe, operator) if each and each.rule]
    return (
        grade,
        " + ".join(each.rule for each in spoke),
        "; ".join(dict.fromkeys(each.source for each in spoke)),
    )


def _grade(operator: Operator | None, of_type: str) -> str:
    """Grade of an operator's evidence together with a type's, "" = none."""
    freight = of_type in ("likely", "possible", "with-operator")
    if of_type == "certain":
        return "certain"
    if operator is None:
        return of_type if of_type in GRADES else ""
    if operator.all_cargo:
        return "certain" if freight else operator.grade
    if operator.grade == "likely":
        return "possible" if of_type == "other" else "likely"
    return "likely" if of_type in ("likely", "possible") else "possible"


def _look_up(
    flights: pd.DataFrame, column: str, judge: Callable[[pd.Series], dict[int, Evidence]]
) -> tuple[NDArray[np.int64], list]:
    """Per row the place of its evidence in a list whose first entry, None, is "nothing"."""
    if column not in flights:
        return np.zeros(len(flights), np.int64), [None]
    codes, values = pd.factorize(flights[column])
    found = judge(pd.Series(values, dtype="str").str.strip().str.upper())
    places = {evidence: at for at, evidence in enumerate(dict.fromkeys(found.values()), start=1)}
    numbers = np.zeros(len(values) + 1, np.int64)  # the last one answers code -1, unknown
    for at, evidence in found.items():
        numbers[at] = places[evidence]
    return numbers[codes], [None, *places]


def _judge_callsigns(callsigns: pd.Series) -> dict[int, Evidence]:
    known = callsigns[callsigns.str.slice(0, 3).isin(_operators())]
    matches = {at: _CALLSIGN.fullmatch(callsign) for at, callsign in known.items()}
    return {at: _judge_number(m[1], int(m[2])) for at, m in matches.items() if m}


def _judge_number(designator: str, number: int) -> Operator:
    """A mixed airline's flight says nothing where its number is in no range."""
    ranges, evidence = _operators()[designator]
    if ranges and not any(low <= number <= high for low, high in ranges):
        return Operator(designator, "", False, "", "")
    return evidence


def _judge_designators(designators: pd.Series) -> dict[int, Evidence]:
    """Operators given without a callsign; where only some numbers are cargo, nothing."""
    known = designators[designators.isin(_operators())]
    return {at: _judge_number(each, -1) for at, each in known.items()}


def _judge_typecodes(typecodes: pd.Series) -> dict[int, Evidence]:
    known = _typecodes()
    return {at: known.get(each, _OTHER) for at, each in typecodes.items() if each}


def _judge_models(models: pd.Series) -> dict[int, Evidence]:
    found: dict[int, Evidence] = {}
    for at, text in models.items():
        meant = (name for name, pattern in FREIGHTER_MODELS if re.search(pattern, text))
        if name := next(meant, None):
            found[at] = Airframe("certain", f"model text names a {name}", _MODEL_SOURCE)
    return found


@cache
def _operators() -> dict[str, tuple[Ranges, Operator]]:
    """Cargo number ranges and evidence by designator, also of those that only say "unless"."""
    unless = frozenset().union(*(each.unless for each in _typecodes().values()))
    known: dict[str, tuple[Ranges, Operator]] = {
        each: ((), Operator(each, "", False, "", "")) for each in unless
    }
    for row in load_operators().itertuples():
        what = "all-cargo operator" if row.kind == "all-cargo" else "mixed operator"
        what = f"cargo flight number {row.numbers} of" if row.numbers else what
        known[row.Index] = (
            read_ranges(row.numbers),
            Operator(
                row.Index,
                row.grade,
                row.kind == "all-cargo",
                f"{what} {row.Index} ({row.name})",
                f"{row.source} ({row.date})",
            ),
        )
    return known


@cache
def _typecodes() -> dict[str, Airframe]:
    return {
        row.Index: Airframe(
            row.grade,
            f"type {row.Index} ({row.note})",
            f"{row.source} ({row.date})",
            frozenset(row.unless_operators.split()),
        )
        for row in load_typecodes().itertuples()
    }

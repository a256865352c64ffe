"""Is this flight cargo? A judgement with evidence and a grade, never a fact about its load.

Two kinds of evidence: the airframe (its model in words, else its type designator) and the
operator (the designator in the callsign, for airlines that also carry passengers with the
flight number). A callsign is what a crew typed; it may be wrong. Where pieces of evidence
contradict each other, `cargo_rule` names those that won and `cargo_conflict` the others.
"""

import hashlib

import numpy as np
import pandas as pd

from flights.cargo.evidence import (
    CALLSIGN,
    OTHER,
    Airframe,
    Operator,
    judge_callsigns,
    judge_designators,
    judge_models,
    judge_typecodes,
    look_up,
)
from flights.errors import InvalidInput
from flights.reference.operators import read_table_bytes

GRADES = ("certain", "likely", "possible")
"""Best first. `certain`: a freighter by its type or model, or an all-cargo operator with a type
that carries freight. `likely`: an all-cargo operator by its callsign, a cargo flight number of a
mixed airline, or a type that nearly always carries freight. `possible`: weaker signs of the same
kinds, such as a type of which many carry freight."""

COLUMNS = ["cargo_grade", "cargo_rule", "cargo_source", "cargo_conflict"]

_RULES = "2"
_LOWER = {"certain": "likely", "likely": "possible"}
Verdict = tuple[str | None, str | None, str | None, str | None]


def grade_flights(flights: pd.DataFrame) -> pd.DataFrame:
    """The `COLUMNS` per row, on the index of `flights`.

    Reads the columns `callsign`, `operator`, `typecode` and `model`; one that is absent counts
    as unknown. Null in all where nothing speaks for cargo. The rule names what fired, the
    source where that knowledge comes from, the conflict what speaks against it (null = nothing).
    """
    looks = [
        look_up(flights, "callsign", judge_callsigns),
        look_up(flights, "operator", judge_designators),
        look_up(flights, "typecode", judge_typecodes),
        look_up(flights, "model", judge_models),
    ]
    sizes = tuple(len(evidence) for _, evidence in looks)
    flat = np.ravel_multi_index([numbers for numbers, _ in looks], sizes)
    where, met = pd.factorize(flat)
    verdicts = np.full((len(met), len(COLUMNS)), None, dtype=object)
    for row, key in enumerate(zip(*np.unravel_index(met, sizes), strict=True)):
        verdicts[row] = _judge(*(looks[at][1][key[at]] for at in range(4)))
    # Objects: millions of rows share a few texts instead of holding a copy each.
    columns = {name: verdicts[:, at][where] for at, name in enumerate(COLUMNS)}
    return pd.DataFrame(columns, index=flights.index, dtype=object)


def rules_digest() -> str:
    """Short digest of lists and patterns; what was graded under another one is stale."""
    digest = hashlib.sha256(read_table_bytes())
    digest.update(repr((_RULES, CALLSIGN.pattern)).encode())
    return digest.hexdigest()[:16]


def check_grade(grade: str) -> None:
    """Raise `InvalidInput` for what is no grade."""
    if grade not in GRADES:
        raise InvalidInput(f"{grade!r} is no cargo grade; use one of {', '.join(GRADES)}.")


def _judge(
    callsign: Operator | None,
    operator: Operator | None,
    typecode: Airframe | None,
    model: Airframe | None,
) -> Verdict:
    """Grade, rule, source, conflict of one flight's evidence: callsign and model lead."""
    who, airframe = callsign or operator, model or typecode
    if airframe and who and who.designator in airframe.unless:
        airframe = OTHER
    if airframe and who and who.designator in airframe.only:
        rule = f"{airframe.rule}, of which {who.designator} flies freighters only"
        airframe, who = airframe._replace(grade="likely", rule=rule), who._replace(against="")
    grade = _grade(who, airframe.grade if airframe else "")
    if not grade:
        return None, None, None, None
    spoke = [each for each in (airframe, who) if each and each.rule]
    against = [each.against for each in (airframe, who) if each and each.against]
    if model and typecode == OTHER and OTHER.against not in against:
        against.append(OTHER.against)
    if callsign and operator and _disagree(callsign, operator):
        against.append(f"its operator is given as {operator.designator}")
    return (
        grade,
        " + ".join(each.rule for each in spoke),
        "; ".join(dict.fromkeys(each.source for each in spoke)),
        "; ".join(against) or None,
    )


def _disagree(callsign: Operator, operator: Operator) -> bool:
    """True where two airlines are named, one for and one against cargo."""
    named = callsign.designator != operator.designator
    return named and (callsign.kind == "passenger") != (operator.kind == "passenger")


def _grade(operator: Operator | None, of_type: str) -> str:
    """Grade of an operator's evidence together with a type's, "" = none."""
    freight = of_type in ("likely", "possible", "with-operator")
    if operator and operator.kind == "passenger":
        return _LOWER.get(of_type, "")
    if of_type == "certain":
        return "certain"
    if operator is None or not operator.grade:
        return of_type if of_type in GRADES else ""
    if operator.kind == "all-cargo":
        return "certain" if freight else operator.grade
    if operator.grade == "likely":
        return "possible" if of_type == "other" else "likely"
    return "likely" if of_type in ("likely", "possible") else "possible"

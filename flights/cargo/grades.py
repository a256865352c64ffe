"""Is this flight cargo? A judgement with evidence and a grade, never a fact about its load.

Two kinds of evidence: the airframe (its model in words, else its type designator) and the
operator (the designator in the callsign, for airlines that also carry passengers with the
flight number). The crew enters the callsign; it may be wrong. Where pieces of evidence
contradict each other, `cargo_rule` names those that won and `cargo_conflict` the others.
"""

import hashlib

import numpy as np
import pandas as pd

from flights.cargo.evidence import (
    CALLSIGN,
    OTHER,
    OperatorEvidence,
    TypeEvidence,
    find_evidence,
    judge_callsigns,
    judge_designators,
    judge_models,
    judge_typecodes,
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
CargoColumns = tuple[str | None, str | None, str | None, str | None]


def grade_flights(flights: pd.DataFrame) -> pd.DataFrame:
    """The `COLUMNS` per row, on the index of `flights`.

    Reads the columns `callsign`, `operator`, `typecode` and `model`; a missing column counts as
    unknown. All are null where there is no evidence for cargo. `cargo_rule` names the evidence,
    `cargo_source` its origin, `cargo_conflict` the evidence against it (null = none).
    """
    evidence_lists = [
        find_evidence(flights, "callsign", judge_callsigns),
        find_evidence(flights, "operator", judge_designators),
        find_evidence(flights, "typecode", judge_typecodes),
        find_evidence(flights, "model", judge_models),
    ]
    sizes = tuple(len(evidence) for _, evidence in evidence_lists)
    flat = np.ravel_multi_index([numbers for numbers, _ in evidence_lists], sizes)
    where, met = pd.factorize(flat)
    verdicts = np.full((len(met), len(COLUMNS)), None, dtype=object)
    for row, key in enumerate(zip(*np.unravel_index(met, sizes), strict=True)):
        verdicts[row] = _judge(*(evidence_lists[at][1][key[at]] for at in range(4)))
    # As objects, millions of rows share a few texts; other types copy them.
    columns = {name: verdicts[:, at][where] for at, name in enumerate(COLUMNS)}
    return pd.DataFrame(columns, index=flights.index, dtype=object)


def rules_digest() -> str:
    """Short digest of lists and patterns; grades from another digest must be computed again."""
    digest = hashlib.sha256(read_table_bytes())
    digest.update(repr((_RULES, CALLSIGN.pattern)).encode())
    return digest.hexdigest()[:16]


def check_grade(grade: str) -> None:
    """Raise `InvalidInput` for an unknown grade."""
    if grade not in GRADES:
        raise InvalidInput(f"{grade!r} is not a cargo grade. Use one of {', '.join(GRADES)}.")


def _judge(
    callsign: OperatorEvidence | None,
    operator: OperatorEvidence | None,
    typecode: TypeEvidence | None,
    model: TypeEvidence | None,
) -> CargoColumns:
    """Grade, rule, source and conflict of one flight; callsign and model have priority."""
    who, airframe = callsign or operator, model or typecode
    if airframe and who and who.designator in airframe.unless:
        airframe = OTHER
    if airframe and who and who.designator in airframe.only:
        rule = f"{airframe.rule}, of which {who.designator} flies freighters only"
        airframe, who = airframe._replace(grade="likely", rule=rule), who._replace(against="")
    grade = _grade(who, airframe.grade if airframe else "")
    if not grade:
        return None, None, None, None
    supporting = [each for each in (airframe, who) if each and each.rule]
    against = [each.against for each in (airframe, who) if each and each.against]
    if model and typecode == OTHER and OTHER.against not in against:
        against.append(OTHER.against)
    if callsign and operator and _disagree(callsign, operator):
        against.append(f"its operator is given as {operator.designator}")
    return (
        grade,
        " + ".join(each.rule for each in supporting),
        "; ".join(dict.fromkeys(each.source for each in supporting)),
        "; ".join(against) or None,
    )


def _disagree(callsign: OperatorEvidence, operator: OperatorEvidence) -> bool:
    """True where two airlines are named, and exactly one of them carries passengers only."""
    named = callsign.designator != operator.designator
    return named and (callsign.kind == "passenger") != (operator.kind == "passenger")


def _grade(operator: OperatorEvidence | None, of_type: str) -> str:
    """Grade of the evidence of an operator and a type together; "" = none."""
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

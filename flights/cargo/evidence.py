"""Evidence for cargo from the lists: of a callsign, an operator, a type and a model text."""

import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flights.reference.operators import (
    load_models,
    load_operators,
    load_passenger_airlines,
    load_typecodes,
    plain_model,
    read_ranges,
)

CALLSIGN = re.compile(r"([A-Z]{3})(?:(\d{1,4})[A-Z]{0,2}|\d[A-Z\d]{0,3})")
"""Designator, and the flight number where there is one."""

_NO_NUMBER = -1
# Model texts are untrusted: a longer one only costs time in the patterns.
_LONGEST_MODEL = 80


class OperatorEvidence(NamedTuple):
    """Evidence of a designator; grade "" = none for cargo, `against` = evidence against it.

    `kind` is all-cargo, mixed, passenger, or "" for one that only rows of types name.
    """

    designator: str
    grade: str
    kind: str
    rule: str = ""
    source: str = ""
    against: str = ""


class TypeEvidence(NamedTuple):
    """Evidence of a type or a model; grade `other` = known, and not a freighter.

    `unless`: operators that fly the type with passengers. `only`: operators that carry
    passengers too, but whose aircraft of this type are all freighters.
    """

    grade: str
    rule: str = ""
    source: str = ""
    unless: frozenset[str] = frozenset()
    only: frozenset[str] = frozenset()
    against: str = ""


Evidence = OperatorEvidence | TypeEvidence
Ranges = tuple[tuple[int, int], ...]
OTHER = TypeEvidence("other", against="its type is none known to fly freight")


def find_evidence(
    flights: pd.DataFrame, column: str, judge: Callable[[pd.Series], dict[int, Evidence]]
) -> tuple[NDArray[np.int64], list[Any]]:
    """Index of the evidence per row, shape (n,), and the list; entry 0 is None = no evidence."""
    if column not in flights:
        return np.zeros(len(flights), np.int64), [None]
    codes, values = pd.factorize(flights[column])
    found = judge(pd.Series(values, dtype="str").str.strip().str.upper())
    places = {evidence: at for at, evidence in enumerate(dict.fromkeys(found.values()), start=1)}
    numbers = np.zeros(
        len(values) + 1, np.int64
    )  # `factorize` gives -1 for unknown: the last entry
    for at, evidence in found.items():
        numbers[at] = places[evidence]
    return numbers[codes], [None, *places]


def judge_callsigns(callsigns: pd.Series) -> dict[int, Evidence]:
    """Evidence of callsigns (capitals) that name an operator of the lists."""
    known = callsigns[callsigns.str.slice(0, 3).isin(_operators())]
    matches = {at: CALLSIGN.fullmatch(callsign) for at, callsign in known.items()}
    return {
        at: _judge_number(m[1], int(m[2]) if m[2] else _NO_NUMBER) for at, m in matches.items() if m
    }


def judge_designators(designators: pd.Series) -> dict[int, Evidence]:
    """Evidence of operators without a callsign; none where only some flight numbers are cargo."""
    known = designators[designators.isin(_operators())]
    return {at: _judge_number(each, None) for at, each in known.items()}


def judge_typecodes(typecodes: pd.Series) -> dict[int, Evidence]:
    """Evidence of type designators."""
    known = _typecodes()
    return {at: known.get(each, OTHER) for at, each in typecodes.items() if each}


def judge_models(models: pd.Series) -> dict[int, Evidence]:
    """Evidence of model texts that name a freighter or a passenger version."""
    found = {at: _judge_model(text[:_LONGEST_MODEL]) for at, text in models.items()}
    return {at: evidence for at, evidence in found.items() if evidence}


def _judge_number(designator: str, number: int | None) -> OperatorEvidence:
    """Evidence of a designator and number; a number outside all cargo ranges is against cargo."""
    ranges, evidence = _operators()[designator]
    if not ranges or any(low <= (number or 0) <= high for low, high in ranges):
        return evidence
    against = "" if number is None else f"its number is not a {evidence.rule}"
    return OperatorEvidence(designator, "", evidence.kind, against=against)


@lru_cache(maxsize=1 << 15)
def _judge_model(text: str) -> TypeEvidence | None:
    plain = plain_model(text)
    return next((airframe for search, airframe in _models() if search(plain)), None)


@cache
def _operators() -> dict[str, tuple[Ranges, OperatorEvidence]]:
    """Ranges of cargo numbers and evidence, by designator; includes those that only types name."""
    named = frozenset().union(*(each.unless | each.only for each in _typecodes().values()))
    known: dict[str, tuple[Ranges, OperatorEvidence]] = {
        each: ((), OperatorEvidence(each, "", "")) for each in named
    }
    for row in load_passenger_airlines().itertuples():
        against = f"{row.Index} ({row.name}) is known to fly no freighters"
        known[row.Index] = ((), OperatorEvidence(row.Index, "", "passenger", against=against))
    for row in load_operators().itertuples():
        what = f"{row.kind} operator"
        what = f"cargo flight number {row.numbers} of" if row.numbers else what
        rule, source = f"{what} {row.Index} ({row.name})", f"{row.source} ({row.date})"
        known[row.Index] = (
            read_ranges(row.numbers),
            OperatorEvidence(row.Index, row.grade, row.kind, rule, source),
        )
    return known


@cache
def _typecodes() -> dict[str, TypeEvidence]:
    return {
        row.Index: TypeEvidence(
            row.grade,
            f"type {row.Index} ({row.note})",
            f"{row.source} ({row.date})",
            frozenset(row.unless_operators.split()),
            frozenset(row.freighters_only.split()),
        )
        for row in load_typecodes().itertuples()
    }


@cache
def _models() -> list[tuple[Callable[[str], object], TypeEvidence]]:
    return [(re.compile(row.pattern).search, _model(row)) for row in load_models().itertuples()]


def _model(row: Any) -> TypeEvidence:
    """Evidence of a row of `load_models`; the text itself is untrusted and is not repeated."""
    if row.grade == "none":
        return TypeEvidence("other", against=f"its model text names a {row.Index}")
    source = f"model text given with the flight or by the aircraft table; {row.source} ({row.date})"
    return TypeEvidence(row.grade, f"model text names: {row.Index}", source)

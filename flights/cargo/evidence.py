"""What a callsign, an operator, a type and a model text each say about cargo, by the lists."""

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
"""Designator and, where it reads as one, the flight number."""

_NO_NUMBER = -1
_LONGEST_MODEL = 80


class Operator(NamedTuple):
    """What a designator says; grade "" = nothing for cargo, `against` what it says against it.

    `kind` is all-cargo, mixed, passenger, or "" for one that only types speak of.
    """

    designator: str
    grade: str
    kind: str
    rule: str = ""
    source: str = ""
    against: str = ""


class Airframe(NamedTuple):
    """What a type or a model says; grade `other` = known, and no freighter.

    `unless` are operators that fly the type with passengers, `only` those that carry passengers
    too but fly freighters of this type alone.
    """

    grade: str
    rule: str = ""
    source: str = ""
    unless: frozenset[str] = frozenset()
    only: frozenset[str] = frozenset()
    against: str = ""


Evidence = Operator | Airframe
Ranges = tuple[tuple[int, int], ...]
OTHER = Airframe("other", against="its type is none known to fly freight")


def look_up(
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


def judge_callsigns(callsigns: pd.Series) -> dict[int, Evidence]:
    """Evidence of callsigns (capitals) that name an operator of the lists."""
    known = callsigns[callsigns.str.slice(0, 3).isin(_operators())]
    matches = {at: CALLSIGN.fullmatch(callsign) for at, callsign in known.items()}
    return {
        at: _judge_number(m[1], int(m[2]) if m[2] else _NO_NUMBER) for at, m in matches.items() if m
    }


def judge_designators(designators: pd.Series) -> dict[int, Evidence]:
    """Operators given without a callsign; where only some numbers are cargo, nothing."""
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


def _judge_number(designator: str, number: int | None) -> Operator:
    """A mixed airline's flight says nothing for cargo where its number is in no range."""
    ranges, evidence = _operators()[designator]
    if not ranges or any(low <= (number or 0) <= high for low, high in ranges):
        return evidence
    against = "" if number is None else f"its number is not a {evidence.rule}"
    return Operator(designator, "", evidence.kind, against=against)


@lru_cache(maxsize=1 << 15)
def _judge_model(text: str) -> Airframe | None:
    plain = plain_model(text)
    return next((airframe for search, airframe in _models() if search(plain)), None)


@cache
def _operators() -> dict[str, tuple[Ranges, Operator]]:
    """Cargo number ranges and evidence by designator, also of those only types speak of."""
    spoken = frozenset().union(*(each.unless | each.only for each in _typecodes().values()))
    known: dict[str, tuple[Ranges, Operator]] = {
        each: ((), Operator(each, "", "")) for each in spoken
    }
    for row in load_passenger_airlines().itertuples():
        against = f"{row.Index} ({row.name}) is known to fly no freighters"
        known[row.Index] = ((), Operator(row.Index, "", "passenger", against=against))
    for row in load_operators().itertuples():
        what = f"{row.kind} operator"
        what = f"cargo flight number {row.numbers} of" if row.numbers else what
        rule, source = f"{what} {row.Index} ({row.name})", f"{row.source} ({row.date})"
        known[row.Index] = (
            read_ranges(row.numbers),
            Operator(row.Index, row.grade, row.kind, rule, source),
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
            frozenset(row.freighters_only.split()),
        )
        for row in load_typecodes().itertuples()
    }


@cache
def _models() -> list[tuple[Callable[[str], object], Airframe]]:
    return [(re.compile(row.pattern).search, _model(row)) for row in load_models().itertuples()]


def _model(row: Any) -> Airframe:
    """Evidence of a row of `load_models`; the text itself is untrusted and is not repeated."""
    if row.grade == "none":
        return Airframe("other", against=f"its model text names a {row.Index}")
    source = f"model text given with the flight or by the aircraft table; {row.source} ({row.date})"
    return Airframe(row.grade, f"model text names: {row.Index}", source)

"""Cargo grades of flights: a judgement with its evidence, never a fact."""

from flights.cargo.grades import check_grade, grade_flights
from flights.cargo.own_list import (
    NAMES_OPERATOR,
    OWN_LIST,
    Overrides,
    judge_overrides,
    parse_overrides,
    read_overrides,
)

__all__ = [
    "NAMES_OPERATOR",
    "OWN_LIST",
    "Overrides",
    "check_grade",
    "grade_flights",
    "judge_overrides",
    "parse_overrides",
    "read_overrides",
]

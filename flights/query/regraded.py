"""Flights whose grade changes under the user's cargo list.

The index has the grades of the rules and is not changed. When a question is answered, the flights
of the list are searched in the months of the question, and those that reach or lose the least
grade are written to the temporary table `regraded`. Per million flights this takes 10 ms for
addresses and 0.1 to 0.2 s for texts.
"""

from collections.abc import Mapping
from typing import Any

import duckdb
import pandas as pd

from flights.cargo import NAMES_OPERATOR, Overrides
from flights.cargo.own_list import KINDS
from flights.query.index.build import GRADE_CODES, number_addresses
from flights.query.index.end_codes import LOST

_OWN = """
create temp table own as select unnest($kinds::varchar[]) as kind,
    unnest($texts::varchar[]) as text, unnest($addresses::uinteger[]) as address,
    unnest($grades::utinyint[]) as grade
"""
_REGRADED = """
create temp table regraded as
with flown as (
    select id, day, origin_place, destination_place, grade, address,
        upper(trim(registration)) as registration, upper(trim(callsign)) as callsign,
        upper(trim(typecode)) as typecode,
        coalesce(nullif(regexp_extract(upper(trim(callsign)), $names, 1), ''),
            upper(trim(operator))) as operator
    from read_parquet($wide) where day between $first and $last and {side}
), judged as (
    select flown.*, coalesce({won}) as own_grade from flown {joins}
)
select id, day, origin_place, destination_place,
    origin_place >= {lost} or destination_place >= {lost} as has_lost,
    own_grade >= $grade as is_added
from judged where own_grade is not null and (own_grade >= $grade) != (grade >= $grade)
"""


def make_regraded_table(
    cursor: duckdb.DuckDBPyConnection, overrides: Overrides, given: Mapping[str, Any]
) -> bool:
    """Create the table `regraded`; False (and no table) where the list is empty.

    `given`: the `flights.parquet` of the months (`wide`), the days (`first`, `last`) and the code
    of the least grade (`grade`). `is_added` is true for flights that reach the grade by the list,
    false for flights that lose it.
    """
    kinds = [kind for kind in KINDS if any(row.kind == kind for row in overrides.rows)]
    if not kinds:
        return False
    values = pd.Series([row.value for row in overrides.rows], dtype="str")
    grades = [GRADE_CODES.get(row.grade, 0) for row in overrides.rows]
    aircraft = pd.Series([row.kind == "icao24" for row in overrides.rows])
    cursor.execute(
        _OWN,
        {
            "kinds": [row.kind for row in overrides.rows],
            "texts": values.tolist(),
            "addresses": number_addresses(values.where(aircraft)).tolist(),
            "grades": grades,
        },
    )
    joins = (
        f"left join own as own_{kind} on own_{kind}.kind = '{kind}' and own_{kind}."
        + ("address = flown.address" if kind == "icao24" else f"text = flown.{kind}")
        for kind in kinds
    )
    won = ", ".join(f"own_{kind}.grade" for kind in kinds)
    side = _format_condition([code >= given["grade"] for code in grades])
    statement = _REGRADED.format(won=won, joins=" ".join(joins), lost=LOST, side=side)
    cursor.execute(statement, {**given, "names": NAMES_OPERATOR})
    return True


def _format_condition(reaches: list[bool]) -> str:
    """Condition on flights that may change; the index is sorted by grade, so others are skipped."""
    if all(reaches):
        return "grade < $grade"
    return "true" if any(reaches) else "grade >= $grade"

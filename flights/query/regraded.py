"""Which flights come in, and which leave, when a user's cargo list is heeded.

The index holds the grades of the rules. A list is heeded when a question is asked: the flights it
speaks of are found in the months asked for, and those that change sides stand in a table of the
call. Reading the columns the list compares is all it costs (per million flights 10 ms for
addresses, 0.1 to 0.2 s for texts); the index stays as it is.
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
_MOVED = """
create temp table moved as
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
    origin_place >= {lost} or destination_place >= {lost} as has_lost, own_grade >= $grade as comes
from judged where own_grade is not null and (own_grade >= $grade) != (grade >= $grade)
"""


def make_regraded_table(
    cursor: duckdb.DuckDBPyConnection, overrides: Overrides, given: Mapping[str, Any]
) -> bool:
    """Make the table `moved`; False where the list is empty and there is none.

    `given` names the months' `flights.parquet` (`wide`), the days (`first`, `last`) and the code
    of the least grade. `comes` is true for flights that reach it by the list, false for those
    that no longer do.
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
    side = _one_side([code >= given["grade"] for code in grades])
    statement = _MOVED.format(won=won, joins=" ".join(joins), lost=LOST, side=side)
    cursor.execute(statement, {**given, "names": NAMES_OPERATOR})
    return True


def _one_side(comes: list[bool]) -> str:
    """Condition on flights that may change sides; the index is sorted by grade and skips others."""
    if all(comes):
        return "grade < $grade"
    return "true" if any(comes) else "grade >= $grade"

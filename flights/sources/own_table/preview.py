"""Preview of the first rows of a table before the import."""

import numpy as np
import pandas as pd

from flights.sources.own_table.columns.fields import FIELDS
from flights.sources.own_table.columns.rules import RULES
from flights.sources.own_table.files.chunks import Chunk
from flights.sources.own_table.rows.judge import Understanding, judge_rows

PROBLEM = "Rejected, because it …"
_TIMES = ("firstseen", "lastseen")


def preview_rows(head: Chunk, how: Understanding, *, count: int = 8) -> pd.DataFrame:
    """One row per line of the file: the value of each mapped field, and what is wrong.

    Times are text, in UTC. Repeated rows are found only when the whole table is read.
    """
    some = Chunk(head.columns, head.lines[:count], head.cells[:count])
    judged = judge_rows(some, how)
    flights = judged.flights.to_pandas().set_index("line")
    mapped = [field for field in FIELDS if field.name in flights and how.column(field.name)]
    columns: dict[str, pd.Series] = {}
    for field in mapped:
        values = flights[field.name]
        if field.name in _TIMES:
            times = pd.to_datetime(values, unit="ms", utc=True)
            values = times.dt.strftime("%Y-%m-%d %H:%M:%S").where(times.notna(), None)
        label = f"{field.label} (UTC)" if field.name in _TIMES else field.label
        columns[label] = values.reindex(some.lines).fillna("").astype("str")
    problems = [RULES[rule] if rule else "" for rule in judged.rule]
    shown = pd.DataFrame(columns, index=pd.Index(some.lines, name="line"))
    if any(problems):
        shown[PROBLEM] = problems
    return shown


def lacks_zone(head: Chunk, how: Understanding) -> bool:
    """True where a time in the first rows has no time zone."""
    judged = judge_rows(head, how)
    zoneless = judged.departure.zoneless | judged.arrival.zoneless
    return bool(np.any(zoneless | judged.departure.either | judged.arrival.either))

"""Rows of one day of a flight list become FLIGHT records: identity, operator, both ends judged."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from flights.legs import flag_speeds
from flights.records import IMPOSSIBLE_SPEED, arrow_schema, count_flags, write_flags
from flights.reference.airports import current_code, load_airports
from flights.reference.earth import great_circle_km
from flights.reference.operators import OPERATOR_PATTERN
from flights.sources.flight_lists.rows import PLACE

UNPLACED = "field_unknown"
"""Flag of a flight for which the list names a field that no table here can place."""
MONTH_CUT = "month_cut"
"""Flag of a flight that is one of two parts, because its list cuts flights at a month's end."""

_AT_MIDNIGHT = timedelta(minutes=1)
_OPERATOR = "^" + OPERATOR_PATTERN.pattern.replace("(", "(?P<operator>", 1)
_ENDS = {"origin": "first", "destination": "last"}

Columns = dict[str, pa.Array]


def make_flights(
    rows: pa.Table, *, source: str, day: date, cuts_months: bool = False
) -> tuple[pd.DataFrame, dict[str, int]]:
    """The `flights` table of a day, and counts of what was left out or left open.

    A list estimates airports from what was heard: an end with an airport is `estimated`. An
    end without one is `lost`, and so is one whose code is no airport's that is known here
    (`CY-0002`): where it lies cannot be said, so no region may be excluded. The flight is
    flagged `field_unknown` then. Of rows with one address and one `firstseen` the longest stays.
    """
    given = rows.num_rows
    rows = _each_once(rows)
    count = rows.num_rows
    counts = {"dropped_repeated": given - count}
    columns: Columns = {name: rows[name].combine_chunks() for name in rows.column_names}
    del rows  # a day is large, and each step here copies some of it
    # How many positions there were, how they were received and how long none, no list tells.
    columns["positions"] = pa.array(np.zeros(count, np.int32))
    columns["operator"] = _find_operators(columns)
    marks = {UNPLACED: np.zeros(count, bool)}
    if cuts_months:
        marks[MONTH_CUT] = _find_cut(columns, day)
    for end, place in _ENDS.items():
        judged, strange = _judge_end(columns, end, place)
        columns |= judged
        marks[UNPLACED] |= strange
        counts[f"{end}_unplaced"] = int(np.count_nonzero(strange))
    columns["flags"] = pa.array(write_flags(marks, count), pa.string())
    columns["source"] = pa.repeat(source, count)
    columns["day"] = pa.repeat(pa.scalar(day, pa.date32()), count)
    schema = arrow_schema("flights")
    made = pa.table(
        [columns.pop(each.name, pa.nulls(count, each.type)).cast(each.type) for each in schema],
        schema=schema,
    )
    flights = flag_speeds(made.to_pandas(split_blocks=True, self_destruct=True))
    return flights, counts | count_flags(flights["flags"], [IMPOSSIBLE_SPEED])


def _each_once(rows: pa.Table) -> pa.Table:
    """Rows with their `flight_id`, each of these once, in order of time."""
    seconds = pc.floor(pc.divide(rows["firstseen"].cast(pa.int64()), 1000)).cast(pa.string())
    named = pc.binary_join_element_wise(rows["icao24"], seconds, "-")
    rows = rows.append_column("flight_id", named)
    by = ("firstseen", "flight_id", "lastseen", "callsign")
    rows = rows.take(pc.sort_indices(rows, sort_keys=[(name, "ascending") for name in by]))
    named = rows["flight_id"].combine_chunks()
    if not len(named):
        return rows
    again = pc.equal(named[:-1], named[1:])
    if not pc.any(again).as_py():
        return rows
    return rows.filter(pa.concat_arrays([pc.invert(again), pa.array([True])]))


def _find_operators(columns: Columns) -> pa.Array:
    """Who flies it by its callsign; else whom the list names as operator of the airframe."""
    said = pc.extract_regex(columns["callsign"], _OPERATOR)
    three = pc.match_substring_regex(columns["operator"], "^[A-Z]{3}$")
    given = pc.if_else(three, columns["operator"], pa.scalar(None, pa.string()))
    return pc.coalesce(pc.struct_field(said, 0), given)


def _find_cut(columns: Columns, day: date) -> NDArray[np.bool_]:
    """Flights heard at the very moment the month of `day` begins or ends, with no end there."""
    begins = datetime(day.year, day.month, 1, tzinfo=UTC)
    ends = (begins + timedelta(days=31)).replace(day=1)
    first, last = columns["firstseen"], columns["lastseen"]
    came = pc.and_(pc.is_null(columns["origin"]), pc.less(first, begins + _AT_MIDNIGHT))
    at_end = pc.and_(pc.greater_equal(last, ends - _AT_MIDNIGHT), pc.less(last, ends))
    went = pc.and_(pc.is_null(columns["destination"]), at_end)
    result: NDArray[np.bool_] = pc.or_(came, went).to_numpy(zero_copy_only=False)
    return result


def _judge_end(columns: Columns, end: str, place: str) -> tuple[Columns, NDArray[np.bool_]]:
    """Columns of one end, and where the list names a field that cannot be placed."""
    coded = columns[end].dictionary_encode()
    airports = load_airports()
    current = [current_code(code) for code in coded.dictionary.to_pylist()]
    found = np.append(airports.index.get_indexer(pd.Index(current, dtype=object)), -1)
    number = pc.fill_null(coded.indices, len(current)).to_numpy()
    row = found[number]
    at = {name: _taken(airports[name], row) for name in ("latitude", "longitude", "elevation_ft")}
    latitude, longitude, altitude_ft = (
        pc.fill_null(columns[f"{place}_{name}"], np.nan).to_numpy() for name in PLACE
    )
    away_km = great_circle_km(latitude, longitude, at["latitude"], at["longitude"])
    placed = pa.array(found >= 0)
    names = pc.if_else(placed, pa.array([*current, None], pa.string()), None)
    return {
        end: names.take(pa.array(number)),
        f"{end}_evidence": pc.if_else(placed, "estimated", "lost").take(pa.array(number)),
        f"{end}_distance_km": _known(away_km),
        f"{end}_height_ft": _known(altitude_ft - at["elevation_ft"]),
    }, (row < 0) & (number < len(current))


def _taken(values: pd.Series, row: NDArray[np.intp]) -> NDArray[np.float64]:
    """Values by row, NaN where the row is -1."""
    return np.append(values.to_numpy(float), np.nan)[row]


def _known(values: NDArray[np.float64]) -> pa.Array:
    return pa.array(values.astype(np.float32), from_pandas=True)

"""Converts the rows of one day of a flight list to FLIGHT records."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from flights.legs import flag_speeds
from flights.records import IMPOSSIBLE_SPEED, arrow_schema, count_flags, format_flags
from flights.reference.airports import current_code, load_airports
from flights.reference.earth import great_circle_km
from flights.reference.operators import OPERATOR_PATTERN
from flights.sources.flight_lists.rows import PLACE

UNPLACED = "field_unknown"
"""Flag of a flight whose list has an airfield of unknown position."""
MONTH_CUT = "month_cut"
"""Flag of a flight that is one of two parts, because its list splits flights at month ends."""

_AT_MIDNIGHT = timedelta(minutes=1)
_OPERATOR = "^" + OPERATOR_PATTERN.pattern.replace("(", "(?P<operator>", 1)
_ENDS = {"origin": "first", "destination": "last"}

Columns = dict[str, pa.Array]


def make_flights(
    rows: pa.Table, *, source: str, day: date, cuts_months: bool = False
) -> tuple[pd.DataFrame, dict[str, int]]:
    """The `flights` table of a day, and counts of repeated rows and unknown airfields.

    A list estimates airports from positions: an end with an airport is `estimated`. An end without
    one is `lost`, and so is an end with an unknown code (`CY-0002`): its position is unknown, so
    it may be in any region. The flight then has the flag `field_unknown`. Of rows with the same
    address and `firstseen` the longest stays.
    """
    given = rows.num_rows
    rows = _each_once(rows)
    count = rows.num_rows
    counts = {"dropped_repeated": given - count}
    columns: Columns = {name: rows[name].combine_chunks() for name in rows.column_names}
    del rows  # a day is large, and each step copies a part of it
    # No list has the number of positions, the kind of reception or the longest silence.
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
    columns["flags"] = pa.array(format_flags(marks, count), pa.string())
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
    """Rows with `flight_id`, without repeated ones, in order of time."""
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
    """Operator by callsign, else the operator of the airframe in the list."""
    by_callsign = pc.extract_regex(columns["callsign"], _OPERATOR)
    three = pc.match_substring_regex(columns["operator"], "^[A-Z]{3}$")
    given = pc.if_else(three, columns["operator"], pa.scalar(None, pa.string()))
    return pc.coalesce(pc.struct_field(by_callsign, 0), given)


def _find_cut(columns: Columns, day: date) -> NDArray[np.bool_]:
    """Flights heard when the month of `day` begins or ends, with an unknown end there."""
    begins = datetime(day.year, day.month, 1, tzinfo=UTC)
    ends = (begins + timedelta(days=31)).replace(day=1)
    first, last = columns["firstseen"], columns["lastseen"]
    came = pc.and_(pc.is_null(columns["origin"]), pc.less(first, begins + _AT_MIDNIGHT))
    at_end = pc.and_(pc.greater_equal(last, ends - _AT_MIDNIGHT), pc.less(last, ends))
    went = pc.and_(pc.is_null(columns["destination"]), at_end)
    result: NDArray[np.bool_] = pc.or_(came, went).to_numpy(zero_copy_only=False)
    return result


def _judge_end(columns: Columns, end: str, place: str) -> tuple[Columns, NDArray[np.bool_]]:
    """Columns of one end, and a mask of airfields with unknown position."""
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

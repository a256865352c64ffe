"""Rows of one day of a flight list become FLIGHT records: identity, operator, both ends judged."""

from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from flights.flags import IMPOSSIBLE_SPEED, count_flags, write_flags
from flights.geo import great_circle_km
from flights.lists.rows import PLACE
from flights.readsb.labels import OPERATOR
from flights.records import arrow_schema
from flights.reference.airports import current_code, load_airports
from flights.speed_limits import flag_speeds

UNPLACED = "field_unknown"
"""Flag of a flight for which the list names a field that no table here can place."""
MONTH_CUT = "month_cut"
"""Flag of a flight that is one of two parts, because its list cuts flights at a month's end."""

_AT_MIDNIGHT = pd.Timedelta(minutes=1)

_ENDS = {"origin": "first", "destination": "last"}


def make_flights(
    rows: pa.Table, *, source: str, day: date, cuts_months: bool = False
) -> tuple[pd.DataFrame, dict[str, int]]:
    """The `flights` table of a day, and counts of what was left out or left open.

    A list estimates airports from what was heard: an end with an airport is `estimated`. An
    end without one is `lost`, and so is one whose code is no airport's that is known here
    (`CY-0002`): where it lies cannot be said, so no region may be excluded. The flight is
    flagged `field_unknown` then. Of rows with one address and one `firstseen` the longest stays.
    """
    frame = _each_once(rows.to_pandas())
    counts = {"dropped_repeated": rows.num_rows - len(frame)}
    columns: dict[str, object] = {
        "source": source,
        "day": day,
        "callsign": frame["callsign"],
        "operator": _find_operators(frame),
        # What no list tells: how many positions, how they were received, how long unheard.
        "positions": 0,
        "longest_silence_s": None,
        "received": None,
    }
    marks = {UNPLACED: np.zeros(len(frame), bool)}
    for end, place in _ENDS.items():
        ends, strange = _judge_end(frame, end, place)
        columns |= ends
        marks[UNPLACED] |= strange
        counts[f"{end}_unplaced"] = int(np.count_nonzero(strange))
    if cuts_months:
        marks[MONTH_CUT] = _find_cut(frame, day)
    columns["flags"] = write_flags(marks, len(frame))
    kept = {name: frame[name] for name in frame.columns if name not in columns}
    schema = arrow_schema("flights")
    made = flag_speeds(pd.DataFrame(columns | kept, index=frame.index)[schema.names])
    counts |= count_flags(made["flags"], [IMPOSSIBLE_SPEED])
    return pa.Table.from_pandas(made, schema=schema, preserve_index=False).to_pandas(), counts


def _each_once(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows with their `flight_id`, each of these once, in order of time."""
    seconds = frame["firstseen"].astype("datetime64[s, UTC]").astype("int64").astype(str)
    frame = frame.assign(flight_id=frame["icao24"] + "-" + seconds)
    frame = frame.sort_values(["firstseen", "flight_id", "lastseen", "callsign"], kind="stable")
    return frame.drop_duplicates("flight_id", keep="last").reset_index(drop=True)


def _find_operators(frame: pd.DataFrame) -> pd.Series:
    """Who flies it by its callsign; else whom the list names as operator of the airframe."""
    said = frame["callsign"].str.extract(f"^{OPERATOR.pattern}", expand=False)
    given = frame["operator"].where(frame["operator"].str.fullmatch("[A-Z]{3}"))
    return said.fillna(given)


def _find_cut(frame: pd.DataFrame, day: date) -> NDArray[np.bool_]:
    """Flights heard at the very moment the month of `day` begins or ends, with no end there."""
    begins = pd.Timestamp(day.replace(day=1), tz="UTC")
    ends = begins + pd.offsets.MonthBegin(1)
    came = frame["origin"].isna() & (frame["firstseen"] < begins + _AT_MIDNIGHT)
    went = frame["destination"].isna() & (frame["lastseen"] >= ends - _AT_MIDNIGHT)
    return (came | (went & (frame["lastseen"] < ends))).to_numpy()


def _judge_end(
    frame: pd.DataFrame, end: str, place: str
) -> tuple[dict[str, object], NDArray[np.bool_]]:
    """Columns of one end, and where the list names a field that cannot be placed."""
    codes, named = pd.factorize(frame[end])
    airports = load_airports()
    current = pd.Index([current_code(code) for code in named])
    row = np.append(airports.index.get_indexer(current), -1)[codes]
    known = row >= 0
    at = {name: _taken(airports[name], row) for name in ("latitude", "longitude", "elevation_ft")}
    latitude, longitude, altitude_ft = (frame[f"{place}_{name}"].to_numpy(float) for name in PLACE)
    away_km = great_circle_km(latitude, longitude, at["latitude"], at["longitude"])
    return {
        end: _taken(pd.Series(airports.index, dtype=object), row),
        f"{end}_evidence": np.where(known, "estimated", "lost"),
        f"{end}_distance_km": away_km.astype(np.float32),
        f"{end}_height_ft": (altitude_ft - at["elevation_ft"]).astype(np.float32),
    }, ~known & (codes >= 0)


def _taken(values: pd.Series, row: NDArray[np.intp]) -> NDArray:
    """Values by row, unknown where the row is -1."""
    unknown = np.array([None if values.dtype == object else np.nan], dtype=values.dtype)
    return np.append(values.to_numpy(), unknown)[row]

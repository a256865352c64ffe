"""Joins take-offs and landings of a day to flights.

A take-off and the next operation of the same aircraft are a flight if that operation is a landing
within a day. Every other operation is a flight with one end: the other end is `lost`, and both
times of the flight are the one known time. Flights that land after midnight are such flights.
"""

from datetime import date

import numpy as np
import pandas as pd

from flights.legs import RECEIVED_AS, flag_speeds
from flights.records import CALLSIGN_CHANGE, empty_table
from flights.reference.operators import operator_of

LONGEST = pd.Timedelta(hours=24)
_DETAILS = ("registration", "callsign", "typecode", "model")


def join_operations(rows: pd.DataFrame, *, source: str, day: date) -> pd.DataFrame:
    """Flights (columns of `records.FLIGHT`) from operations sorted by (icao24, time).

    Airports are those of the publisher (`estimated`, without distance). A repeated operation
    counts once.
    """
    once = rows.drop_duplicates(["icao24", "time", "takeoff"]).reset_index(drop=True)
    starts = _find_starts(once)
    lands = ~once["takeoff"].to_numpy(dtype=bool)
    after = np.roll(starts, 1)
    after[:1] = False
    begins = np.flatnonzero(~lands | ~after)
    takeoffs, landings = once.iloc[begins], once.iloc[np.where(starts[begins], begins + 1, begins)]
    made = _flight_columns(takeoffs.reset_index(drop=True), landings.reset_index(drop=True))
    flights = pd.DataFrame({"source": source, "day": day, **made}, index=range(len(begins)))
    flights = flights.drop_duplicates("flight_id").sort_values(["firstseen", "flight_id"])
    return flag_speeds(flights[list(empty_table("flights").columns)].reset_index(drop=True))


def _find_starts(rows: pd.DataFrame) -> np.ndarray:
    """True for a take-off whose landing is the next row."""
    following = rows.shift(-1)
    takeoff = rows["takeoff"].to_numpy(dtype=bool)
    lands_next = np.append(~takeoff[1:], False)
    same = (rows["icao24"] == following["icao24"]).to_numpy(dtype=bool)
    soon = (following["time"] - rows["time"] <= LONGEST).to_numpy(dtype=bool)
    return np.asarray(takeoff & lands_next & same & soon)


def _flight_columns(first: pd.DataFrame, last: pd.DataFrame) -> dict[str, object]:
    """Columns of flights from their first and last operation, which may be the same one."""
    details = {name: first[name].astype(object).combine_first(last[name]) for name in _DETAILS}
    details = {name: values.where(values.notna(), None) for name, values in details.items()}
    seconds = first["time"].astype("datetime64[s, UTC]").astype("int64").astype(str)
    return {
        "flight_id": first["icao24"].astype(object) + "-" + seconds.astype(object),
        "icao24": first["icao24"].astype(object),
        **details,
        "operator": details["callsign"].map(operator_of),
        "firstseen": first["time"],
        "lastseen": last["time"],
        **_end(first, "origin", "first", known=first["takeoff"]),
        **_end(last, "destination", "last", known=~last["takeoff"].astype(bool)),
        "positions": np.zeros(len(first), dtype=np.int32),
        "longest_silence_s": pd.array([pd.NA] * len(first), dtype="Int32"),
        "received": _received(first["signal"], last["signal"]),
        "flags": np.where(_differ(first["callsign"], last["callsign"]), CALLSIGN_CHANGE, ""),
    }


def _end(rows: pd.DataFrame, end: str, which: str, *, known: pd.Series) -> dict[str, object]:
    airport = rows["airport"].astype(object)
    airport = airport.where(airport.notna() & known, None)
    nowhere = np.full(len(rows), np.nan)
    return {
        end: airport,
        f"{end}_evidence": np.where(airport.isna(), "lost", "estimated"),
        f"{end}_distance_km": nowhere.astype("float32"),
        f"{end}_height_ft": nowhere.astype("float32"),
        f"{which}_latitude": nowhere,
        f"{which}_longitude": nowhere,
        f"{which}_altitude_ft": nowhere.astype("float32"),
    }


def _differ(one: pd.Series, other: pd.Series) -> np.ndarray:
    return np.asarray(one.notna() & other.notna() & (one != other), dtype=bool)


def _received(one: pd.Series, other: pd.Series) -> np.ndarray:
    """How both were received: `mixed` if they differ, None if unknown."""
    ways = [each.astype(object).map(RECEIVED_AS).astype(object) for each in (one, other)]
    ways = [each.where(each.notna(), None) for each in ways]
    both = ways[0].combine_first(ways[1])
    both = both.where(both.notna(), None)
    return np.where(_differ(*ways), "mixed", both)

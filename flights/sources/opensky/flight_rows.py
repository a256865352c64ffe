"""Converts flights of OpenSky, one row each, to the columns of `records.FLIGHT`."""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from flights.legs import flag_speeds
from flights.records import empty_table
from flights.reference.aircraft import Airframe
from flights.reference.operators import operator_of

FEET_PER_METRE = 1 / 0.3048
SANE_S = (1_200_000_000, 4_102_444_800)
"""Accepted times of flights, seconds since 1970: 2008 to 2100."""

LONGEST_FLIGHT_S = 5 * 86_400
"""A longer flight is an error of a clock."""

COLUMNS = (
    "icao24",
    "callsign",
    "firstseen",  # s since 1970
    "lastseen",  # s since 1970
    "origin",
    "origin_m",  # ground distance from the first position to that airport
    "origin_vertical_m",
    "destination",
    "destination_m",
    "destination_vertical_m",
)
POSITION_COLUMNS = tuple(
    f"{end}_{what}" for end in ("first", "last") for what in ("latitude", "longitude", "altitude_m")
)


def make_flights(
    rows: pd.DataFrame, *, source: str, day: date, airframes: Mapping[str, Airframe] | None = None
) -> tuple[pd.DataFrame, dict[str, int]]:
    """The flights table of one day by `firstseen`, and the number of rows left out per rule.

    `rows` has `COLUMNS`, and `POSITION_COLUMNS` [deg, m] if they are known. An airport is
    OpenSky's estimate (`estimated`); an end without one is `lost`. Rows without an address or
    with impossible times are left out (`dropped_unreadable`), and so are repeated flights
    (`dropped_repeated`): the longest row stays.
    """
    valid = rows[_is_valid(rows)]
    valid = valid.sort_values(["firstseen", "icao24", "lastseen"], kind="stable")
    once = valid.drop_duplicates(["icao24", "firstseen"], keep="last").reset_index(drop=True)
    dropped = {
        "dropped_unreadable": len(rows) - len(valid),
        "dropped_repeated": len(valid) - len(once),
    }
    columns = {
        **_identity(once, source, day),
        **_airframe_columns(once["icao24"], airframes or {}),
        **_end_columns(once, "origin", "first"),
        **_end_columns(once, "destination", "last"),
        "positions": np.zeros(len(once), dtype=np.int32),
        "longest_silence_s": pd.array([pd.NA] * len(once), dtype="Int32"),
        "received": None,
        "flags": "",
    }
    like = empty_table("flights")
    return flag_speeds(pd.DataFrame(columns, index=once.index)[like.columns]), dropped


def _is_valid(rows: pd.DataFrame) -> pd.Series:
    first = pd.to_numeric(rows["firstseen"], errors="coerce")
    last = pd.to_numeric(rows["lastseen"], errors="coerce")
    address = rows["icao24"].astype("string").str.fullmatch("[0-9a-f]{6}").fillna(False)
    timed = (first <= last) & (last - first <= LONGEST_FLIGHT_S)
    return address.astype(bool) & timed & (first >= SANE_S[0]) & (last <= SANE_S[1])


def _identity(rows: pd.DataFrame, source: str, day: date) -> dict[str, object]:
    seconds = rows["firstseen"].astype("int64")
    callsign = _clean(rows["callsign"])
    return {
        "source": source,
        "day": day,
        "flight_id": rows["icao24"].astype(object) + "-" + seconds.astype(str).astype(object),
        "icao24": rows["icao24"].astype(object),
        "callsign": callsign,
        "operator": callsign.map(operator_of),
        "firstseen": _moment(rows["firstseen"]),
        "lastseen": _moment(rows["lastseen"]),
    }


def _moment(seconds: pd.Series) -> pd.Series:
    return pd.to_datetime(seconds.astype("int64"), unit="s", utc=True).astype("datetime64[ms, UTC]")


def _clean(texts: pd.Series) -> pd.Series:
    """Texts without surrounding blanks; None if nothing is left."""
    plain = texts.astype(object).where(texts.notna(), "").astype(str).str.strip().astype(object)
    return plain.where(plain != "", None)


def _airframe_columns(
    icao24: pd.Series, airframes: Mapping[str, Airframe]
) -> dict[str, list[str | None]]:
    known = [airframes.get(each, Airframe()) for each in icao24]
    return {
        name: [getattr(each, name) for each in known]
        for name in ("registration", "typecode", "model")
    }


def _end_columns(rows: pd.DataFrame, end: str, which: str) -> dict[str, object]:
    airport = _clean(rows[end]).str.upper()
    lost = airport.isna()
    distance_m, vertical_m = _numbers(rows, f"{end}_m"), _numbers(rows, f"{end}_vertical_m")
    found = {
        end: airport,
        f"{end}_evidence": np.where(lost, "lost", "estimated"),
        f"{end}_distance_km": np.where(lost, np.nan, distance_m / 1000).astype("float32"),
        f"{end}_height_ft": np.where(lost, np.nan, vertical_m * FEET_PER_METRE).astype("float32"),
    }
    altitude_m = _numbers(rows, f"{which}_altitude_m")
    latitude, longitude = (_numbers(rows, f"{which}_{name}") for name in ("latitude", "longitude"))
    on_earth = (np.abs(latitude) <= 90) & (np.abs(longitude) <= 180)
    return found | {
        f"{which}_latitude": np.where(on_earth, latitude, np.nan),
        f"{which}_longitude": np.where(on_earth, longitude, np.nan),
        f"{which}_altitude_ft": (altitude_m * FEET_PER_METRE).astype("float32"),
    }


def _numbers(rows: pd.DataFrame, name: str) -> np.ndarray:
    if name not in rows:
        return np.full(len(rows), np.nan)
    result: np.ndarray = pd.to_numeric(rows[name], errors="coerce").to_numpy(
        dtype=float, na_value=np.nan
    )
    return result

"""Flights that the file has as two rows, and rows of one aircraft that cannot both be true.

Until the first quarter of 2025 a flight with a long silence could become two rows (about one in
ten where satellite positions are disturbed). An aircraft is in one flight at a time: where two
rows follow each other in the air under one callsign, and the way between them fits the time,
they are one flight. Where rows overlap and do not agree, both are kept and flagged.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flights.records import format_flags
from flights.reference.earth import great_circle_km

JOINED = "joined_rows"
"""Flag of a flight made of several rows of its list."""
OVERLAP = "overlapping_rows"
"""Flag of a flight that overlaps another one of the same aircraft in time."""

LONGEST_SILENCE_S = 10 * 3600.0
"""A longer silence in the air is not bridged: an aircraft can land and take off in it [s]."""

SLOWEST_KM_S, FASTEST_KM_S = 350 / 3600, 1_500 / 3600
"""Ground speed between two rows of one flight, from an approach to a jet stream [km/s]."""

SHORT_S, SHORT_KM = 600.0, 200.0
"""A silence this short and a way this short need no speed: times are whole minutes."""


@dataclass(frozen=True)
class Joined:
    """Flights: rows with those of one flight joined.

    `taken` are the `row` numbers of rows of a later day that belong to a flight of an earlier one.
    """

    flights: pd.DataFrame
    taken: frozenset[int]


def join_rows(rows: pd.DataFrame) -> Joined:
    """Flights from rows, sorted by time.

    `rows` have the columns of `SCHEDULE_ROW` and a number `row`, in any order.
    The joined row has the beginning of its first part and the end of its last one.
    `longest_silence_s` is the longest bridged silence, null where none was. `flags` has
    `joined_rows` and `overlapping_rows`.
    """
    times = [rows[name].astype("int64").to_numpy() for name in ("lastseen", "firstseen")]
    keys = (*times, rows["address"].to_numpy())
    rows = rows.take(np.lexsort(keys)).reset_index(drop=True)
    follows, overlaps, silence_s = _compare(rows)
    group = np.cumsum(~follows)
    first = np.flatnonzero(~follows)
    if not len(rows):
        return Joined(rows.assign(longest_silence_s=np.nan, flags=""), frozenset())
    # A part that lies inside another one does not move the end of the flight.
    end_ms = rows["lastseen"].astype("int64").where(rows["lastseen"].notna(), -1)
    last = end_ms.groupby(group).idxmax().to_numpy()
    whole = rows.iloc[first].reset_index(drop=True)
    ending = rows.iloc[last].reset_index(drop=True)
    for name in rows.columns:
        if name.startswith("last"):
            whole[name] = ending[name]
    parts = np.diff([*first, len(rows)])
    bridged = pd.Series(np.where(follows, silence_s, np.nan)).groupby(group).max().to_numpy()
    # An overlap is a matter of two flights: the one before is in it too.
    torn = overlaps[first] | np.append(overlaps[first][1:], False)
    whole["longest_silence_s"] = np.where(bridged > 0, bridged, np.nan)
    whole["flags"] = _flags(parts > 1, torn)
    whole = whole.sort_values(["firstseen", "address"], ignore_index=True)
    days = rows["firstseen"].dt.floor("D")
    later = follows & (days > days.groupby(group).transform("first")).to_numpy()
    return Joined(whole, frozenset(rows["row"][later].tolist()))


def _compare(
    rows: pd.DataFrame,
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.float64]]:
    """Of each row and the one before: is it a part of the same flight, does it overlap it
    without being one, and the time between them [s]."""
    before = rows.shift(1)
    same = (rows["address"] == before["address"]).to_numpy()
    # The latest end so far: a short row may lie inside the one before the last.
    ended = rows.groupby("address")["lastseen"].cummax().shift(1)
    gap_s = (rows["firstseen"] - ended).dt.total_seconds().to_numpy()
    callsign = (rows["callsign"] == before["callsign"]).to_numpy(dtype=bool, na_value=False)
    aloft = ~before["last_on_ground"].fillna(False).to_numpy(dtype=bool)
    aloft &= ~rows["first_on_ground"].fillna(False).to_numpy(dtype=bool)
    km = great_circle_km(
        before["last_latitude"].to_numpy(float),
        before["last_longitude"].to_numpy(float),
        rows["first_latitude"].to_numpy(float),
        rows["first_longitude"].to_numpy(float),
    )
    fits = (km >= SLOWEST_KM_S * gap_s) & (km <= FASTEST_KM_S * gap_s)
    fits |= (gap_s <= SHORT_S) & (km <= SHORT_KM)
    follows = same & callsign & aloft & (gap_s >= 0) & (gap_s <= LONGEST_SILENCE_S) & fits
    overlaps = same & (gap_s < 0)
    # One row inside another, or one that goes on from it, under the same callsign: one flight.
    told_again = overlaps & callsign
    return follows | told_again, overlaps & ~callsign, gap_s


def _flags(joined: NDArray[np.bool_], torn: NDArray[np.bool_]) -> NDArray[np.object_]:
    return format_flags({JOINED: joined, OVERLAP: torn}, len(joined))

"""The flights of one UTC day of the data set, as records of the archive."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flights.legs import flag_speeds
from flights.records import add_flag, arrow_schema
from flights.reference.aircraft import Airframe
from flights.sources.flight_lists.schedules.place_ends import EndPlacer, PlacedEnds

TYPE_DIFFERS = "type_differs"
"""Flag of a flight whose list names another type than the aircraft table."""

_SIDES = {"origin": "first", "destination": "last"}


def make_day(
    rows: pd.DataFrame,
    *,
    source: str,
    day: date,
    airframes: Mapping[str, Airframe],
    placer: EndPlacer,
) -> tuple[pd.DataFrame, dict[str, int]]:
    """The `flights` table of a day, and counts of what its ends rest on.

    `rows` as `join_rows` gives them. `airframes` by address come from the aircraft table, which
    wins over the list: the list gives some airliners the type of a light aircraft for a day.
    """
    count = len(rows)
    seconds = (rows["firstseen"].astype("int64") // 1000).astype(str)
    flights = rows.assign(
        source=source,
        day=day,
        flight_id=rows["icao24"].astype(str) + "-" + seconds,
        positions=np.zeros(count, np.int32),
        received=None,
    )
    counts: dict[str, int] = {}
    for end, side in _SIDES.items():
        placed = _place(placer, flights, side, landing=end == "destination")
        flights[end] = placed.code
        flights[f"{end}_evidence"] = placed.evidence
        flights[f"{end}_distance_km"] = placed.distance_km.astype(np.float32)
        flights[f"{end}_height_ft"] = placed.height_ft.astype(np.float32)
        for word in ("surface", "low", "estimated", "lost"):
            counts[f"{end}_{word}"] = int(np.count_nonzero(placed.evidence == word))
    if airframes:
        flights = _name_airframes(flights, airframes)
    counts[f"flagged_{TYPE_DIFFERS}"] = int(flights["flags"].str.contains(TYPE_DIFFERS).sum())
    flights = flag_speeds(flights)
    names = arrow_schema("flights").names
    once = flights.reindex(columns=names).drop_duplicates("flight_id", keep="last")
    counts["dropped_repeated"] = len(flights) - len(once)
    return once, counts


def _place(placer: EndPlacer, flights: pd.DataFrame, side: str, *, landing: bool) -> PlacedEnds:
    return placer.place(
        flights[f"{side}_latitude"].to_numpy(float),
        flights[f"{side}_longitude"].to_numpy(float),
        flights[f"{side}_altitude_ft"].to_numpy(float),
        flights[f"{side}_on_ground"].fillna(False).to_numpy(bool),
        listed=flights[f"{side}_airport"].to_numpy(object),
        landing=landing,
    )


def _name_airframes(flights: pd.DataFrame, airframes: Mapping[str, Airframe]) -> pd.DataFrame:
    """Registration, type and model of the aircraft table where it knows the address."""
    differs: NDArray[np.bool_] = np.zeros(len(flights), bool)
    for name in ("registration", "typecode", "model"):
        known = flights["icao24"].map({a: getattr(f, name) for a, f in airframes.items()})
        if name == "typecode":
            listed = flights[name]
            differs = (known.notna() & listed.notna() & (known != listed)).to_numpy(bool)
        flights[name] = known.where(known.notna(), flights[name])
    return flights.assign(flags=add_flag(flights["flags"], TYPE_DIFFERS, differs))


def count_aircraft(addresses: Any) -> int:
    """Distinct addresses."""
    return len(pd.unique(addresses))

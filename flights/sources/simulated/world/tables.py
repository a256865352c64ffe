"""The heard flights of the year as rows of the flights table."""

from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
import pandas as pd

from flights.records import empty_table
from flights.sources.simulated.world.network import TYPES, addresses, registrations
from flights.sources.simulated.world.timetable import FIRST_DAY
from flights.sources.simulated.world.traffic import DAY_MS, SLOTS, YEAR_START_MS
from flights.sources.simulated.world.world import World, load_world


@dataclass(frozen=True)
class HeardFlights:
    """The heard flights of the year by `firstseen`, and where each day begins.

    `flights` has the columns of `records.FLIGHT`; `row` is the index of each flight in
    `World.traffic.flights`; `edges[d]` to `edges[d + 1]` are the rows of day d.
    """

    flights: pd.DataFrame
    row: np.ndarray
    edges: np.ndarray


def day_number(day: date) -> int:
    """Days since 1 January 2050."""
    return (day - FIRST_DAY).days


@cache
def load_heard(source: str, share: float = 1.0) -> HeardFlights:
    """All heard flights as rows of `source`; only `share` of the receivers run."""
    world = load_world(share=share)
    observed = world.observed
    row = np.flatnonzero(observed["heard"])
    row = row[np.argsort(observed["firstseen"].to_numpy()[row], kind="stable")]
    firstseen = observed["firstseen"].to_numpy()[row]
    starts = YEAR_START_MS + DAY_MS * np.arange(366)
    return HeardFlights(
        _flight_columns(world, row, source), row, np.searchsorted(firstseen, starts)
    )


def _flight_columns(world: World, row: np.ndarray, source: str) -> pd.DataFrame:
    true, observed = world.traffic.flights.iloc[row], world.observed.iloc[row]
    true, observed = true.reset_index(drop=True), observed.reset_index(drop=True)
    seen = observed["firstseen"]
    icao24 = np.char.mod("%06x", addresses(true["airframe"].to_numpy())).astype(object)
    flights = {
        "source": source,
        "day": pd.to_datetime(seen // DAY_MS * DAY_MS, unit="ms").dt.date,
        "flight_id": icao24 + "-" + (seen // 1000).astype(str).to_numpy(object),
        "icao24": icao24,
        "callsign": callsigns(world, true),
        "registration": registrations(true["airframe"].to_numpy()),
        **_of_rotation(world, true["rotation"].to_numpy()),
        "firstseen": pd.to_datetime(seen, unit="ms", utc=True),
        "lastseen": pd.to_datetime(observed["lastseen"], unit="ms", utc=True),
    }
    for end, name, stop in (("origin", "first", 0), ("destination", "last", 1)):
        flights |= _end_columns(world, true, observed, (end, name, stop))
    flights["positions"] = observed["positions"].astype("int32")
    flights["longest_silence_s"] = observed["silence_s"].astype("int32")
    return pd.DataFrame(flights).assign(received="adsb", flags="")[empty_table("flights").columns]


def callsigns(world: World, true: pd.DataFrame) -> np.ndarray:
    """Callsigns: the operator's designator and a number from rotation, slot and direction.

    As with airlines, a technical stop does not change it; the return flight has the next number.
    """
    rotations = world.traffic.rotations
    serial = np.array([each.serial for each in rotations])[true["rotation"]]
    designator = np.array([each.operator for each in rotations], object)[true["rotation"]]
    legs = np.array([len(each.stops) - 1 for each in rotations])[true["rotation"]]
    number = serial * 2 * SLOTS + 2 * (true["slot"] % SLOTS) + (2 * true["leg"] >= legs)
    result: np.ndarray = designator + np.char.mod("%d", number.to_numpy()).astype(object)
    return result


def _of_rotation(world: World, rotation: np.ndarray) -> dict[str, np.ndarray]:
    rotations = world.traffic.rotations
    columns = {
        "typecode": [each.typecode for each in rotations],
        "model": [TYPES[each.typecode].model for each in rotations],
        "operator": [each.operator for each in rotations],
    }
    return {name: np.array(values, object)[rotation] for name, values in columns.items()}


def true_airports(world: World, true: pd.DataFrame, stop: int) -> np.ndarray:
    """Airport code of each true flight: `stop` 0 for the origin, 1 for the destination."""
    stops = [each.stops for each in world.traffic.rotations]
    longest = max(map(len, stops))
    table = np.array([[*each, *[""] * (longest - len(each))] for each in stops], object)
    result: np.ndarray = table[true["rotation"].to_numpy(), true["leg"].to_numpy() + stop]
    return result


def _end_columns(
    world: World, true: pd.DataFrame, observed: pd.DataFrame, which: tuple[str, str, int]
) -> dict[str, object]:
    end, name, stop = which
    evidence = observed[f"{name}_evidence"].to_numpy(object)
    lost, on_field = evidence == "lost", observed[f"{name}_on_field"].to_numpy()
    km, feet = observed[f"{name}_km"].to_numpy(), observed[f"{name}_ft"].to_numpy()
    altitude = observed[f"{name}_altitude_ft"].to_numpy()
    return {
        end: pd.Series(true_airports(world, true, stop)).mask(lost, None),
        f"{end}_evidence": evidence,
        f"{end}_distance_km": np.where(lost, np.nan, km).astype("float32"),
        f"{end}_height_ft": np.where(lost, np.nan, feet).astype("float32"),
        f"{name}_latitude": observed[f"{name}_latitude"],
        f"{name}_longitude": observed[f"{name}_longitude"],
        f"{name}_altitude_ft": np.where(on_field, np.nan, altitude).astype("float32"),
    }

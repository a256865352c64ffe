"""What truly flew in the simulated world, also where no receiver heard it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from flights.sources.simulated.world.network import OPERATORS, addresses, registrations
from flights.sources.simulated.world.tables import callsigns, true_airports
from flights.sources.simulated.world.timetable import DAYS, FIRST_DAY, Rotation, mean_rounds
from flights.sources.simulated.world.traffic import DAY_MS, YEAR_START_MS
from flights.sources.simulated.world.world import World, load_traffic, load_world


@dataclass(frozen=True)
class RouteTruth:
    """True flights of a route over the year, one element per day from 1 January.

    `flights`: flights that took off. `mean`: flights the timetable expects on that day.
    """

    days: tuple[date, ...]
    flights: np.ndarray
    mean: np.ndarray

    def ratio(self, event: date, *, window: int = 14, baseline: int = 56) -> float:
        """Mean flights per day after `event` divided by the mean before; 1 = no true change."""
        at = (event - FIRST_DAY).days
        return float(self.mean[at : at + window].mean() / self.mean[at - baseline : at].mean())


def list_true_flights(world: World | None = None) -> pd.DataFrame:
    """Every flight of the year, heard or not, in the order of the world's tables.

    Columns: icao24, registration, callsign, operator, cargo, origin, destination, takeoff and
    landing (UTC), heard, flight_id (None where never heard).
    """
    world = world or load_world()
    true, observed = world.traffic.flights, world.observed
    airframe = true["airframe"].to_numpy()
    operator = np.array([each.operator for each in world.traffic.rotations], object)
    icao24 = np.char.mod("%06x", addresses(airframe)).astype(object)
    second = (observed["firstseen"] // 1000).astype(str).to_numpy(object)
    table = {
        "icao24": icao24,
        "registration": registrations(airframe),
        "callsign": callsigns(world, true),
        "operator": operator[true["rotation"]],
        "cargo": _is_freight(world)[true["rotation"]],
        "origin": true_airports(world, true, 0),
        "destination": true_airports(world, true, 1),
        "takeoff": pd.to_datetime(true["takeoff"], unit="ms", utc=True),
        "landing": pd.to_datetime(true["landing"], unit="ms", utc=True),
        "heard": observed["heard"],
        "flight_id": np.where(observed["heard"], icao24 + "-" + second, None),
    }
    return pd.DataFrame(table)


def count_true_flights(
    origins: Collection[str], destinations: Collection[str], *, cargo_only: bool = True
) -> RouteTruth:
    """True flights per day from any of `origins` to any of `destinations` (ICAO codes)."""
    traffic = load_traffic()
    legs = [
        sum(
            a in origins and b in destinations
            for a, b in zip(each.stops, each.stops[1:], strict=False)
        )
        for each in traffic.rotations
    ]
    weight = np.array(legs) * (_freight(traffic.rotations) if cargo_only else 1)
    mean = weight @ mean_rounds(traffic.rotations, np.arange(DAYS))
    rows = traffic.flights[weight[traffic.flights["rotation"]] > 0]
    world = load_world()
    on_route = np.isin(true_airports(world, rows, 0), list(origins)) & np.isin(
        true_airports(world, rows, 1), list(destinations)
    )
    day = (rows["takeoff"].to_numpy()[on_route] - YEAR_START_MS) // DAY_MS
    dates = tuple(pd.date_range(FIRST_DAY, periods=DAYS).date)
    return RouteTruth(dates, np.bincount(day, minlength=DAYS), mean)


def _is_freight(world: World) -> np.ndarray:
    return _freight(world.traffic.rotations).astype(bool)


def _freight(rotations: tuple[Rotation, ...]) -> np.ndarray:
    return np.array([OPERATORS[each.operator].carries == "cargo" for each in rotations], int)

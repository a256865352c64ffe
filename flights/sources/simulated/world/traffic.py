"""All true flights of the simulated year, heard or not."""

import heapq
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flights.sources.simulated.world.network import (
    FIRST_ADDRESS,
    LAST_ADDRESS,
    OPERATORS,
    TYPES,
    load_fields,
)
from flights.sources.simulated.world.profiles import Profile
from flights.sources.simulated.world.timetable import DAYS, YEAR, Rotation, mean_rounds

SEED = 2050
WARM_UP_DAYS = 4  # round trips begun in 2049, so that 1 January is a normal day
DAY_MS = 86_400_000
YEAR_START_MS = int(datetime(YEAR, 1, 1, tzinfo=UTC).timestamp()) * 1000
YEAR_END_MS = YEAR_START_MS + DAYS * DAY_MS
SLOTS = 6  # different callsigns that a rotation uses on one day
TURNAROUND_S = {"passengers": (3_300.0, 2_400.0), "cargo": (6_000.0, 5_400.0)}
REACHES = np.array([0.62, 0.75, 0.85, 0.95, 1.0, 1.05])
"""Range of a flight's transponder as a share of a receiver's range, drawn per flight."""


@dataclass(frozen=True)
class TrueTraffic:
    """`flights`: one row per true flight, by take-off; `profiles`: how each is flown.

    Columns: rotation, leg, slot, profile (index), takeoff and landing (ms since 1970), pace
    (flight time as a multiple of the profile's), airframe (index), reach (index of
    `REACHES`), luck (uniform random number that decides whether late receivers hear it).
    """

    rotations: tuple[Rotation, ...]
    profiles: tuple[Profile, ...]
    flights: pd.DataFrame


def make_traffic(rotations: tuple[Rotation, ...], seed: int = SEED) -> TrueTraffic:
    """Every flight of the year; equal seeds give equal flights."""
    # Only `random` is used: other methods of numpy may change their stream between versions.
    rng = np.random.default_rng(seed)
    chance = [np.random.default_rng((seed, each.key)) for each in rotations]
    days = np.arange(-WARM_UP_DAYS, DAYS)
    mean = mean_rounds(rotations, days)
    spread = np.array([each.spread for each in rotations])
    uniform = np.stack([each.random(len(days)) for each in chance])
    rounds = _expand(draw_counts(mean, spread[:, None], uniform), days)
    rounds["start"] = _departures(rounds, rotations, rng)
    profiles, legs = _legs_of_rotations(rotations)
    flights = _fly(rounds, rotations, (profiles, legs), rng)
    inside = (flights["takeoff"] >= YEAR_START_MS) & (flights["landing"] < YEAR_END_MS)
    ordered = flights[inside].sort_values(["takeoff", "airframe"], ignore_index=True)
    return TrueTraffic(rotations, tuple(profiles), ordered)


def draw_counts(mean: np.ndarray, spread: np.ndarray, uniform: np.ndarray) -> NDArray[np.int64]:
    """Negative binomial counts by inversion; variance = mean + spread * mean^2.

    >>> draw_counts(np.array([2.0, 2.0]), np.array([0.1, 0.1]), np.array([0.01, 0.99])).tolist()
    [0, 7]
    """
    size = 1 / spread
    odds = mean / (mean + size)
    term = (1 - odds) ** size
    below, counts, number = term.copy(), np.zeros(mean.shape, np.int64), 0
    while (over := uniform > below).any() and number < 1_000:
        counts += over
        term = term * odds * (size + number) / (number + 1)
        below, number = below + term, number + 1
    return counts


def _expand(counts: np.ndarray, days: np.ndarray) -> pd.DataFrame:
    """One row per round trip: rotation, day, slot."""
    rotation, column = np.nonzero(counts)
    times = counts[rotation, column]
    last = np.cumsum(times)
    slot = np.arange(last[-1]) - np.repeat(last - times, times)
    rotation, day = np.repeat(rotation, times), np.repeat(days[column], times)
    return pd.DataFrame({"rotation": rotation, "day": day, "slot": slot})


def _departures(
    rounds: pd.DataFrame, rotations: tuple[Rotation, ...], rng: np.random.Generator
) -> np.ndarray:
    """Take-off of the first leg [ms]: slots are spread over the day; delays are up to 40 min."""
    hour = np.array([each.first_hour for each in rotations])[rounds["rotation"]]
    planned = np.array([max(each.per_day, 1.0) for each in rotations])[rounds["rotation"]]
    hour = (hour + rounds["slot"] * 24 / (1.6 * planned)) % 23.3
    late_h = rng.random(len(rounds)) * 40 / 60
    result: np.ndarray = (
        YEAR_START_MS + rounds["day"] * DAY_MS + ((hour + late_h) * 3_600_000).astype(np.int64)
    )
    return result


def _legs_of_rotations(
    rotations: tuple[Rotation, ...],
) -> tuple[list[Profile], list[tuple[int, ...]]]:
    """All profiles, and per rotation the profile of each leg."""
    fields = load_fields()
    number: dict[tuple[str, str, float, float], int] = {}
    profiles: list[Profile] = []
    legs = []
    for each in rotations:
        row = []
        for origin, destination in zip(each.stops[:-1], each.stops[1:], strict=True):
            kind = TYPES[each.typecode]
            key = origin, destination, kind.speed_kt, kind.cruise_ft
            if key not in number:
                number[key] = len(profiles)
                profiles.append(
                    Profile(fields[origin], fields[destination], kind.speed_kt, kind.cruise_ft)
                )
            row.append(number[key])
        legs.append(tuple(row))
    return profiles, legs


def _fly(
    rounds: pd.DataFrame,
    rotations: tuple[Rotation, ...],
    how: tuple[list[Profile], list[tuple[int, ...]]],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """The legs of every round trip in order, and the airframe that flew it."""
    profiles, legs = how
    duration = np.array([each.duration_s for each in profiles])
    freight = np.array([TURNAROUND_S[_carries(each)] for each in rotations])
    of_leg = _padded(legs)
    clock = rounds["start"].to_numpy(np.int64).copy()
    parts = []
    for leg in range(of_leg.shape[1]):
        profile = of_leg[rounds["rotation"], leg]
        flown = profile >= 0
        draws = rng.random((len(rounds), 4))
        pace = 0.96 + 0.08 * draws[:, 0]
        landing = clock + (duration[profile] * pace * 1000).astype(np.int64)
        part = rounds[["rotation", "slot"]].assign(
            leg=leg, profile=profile, takeoff=clock, landing=landing, pace=pace
        )
        part["reach"] = (draws[:, 1] * len(REACHES)).astype(np.int8)
        parts.append(part.assign(luck=draws[:, 2], round=np.arange(len(rounds)))[flown])
        least_s, more_s = freight[rounds["rotation"]].T
        ready = landing + ((least_s + more_s * draws[:, 3]) * 1000).astype(np.int64)
        clock = np.where(flown, ready, clock)
    airframe = _assign_airframes(rounds, clock, rotations)
    flights = pd.concat(parts, ignore_index=True)
    return flights.assign(airframe=airframe[flights.pop("round")])


def _carries(rotation: Rotation) -> str:
    return OPERATORS[rotation.operator].carries


def _padded(legs: list[tuple[int, ...]]) -> np.ndarray:
    """Rows of unequal length as one array, -1 where there is no leg."""
    out = np.full((len(legs), max(map(len, legs))), -1)
    for row, each in enumerate(legs):
        out[row, : len(each)] = each
    return out


def _assign_airframes(
    rounds: pd.DataFrame, ready: np.ndarray, rotations: tuple[Rotation, ...]
) -> np.ndarray:
    """Airframe per round trip: of those at the base and ready, the one that waited longest."""
    homes = [(each.operator, each.typecode, each.stops[0]) for each in rotations]
    waiting: dict[tuple[str, str, str], list[tuple[int, int]]] = {home: [] for home in homes}
    out, fleet = np.empty(len(rounds), np.int64), 0
    starts, rotation = rounds["start"].to_numpy(), rounds["rotation"].to_numpy()
    for row in np.argsort(starts, kind="stable").tolist():
        queue = waiting[homes[rotation[row]]]
        if queue and queue[0][0] <= starts[row]:
            airframe = heapq.heappop(queue)[1]
        else:
            airframe, fleet = fleet, fleet + 1
        out[row] = airframe
        heapq.heappush(queue, (int(ready[row]), airframe))
    if fleet > LAST_ADDRESS - FIRST_ADDRESS:
        raise ValueError(f"{fleet} airframes do not fit the fictional address block")
    return out

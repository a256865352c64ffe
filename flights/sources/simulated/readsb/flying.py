"""Positions of the true flights of a day, as the simulated receivers heard them."""

from datetime import date

import numpy as np

from flights.records import POSITION, format_icao24
from flights.reference.aircraft import Airframe
from flights.sources.simulated.world.network import TYPES, addresses, registrations
from flights.sources.simulated.world.observation import network_state
from flights.sources.simulated.world.profiles import Profile
from flights.sources.simulated.world.tables import callsigns, day_number
from flights.sources.simulated.world.traffic import DAY_MS, REACHES, YEAR_START_MS
from flights.sources.simulated.world.world import World, load_world

STEP_S = 20.0
TAXI_S, TAXI_KT, TAXI_DEG = 480.0, 12.0, 0.012
"""Time, speed and distance (north of the runway) of taxiing, at both ends."""

LOST_SHARE = 0.04
"""Share of positions that no receiver decodes although the aircraft is in range."""


def fly_day(day: date, *, step_s: float = STEP_S, world: World | None = None) -> np.ndarray:
    """Heard positions of one UTC day, an array of `records.POSITION` by airframe and time.

    `step_s` is the time between two positions of a flight before some are lost [s].
    """
    world = world or load_world()
    start = YEAR_START_MS + day_number(day) * DAY_MS
    true = world.traffic.flights
    early, late = true["takeoff"] - TAXI_S * 1000, true["landing"] + TAXI_S * 1000
    rows = np.flatnonzero((early < start + DAY_MS) & (late >= start))
    rng = np.random.default_rng((2050, day_number(day)))
    chosen = true.iloc[rows]
    named = callsigns(world, chosen).tolist(), addresses(chosen["airframe"].to_numpy()).tolist()
    moves = (chosen[name].tolist() for name in ("profile", "takeoff", "pace"))
    flown = [
        _fly(world.traffic.profiles[profile], takeoff, pace, step_s)
        for profile, takeoff, pace in zip(*moves, strict=True)
    ]
    positions = np.concatenate([np.zeros(0, POSITION), *(each for each, _ in flown)])
    height = np.concatenate([np.zeros(0), *(each for _, each in flown)])
    counts = [len(each) for each, _ in flown]
    flight = np.repeat(rows, counts)
    positions["callsign"] = np.repeat(np.array(named[0], "S8"), counts)
    positions["icao24"] = np.repeat(named[1], counts)
    positions["seen_at"] += rng.integers(0, 3_000, len(positions))
    since = positions["seen_at"] - start
    inside = (since >= 0) & (since < DAY_MS) & (rng.random(len(positions)) >= LOST_SHARE)
    return _heard(world, positions[inside], height[inside], flight[inside])


def load_airframes(world: World | None = None) -> dict[str, Airframe]:
    """The aircraft table of the simulated world, by icao24."""
    world = world or load_world()
    true = world.traffic.flights.drop_duplicates("airframe")
    airframe = true["airframe"].to_numpy()
    rotations = [world.traffic.rotations[row] for row in true["rotation"]]
    named = zip(addresses(airframe), registrations(airframe), rotations, strict=True)
    return {
        format_icao24(int(address)): Airframe(
            registration, each.typecode, TYPES[each.typecode].model
        )
        for address, registration, each in named
    }


def _fly(
    profile: Profile, takeoff_ms: int, pace: float, step_s: float
) -> tuple[np.ndarray, np.ndarray]:
    """All positions of one flight, taxiing included, and their height above ground [ft].

    The caller fills in address and callsign.
    """
    duration = profile.duration_s
    clock = np.arange(-TAXI_S, duration * pace + TAXI_S, step_s)
    elapsed = np.clip(clock / pace, 0, duration)
    taxi_s = np.where(clock < 0, -clock, np.maximum(clock - duration * pace, 0))
    on_ground = (taxi_s > 0) | (elapsed <= 0)
    out = np.zeros(len(clock), POSITION)
    out["seen_at"] = takeoff_ms + (clock * 1000).astype(np.int64)
    out["latitude"], out["longitude"] = profile.place(elapsed)
    out["latitude"] += TAXI_DEG * taxi_s / TAXI_S
    altitude = profile.altitude_ft(elapsed)
    out["altitude_ft"] = np.where(on_ground, np.nan, altitude)
    out["speed_kt"] = np.where(on_ground, TAXI_KT, profile.speed_at(elapsed) / pace)
    out["on_ground"] = on_ground
    return out, _height_ft(profile, elapsed, altitude)


def _height_ft(profile: Profile, elapsed: np.ndarray, altitude: np.ndarray) -> np.ndarray:
    share = elapsed / profile.duration_s
    ground = profile.origin[2] * (1 - share) + profile.destination[2] * share
    return np.maximum(altitude - ground, 0)


def _heard(
    world: World, positions: np.ndarray, height_ft: np.ndarray, flight: np.ndarray
) -> np.ndarray:
    """Positions within range of a running receiver, by airframe and time."""
    true = world.traffic.flights
    state = network_state(true["takeoff"].to_numpy(), true["luck"].to_numpy())[flight]
    reach = REACHES[true["reach"].to_numpy()][flight]
    heard = np.zeros(len(positions), bool)
    for each in np.unique(state):
        at = state == each
        place = positions["latitude"][at], positions["longitude"][at], height_ft[at]
        heard[at] = world.receivers.range_share(*place, state=each) <= reach[at]
    kept = positions[heard]
    return kept[np.lexsort((kept["seen_at"], kept["icao24"]))]

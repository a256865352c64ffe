"""The simulated world, built once per process: true flights and their records."""

from dataclasses import dataclass
from functools import cache

import pandas as pd

from flights.sources.simulated.world.observation import Hearings, find_hearings, observe
from flights.sources.simulated.world.receivers import Receivers, load_receivers
from flights.sources.simulated.world.sampling import ProfileMoments, sample_profiles
from flights.sources.simulated.world.timetable import load_rotations
from flights.sources.simulated.world.traffic import SEED, TrueTraffic, make_traffic


@dataclass(frozen=True)
class World:
    """`traffic.flights` are the true flights, `observed` their records, row by row."""

    traffic: TrueTraffic
    receivers: Receivers
    samples: ProfileMoments
    hearings: Hearings
    observed: pd.DataFrame


@cache
def load_traffic(seed: int = SEED) -> TrueTraffic:
    """The true flights of the year."""
    return make_traffic(load_rotations(), seed)


@cache
def load_world(seed: int = SEED, share: float = 1.0) -> World:
    """The world; only `share` of its receivers run (1 = all of them)."""
    traffic = load_traffic(seed)
    receivers = load_receivers()
    if share < 1:
        receivers = receivers.thin(share, seed)
    samples = sample_profiles(traffic.profiles)
    hearings = find_hearings(samples, receivers)
    return World(traffic, receivers, samples, hearings, observe(traffic, samples, hearings))

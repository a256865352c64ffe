"""The simulated records: where each true flight was first and last heard, if at all."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flights.reference.earth import great_circle_km
from flights.sources.simulated.world.receivers import EARLY_SHARE, STATES, SWITCHED_ON, Receivers
from flights.sources.simulated.world.sampling import ProfileMoments
from flights.sources.simulated.world.timetable import FIRST_DAY
from flights.sources.simulated.world.traffic import DAY_MS, REACHES, YEAR_START_MS, TrueTraffic

LOW_FT = 12_000.0
"""An end heard at most this high above its field is `low`, else `lost`."""

POSITION_EVERY_S = 10.0
RUNWAY_DEG = 0.016  # a runway's length, along which aircraft are heard on the ground


@dataclass(frozen=True)
class Hearings:
    """How each profile is heard, shape (states, reaches, profiles); `first` is -1 = never.

    `first`, `last`: moments of `ProfileMoments`. `heard`: (states, reaches, profiles, moments).
    """

    first: NDArray[np.int64]
    last: NDArray[np.int64]
    silence_s: NDArray[np.float64]
    positions: NDArray[np.int64]
    heard: NDArray[np.bool_]


def find_hearings(samples: ProfileMoments, receivers: Receivers) -> Hearings:
    """Moments of each profile that are heard, by state of the network and reach."""
    valid = samples.valid
    share = np.full((len(STATES), *valid.shape), np.inf)
    places = samples.latitude[valid], samples.longitude[valid], samples.height_ft[valid]
    for state in range(len(STATES)):
        share[state, valid] = receivers.range_share(*places, state=state)
    heard = share[:, None] <= REACHES[None, :, None, None]
    first = np.argmax(heard, axis=-1)
    last = heard.shape[-1] - 1 - np.argmax(heard[..., ::-1], axis=-1)
    ever = heard.any(axis=-1)
    return Hearings(
        first=np.where(ever, first, -1),
        last=np.where(ever, last, -1),
        silence_s=_longest_silence(samples, heard),
        positions=_positions(samples, heard),
        heard=heard,
    )


def _longest_silence(samples: ProfileMoments, heard: np.ndarray) -> np.ndarray:
    """Longest time between two consecutive heard moments [s]; 0 where never heard."""
    elapsed = np.where(samples.valid, samples.elapsed_s, 0.0)
    out = np.zeros(heard.shape[:-1])
    for at in np.ndindex(heard.shape[:2]):
        latest = np.maximum.accumulate(np.where(heard[at], elapsed, -np.inf), axis=-1)
        before = latest[:, :-1]
        gap = np.where(heard[at][:, 1:] & np.isfinite(before), elapsed[:, 1:] - before, 0.0)
        out[at] = gap.max(axis=-1)
    return out


def _positions(samples: ProfileMoments, heard: np.ndarray) -> np.ndarray:
    """Positions received: one per `POSITION_EVERY_S` of the time heard."""
    seconds = np.zeros(heard.shape[:-1])
    for at in np.ndindex(heard.shape[:2]):
        seconds[at] = np.where(heard[at], samples.weight_s, 0.0).sum(axis=-1)
    return np.ceil(seconds / POSITION_EVERY_S).astype(np.int64)


def network_state(takeoff_ms: np.ndarray, luck: np.ndarray) -> np.ndarray:
    """Index of `STATES` per flight: before `SWITCHED_ON`, receivers run for some flights only."""
    switched_ms = YEAR_START_MS + (SWITCHED_ON - FIRST_DAY).days * DAY_MS
    return np.where((takeoff_ms >= switched_ms) | (luck < EARLY_SHARE), 1, 0)


def observe(traffic: TrueTraffic, samples: ProfileMoments, hearings: Hearings) -> pd.DataFrame:
    """The record of each true flight, one row each, in the order of `traffic.flights`.

    Columns: state, heard, firstseen and lastseen [ms], silence_s, positions; and with the
    prefixes `first_` and `last_`: on_field, elapsed_s, latitude, longitude, altitude_ft, km and
    ft from the field, evidence.
    """
    flights = traffic.flights
    state = network_state(flights["takeoff"].to_numpy(), flights["luck"].to_numpy())
    at = state, flights["reach"].to_numpy(), flights["profile"].to_numpy()
    out = pd.DataFrame({"state": state, "heard": hearings.first[at] >= 0})
    fields = _field_arrays(traffic)
    for name, moments, inward in (("first", hearings.first, 1), ("last", hearings.last, -1)):
        end = _end(samples, (at[2], moments[at]), flights["luck"].to_numpy(), inward)
        place = fields[name][at[2]]
        end["km"] = great_circle_km(end["latitude"], end["longitude"], place[:, 0], place[:, 1])
        end["ft"] = end["altitude_ft"] - place[:, 2]
        end["evidence"] = pd.Series(_evidence(end)).where(out["heard"], None)
        out = out.join(pd.DataFrame(end).add_prefix(f"{name}_"))
    takeoff, pace = flights["takeoff"], flights["pace"]
    out["firstseen"] = takeoff + (out["first_elapsed_s"] * pace * 1000).astype("int64")
    out["lastseen"] = takeoff + (out["last_elapsed_s"] * pace * 1000).astype("int64")
    out["silence_s"] = hearings.silence_s[at] * pace
    out["positions"] = hearings.positions[at]
    return out


def _field_arrays(traffic: TrueTraffic) -> dict[str, np.ndarray]:
    """Latitude, longitude, elevation of each profile's fields, shape (profiles, 3)."""
    return {
        "first": np.array([each.origin for each in traffic.profiles]),
        "last": np.array([each.destination for each in traffic.profiles]),
    }


def _end(
    samples: ProfileMoments, at: tuple[np.ndarray, np.ndarray], luck: np.ndarray, inward: int
) -> dict[str, np.ndarray]:
    """Place and time of an end, up to nine tenths of a step `inward` from its moment.

    `on_field`: the end is the take-off or landing itself and is not moved.
    """
    profile, moment = at[0], np.maximum(at[1], 0)  # never heard: any moment will do
    at = profile, moment
    on_field = samples.elapsed_s[at] == (0.0 if inward > 0 else _landing_s(samples)[profile])
    step = np.clip(moment + inward, 0, samples.elapsed_s.shape[1] - 1)
    other = profile, np.where(samples.valid[profile, step], step, moment)
    share = np.where(on_field, 0.0, 0.9 * ((luck * 97) % 1))

    def between(values: np.ndarray) -> np.ndarray:
        change = values[other] - values[at]
        result: np.ndarray = values[at] + share * np.where(np.abs(change) > 180, 0.0, change)
        return result

    return {
        "on_field": on_field,
        "elapsed_s": samples.elapsed_s[at]
        + share * (samples.elapsed_s[other] - samples.elapsed_s[at]),
        "latitude": between(samples.latitude) + np.where(on_field, RUNWAY_DEG * (luck - 0.5), 0.0),
        "longitude": between(samples.longitude),
        "altitude_ft": samples.altitude_ft[at]
        + share * (samples.altitude_ft[other] - samples.altitude_ft[at]),
    }


def _landing_s(samples: ProfileMoments) -> np.ndarray:
    result: np.ndarray = np.where(samples.valid, samples.elapsed_s, -np.inf).max(axis=1)
    return result


def _evidence(end: dict[str, np.ndarray]) -> np.ndarray:
    low = np.where(end["ft"] <= LOW_FT, "low", "lost")
    return np.where(end["on_field"], "surface", low).astype(object)

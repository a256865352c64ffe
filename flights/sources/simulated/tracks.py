"""Tracks and reception of a day, from the moments at which its flights were heard."""

from datetime import date
from functools import cache

import numpy as np
import pandas as pd

from flights.records import CRUISE_FT, RECEPTION_RESOLUTION, empty_table
from flights.sources.simulated.world.network import LAST_ADDRESS
from flights.sources.simulated.world.observation import POSITION_EVERY_S
from flights.sources.simulated.world.tables import HeardFlights, day_number
from flights.sources.simulated.world.traffic import DAY_MS, YEAR_START_MS
from flights.sources.simulated.world.world import load_world

THIN_EVERY_S = 300.0
"""Reception counts moments of a flight that are at least this far apart."""

DRAWN_EVERY_S = 2_700.0
DRAWN_NEAR_EVERY_S = 700.0
"""About the time between two points of a track, in cruise and near its ends."""


@cache
def _chosen(every_s: float, near_every_s: float) -> np.ndarray:
    """Mask of moments about so many seconds apart, in cruise and near the ends of flights."""
    samples = load_world().samples
    elapsed, landing = (
        samples.elapsed_s,
        samples.elapsed_s.max(axis=1, where=samples.valid, initial=0),
    )
    near = np.minimum(elapsed, landing[:, None] - elapsed) < 1_200
    step = np.where(near, near_every_s, every_s)
    tick = np.floor(np.where(samples.valid, elapsed, 0) / step)
    new = np.ones(tick.shape, bool)
    new[:, 1:] = tick[:, 1:] != tick[:, :-1]
    return new & samples.valid


@cache
def _moments(purpose: str) -> tuple[np.ndarray, np.ndarray]:
    """Moments of every (state, reach, profile) for `tracks` or `reception`: ragged, flat.

    Returns all moments in one array, and the index at which each (state, reach, profile) begins.
    """
    hearings = load_world().hearings
    heard = hearings.heard
    if purpose == "tracks":
        silent = ~heard
        edge = np.zeros_like(heard)
        edge[..., 1:] |= silent[..., :-1]
        edge[..., :-1] |= silent[..., 1:]
        edge[..., [0, -1]] = True
        wanted = heard & (edge | _chosen(DRAWN_EVERY_S, DRAWN_NEAR_EVERY_S))
    else:
        wanted = heard & _chosen(THIN_EVERY_S, THIN_EVERY_S)
    counts = wanted.sum(axis=-1).ravel()
    return np.nonzero(wanted)[-1].astype(np.int32), np.concatenate([[0], np.cumsum(counts)])


_NEEDED = ("takeoff", "landing", "pace", "profile", "airframe")


@cache
def _columns() -> dict[str, np.ndarray]:
    """The columns of the true flights that `_expand` needs, as arrays."""
    world = load_world()
    true = world.traffic.flights
    columns = {name: true[name].to_numpy() for name in _NEEDED}
    at = world.observed["state"].to_numpy(), true["reach"].to_numpy(), columns["profile"]
    parts = tuple(each.astype(np.int64) for each in at)
    return columns | {"hearing": np.ravel_multi_index(parts, world.hearings.first.shape)}


def _expand(rows: np.ndarray, purpose: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For true flights `rows`: index into `rows`, moment, and time [ms], one row per moment."""
    columns = _columns()
    moments, begins = _moments(purpose)
    hearing = columns["hearing"][rows]
    counts = begins[hearing + 1] - begins[hearing]
    which = np.repeat(np.arange(len(rows)), counts)
    offset = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
    moment = moments[np.repeat(begins[hearing], counts) + offset]
    elapsed = load_world().samples.elapsed_s[columns["profile"][rows][which], moment]
    seconds = elapsed * columns["pace"][rows][which]
    return which, moment, columns["takeoff"][rows][which] + (seconds * 1000).astype(np.int64)


def make_tracks(heard: HeardFlights, day: date) -> pd.DataFrame:
    """Track points of flights first heard on `day`, with the ends of each heard part."""
    number = day_number(day)
    part = slice(heard.edges[number], heard.edges[number + 1])
    rows, flights = heard.row[part], heard.flights.iloc[part]
    which, moment, seen_at = _expand(rows, "tracks")
    world = load_world()
    at = _columns()["profile"][rows][which], moment
    on_ground = world.samples.height_ft[at] <= 0
    altitude = np.where(on_ground, np.nan, world.samples.altitude_ft[at])
    return pd.DataFrame(
        {
            "source": flights["source"].iloc[0],
            "day": day,
            "flight_id": flights["flight_id"].to_numpy()[which],
            "icao24": flights["icao24"].to_numpy()[which],
            "seen_at": pd.to_datetime(seen_at, unit="ms", utc=True),
            "latitude": world.samples.latitude[at].astype("float32"),
            "longitude": world.samples.longitude[at].astype("float32"),
            "altitude_ft": altitude.astype("float32"),
            "on_ground": on_ground,
        }
    )


@cache
def _cells() -> tuple[np.ndarray, np.ndarray]:
    """The H3 cells in which flights are heard, and the index of the cell of each moment."""
    import h3.api.basic_int as h3

    world = load_world()
    wanted = _chosen(THIN_EVERY_S, THIN_EVERY_S) & world.hearings.heard.any(axis=(0, 1))
    places = zip(
        world.samples.latitude[wanted].tolist(),
        world.samples.longitude[wanted].tolist(),
        strict=True,
    )
    found = [h3.latlng_to_cell(lat, lon, RECEPTION_RESOLUTION) for lat, lon in places]
    cells, number = np.unique(np.array(found, np.int64), return_inverse=True)
    out = np.zeros(wanted.shape, np.int64)
    out[wanted] = number
    return cells, out


def make_reception(source: str, day: date) -> pd.DataFrame:
    """Reception per cell and hour of `day`, counted from all heard flights."""
    world, columns = load_world(), _columns()
    start = YEAR_START_MS + day_number(day) * DAY_MS
    low, high = np.searchsorted(columns["takeoff"], [start - DAY_MS, start + DAY_MS])
    aloft = low + np.flatnonzero(columns["landing"][low:high] >= start)
    which, moment, seen_at = _expand(aloft, "reception")
    inside = (seen_at >= start) & (seen_at < start + DAY_MS)
    rows, moment, seen_at = aloft[which[inside]], moment[inside], seen_at[inside]
    profile = columns["profile"][rows]
    place = _cells()[1][profile, moment] * 24 + (seen_at - start) // 3_600_000
    cruise = world.samples.altitude_ft[profile, moment] >= CRUISE_FT
    frame = _per_cell(place, columns["airframe"][rows], cruise)
    return frame.assign(source=source, day=day).reindex(columns=empty_table("reception").columns)


def _per_cell(place: np.ndarray, airframe: np.ndarray, cruise: np.ndarray) -> pd.DataFrame:
    """Distinct aircraft and positions per `place` (24 times index of cell, plus hour)."""
    cells, bins = _cells()[0], 24 * len(_cells()[0])
    per_moment = round(THIN_EVERY_S / POSITION_EVERY_S)
    # One sort for both counts: an aircraft's moments are adjacent, those in cruise last.
    pairs = np.sort((place * (LAST_ADDRESS + 1) + airframe) * 2 + cruise)
    last = pairs[np.diff(pairs // 2, append=-1) != 0]
    where, in_cruise = last // 2 // (LAST_ADDRESS + 1), last % 2 == 1
    columns = {
        "aircraft": np.bincount(where, minlength=bins),
        "positions": np.bincount(place, minlength=bins) * per_moment,
        "cruise_aircraft": np.bincount(where[in_cruise], minlength=bins),
        "cruise_positions": np.bincount(place[cruise], minlength=bins) * per_moment,
    }
    used = np.flatnonzero(columns["aircraft"])
    counts = {name: values[used].astype("int32") for name, values in columns.items()}
    hour, cell = (used % 24).astype("int8"), cells[used // 24]
    return pd.DataFrame({"hour": hour, "cell": cell, **counts})

"""All flights of one airframe in time order, from all sources, and the gaps between them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flights.evidence.reach import HORIZON_S, UnobservedStretches
from flights.reference.airports import load_airports
from flights.reference.speeds import limit_reach

SAME_SHARE = 0.5
"""Records of two sources are one flight where they share this part of the shorter one's time.

Our choice: two flights of one airframe cannot overlap, so any value well above 0 separates."""
SAME_DEPARTURE_S = 3_600.0
"""Where one record has no arrival: one flight if they depart within this time [s]. Our choice:
shorter than any flight and turnaround of an airliner."""
ENDS = ("origin", "destination")


@dataclass(frozen=True)
class Chain:
    """Flights of one airframe, one row each in time order, with the records of other sources.

    `flights`: rows as the archive gives them; where several sources have a flight, the row of
    the preferred source, else of the one with the longest record. `witnesses`: for each row the
    rows of the other sources, which add no flight. `disagreements`: for each row sentences on
    differences between the sources.
    """

    flights: pd.DataFrame
    witnesses: tuple[pd.DataFrame, ...]
    disagreements: tuple[tuple[str, ...], ...]

    def find(self, flight_id: str) -> int | None:
        """Row of a flight, by its own id or by that of another source; None if there is none."""
        for row, (own, others) in enumerate(
            zip(self.flights["flight_id"], self.witnesses, strict=True)
        ):
            if own == flight_id or (others["flight_id"] == flight_id).any():
                return row
        return None


def build_chain(records: Mapping[str, pd.DataFrame], prefer: str) -> Chain:
    """The chain of one airframe from the flights of each source; `prefer` is the main source."""
    frames = [frame for frame in records.values() if len(frame)]
    if not frames:
        empty = next(iter(records.values()), pd.DataFrame())
        return Chain(empty, (), ())
    every = pd.concat(frames, ignore_index=True)
    every = every.sort_values(["firstseen", "lastseen", "source"], ignore_index=True)
    groups = _group(every)
    chosen = [_choose(every.loc[rows], prefer) for rows in groups]
    order = sorted(range(len(groups)), key=lambda n: every.loc[chosen[n], "firstseen"])
    witnesses = tuple(
        every.loc[[row for row in groups[n] if row != chosen[n]]].reset_index(drop=True)
        for n in order
    )
    flights = every.loc[[chosen[n] for n in order]].reset_index(drop=True)
    differences = tuple(
        _disagree(flights.iloc[row], others) for row, others in enumerate(witnesses)
    )
    return Chain(flights, witnesses, differences)


def _group(every: pd.DataFrame) -> list[list[int]]:
    """Groups of rows that are one flight: different sources, about the same time."""
    groups: list[list[int]] = []
    for row in range(len(every)):
        home = next((g for g in reversed(groups[-3:]) if _is_same(every, row, g)), None)
        if home is None:
            groups.append([row])
        else:
            home.append(row)
    return groups


def _is_same(every: pd.DataFrame, row: int, group: list[int]) -> bool:
    if every.loc[row, "source"] in set(every.loc[group, "source"]):
        return False
    other = group[0]
    if every.loc[[row, other], "lastseen"].isna().any():
        apart = every.loc[row, "firstseen"] - every.loc[other, "firstseen"]
        return bool(abs(apart.total_seconds()) <= SAME_DEPARTURE_S)
    start = max(every.loc[row, "firstseen"], every.loc[other, "firstseen"])
    stop = min(every.loc[row, "lastseen"], every.loc[other, "lastseen"])
    shorter = min(_length(every, row), _length(every, other))
    return bool((stop - start).total_seconds() >= SAME_SHARE * shorter) and stop > start


def _length(every: pd.DataFrame, row: int) -> float:
    return float((every.loc[row, "lastseen"] - every.loc[row, "firstseen"]).total_seconds())


def _choose(rows: pd.DataFrame, prefer: str) -> int:
    own = rows[rows["source"] == prefer]
    if len(own):
        return int(own.index[0])
    return int((rows["lastseen"] - rows["firstseen"]).fillna(pd.Timedelta(0)).idxmax())


def last_known(flight: pd.Series) -> pd.Timestamp:
    """When a flight was last heard; where that is unknown, when it was first heard."""
    return flight["lastseen"] if pd.notna(flight["lastseen"]) else flight["firstseen"]


def _disagree(flight: pd.Series, others: pd.DataFrame) -> tuple[str, ...]:
    """Differences between the sources, each as it is: nothing is averaged."""
    found = []
    for _, other in others.iterrows():
        for end in ENDS:
            own, its = flight[end], other[end]
            if pd.isna(its) or other[f"{end}_evidence"] == "lost":
                continue
            if flight[f"{end}_evidence"] == "lost":
                found.append(
                    f"{other['source']} has {end} {its} ({other[f'{end}_evidence']}), "
                    f"which {flight['source']} did not hear."
                )
            elif pd.notna(own) and own != its:
                found.append(
                    f"{other['source']} has {end} {its} ({other[f'{end}_evidence']}), "
                    f"{flight['source']} has {own} ({flight[f'{end}_evidence']})."
                )
    return tuple(found)


def is_one_airframe(icao24: pd.Series) -> pd.Series:
    """False for addresses that begin with `~`: they do not identify one airframe.

    These are not ICAO addresses, or placeholders where a list has no address. Several aircraft
    may use one and an aircraft may change it, so a record elsewhere excludes nothing.
    """
    return icao24.notna() & ~icao24.astype(str).str.startswith("~")


def stretches_between(before: pd.DataFrame, after: pd.DataFrame) -> UnobservedStretches:
    """The unobserved stretch between the end of each flight and the start of the next one.

    Row n of `before` and row n of `after` are of the same airframe. A row of `after` without
    `firstseen` was not heard again: the stretch is open. A row of `before` without `firstseen`
    was not heard earlier: the stretch is open too and runs backwards in time, from the start
    of the flight in `after`. A row of `before` without `lastseen` has no known end, so no later
    record limits it. The type code is that of either flight. A flight without positions is
    placed at its airport; where that is unknown too, its place is NaN and nothing is excluded.
    """
    left_lat, left_lon = _places(before, "last", "destination")
    back_lat, back_lon = _places(after, "first", "origin")
    left_at, back_at = _seconds(before["lastseen"]), _seconds(after["firstseen"])
    with np.errstate(invalid="ignore"):
        back_at = np.where(back_at - left_at <= HORIZON_S, back_at, np.nan)
    types = before["typecode"].where(before["typecode"].notna(), after["typecode"])
    first = before["firstseen"].isna().to_numpy()
    left_ft, back_ft = (
        _height_ft(before["last_altitude_ft"]),
        _height_ft(after["first_altitude_ft"]),
    )
    return UnobservedStretches(
        np.where(first, back_lat, left_lat),
        np.where(first, back_lon, left_lon),
        np.where(first, back_ft, left_ft),
        np.where(first, -_seconds(after["firstseen"]), left_at),
        np.where(np.isnan(back_at), np.nan, back_lat),
        np.where(np.isnan(back_at), np.nan, back_lon),
        back_ft,
        back_at,
        *limit_reach(types),
    )


def _places(
    flights: pd.DataFrame, edge: str, end: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Latitudes and longitudes [deg] of an edge, else of the airport of that end."""
    airports = load_airports()
    known = airports.reindex(flights[end].astype(object).where(flights[end].notna(), ""))
    pairs = []
    for name in ("latitude", "longitude"):
        own = flights[f"{edge}_{name}"].to_numpy(float, na_value=np.nan)
        pairs.append(np.where(np.isfinite(own), own, known[name].to_numpy(float)))
    return pairs[0], pairs[1]


def _seconds(moments: pd.Series) -> NDArray[np.float64]:
    """Seconds since 1970 UTC; NaN where the time is unknown."""
    epoch = pd.Timestamp(0, tz="UTC")
    seconds = (moments - epoch) / pd.Timedelta(seconds=1)
    return np.asarray(seconds.to_numpy(float, na_value=np.nan), float)


def _height_ft(heights: pd.Series) -> NDArray[np.float64]:
    """Heights [ft]; unknown ones are 0, the ground, which needs no time to climb or descend."""
    return np.asarray(np.nan_to_num(heights.to_numpy(float, na_value=np.nan), nan=0.0), float)

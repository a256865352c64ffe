"""The flights of one airframe in time, whoever heard them, and the stretches between them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from flights.evidence.reach import HORIZON_S, UnobservedStretches
from flights.reference.airports import load_airports
from flights.reference.speeds import limit_reach

SAME_SHARE = 0.5
"""Records of two sources are one flight where they share this much of the shorter's time."""
SAME_DEPARTURE_S = 3_600.0
"""Where one tells no arrival: they are one flight where they depart within this of each other."""
ENDS = ("origin", "destination")


@dataclass(frozen=True)
class Chain:
    """Flights of one airframe, one row each in time order, and who else heard them.

    `flights`: rows as the archive gives them; where several sources heard a flight, the row of
    the source asked for, else of the one that heard most of it. `witnesses`: for each row the
    rows of the other sources, which add no flight. `disagreements`: for each row sentences on
    what they say otherwise.
    """

    flights: pd.DataFrame
    witnesses: tuple[pd.DataFrame, ...]
    disagreements: tuple[tuple[str, ...], ...]

    def find(self, flight_id: str) -> int | None:
        """Row of a flight, by its own id or by that of a witness."""
        for row, (own, others) in enumerate(
            zip(self.flights["flight_id"], self.witnesses, strict=True)
        ):
            if own == flight_id or (others["flight_id"] == flight_id).any():
                return row
        return None


def build_chain(records: Mapping[str, pd.DataFrame], prefer: str) -> Chain:
    """One airframe's chain from the flights of each source; `prefer` is the source asked for."""
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
    said = tuple(_disagree(flights.iloc[row], others) for row, others in enumerate(witnesses))
    return Chain(flights, witnesses, said)


def _group(every: pd.DataFrame) -> list[list[int]]:
    """Rows that are one flight: of different sources, and mostly at the same time."""
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
    return (every.loc[row, "lastseen"] - every.loc[row, "firstseen"]).total_seconds()


def _choose(rows: pd.DataFrame, prefer: str) -> int:
    own = rows[rows["source"] == prefer]
    if len(own):
        return int(own.index[0])
    return int((rows["lastseen"] - rows["firstseen"]).fillna(pd.Timedelta(0)).idxmax())


def last_known(flight: pd.Series) -> pd.Timestamp:
    """When a flight was last heard; where that is not told, when it was first heard."""
    return flight["lastseen"] if pd.notna(flight["lastseen"]) else flight["firstseen"]


def _disagree(flight: pd.Series, others: pd.DataFrame) -> tuple[str, ...]:
    """What witnesses say otherwise, as they say it: nothing is averaged."""
    said = []
    for _, other in others.iterrows():
        for end in ENDS:
            own, its = flight[end], other[end]
            if pd.isna(its) or other[f"{end}_evidence"] == "lost":
                continue
            if flight[f"{end}_evidence"] == "lost":
                said.append(
                    f"{other['source']} says {end} {its} ({other[f'{end}_evidence']}), "
                    f"which {flight['source']} did not hear."
                )
            elif pd.notna(own) and own != its:
                said.append(
                    f"{other['source']} says {end} {its} ({other[f'{end}_evidence']}), "
                    f"{flight['source']} says {own} ({flight[f'{end}_evidence']})."
                )
    return tuple(said)


def is_one_airframe(icao24: pd.Series) -> pd.Series:
    """False for addresses after `~`: several aircraft may share one, one may change it.

    These are no ICAO addresses, or stand-ins for what a list or a table does not tell, so that
    what was heard under one elsewhere excludes nothing.
    """
    return icao24.notna() & ~icao24.astype(str).str.startswith("~")


def stretches_between(before: pd.DataFrame, after: pd.DataFrame) -> UnobservedStretches:
    """The stretch between the end of each flight and the begin of the one behind it.

    Rows of both frames belong together; a row of `after` without `firstseen` was not heard
    again. A row of `before` without `firstseen` was not heard earlier: such a stretch is open too
    and runs backwards, its left place being where the flight of `after` begins. A row of `before`
    without `lastseen` may have flown on for as long as it could, so that nothing later bounds it.
    The type is that of either. Flights whose source gives no positions stand at their airport;
    where that is unknown too, at no place (NaN), which nothing can be excluded from.
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


def _places(flights: pd.DataFrame, edge: str, end: str) -> tuple[np.ndarray, np.ndarray]:
    """Position of an edge, else that of the airport of that end."""
    airports = load_airports()
    known = airports.reindex(flights[end].astype(object).where(flights[end].notna(), ""))
    pairs = []
    for name in ("latitude", "longitude"):
        own = flights[f"{edge}_{name}"].to_numpy(float, na_value=np.nan)
        pairs.append(np.where(np.isfinite(own), own, known[name].to_numpy(float)))
    return pairs[0], pairs[1]


def _seconds(moments: pd.Series) -> np.ndarray:
    """Seconds since 1970, NaN for no moment."""
    epoch = pd.Timestamp(0, tz="UTC")
    return ((moments - epoch) / pd.Timedelta(seconds=1)).to_numpy(float, na_value=np.nan)


def _height_ft(heights: pd.Series) -> np.ndarray:
    """Unknown is taken as the ground, which asks for no climb or descent."""
    return np.nan_to_num(heights.to_numpy(float, na_value=np.nan), nan=0.0)

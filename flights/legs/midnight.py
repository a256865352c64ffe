"""Flights over midnight: joins rows of neighbouring UTC days by the rule for silences.

Days are read one by one and in any order, so a flight over midnight is two rows in the archive.
The `edges` table says where each airframe was at the begin and end of its day. The rule needs no
more than that, so the order of the days does not matter.
"""

from collections.abc import Set
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from flights.legs.ends.airfields import Airfields, Ends, load_airfields
from flights.legs.ends.judge import ROLL_S
from flights.legs.positions.continuity import Moments, arrives, continues
from flights.legs.positions.series import Index, Mask
from flights.records import CALLSIGN_CHANGE, merge_flags

HEAD = ("origin", "first")
TAIL = ("destination", "last")


def join_days(
    flights: pd.DataFrame, edges: pd.DataFrame, *, airfields: Airfields | None = None
) -> pd.DataFrame:
    """Flights of several days, with flights over midnight joined; same columns.

    The order of rows does not matter; in the result, flights at a midnight come last. A joined
    flight keeps `day` and `flight_id` of its first part. Where an airframe was in the air on
    one side of midnight and on the ground on the other, that side's end becomes `surface`.
    Days without a neighbour in `edges` stay as they are. Flights flagged `brief` that are not
    joined are dropped.
    """
    sources = flights["source"].unique()
    if len(sources) > 1:
        whole = [
            join_days(flights[flights["source"] == source], edges, airfields=airfields)
            for source in sources
        ]
        return pd.concat(whole, ignore_index=True)
    pairs = _pair(edges[edges["source"].isin(sources)])
    # Few flights are in the air at midnight: all other rows are skipped.
    here = _is_one_of(flights["flight_id"], pairs)
    if here.any():
        some = flights[here].sort_values(["firstseen", "flight_id"]).reset_index(drop=True)
        some = _settle_ends(some, pairs, airfields)
        some = _join(some, _links(some, pairs))
        flights = pd.concat([flights[~here], some])
    return _drop_brief(flights).reset_index(drop=True)


AT_MIDNIGHT = pd.Timedelta(minutes=10)
"""Records that begin in the air this soon after midnight began before it."""


def join_departures(
    flights: pd.DataFrame, edges: pd.DataFrame, complete: Set[date]
) -> tuple[pd.DataFrame, pd.Series]:
    """Flights joined at midnight, and per row the UTC midnight of the day each left on.

    The rule that `Archive.load_flights` takes: `join_days`, then `date_departures`. Flights of
    a source without edges are not cut at midnight; they left on the day of `firstseen`.
    """
    joined = join_days(flights, edges)
    if edges.empty:
        return joined, joined["firstseen"].dt.floor("D")
    return joined, date_departures(joined, complete)


def date_departures(flights: pd.DataFrame, complete: Set[date]) -> pd.Series:
    """UTC midnight of the day each flight left on.

    The day of `firstseen`, but the day before for a flight that is in the air as its record
    begins at midnight while the day before is not among the `complete` ones: had that day been
    read, the flight would have begun there.
    """
    seen_on = flights["firstseen"].dt.floor("D")
    cut = flights["origin_evidence"].eq("lost") & (flights["firstseen"] - seen_on < AT_MIDNIGHT)
    before = seen_on - pd.Timedelta(days=1)
    known = before.isin([pd.Timestamp(day, tz="UTC") for day in complete])
    return seen_on.mask(cut & ~known, before)


def _is_one_of(flight_id: pd.Series, pairs: "_Pairs") -> Mask:
    """True for flights that contain an edge of any pair."""
    wanted = pd.concat([pairs.last["flight_id"], pairs.first["flight_id"]]).dropna()
    wanted = pa.array(wanted, pa.string())
    found = pc.is_in(pa.array(flight_id, pa.string()), value_set=wanted)
    is_one: Mask = found.to_numpy(zero_copy_only=False)
    return is_one


class _Pairs(NamedTuple):
    """Last edge of a day and first edge of the next, of the same airframe, row by row."""

    last: pd.DataFrame
    first: pd.DataFrame


def _pair(edges: pd.DataFrame) -> _Pairs:
    """Edges on the two sides of each midnight, where at least one is part of a flight."""
    edges = edges.reset_index(drop=True)
    airframe = pd.factorize(edges["icao24"])[0].astype(np.int64)
    day = _milliseconds(edges["seen_at"]) // 86_400_000
    is_last = (edges["edge"] == "last").to_numpy()
    key = (airframe << 20) | (day + is_last)
    last, first = np.flatnonzero(is_last), np.flatnonzero(~is_last)
    found = pd.Index(key[first]).get_indexer(key[last])
    last, first = last[found >= 0], first[found[found >= 0]]
    flying = edges["flight_id"].notna().to_numpy()
    some = flying[last] | flying[first]
    columns = edges.drop(columns=["day"])
    return _Pairs(columns.take(last[some]), columns.take(first[some]))


def _milliseconds(times: pd.Series) -> NDArray[np.int64]:
    """Milliseconds since 1970."""
    milliseconds: NDArray[np.int64] = times.to_numpy("datetime64[ms]").astype(np.int64)
    return milliseconds


def _moments(side: pd.DataFrame, callsign: NDArray[np.uint64]) -> Moments:
    def column(name: str) -> NDArray[np.float64]:
        values: NDArray[np.float64] = side[name].to_numpy(dtype=float, na_value=np.nan)
        return values

    return Moments(
        seen_at=_milliseconds(side["seen_at"]) / 1000.0,
        latitude=column("latitude"),
        longitude=column("longitude"),
        altitude_ft=column("altitude_ft"),
        speed_kt=column("speed_kt"),
        vertical_fpm=column("vertical_fpm"),
        callsign=callsign,
    )


def _both_moments(pairs: _Pairs) -> tuple[Moments, Moments]:
    """Moments on both sides, with the same number for the same callsign, 0 = unknown."""
    count = len(pairs.last)
    both = pd.concat([pairs.last["callsign"], pairs.first["callsign"]])
    number = (pd.factorize(both)[0] + 1).astype(np.uint64)
    return _moments(pairs.last, number[:count]), _moments(pairs.first, number[count:])


def _rows(flights: pd.DataFrame, side: pd.DataFrame) -> Index:
    """Row of the flight that contains each edge, -1 = none."""
    rows = pd.Index(flights["flight_id"]).get_indexer(side["flight_id"])
    return np.where(side["flight_id"].notna().to_numpy(), rows, -1)


def _links(flights: pd.DataFrame, pairs: _Pairs) -> Index:
    """Row of the part before, for every flight; -1 where there is none."""
    earlier, later = _rows(flights, pairs.last), _rows(flights, pairs.first)
    before, after = _both_moments(pairs)
    same = (earlier >= 0) & (later >= 0) & continues(before, after)
    previous = np.full(len(flights), -1)
    previous[later[same]] = earlier[same]
    return previous


def _settle_ends(flights: pd.DataFrame, pairs: _Pairs, airfields: Airfields | None) -> pd.DataFrame:
    """Landings and take-offs with the ground position across midnight become `surface`."""
    before, after = _both_moments(pairs)
    fields = {name: side["airport"].notna().to_numpy() for name, side in pairs._asdict().items()}
    landed = _rows(flights, pairs.last), fields["first"] & arrives(before, after)
    took_off = _rows(flights, pairs.first), fields["last"] & arrives(after, before)
    for (rows, true), ground, name, times in (
        (landed, pairs.first, TAIL, "lastseen"),
        (took_off, pairs.last, HEAD, "firstseen"),
    ):
        chosen = true & (rows >= 0)
        if chosen.any():
            airfields = airfields or load_airfields()
            flights = _put_surface(
                flights, rows[chosen], ground[chosen], airfields, names=(*name, times)
            )
    return flights


def _put_surface(
    flights: pd.DataFrame,
    rows: Index,
    ground: pd.DataFrame,
    airfields: Airfields,
    *,
    names: tuple[str, str, str],
) -> pd.DataFrame:
    """Write `surface` ends into `rows` from the ground edges."""
    end, place, times = names
    flights = flights.copy(deep=False)
    apart = np.abs(_milliseconds(ground["seen_at"]) - _milliseconds(flights[times].take(rows)))
    rolled = apart <= ROLL_S * 1000
    for name in ("latitude", "longitude", "altitude_ft"):
        _write(flights, f"{place}_{name}", rows[rolled], ground[name].to_numpy()[rolled])
    if end == "destination":
        _write(flights, times, rows[rolled], ground["seen_at"].array[rolled])
    seen = airfields.seen_from(
        _fields_of(ground["airport"]),
        *(flights[f"{place}_{name}"].to_numpy(dtype=float)[rows] for name in _PLACE),
    )
    _write(flights, end, rows, seen.code)
    _write(flights, f"{end}_evidence", rows, "surface")
    _write(flights, f"{end}_distance_km", rows, seen.distance_km.astype(np.float32))
    _write(flights, f"{end}_height_ft", rows, seen.height_ft.astype(np.float32))
    return flights


def _fields_of(airport: pd.Series) -> Ends:
    """Fields by code alone."""
    unknown = np.full(len(airport), np.nan)
    return Ends(airport.to_numpy(dtype=object), unknown, unknown, np.zeros(len(airport), bool))


_PLACE = ("latitude", "longitude", "altitude_ft")


def _write(frame: pd.DataFrame, column: str, rows: Index, values: object) -> None:
    """Set some rows of one column."""
    frame.isetitem(frame.columns.get_loc(column), frame[column].copy())
    frame.iloc[rows, frame.columns.get_loc(column)] = values


def _join(flights: pd.DataFrame, previous: Index) -> pd.DataFrame:
    """Flights with every chain of parts made one row."""
    if not (previous >= 0).any():
        return flights
    head = _heads(previous)
    is_part = np.bincount(head, minlength=len(flights))[head] > 1
    parts = flights[is_part].assign(head=head[is_part])
    parts["_before_s"] = _silence_before(flights, previous)[is_part]
    joined = _merge(parts)
    rest = flights[~is_part]
    return pd.concat([rest, joined.astype(flights.dtypes)])


def _heads(previous: Index) -> Index:
    """First part of the chain each row belongs to."""
    head = np.arange(len(previous))
    while True:
        further = previous[head]
        if (further < 0).all():
            return head
        head = np.where(further >= 0, further, head)


def _silence_before(flights: pd.DataFrame, previous: Index) -> NDArray[np.float64]:
    """Seconds unheard between a part and the one before it; 0 for first parts."""
    firstseen, lastseen = (_milliseconds(flights[name]) for name in ("firstseen", "lastseen"))
    return np.where(previous >= 0, (firstseen - lastseen[previous]) / 1000.0, 0.0)


def _merge(parts: pd.DataFrame) -> pd.DataFrame:
    """One row per chain, indexed by the row of its first part."""
    groups = parts.groupby("head", sort=True)
    first, last = groups.nth(0).set_index("head"), groups.nth(-1).set_index("head")
    joined = first.drop(columns="_before_s")
    for name in joined.columns:
        if name == "lastseen" or name.startswith(("destination", "last_")):
            joined[name] = last[name]
    named = parts.assign(_said=parts["positions"].where(parts["callsign"].notna(), -1))
    most = named.sort_values("_said", kind="stable").groupby("head", sort=True).nth(-1)
    most = most.set_index("head").sort_index()
    joined["callsign"], joined["operator"] = most["callsign"], most["operator"]
    for name in ("registration", "typecode", "model"):
        joined[name] = groups[name].first()
    joined["positions"] = groups["positions"].sum()
    longest = groups[["longest_silence_s", "_before_s"]].max().max(axis=1)
    joined["longest_silence_s"] = longest.round().astype(np.int32)
    ways = groups["received"].nunique()
    joined["received"] = joined["received"].where(ways == 1, "mixed")
    joined["flags"] = _merge_flags(parts, groups["callsign"].nunique())
    return joined


def _merge_flags(parts: pd.DataFrame, callsigns: pd.Series) -> pd.Series:
    """Flags of any part without `brief`: the whole flight is not brief."""
    flagged = parts[parts["flags"] != ""].groupby("head")["flags"].agg(",".join)
    joined = flagged.reindex(callsigns.index, fill_value="")
    joined = joined.astype(object) + np.where(callsigns > 1, f",{CALLSIGN_CHANGE}", "")
    merged = {text: merge_flags(set(text.split(",")) - {"brief"}) for text in joined.unique()}
    return joined.map(merged)


def _drop_brief(flights: pd.DataFrame) -> pd.DataFrame:
    """Without the stretches that only a neighbouring day could have made a flight."""
    brief = flights["flags"].str.contains("brief").to_numpy(dtype=bool)
    return flights[~brief] if brief.any() else flights

"""Flights, edges and tracks as rows of the archive's tables."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flights.legs.doubts.callsigns import is_odd
from flights.legs.doubts.marks import LeftOut, mark_doubts
from flights.legs.ends.airfields import Airfields, find_fields
from flights.legs.ends.judge import SideEnds
from flights.legs.positions.continuity import moments_at
from flights.legs.positions.labels import find_callsigns, find_received
from flights.legs.positions.series import Index, Mask, Series, reduce_runs, text_of
from flights.legs.positions.spans import Spans
from flights.legs.rows.simplify import keep_points
from flights.records import (
    CALLSIGN_CHANGE,
    CALLSIGN_ODD,
    EDGE,
    FLIGHT,
    TRACK,
    format_flags,
    format_icao24,
)
from flights.records.columns import Column
from flights.reference.operators import operator_of


@dataclass(frozen=True)
class DayKey:
    """Source and day that every row begins with."""

    source: str
    day: date


@dataclass(frozen=True)
class FlightRows:
    """Flights found in a series, both ends judged. A flight's positions run from `begin` to
    `end` (inclusive), which is one on the ground where the take-off or landing was heard."""

    series: Series
    spans: Spans
    origin: SideEnds
    destination: SideEnds

    @property
    def begin(self) -> Index:
        """First position of each flight."""
        return self.origin.at

    @property
    def end(self) -> Index:
        """Last position of each flight (inclusive)."""
        return self.destination.at


def flight_frame(
    table: FlightRows, key: DayKey, *, touches: Mask, left_out: LeftOut
) -> pd.DataFrame:
    """Rows of the `flights` table; `left_out` are the positions that cannot be, by rule."""
    series, begin, end = table.series, table.begin, table.end
    icao24 = address_text(series.icao24[begin])
    firstseen = table.origin.seen_at
    callsign, changes = find_callsigns(series, begin, end)
    silence = series.silence_s
    columns = {
        "flight_id": [f"{a}-{s // 1000}" for a, s in zip(icao24, firstseen.tolist(), strict=True)],
        "icao24": icao24,
        "callsign": callsign,
        "operator": [operator_of(each) for each in callsign],
        "firstseen": as_times(firstseen),
        "lastseen": as_times(table.destination.seen_at),
        **_end_columns("origin", table.origin),
        **_end_columns("destination", table.destination),
        **_place_columns("first", series, begin),
        **_place_columns("last", series, end),
        "positions": (end - begin + 1).astype(np.int32),
        "longest_silence_s": _longest(silence, begin, end),
        "received": find_received(series, begin, end),
        "flags": _flags(table, callsign, changes, touches, left_out),
    }
    return _frame(FLIGHT, key, columns, len(begin))


def edge_frame(
    table: FlightRows, flights: pd.DataFrame, key: DayKey, standing: Mask, airfields: Airfields
) -> pd.DataFrame:
    """Rows of the `edges` table: two an airframe, its first and its last position."""
    series = table.series
    first = np.flatnonzero(series.first)
    last = np.append(first[1:], len(series))[: len(first)] - 1
    frames = []
    within = np.cumsum(series.first, dtype=np.int64)
    for name, at, side in (("first", first, "after"), ("last", last, "before")):
        moments = moments_at(series, at, side=side, within=within)
        ground = standing[at]
        field = find_fields(airfields, series.latitude[at[ground]], series.longitude[at[ground]])
        columns = {
            "icao24": address_text(series.icao24[at]),
            "edge": name,
            "seen_at": as_times(series.seen_at[at]),
            "latitude": series.latitude[at],
            "longitude": series.longitude[at],
            "altitude_ft": series.altitude_ft[at],
            "speed_kt": moments.speed_kt.astype(np.float32),
            "vertical_fpm": moments.vertical_fpm.astype(np.float32),
            "on_ground": ground,
            "callsign": text_of(moments.callsign),
            "flight_id": _flight_at(table, flights, at, ground),
            "airport": _scatter(ground, field.code, None, object),
            "airport_km": _scatter(ground, field.distance_km, np.nan, np.float32),
        }
        frames.append(_frame(EDGE, key, columns, len(at)))
    return pd.concat(frames, ignore_index=True)


def track_frame(table: FlightRows, flights: pd.DataFrame, key: DayKey) -> pd.DataFrame:
    """Rows of the `tracks` table: what is kept of each flight to draw it."""
    series = table.series
    kept, flight = keep_points(series, table.begin, table.end)
    columns = {
        "flight_id": flights["flight_id"].to_numpy()[flight],
        "icao24": flights["icao24"].to_numpy()[flight],
        "seen_at": as_times(series.seen_at[kept]),
        "latitude": series.latitude[kept].astype(np.float32),
        "longitude": series.longitude[kept].astype(np.float32),
        "altitude_ft": series.altitude_ft[kept],
        "on_ground": series.on_ground[kept],
    }
    return _frame(TRACK, key, columns, len(kept))


def address_text(icao24: NDArray[np.uint32]) -> NDArray[np.object_]:
    """Addresses as text."""
    return np.array([format_icao24(each) for each in icao24.tolist()], dtype=object)


def as_times(milliseconds: NDArray[np.int64]) -> pd.DatetimeIndex:
    """Milliseconds since 1970 as UTC times."""
    return pd.DatetimeIndex(milliseconds.astype("datetime64[ms]")).tz_localize("UTC")


def _frame(
    schema: tuple[Column, ...], key: DayKey, columns: dict[str, Any], count: int
) -> pd.DataFrame:
    """Columns in the order of the schema, null where no value is given."""
    given = {"source": key.source, "day": key.day, **columns}
    return pd.DataFrame(
        {column.name: given.get(column.name) for column in schema}, index=pd.RangeIndex(count)
    )


def _end_columns(name: str, side: SideEnds) -> dict[str, Any]:
    return {
        name: side.field.code,
        f"{name}_evidence": side.evidence,
        f"{name}_distance_km": side.field.distance_km.astype(np.float32),
        f"{name}_height_ft": side.field.height_ft.astype(np.float32),
    }


def _place_columns(name: str, series: Series, at: Index) -> dict[str, Any]:
    return {
        f"{name}_latitude": series.latitude[at],
        f"{name}_longitude": series.longitude[at],
        f"{name}_altitude_ft": series.altitude_ft[at],
    }


def _longest(silence: NDArray[np.float64], begin: Index, end: Index) -> NDArray[np.int32]:
    """Longest silence [s] between two positions of each flight."""
    longest = np.zeros(len(begin))
    several = end > begin
    longest[several] = reduce_runs(np.maximum, silence, begin[several] + 1, end[several] + 1)
    return np.rint(longest).astype(np.int32)


def _flags(
    table: FlightRows,
    callsign: NDArray[np.object_],
    changes: Mask,
    touches: Mask,
    left_out: LeftOut,
) -> NDArray[np.object_]:
    """Rules that fired, per flight."""
    series, begin, end = table.series, table.begin, table.end
    marks = {
        **mark_doubts(series, begin, end, left_out),
        "touch_and_go": reduce_runs(np.logical_or, touches, begin, end + 1),
        CALLSIGN_CHANGE: changes,
        CALLSIGN_ODD: np.array([is_odd(each) for each in callsign], dtype=bool),
        "off_field": table.origin.off_field | table.destination.off_field,
        "field_unsure": table.origin.field.unsure | table.destination.field.unsure,
        "brief": table.spans.brief,
    }
    return format_flags(marks, len(begin))


def _flight_at(
    table: FlightRows, flights: pd.DataFrame, at: Index, ground: Mask
) -> NDArray[np.object_]:
    """Identifier of the flight that contains each position, None on the ground or outside."""
    number = np.searchsorted(table.spans.begin, at, side="right") - 1
    held = (number >= 0) & ~ground
    held &= at <= table.spans.end[np.maximum(number, 0)] if len(table.spans) else False
    found = np.full(len(at), None, dtype=object)
    found[held] = flights["flight_id"].to_numpy()[number[held]]
    return found


def _scatter(mask: Mask, values: NDArray[Any], empty: object, dtype: type) -> NDArray[Any]:
    """`values` where `mask` is True, `empty` elsewhere."""
    whole: NDArray[Any] = np.full(len(mask), empty, dtype=dtype)
    whole[mask] = values
    return whole

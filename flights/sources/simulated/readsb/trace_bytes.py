"""Positions of one airframe as the bytes of one readsb trace file (a UTC day)."""

import math
import zlib
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import orjson

from flights.records import RECEIVED, format_icao24

DETAILS_EVERY_POINTS = 4
STALE, NEW_LEG = 1, 2
# As readsb marks its traces (its README-json.md, "trace").
STALE_AFTER_S = 20.0
LEG_AFTER_S = 600.0
GZIP_FORMAT = 31


def midnight_ms(day: date) -> int:
    """Start of a UTC day [ms since 1970]."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000


def encode_trace(
    positions: np.ndarray,
    *,
    day: date,
    registration: str | None = None,
    typecode: str | None = None,
    model: str | None = None,
    owner: str | None = None,
) -> bytes:
    """One gzip trace file: 14 fields per point, details at every 4th, base time midnight.

    Parameters
    ----------
    positions : array of `records.POSITION` of one airframe, in time order, within `day`.
    """
    facts = _facts(registration, typecode, model, owner)
    head = {"icao": format_icao24(int(positions["icao24"][0])), **facts}
    lines = [orjson.dumps({key: value})[1:-1] for key, value in head.items()]
    base = midnight_ms(day)
    lines.append(b'"timestamp": %d.000' % (base // 1000))
    points = b",\n".join(orjson.dumps(point) for point in _points(positions, base))
    text = b"{" + b",\n".join(lines) + b',\n"trace":[ \n' + points + b" ]\n}\n"
    return zlib.compress(text, 9, wbits=GZIP_FORMAT)


def _facts(
    registration: str | None, typecode: str | None, model: str | None, owner: str | None
) -> dict[str, Any]:
    """Header fields of the aircraft database; `noRegData` where it has none."""
    known = {"r": registration, "t": typecode, "dbFlags": 0, "desc": model, "ownOp": owner}
    facts = {key: value for key, value in known.items() if value is not None}
    return facts if len(facts) > 1 else {"noRegData": True}


def _points(positions: np.ndarray, base_ms: int) -> list[list[Any]]:
    ground = positions["on_ground"]
    columns = (
        np.round((positions["seen_at"] - base_ms) / 1000, 2).tolist(),
        np.round(positions["latitude"], 6).tolist(),
        np.round(positions["longitude"], 6).tolist(),
        _altitudes(positions),
        _or_null(positions["speed_kt"].astype(float), 1),
        _or_null(np.where(ground, np.nan, _tracks_deg(positions)), 1),
        _flags(positions).tolist(),
        _or_null(np.where(ground, np.nan, _climb_fpm(positions)), 0),
        _details(positions),
        [RECEIVED[kind] for kind in positions["received"].tolist()],
    )
    return [[*values, None, None, None, None] for values in zip(*columns, strict=True)]


def _altitudes(positions: np.ndarray) -> list[int | str | None]:
    feet = np.rint(np.nan_to_num(positions["altitude_ft"].astype(float)) / 25) * 25
    rows = zip(positions["on_ground"], np.isfinite(positions["altitude_ft"]), feet, strict=True)
    return ["ground" if down else int(value) if known else None for down, known, value in rows]


def _or_null(values: np.ndarray, decimals: int) -> list[float | int | None]:
    rounded = np.round(values, decimals).tolist()
    typed = float if decimals else int
    return [typed(value) if math.isfinite(value) else None for value in rounded]


def _tracks_deg(positions: np.ndarray) -> np.ndarray:
    """Bearing from each point to the next [deg]; the last is repeated; NaN for a single point."""
    if len(positions) < 2:
        return np.full(len(positions), np.nan)
    lat, lon = np.radians(positions["latitude"]), np.radians(positions["longitude"])
    turn = lon[1:] - lon[:-1]
    east = np.sin(turn) * np.cos(lat[1:])
    north = np.cos(lat[:-1]) * np.sin(lat[1:]) - np.sin(lat[:-1]) * np.cos(lat[1:]) * np.cos(turn)
    bearing = np.degrees(np.arctan2(east, north)) % 360
    return np.append(bearing, bearing[-1])


def _climb_fpm(positions: np.ndarray) -> np.ndarray:
    """Climb since the previous point [ft/min]; NaN for the first point and after a gap."""
    seconds = np.diff(positions["seen_at"]) / 1000
    feet = np.diff(positions["altitude_ft"].astype(float))
    usable = (seconds > 0) & (seconds <= 60)
    rate = np.where(usable, feet / np.where(usable, seconds, 1) * 60, np.nan)
    return np.concatenate([[np.nan], np.round(rate / 64) * 64])[: len(positions)]


def _flags(positions: np.ndarray) -> np.ndarray:
    """`STALE` after a gap; `NEW_LEG` at the first point after a long gap on the ground."""
    silence = np.concatenate([[np.inf], np.diff(positions["seen_at"]) / 1000])[: len(positions)]
    ground = positions["on_ground"]
    after_ground = np.concatenate([[False], ground[:-1]])[: len(positions)]
    leg = after_ground & (silence > LEG_AFTER_S)
    return STALE * (silence > STALE_AFTER_S) + NEW_LEG * leg


def _details(positions: np.ndarray) -> list[dict[str, Any] | None]:
    """The aircraft object of every 4th point; no `flight` where the callsign is unknown."""
    details: list[dict[str, Any] | None] = [None] * len(positions)
    for row in range(0, len(positions), DETAILS_EVERY_POINTS):
        callsign = positions["callsign"][row].decode("ascii", "replace")
        named = {"flight": callsign.ljust(8)} if callsign else {}
        kind = RECEIVED[positions["received"][row]]
        details[row] = {"type": kind, **named, "category": "A5", "nic": 8, "rc": 186, "version": 2}
    return details

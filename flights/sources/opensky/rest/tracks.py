"""The track of one flight from OpenSky's REST interface: request and reply."""

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from flights.errors import BadPayload, InvalidInput, NotCovered
from flights.sources.opensky.rest.client import Api
from flights.sources.opensky.rest.credits import UNDER_A_DAY
from flights.sources.opensky.rest.read_flights import (
    FIRST_S,
    LAST_S,
    read_callsign,
    read_json,
    read_number,
    read_second,
)

KEPT = timedelta(days=30)
"""OpenSky has no track older than this (docs/free/rest.rst)."""

MOST_POINTS = 100_000

_ICAO24 = re.compile("[0-9a-f]{6}")
_FEET_PER_METRE = 1 / 0.3048
_CALLSIGN_KEYS = ("callsign", "calllsign")
"""Replies use the first; OpenSky's documentation has the second."""


@dataclass(frozen=True)
class Track:
    """The track of one flight.

    `points`: `seen_at` (UTC), `latitude`, `longitude` [deg, null = unknown],
    `altitude_ft` (barometric), `track_deg` (true), `on_ground`; in order of time.
    """

    icao24: str
    callsign: str | None
    start: datetime
    stop: datetime
    points: pd.DataFrame


def fetch_track(api: Api, icao24: str, at: datetime, *, now: datetime) -> bytes | None:
    """The reply for the flight of an aircraft at the time `at`; None = OpenSky has none.

    Raises
    ------
    InvalidInput
        The address is invalid, or the time is in the future.
    NotCovered
        The time is more than 30 days ago.
    CredentialsMissing, CredentialsRejected, RateLimited, SourceUnavailable, BadPayload
        As `Api.get`.
    """
    address = icao24.strip().lower()
    if not _ICAO24.fullmatch(address):
        raise InvalidInput(f"{icao24.strip()!r} is not an aircraft address (six hex digits).")
    if at > now:
        raise InvalidInput(f"{at:%Y-%m-%d %H:%M} UTC is in the future.")
    if now - at > KEPT:
        raise NotCovered(
            f"OpenSky keeps tracks for 30 days; {at:%Y-%m-%d %H:%M} UTC is {(now - at).days} days "
            "ago. For older flights pull a day of the source adsblol with --icao24."
        )
    params: dict[str, str | int] = {"icao24": address, "time": int(at.timestamp())}
    answer = api.get("/tracks/all", params, bucket="tracks", credits=UNDER_A_DAY)
    return answer.body if answer.status == 200 else None


def read_track(body: bytes, name: str) -> Track:
    """The track of a reply; `name` is the name of the reply in messages.

    Raises
    ------
    BadPayload
        It is not JSON, or a field is missing or has another type; the message has the place.
    """
    plain = read_json(body, name)
    if not isinstance(plain, dict):
        raise BadPayload(f"{name}: expected an object, not {type(plain).__name__}.")
    for key in ("icao24", "startTime", "endTime", "path"):
        if key not in plain:
            raise BadPayload(f"{name}: the key {key} is missing.")
    icao24 = plain["icao24"]
    if not isinstance(icao24, str) or not _ICAO24.fullmatch(icao24.strip().lower()):
        raise BadPayload(f"{name}: icao24 is not an aircraft address.")
    callsign = next((plain[each] for each in _CALLSIGN_KEYS if each in plain), None)
    return Track(
        icao24.strip().lower(),
        read_callsign(callsign, name),
        _moment(plain["startTime"], f"{name}: startTime"),
        _moment(plain["endTime"], f"{name}: endTime"),
        _read_path(plain["path"], name),
    )


def _read_path(path: Any, name: str) -> pd.DataFrame:
    if not isinstance(path, list):
        raise BadPayload(f"{name}: path is not a list of points.")
    if len(path) > MOST_POINTS:
        raise BadPayload(f"{name}: path has {len(path):,} points, more than a flight can have.")
    points = [_read_point(point, f"{name}: point {n}") for n, point in enumerate(path)]
    columns = ["seen_at", "latitude", "longitude", "altitude_ft", "track_deg", "on_ground"]
    frame = pd.DataFrame(points, columns=columns)
    for column in columns[1:5]:
        frame[column] = frame[column].astype("float64")
    frame["on_ground"] = frame["on_ground"].astype("boolean")
    seconds = pd.to_datetime(frame["seen_at"].astype("int64"), unit="s", utc=True)
    return frame.assign(seen_at=seconds).sort_values("seen_at", kind="stable", ignore_index=True)


def _read_point(
    point: Any, where: str
) -> tuple[int, float | None, float | None, float, float | None, bool | None]:
    if not isinstance(point, list) or len(point) < 6:
        raise BadPayload(f"{where} is not a list of six values.")
    latitude, longitude, altitude_m, course = (
        read_number(value, f"{where}, value {n}") for n, value in enumerate(point[1:5], 1)
    )
    if (latitude is not None and abs(latitude) > 90) or (
        longitude is not None and abs(longitude) > 180
    ):
        raise BadPayload(f"{where} is not a place on Earth.")
    if not isinstance(point[5], bool | None):
        raise BadPayload(f"{where}: on_ground is neither true nor false.")
    altitude_ft = math.nan if altitude_m is None else altitude_m * _FEET_PER_METRE
    return _second(point[0], where), latitude, longitude, altitude_ft, course, point[5]


def _second(value: Any, where: str) -> int:
    second = read_second(value, f"{where}: its time")
    if not FIRST_S <= second < LAST_S:
        raise BadPayload(f"{where}: its time is impossible.")
    return second


def _moment(value: Any, where: str) -> datetime:
    return datetime.fromtimestamp(_second(value, where), UTC)

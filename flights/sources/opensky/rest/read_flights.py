"""Reads flights from replies of OpenSky's REST interface, and merges several replies.

An invalid reply is refused; it is never read as "no flights".
"""

import json
import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, NoReturn

import pandas as pd

from flights.errors import BadPayload
from flights.sources.opensky.flight_rows import COLUMNS

FIRST_S = 1_356_998_400
"""2013-01-01: OpenSky has nothing older [unix s]."""

LAST_S = 4_102_444_800
"""2100-01-01 [unix s]."""

LONGEST_S = 48 * 3600
"""Longest possible flight [s]."""

_ICAO24 = re.compile(r"[0-9a-f]{6}")
_AIRPORT = re.compile(r"[A-Z0-9-]{2,8}")
_LONGEST_CALLSIGN = 16
_NULLABLE = (
    "callsign",
    "estDepartureAirport",
    "estArrivalAirport",
    "estDepartureAirportHorizDistance",
    "estDepartureAirportVertDistance",
    "estArrivalAirportHorizDistance",
    "estArrivalAirportVertDistance",
)
KEYS = ("icao24", "firstSeen", "lastSeen", *_NULLABLE)
"""Keys of every flight; a missing key means another format, not "unknown"."""


class End(NamedTuple):
    """Airport as OpenSky estimates it (None = unknown), distance from it and height [m]."""

    airport: str | None
    distance_m: float | None
    height_m: float | None


class Leg(NamedTuple):
    """One flight; times in unix s. Text is untrusted."""

    icao24: str
    firstseen: int
    lastseen: int
    callsign: str | None
    origin: End
    destination: End


@dataclass
class ReplyLegs:
    """Flights of a reply, and the number left out per rule."""

    legs: list[Leg] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)


def read_flights(body: bytes, name: str) -> ReplyLegs:
    """Flights of a reply, in its order; `name` is the name of the reply in messages.

    Left out and counted: invalid addresses (`dropped_address`), flights that end before they
    begin (`dropped_reversed`), and impossible times (`dropped_times`).

    Raises
    ------
    BadPayload
        It is not JSON, not a list, or an entry lacks a key or has a value of another type; the
        message has the place.
    """
    found = ReplyLegs()
    for number, entry in enumerate(_read_list(body, name)):
        where = f"{name}, flight {number}"
        leg = _read_leg(entry, where)
        if rule := _fault(leg):
            found.dropped[f"dropped_{rule}"] += 1
        else:
            found.legs.append(leg)
    return found


def read_json(body: bytes, name: str) -> Any:
    """Reads strict JSON: UTF-8, no NaN, limited depth.

    Raises
    ------
    BadPayload
        It is not JSON; the message has the byte.
    """

    def refuse(constant: str) -> NoReturn:
        raise BadPayload(f"{name}: {constant} is not a JSON value.")

    try:
        text = body.decode("utf-8")
        return json.loads(text, parse_constant=refuse)
    except UnicodeDecodeError as error:
        raise BadPayload(f"{name}: byte {error.start} is not UTF-8 text.") from error
    except json.JSONDecodeError as error:
        at = len(text[: error.pos].encode())
        raise BadPayload(
            f"{name}: invalid JSON at byte {at} of {len(body)} ({error.msg}). Pull the day again."
        ) from error
    except (RecursionError, ValueError) as error:
        raise BadPayload(f"{name}: nested too deeply, or a number too long.") from error


def _read_list(body: bytes, name: str) -> list[Any]:
    plain = read_json(body, name)
    if not isinstance(plain, list):
        raise BadPayload(f"{name}: expected a list of flights, not {type(plain).__name__}.")
    return plain


def _read_leg(entry: Any, where: str) -> Leg:
    if not isinstance(entry, dict):
        raise BadPayload(f"{where}: expected an object, not {type(entry).__name__}.")
    if lacking := [key for key in KEYS if key not in entry]:
        raise BadPayload(f"{where}: the key {lacking[0]} is missing.")
    if not isinstance(entry["icao24"], str):
        raise BadPayload(f"{where}: icao24 is not text.")
    return Leg(
        entry["icao24"].strip().lower(),
        read_second(entry["firstSeen"], f"{where}: firstSeen"),
        read_second(entry["lastSeen"], f"{where}: lastSeen"),
        read_callsign(entry["callsign"], where),
        _read_end(entry, "estDepartureAirport", where),
        _read_end(entry, "estArrivalAirport", where),
    )


def _fault(leg: Leg) -> str:
    """The rule by which a flight is left out, "" = none."""
    if not _ICAO24.fullmatch(leg.icao24):
        return "address"
    if leg.lastseen < leg.firstseen:
        return "reversed"
    inside = FIRST_S <= leg.firstseen <= leg.lastseen < LAST_S
    return "" if inside and leg.lastseen - leg.firstseen <= LONGEST_S else "times"


def read_second(value: Any, where: str) -> int:
    """A time in unix s; some replies write whole numbers as 1.567670958E9."""
    number = read_number(value, where)
    if number is None or number != int(number):
        raise BadPayload(f"{where} is not a whole second.")
    return int(number)


def read_number(value: Any, where: str) -> float | None:
    """A number or null; `BadPayload` for other values."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadPayload(f"{where} is not a number.")
    if not math.isfinite(value) or abs(value) > 1e12:
        raise BadPayload(f"{where} is an impossible number.")
    result: float | None = value
    return result


def read_callsign(value: Any, where: str) -> str | None:
    """The callsign without padding; None if there is none."""
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > _LONGEST_CALLSIGN:
        raise BadPayload(
            f"{where}: callsign is not a text of at most {_LONGEST_CALLSIGN} characters."
        )
    return value.strip() or None


def _read_end(entry: dict[str, Any], key: str, where: str) -> End:
    airport = entry[key]
    distance, height = (
        read_number(entry[f"{key}{name}Distance"], f"{where}: {key}{name}Distance")
        for name in ("Horiz", "Vert")
    )
    if airport is None or airport == "":
        return End(None, None, None)
    if not isinstance(airport, str) or not _AIRPORT.fullmatch(airport.strip().upper()):
        raise BadPayload(f"{where}: {key} is not an airport code.")
    return End(airport.strip().upper(), distance, height)


def merge_legs(replies: Iterable[Iterable[Leg]]) -> tuple[list[Leg], int]:
    """Each flight once, by address and first second, and the number of flights that differ.

    A flight is in the departures of one airport and the arrivals of another. If two replies
    differ, the one with more known airports counts, then the one with the later landing.
    """
    found: dict[tuple[str, int], Leg] = {}
    differing = 0
    for leg in (leg for legs in replies for leg in legs):
        known = found.setdefault((leg.icao24, leg.firstseen), leg)
        if known != leg:
            differing += 1
            found[leg.icao24, leg.firstseen] = max(known, leg, key=_knows)
    return sorted(found.values(), key=lambda leg: (leg.firstseen, leg.icao24)), differing


def _knows(leg: Leg) -> tuple[int, int, str]:
    ends = sum(end.airport is not None for end in (leg.origin, leg.destination))
    return ends, leg.lastseen, repr(leg)


def legs_frame(legs: Iterable[Leg]) -> pd.DataFrame:
    """Flights as a frame with the columns `flight_rows.COLUMNS`."""
    flat = [
        (leg.icao24, leg.callsign, leg.firstseen, leg.lastseen, *leg.origin, *leg.destination)
        for leg in legs
    ]
    return pd.DataFrame(flat, columns=list(COLUMNS))

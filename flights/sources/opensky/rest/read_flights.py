"""Flights as OpenSky's REST interface writes them: bytes -> legs. Bad text is refused, not read
as nothing."""

import json
import math
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple, NoReturn

from flights.errors import BadPayload

FIRST_S = 1_356_998_400
"""2013-01-01: OpenSky holds nothing older [unix s]."""

LAST_S = 4_102_444_800
"""2100-01-01 [unix s]."""

LONGEST_S = 48 * 3600
"""No flight is longer [s]."""

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
"""What must stand in every flight; a key that is missing is another format, not "unknown"."""


class End(NamedTuple):
    """Airport as OpenSky guesses it (None = it does not), distance from there and height [m]."""

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
    """Flights of a reply, and how many were left out by which rule."""

    legs: list[Leg] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)


def read_flights(body: bytes, name: str) -> ReplyLegs:
    """Flights of a reply, in its order; `name` says in messages which reply it is.

    Left out and counted: an address that is none (`dropped_address`), a flight that ends before
    it begins (`dropped_reversed`), and times no flight can have (`dropped_times`).

    Raises
    ------
    BadPayload
        It is no JSON, no list, or an entry lacks a key or holds another type; says where.
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
    """Strict JSON: UTF-8, no NaN, no depth that would end the program.

    Raises
    ------
    BadPayload
        It is none; the message says at which byte.
    """

    def refuse(constant: str) -> NoReturn:
        raise BadPayload(f"{name}: {constant} is no JSON value.")

    try:
        text = body.decode("utf-8")
        return json.loads(text, parse_constant=refuse)
    except UnicodeDecodeError as error:
        raise BadPayload(f"{name}: byte {error.start} is no UTF-8 text.") from error
    except json.JSONDecodeError as error:
        at = len(text[: error.pos].encode())
        raise BadPayload(
            f"{name}: no JSON at byte {at} of {len(body)} ({error.msg}). Pull the day again."
        ) from error
    except (RecursionError, ValueError) as error:
        raise BadPayload(f"{name}: nested too deeply, or a number too long.") from error


def _read_list(body: bytes, name: str) -> list[Any]:
    plain = read_json(body, name)
    if not isinstance(plain, list):
        raise BadPayload(f"{name}: a list of flights was promised, not {type(plain).__name__}.")
    return plain


def _read_leg(entry: Any, where: str) -> Leg:
    if not isinstance(entry, dict):
        raise BadPayload(f"{where}: an object was promised, not {type(entry).__name__}.")
    if lacking := [key for key in KEYS if key not in entry]:
        raise BadPayload(f"{where}: the key {lacking[0]} is missing.")
    if not isinstance(entry["icao24"], str):
        raise BadPayload(f"{where}: icao24 is no text.")
    return Leg(
        entry["icao24"].strip().lower(),
        read_second(entry["firstSeen"], f"{where}: firstSeen"),
        read_second(entry["lastSeen"], f"{where}: lastSeen"),
        read_callsign(entry["callsign"], where),
        _read_end(entry, "estDepartureAirport", where),
        _read_end(entry, "estArrivalAirport", where),
    )


def _fault(leg: Leg) -> str:
    """The rule by which a flight is left out, "" for none."""
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
        raise BadPayload(f"{where} is no whole second.")
    return int(number)


def read_number(value: Any, where: str) -> float | None:
    """A number or null; `BadPayload` for anything else."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadPayload(f"{where} is no number.")
    if not math.isfinite(value) or abs(value) > 1e12:
        raise BadPayload(f"{where} is no number that can be.")
    result: float | None = value
    return result


def read_callsign(value: Any, where: str) -> str | None:
    """The callsign without its padding; None where there is none."""
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > _LONGEST_CALLSIGN:
        raise BadPayload(f"{where}: callsign is no text of eight letters.")
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
        raise BadPayload(f"{where}: {key} is no code of an airport.")
    return End(airport.strip().upper(), distance, height)

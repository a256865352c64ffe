"""Converts single values of a table to the form of the archive."""

import hashlib
import re
from collections.abc import Callable
from functools import cache, lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from flights.reference.airports import current_code, load_airports
from flights.sources.own_table.columns.rules import LONGEST_TEXT

Value = tuple[str | None, str]
"""A value and the rule it breaks ("" = none); `LEFT`: only the value is left out."""

LEFT = "left"
_MISSING = frozenset(("", "-", "--", "?", "null", "none", "n/a", "#n/a", "<na>", "\\n", "unknown"))
_MISSING_EXACTLY = frozenset(("nan", "NaN"))
"""In capitals, NAN is an airport (Nadi) and may be part of a name."""
_UNNAMED_AIRPORTS = frozenset(("ZZZZ", "AFIL"))
"""Codes in flight plans for a place without an airport code."""

_ADDRESS = re.compile(r"(~?)(?:0x)?([0-9a-f]{6})")
_CALLSIGN = re.compile(r"[A-Z0-9]{2,8}")
_TYPECODE = re.compile(r"[A-Z0-9]{2,4}")
_OPERATOR = re.compile(r"[A-Z]{3}")


def is_missing(text: str) -> bool:
    """True for texts that mean "no value"."""
    return text.lower() in _MISSING or text in _MISSING_EXACTLY


def without_missing(texts: pa.Array) -> pa.Array:
    """The column with null where `is_missing`."""
    missing = pc.or_(
        pc.is_in(pc.utf8_lower(texts), pa.array(sorted(_MISSING))),
        pc.is_in(texts, pa.array(sorted(_MISSING_EXACTLY))),
    )
    return pc.if_else(missing, pa.scalar(None, pa.string()), texts)


def read_address(text: str) -> Value:
    """Six hex digits, with `~` before an address that is not an ICAO address.

    >>> read_address("4D0103"), read_address("hello")
    (('4d0103', ''), (None, 'address'))
    """
    match = _ADDRESS.fullmatch(text.lower())
    if not match or match[2] in _NO_ADDRESSES:
        return None, "address"
    return match[1] + match[2], ""


def read_callsign(text: str) -> Value:
    """Capitals without blanks where that is a valid callsign, else the unchanged text.

    >>> read_callsign("clx 7304")
    ('CLX7304', '')
    """
    plain = text.upper().replace(" ", "")
    return _shown(plain if _CALLSIGN.fullmatch(plain) else text)


def read_registration(text: str) -> Value:
    """In capitals."""
    return _shown(text.upper())


def read_text(text: str) -> Value:
    """The unchanged text, where it can be displayed."""
    return _shown(text)


def read_typecode(text: str) -> Value:
    """An ICAO type designator; anything else is left out."""
    plain = text.upper()
    return (plain, "") if _TYPECODE.fullmatch(plain) else (None, LEFT)


def read_operator(text: str) -> Value:
    """An operator's ICAO designator; anything else is left out."""
    plain = text.upper()
    return (plain, "") if _OPERATOR.fullmatch(plain) else (None, LEFT)


def read_airport(text: str) -> Value:
    """ICAO code of an airport given by its ICAO or IATA code; rule `airport` for anything else.

    >>> read_airport("ellx"), read_airport("LUX"), read_airport("Luxembourg")
    (('ELLX', ''), ('ELLX', ''), (None, 'airport'))
    """
    code = text.upper()
    if code in _UNNAMED_AIRPORTS:
        return None, ""
    known = current_code(code)
    if known in load_airports().index:
        return known, ""
    found = _by_iata().get(code)
    return (found, "") if found else (None, "airport")


def pseudo_address(kind: str, text: str) -> str:
    """A pseudonym for an address that the table lacks: `~` and 24 bits of a SHA-256.

    The same registration (or callsign) always gives the same address. Two may share one by chance.
    """
    return "~" + hashlib.sha256(f"{kind}:{text}".encode()).hexdigest()[:6]


_NO_ADDRESSES = ("000000", "ffffff")
_PLAIN = {
    "icao24": (pc.utf8_lower, "^[0-9a-f]{6}$"),
    "callsign": (pc.utf8_upper, "^[A-Z0-9]{2,8}$"),
    "registration": (pc.utf8_upper, "^[A-Z0-9-]{1,20}$"),
}


def read_plain(name: str, texts: pa.Array) -> pa.Array | None:
    """The values of a column whose texts are all plain; None where one is not.

    The same values as the field's reader gives, but for the whole column at once.
    """
    if name not in _PLAIN:
        return None
    turn, pattern = _PLAIN[name]
    turned = turn(texts)
    usual = pc.match_substring_regex(turned, pattern)
    if name == "icao24":
        usual = pc.and_not(usual, pc.is_in(turned, pa.array(_NO_ADDRESSES)))
    return turned if pc.all(usual, min_count=0).as_py() else None


_remember = lru_cache(maxsize=100_000)
"""Size of the caches: values repeat from chunk to chunk."""

READERS: dict[str, Callable[[str], Value]] = {
    "icao24": _remember(read_address),
    "callsign": _remember(read_callsign),
    "registration": _remember(read_registration),
    "typecode": _remember(read_typecode),
    "model": _remember(read_text),
    "operator": _remember(read_operator),
    "origin": _remember(read_airport),
    "destination": _remember(read_airport),
}


def _shown(text: str) -> Value:
    if not text.isprintable():
        return None, "text"
    return (text, "") if len(text) <= LONGEST_TEXT else (None, "long")


@cache
def _by_iata() -> dict[str, str]:
    """IATA codes that exactly one airport has."""
    codes = load_airports()["iata"]
    codes = codes[(codes != "") & ~codes.duplicated(keep=False)]
    return {str(iata): str(icao) for icao, iata in codes.items()}

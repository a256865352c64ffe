"""Cargo operators, passenger airlines, types and models: the lists for cargo grades."""

import re
from functools import cache
from importlib import resources

import pandas as pd

OPERATOR_PATTERN = re.compile(r"([A-Z]{3})\d")
"""A callsign that starts with its operator's ICAO designator: three letters, then a digit.
`N123AB` and `DABCD` name no operator."""

_TABLES = ("operators.csv", "passenger_airlines.csv", "typecodes.csv", "freighter_models.csv")

_PLAIN = (
    (re.compile(r"[()]"), "-"),
    (re.compile(r"[\s/_.,;–—-]+"), "-"),
    (re.compile(r"\bB-?(?=7\d7)"), ""),
    (re.compile(r"\bA-(?=3\d\d)"), "A"),
    (re.compile(r"\b(MD|DC|AN|IL|TU|ATR|SAAB)-(?=\d)"), r"\1"),
)


def operator_of(callsign: str | None) -> str | None:
    """ICAO designator of the operator a callsign names, None where it names none.

    >>> operator_of("CLX9TK"), operator_of("N123AB"), operator_of(None)
    ('CLX', None, None)
    """
    found = OPERATOR_PATTERN.match(callsign or "")
    return found[1] if found else None


@cache
def load_operators() -> pd.DataFrame:
    """Cargo operators by ICAO designator (`icao`).

    Columns `name`, `kind` (`all-cargo`; `mixed` = carries passengers too), `numbers` (ranges of
    flight numbers of cargo flights, divided by blanks; "" = all flights of an all-cargo operator,
    unknown for a mixed one), `grade`, `note`, `source`, `date`.
    """
    return _read("operators.csv").set_index("icao")


@cache
def load_passenger_airlines() -> pd.DataFrame:
    """Airlines that fly no freighters under their designator (`icao`).

    Columns `name`, `note`, `source`, `date`.
    """
    return _read("passenger_airlines.csv").set_index("icao")


@cache
def load_typecodes() -> pd.DataFrame:
    """Types that fly freight by ICAO type designator (`typecode`).

    Columns `name`, `grade`, `unless_operators` (designators that fly them with passengers),
    `freighters_only` (designators of airlines that carry passengers too, but not in this type),
    `note`, `source`, `date`.
    """
    return _read("typecodes.csv").set_index("typecode")


@cache
def load_models() -> pd.DataFrame:
    """Freighter and passenger versions by model text (`family`); the first matching row counts.

    Columns `grade`, `pattern` (searched in `plain_model`), `match` and `avoid` (examples with
    ` | ` between), `note`, `source`, `date`. Convertible versions (C, QC) are in no row: they
    carry passengers too.
    """
    return _read("freighter_models.csv").set_index("family")


def plain_model(text: str) -> str:
    """A model text in one spelling: capitals, one hyphen between parts, no letter of the maker.

    >>> plain_model("Boeing B-747-8R7F"), plain_model("A-321-211 (P2F)"), plain_model("An-124")
    ('BOEING-747-8R7F', 'A321-211-P2F', 'AN124')
    """
    plain = text.upper()
    for pattern, instead in _PLAIN:
        plain = pattern.sub(instead, plain)
    return plain.strip("-")


def read_ranges(numbers: str) -> tuple[tuple[int, int], ...]:
    """Ranges of flight numbers, both ends inclusive.

    >>> read_ranges("600-699 6600-6699")
    ((600, 699), (6600, 6699))
    """
    ranges = []
    for part in numbers.split():
        low, _, high = part.partition("-")
        ranges.append((int(low), int(high)))
    return tuple(ranges)


def read_table_bytes() -> bytes:
    """The lists as shipped, for a digest of the rules."""
    folder = resources.files("flights.reference.data")
    return b"".join(folder.joinpath(name).read_bytes() for name in _TABLES)


def _read(name: str) -> pd.DataFrame:
    with resources.files("flights.reference.data").joinpath(name).open(encoding="utf-8") as file:
        return pd.read_csv(file, dtype=str, keep_default_na=False)

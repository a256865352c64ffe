"""Cargo operators, freighter types, freighter models: the lists behind a cargo judgement."""

from functools import cache
from importlib import resources

import pandas as pd

OPERATOR_KINDS = ("all-cargo", "mixed")
"""`mixed` carries passengers too: its rows say which flight numbers are cargo, or none."""

TYPECODE_GRADES = ("certain", "likely", "possible", "with-operator")
"""What a type designator says alone; `with-operator` says something only beside an operator."""

FREIGHTER_MODELS = (
    ("747 freighter", r"\b747-?\d\w{0,6}F\b"),
    ("777 freighter", r"\b777-?(?:200)?(?:LR)?F\w{0,2}\b"),
    ("Boeing freighter", r"\b7[0-6]7-?\w{1,7}F\b"),
    ("Airbus freighter", r"\bA-?3[0-3]\d-?\w{1,5}F\b|\bA-?300F\w*|\bA-?350F\b"),
    ("McDonnell Douglas freighter", r"\b(?:MD|DC)-?\d{1,2}(?:-\d{2})?F\b"),
    ("turboprop freighter", r"\bATR[ -]?[47]2[-\d]*F\b|\bSAAB 340\w?F\b"),
    (
        "freighter conversion",
        r"\b(?:7[0-7]7|A-?3\d\d|MD-?\d\d|ATR)[-\w\s.()]{0,12}?(?:BCF|BDSF|BDF|PCF|P2F|ERSF|SF)\b",
    ),
    ("freighter", r"\bFREIGHTER\b|\w\(F\)|\b747-?400LCF\b"),
)
"""What a model text means, and the pattern (of upper case text) that finds it. Convertible and
combined versions (C, QC, M) are left out: they carry passengers too."""


@cache
def load_operators() -> pd.DataFrame:
    """Cargo operators by ICAO designator (`icao`).

    Columns `name`, `kind`, `numbers` (ranges of flight numbers, blank between; "" = all),
    `grade`, `note`, `source`, `date`.
    """
    return _read("operators.csv").set_index("icao")


@cache
def load_typecodes() -> pd.DataFrame:
    """Types that fly freight by ICAO type designator (`typecode`).

    Columns `name`, `grade`, `unless_operators` (designators that fly them with passengers),
    `note`, `source`, `date`.
    """
    return _read("typecodes.csv").set_index("typecode")


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
    """Both lists as committed, for a digest of the rules."""
    folder = resources.files("flights.reference")
    return b"".join(
        folder.joinpath(name).read_bytes() for name in ("operators.csv", "typecodes.csv")
    )


def _read(name: str) -> pd.DataFrame:
    with resources.files("flights.reference").joinpath(name).open(encoding="utf-8") as file:
        return pd.read_csv(file, dtype=str, keep_default_na=False)

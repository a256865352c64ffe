"""A user's own cargo list: its rows replace the program's grades.

A CSV file `kind,value,grade,note` in UTF-8, one statement per row:

- `kind`: icao24 | registration | callsign | operator (ICAO designator) | typecode
- `grade`: certain | likely | possible | none (not cargo)
- `note`: the reason; may be empty

Where several rows match a flight, the kind listed first above wins. A callsign must match as a
whole. The operator of a flight is that of its callsign, else the one stored with the flight.
"""

import csv
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from flights.cargo.grades import COLUMNS, GRADES
from flights.errors import InvalidInput

KINDS = ("icao24", "registration", "callsign", "operator", "typecode")
"""What a row can be about, most specific first."""

HEADER = ("kind", "value", "grade", "note")
NONE = "none"
OWN_LIST = "own list: "
"""Start of `cargo_rule` where a row of the list wins."""

# A list is short and made by hand: larger files are another kind of file.
MOST_BYTES = 1 << 20
MOST_ROWS = 10_000
TEMPLATE = ",".join(HEADER) + "\n"

_FORMS = {
    "icao24": (re.compile(r"~?[0-9a-f]{6}"), "an address of six hex digits"),
    "registration": (re.compile(r"[A-Z0-9][A-Z0-9-]{1,11}"), "a registration"),
    "callsign": (re.compile(r"[A-Z0-9]{2,8}"), "a callsign"),
    "operator": (re.compile(r"[A-Z]{3}"), "an ICAO designator of three letters"),
    "typecode": (re.compile(r"[A-Z][A-Z0-9]{1,3}"), "an ICAO type designator"),
}
_LONGEST_NOTE = 200
NAMES_OPERATOR = "^([A-Z]{3})[0-9]"
"""A callsign (capitals) that names its operator."""


@dataclass(frozen=True)
class Statement:
    """One row: `value` in the form that is compared, `line` = number of its line in the file."""

    kind: str
    value: str
    grade: str
    note: str
    line: int


@dataclass(frozen=True)
class Overrides:
    """A cargo list as read; two lists of the same bytes are equal.

    `name` is the name of the file, `sha256` the hash of its bytes, `text` its content.
    """

    sha256: str
    name: str = field(compare=False)
    text: str = field(compare=False, repr=False)
    rows: tuple[Statement, ...] = field(compare=False, repr=False)

    def describe(self) -> str:
        """Name, number of rows and hash of the file."""
        count = len(self.rows)
        rows = "1 row" if count == 1 else f"{count} rows"
        return f"{self.name} ({rows}, SHA-256 {self.sha256[:12]})"


def read_overrides(path: str | Path) -> Overrides:
    """The cargo list in a file.

    Raises
    ------
    InvalidInput
        There is no such file, or it is not a cargo list; the message names the line.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        why = error.strerror or error
        raise InvalidInput(f"The cargo list {path} cannot be read: {why}.") from error
    return parse_overrides(data, path.name)


def parse_overrides(data: bytes, name: str = "cargo.csv") -> Overrides:
    """The cargo list in the bytes of a file.

    Raises
    ------
    InvalidInput
        It is not a cargo list; the message names the line.
    """
    if len(data) > MOST_BYTES:
        raise InvalidInput(
            f"{name} is larger than {MOST_BYTES >> 20} MB, the limit for a cargo list."
        )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{name} is not a text file in UTF-8.") from error
    rows = tuple(_parse_rows(text, name))
    _refuse_doubles(rows, name)
    return Overrides(hashlib.sha256(data).hexdigest(), name, text, rows)


def judge_overrides(flights: pd.DataFrame, overrides: Overrides) -> pd.DataFrame:
    """`flights` with the cargo columns of the list, where a row matches a flight.

    `cargo_rule` then names the row, also where its grade is `none` (null `cargo_grade`).
    `cargo_conflict` names the grade of the rules where it differs, and other rows that differ.
    """
    fits = _match_rows(flights, overrides)
    matched = np.flatnonzero((fits >= 0).any(axis=1))
    if not len(matched):
        return flights
    rules = flights.iloc[matched][["cargo_grade", "cargo_rule"]].astype(object)
    keys = pd.MultiIndex.from_arrays([*fits[matched].T, *(rules[name] for name in rules)])
    codes, met = pd.factorize(keys)
    verdicts = np.empty((len(met), len(COLUMNS)), dtype=object)
    for at, (*rows, grade, rule) in enumerate(met):
        verdicts[at] = _override(
            overrides, [row for row in rows if row >= 0], grade=grade, rule=rule
        )
    judged = flights.copy()
    for at, name in enumerate(COLUMNS):
        values = judged[name].to_numpy(object, copy=True)
        values[matched] = verdicts[codes, at]
        judged[name] = pd.Series(values, flights.index, dtype=flights[name].dtype)
    return judged


def _match_rows(flights: pd.DataFrame, overrides: Overrides) -> np.ndarray:
    """Index of the matching row per flight and kind, shape (n, kinds); -1 = none."""
    fits = np.full((len(flights), len(KINDS)), -1, np.int64)
    for at, kind in enumerate(KINDS):
        known = {row.value: n for n, row in enumerate(overrides.rows) if row.kind == kind}
        if known:
            fits[:, at] = _values(flights, kind).map(known).fillna(-1).to_numpy(np.int64)
    return fits


def _override(
    overrides: Overrides, fits: list[int], *, grade: object, rule: object
) -> list[str | None]:
    """The cargo columns of a flight from its matching rows, most specific first."""
    row, *others = (overrides.rows[int(at)] for at in fits)
    before = str(grade) if pd.notna(grade) else NONE
    against = []
    if before != row.grade:
        why = f": {rule}" if pd.notna(rule) else ""
        against.append(f"the rules say {before}{why}")
    against += [f"line {o.line} of the list says {o.grade}" for o in others if o.grade != row.grade]
    won = f"{OWN_LIST}{row.kind} {row.value} is {row.grade}"
    return [
        None if row.grade == NONE else row.grade,
        f"{won} ({row.note})" if row.note else won,
        f"{overrides.name}, line {row.line}, SHA-256 {overrides.sha256[:12]}",
        "; ".join(against) or None,
    ]


def _values(flights: pd.DataFrame, kind: str) -> pd.Series:
    """The values of flights that rows of a kind are compared with."""
    if kind == "icao24":
        return flights[kind].str.strip(" ").str.lower()
    if kind != "operator":
        return flights[kind].str.strip(" ").str.upper()
    callsign = flights["callsign"].str.strip(" ").str.upper()
    named = callsign.str.extract(NAMES_OPERATOR, expand=False)
    return named.fillna(flights["operator"].str.strip(" ").str.upper())


def _parse_rows(text: str, name: str) -> Iterator[Statement]:
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        header = tuple(each.strip().casefold() for each in next(reader, []))
        if header != HEADER:
            raise InvalidInput(f"{name}: the first line of a cargo list is {TEMPLATE.strip()}.")
        for fields in reader:
            if any(each.strip() for each in fields):
                yield _parse_row(fields, f"{name}, line {reader.line_num}", reader.line_num)
            if reader.line_num > MOST_ROWS:
                raise InvalidInput(
                    f"{name} has more than {MOST_ROWS} lines, the limit for a cargo list."
                )
    except csv.Error as error:
        raise InvalidInput(f"{name}, line {reader.line_num}: {error}.") from error


def _parse_row(fields: list[str], where: str, line: int) -> Statement:
    if not 3 <= len(fields) <= len(HEADER):
        raise InvalidInput(
            f"{where}: a row has kind, value, grade, note; put a note with commas in quotes."
        )
    kind, value, grade, note = (each.strip() for each in [*fields, ""][: len(HEADER)])
    kind, grade = kind.casefold(), grade.casefold()
    if kind not in KINDS:
        raise InvalidInput(f"{where}: {kind[:20]!r} is not a kind. Use one of {', '.join(KINDS)}.")
    value = value.lower() if kind == "icao24" else value.upper()
    form, what = _FORMS[kind]
    if not form.fullmatch(value):
        raise InvalidInput(f"{where}: {value[:20]!r} is not {what}.")
    if grade not in (*GRADES, NONE):
        known = ", ".join((*GRADES, NONE))
        raise InvalidInput(f"{where}: {grade[:20]!r} is not a grade. Use one of {known}.")
    if len(note) > _LONGEST_NOTE or not note.isprintable():
        raise InvalidInput(f"{where}: a note is one line of at most {_LONGEST_NOTE} characters.")
    return Statement(kind, value, grade, note, line)


def _refuse_doubles(rows: tuple[Statement, ...], name: str) -> None:
    seen: dict[tuple[str, str], Statement] = {}
    for row in rows:
        first = seen.setdefault((row.kind, row.value), row)
        if first is not row:
            raise InvalidInput(
                f"{name}, line {row.line}: {row.kind} {row.value} is already in line "
                f"{first.line}. Remove one of them."
            )

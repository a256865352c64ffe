"""The meaning of each column: guessed from names and values; the user may change it."""

import csv
import re
from collections.abc import Callable, Iterable, Mapping
from itertools import islice

import numpy as np
import pyarrow as pa

from flights.errors import InvalidInput
from flights.sources.own_table.columns.fields import BY_NAME, FIELDS, IDENTITIES
from flights.sources.own_table.columns.shapes import BARE_CLOCK
from flights.sources.own_table.columns.times import Clock, read_instants
from flights.sources.own_table.columns.values import is_missing, read_airport
from flights.sources.own_table.files.chunks import Chunk, Table
from flights.sources.own_table.files.opening import NotUtf8, as_latin, read_chunks

SAMPLE_ROWS = 300
# Shares of a sample that fit a pattern. A column with a known name may have odd values; one
# without needs nearly all. Chosen by us on tables as people write them.
_ENOUGH, _NEARLY_ALL = 0.6, 0.9
_ENDINGS = re.compile(r"(utc|gmt|z|local|lt|code)$")
_PLANNED = re.compile(r"(std|sta|etd|eta)\b|sched|plan|estimated")
"""Names of columns with planned times."""

Columns = dict[str, str]
"""Name of a field -> name of its column."""


def read_head(table: Table) -> tuple[Table, Chunk]:
    """The table and its first rows; the table is read as Windows-1252 if it is not UTF-8."""
    try:
        chunks = read_chunks(table)
        first = next(islice(chunks, 1), None)
        chunks.close()  # type: ignore[attr-defined]
    except NotUtf8:
        return read_head(as_latin(table))
    if first is None:
        return table, Chunk(table.columns, np.zeros(0, np.int64), [])
    cells = first.cells[:SAMPLE_ROWS]
    return table, Chunk(table.columns, first.lines[: len(cells)], cells, first.odd[:SAMPLE_ROWS])


def guess_columns(head: Chunk) -> Columns:
    """The probable meaning of the columns; columns that fit no field are left out.

    Names of columns decide first, and the values must fit. Values alone decide only where
    exactly one column fits, and never which of two airports is the origin.
    """
    seen = {name: _ColumnSample(head.column(name)) for name in head.columns}
    guessed = _guess_by_name(seen)
    _guess_by_value(seen, guessed)
    for name in ("firstseen", "lastseen"):
        column = guessed.get(name)
        if not (column and seen[column].share("bare") >= _ENOUGH):
            guessed.pop(f"{name}_date", None)
    return {field.name: guessed[field.name] for field in FIELDS if field.name in guessed}


def _guess_by_name(seen: Mapping[str, "_ColumnSample"]) -> Columns:
    found: list[tuple[int, int, str, str]] = []
    for place, field in enumerate(FIELDS):
        for column, looks in seen.items():
            rank = _rank(column, field.names)
            if rank is not None and looks.agrees(field.looks):
                found.append((rank, place, field.name, column))
    guessed: Columns = {}
    for _, _, name, column in sorted(found):
        if name not in guessed and column not in guessed.values():
            guessed[name] = column
    return guessed


def _rank(column: str, names: tuple[str, ...]) -> int | None:
    plain = re.sub(r"[^a-z0-9]", "", column.lower())
    for each in (plain, _ENDINGS.sub("", plain)):
        if each in names:
            return names.index(each)
    return None


def _guess_by_value(seen: Mapping[str, "_ColumnSample"], guessed: Columns) -> None:
    """Add fields whose pattern fits the values of exactly one column."""
    free = {name: looks for name, looks in seen.items() if name not in guessed.values()}
    for name, look in (("icao24", "address"), ("registration", "reg"), ("callsign", "radioed")):
        alike = [column for column, looks in free.items() if looks.share(look) >= _NEARLY_ALL]
        if name not in guessed and len(alike) == 1:
            guessed[name] = alike[0]
            del free[alike[0]]
    times = [column for column, looks in free.items() if looks.share("instant") >= _NEARLY_ALL]
    times = [column for column in times if not _PLANNED.match(column.strip().lower())]
    if "firstseen" in guessed:
        return
    if len(times) == 1:
        guessed["firstseen"] = times[0]
    elif len(times) == 2 and "lastseen" not in guessed:
        earlier = seen[times[0]].comes_before(seen[times[1]])
        later = seen[times[1]].comes_before(seen[times[0]])
        if earlier != later:
            guessed["firstseen"], guessed["lastseen"] = times if earlier else times[::-1]


class _ColumnSample:
    """Values of a column, and the share of them that fits each pattern."""

    def __init__(self, texts: pa.Array) -> None:
        self._all = texts
        self._texts = [t for t in texts.to_pylist() if t is not None and not is_missing(t)]
        self._shares: dict[str, float] = {}

    def agrees(self, look: str) -> bool:
        """True where enough values fit; an empty column fits every pattern."""
        return not self._texts or self.share(look) >= _ENOUGH

    def share(self, look: str) -> float:
        """Share of the values that fit the pattern; 0 for an empty column."""
        if look not in self._shares:
            good = PATTERNS[look](self._texts)
            self._shares[look] = sum(good) / len(self._texts) if self._texts else 0.0
        return self._shares[look]

    def comes_before(self, other: "_ColumnSample") -> bool:
        """True where no time is later than the time of `other` in the same row."""
        mine, theirs = (read_instants(each._all, Clock()) for each in (self, other))
        both = (mine.rule == "") & (theirs.rule == "")
        return bool(both.any() and (mine.ms[both] <= theirs.ms[both]).all())


def _by_pattern(pattern: str) -> Callable[[list[str]], Iterable[bool]]:
    compiled = re.compile(pattern, re.IGNORECASE)
    return lambda texts: [compiled.search(text) is not None for text in texts]


def _instants(texts: list[str]) -> Iterable[bool]:
    rules = read_instants(pa.array(texts), Clock()).rule
    return [rule not in ("time", "no_time_of_day") for rule in rules]


def _dates(texts: list[str]) -> Iterable[bool]:
    read = read_instants(pa.array(texts), Clock(dates="day-first"))
    other = read_instants(pa.array(texts), Clock(dates="month-first"))
    alone = (read.rule == "no_time_of_day") | (other.rule == "no_time_of_day")
    midnight = [text.endswith(("00:00:00", "00:00")) for text in texts]
    result: Iterable[bool] = alone | np.array(midnight, bool)
    return result


def _times(texts: list[str]) -> Iterable[bool]:
    result: Iterable[bool] = np.array(_instants(texts), bool) | np.array(
        PATTERNS["bare"](texts), bool
    )
    return result


PATTERNS: dict[str, Callable[[list[str]], Iterable[bool]]] = {
    "time": _times,
    "instant": _instants,
    "bare": _by_pattern(BARE_CLOCK),
    "date": _dates,
    "address": _by_pattern(r"^~?(0x)?[0-9a-f]{6}$"),
    "callsign": _by_pattern(r"^(?=.*[a-z])[a-z0-9 ]{2,9}$"),
    "radioed": _by_pattern(r"^[a-z]{3}\d{1,4}[a-z]{0,2}$"),
    "registration": _by_pattern(r"^[a-z0-9]{1,4}-?[a-z0-9-]{1,8}$"),
    "reg": _by_pattern(r"^([a-z0-9]{1,2}-[a-z0-9]{3,5}|n\d{1,5}[a-z]{0,2})$"),
    "airport": lambda texts: [read_airport(text)[1] == "" for text in texts],
    "typecode": _by_pattern(r"^[a-z0-9]{2,4}$"),
    "operator": _by_pattern(r"^[a-z]{3}$"),
    "text": lambda texts: [True] * len(texts),
}


def parse_columns(text: str, table: Table) -> Columns:
    """Reads `firstseen=dep_time,origin=from`; `origin=` removes the guess for `origin`.

    A pair that contains a comma is written in double quotes.

    Raises
    ------
    InvalidInput
        A field or a column does not exist.
    """
    chosen: Columns = {}
    for pair in next(csv.reader([text], skipinitialspace=True), []):
        name, equals, column = (part.strip() for part in pair.partition("="))
        if not equals or name not in BY_NAME:
            raise InvalidInput(
                f"--columns: {pair.strip()!r} is not a pair MEANING=COLUMN. Write for "
                f"example firstseen=dep_time; meanings are {', '.join(BY_NAME)}."
            )
        if column and column not in table.columns:
            raise InvalidInput(
                f"--columns: {table.path.name} has no column {column!r}. It has "
                f"{', '.join(table.columns[:30])}."
            )
        chosen[name] = column
    return chosen


def format_columns(columns: Mapping[str, str]) -> str:
    """The text that `parse_columns` reads, with every field, so that nothing is guessed.

    >>> format_columns({"firstseen": "dep, utc"})[:22]
    '"firstseen=dep, utc",f'
    """
    pairs = [f"{field.name}={columns.get(field.name, '')}" for field in FIELDS]
    quoted = (
        '"' + pair.replace('"', '""') + '"' if set(pair) & set('",') else pair for pair in pairs
    )
    return ",".join(quoted)


def settle_columns(guess: Columns, chosen: Columns) -> tuple[tuple[str, str], ...]:
    """The chosen columns, and the guess for all other fields and columns."""
    taken = set(chosen.values())
    kept = {name: column for name, column in guess.items() if column not in taken}
    settled = kept | chosen
    return tuple((field.name, settled[field.name]) for field in FIELDS if settled.get(field.name))


def check_columns(columns: Iterable[tuple[str, str]], table: Table) -> None:
    """Raise `InvalidInput` where the time of departure or the aircraft has no column."""
    known = dict(columns)
    if "firstseen" not in known:
        raise InvalidInput(
            f"{table.path.name}: no column for the time of departure was found. Name it with "
            f"--columns firstseen=NAME. The columns are {', '.join(table.columns[:30])}."
        )
    if not known.keys() & set(IDENTITIES):
        raise InvalidInput(
            f"{table.path.name}: no column that identifies the aircraft was found. Name one with "
            "--columns icao24=NAME, registration=NAME or callsign=NAME. "
            f"The columns are {', '.join(table.columns[:30])}."
        )


def describe_columns(columns: Iterable[tuple[str, str]], table: Table) -> str:
    """The meaning of the columns in one sentence, and the columns that are not used.

    >>> from pathlib import Path
    >>> table = Table(Path("a.csv"), "csv", ("dep", "note"), 9)
    >>> describe_columns((("firstseen", "dep"),), table)
    'Columns: firstseen = dep. Not used: note.'
    """
    pairs = dict(columns)
    pairs_text = "; ".join(f"{name} = {column}" for name, column in pairs.items())
    unused = [name for name in table.columns if name not in pairs.values()]
    rest = (
        f" Not used: {', '.join(unused[:20])}{' …' if len(unused) > 20 else ''}." if unused else ""
    )
    return f"Columns: {pairs_text}.{rest}"

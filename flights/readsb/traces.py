"""readsb traces (`traces/xx/trace_full_<hex>.json`): one aircraft, one day, every point.

References
----------
readsb, README-json.md: https://github.com/wiedehopf/readsb/blob/dev/README-json.md
"""

import gc
import re
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, compress, pairwise, repeat
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from flights.errors import BadPayload
from flights.readsb.callsign_bytes import clean_callsigns
from flights.readsb.position_quality import read_integrity
from flights.readsb.tar.gunzip import read_payload
from flights.records import POSITION, RECEIVED, parse_icao24
from flights.reference.aircraft import Airframe

STALE, NEW_LEG = 1, 2
"""Bits of a point's flags: after a silence; first of a new leg (rare and not reliable)."""
LIMIT_BYTES = 64 << 20
"""A day of one aircraft at one point per second is below 20 MB."""
MOST_LISTS, MOST_VALUES = 500_000, 3_000_000
"""Four times, and nearly twice, the content of that day: nested lists take 50 times their text."""
SURELY_FEW_BYTES = 2 << 20
"""Text so short is not counted through before it is read."""
FARTHEST_S = 40 * 86_400.0
"""Offsets [s] beyond are no time of this file."""
DAY_MS = 86_400_000
LONGEST_TEXT = 64
_FEWEST_COLUMNS = 4
_GROUND = float("inf")
_LARGEST = 1e6
"""Feet or knots, far beyond any."""
_RECEIVED: dict[Any, int] = {name: number for number, name in enumerate(RECEIVED)}
_OTHER = RECEIVED.index("other")
_NAME = re.compile(r"trace_\w+?_(~?[0-9a-f]{6})\.json")


@dataclass(frozen=True)
class TracePositions:
    """Positions of one file in its own order, which is time order, and what it says besides.

    `flags` are readsb's, one per position: test bits (`STALE`, `NEW_LEG`), never equality.
    `integrity` is how sure the aircraft was of each (see `position_quality.read_integrity`).
    `database_flags`: 1 military, 2 interesting, 4 privacy address, 8 limited display.
    `in_registry` is False where readsb's database did not know the aircraft. `base_ms` is the
    time the offsets count from [ms since 1970, UTC]. `invalid` points had no time or no place
    on Earth and were left out. `problem` is a sentence, "" when the file is whole.
    """

    name: str
    icao24: str
    positions: np.ndarray
    flags: NDArray[np.uint8]
    integrity: NDArray[np.uint8]
    airframe: Airframe
    year: str | None
    database_flags: int
    in_registry: bool
    base_ms: int
    invalid: int
    problem: str


def read_trace(data: bytes, name: str) -> TracePositions:
    """Positions of one trace file, gzip or plain JSON, with 4 to 14 columns per point.

    A callsign applies from the point that gives it to the next that gives one, or to the start of
    a new leg. Field 3 is height [ft] above 1013.25 hPa, "ground" or null.

    Raises
    ------
    BadPayload
        The bytes are no trace, or were cut before its first point.
    """
    plain, problem = read_payload(data, name, limit=LIMIT_BYTES)
    _refuse_too_many(plain, name)
    with _without_garbage_collection():
        document, cut = _parse(plain, name)
        positions, flags, integrity = _decode(document, name)
        airframe, year = _airframe(document), _text(document.get("year"))
        base_ms = _base_ms(document, name)
        database_flags = document.get("dbFlags")
        in_registry = not document.get("noRegData", False)
        icao24 = _address(document, name)
        del document
    positions["icao24"] = parse_icao24(icao24)
    usable = _usable(positions)
    invalid = len(positions) - int(np.count_nonzero(usable))
    return TracePositions(
        name=name,
        icao24=icao24,
        positions=positions[usable] if invalid else positions,
        flags=flags[usable] if invalid else flags,
        integrity=integrity[usable] if invalid else integrity,
        airframe=airframe,
        year=year,
        database_flags=database_flags if isinstance(database_flags, int) else 0,
        in_registry=in_registry,
        base_ms=base_ms,
        invalid=invalid,
        problem=problem or cut,
    )


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Parsing makes a million lists and no cycles: looking for some would double the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _refuse_too_many(plain: memoryview, name: str) -> None:
    """Refuse text of more lists or values than memory is meant for, before they are made."""
    if len(plain) <= SURELY_FEW_BYTES:
        return
    letters = np.frombuffer(plain, np.uint8)
    count = {each: int(np.count_nonzero(letters == ord(each))) for each in "[{,"}
    for most, found in ((MOST_LISTS, count["["] + count["{"]), (MOST_VALUES, count[","])):
        if found > most:
            raise BadPayload(
                f"{name} contains {found:,} points or values in {len(plain):,} bytes, and no "
                f"aircraft's day has more than {most:,}: it was refused."
            )


def _parse(plain: memoryview, name: str) -> tuple[dict[str, Any], str]:
    """The document, and a sentence where only its beginning could be read."""
    problem = ""
    try:
        document = orjson.loads(plain)
    except orjson.JSONDecodeError as error:
        document = _parse_beginning(bytes(plain))
        if document is None or not document.get("trace"):
            raise BadPayload(f"{name} is not a readsb trace: {error}.") from error
        problem = f"{name} ends in the middle ({error}); the points before were read."
    if not isinstance(document, dict) or not isinstance(document.get("trace"), list):
        raise BadPayload(f"{name} is not a readsb trace: it has no list of points.")
    return document, problem


def _parse_beginning(plain: bytes) -> dict[str, Any] | None:
    """A cut document closed behind its last whole line (readsb writes one point per line)."""
    beginning = plain[: plain.rfind(b"\n") + 1].rstrip().rstrip(b",")
    try:
        trace: dict[str, Any] = orjson.loads(beginning + b"]}")
        return trace
    except orjson.JSONDecodeError:
        return None


def _decode(
    document: dict[str, Any], name: str
) -> tuple[np.ndarray, NDArray[np.uint8], NDArray[np.uint8]]:
    """All points as positions without address, their flags and integrity."""
    points = document["trace"]
    positions = np.zeros(len(points), POSITION)
    if not points:
        return positions, np.zeros(0, np.uint8), np.zeros(0, np.uint8)
    try:
        columns = _columns(points)
        flags = np.frombuffer(bytes(columns[6]), np.uint8)
        offsets = _floats(columns[0])
        positions["seen_at"] = _seen_at(_base_ms(document, name), offsets)
        positions["latitude"] = _floats(columns[1])
        positions["longitude"] = _floats(columns[2])
        positions["speed_kt"] = _sane(_floats(columns[4]))
        altitude = _altitudes(columns[3])
        positions["callsign"] = _callsigns(columns[8], flags)
        positions["received"] = _received(columns[9], columns[8])
        integrity = read_integrity(columns[8])
    except (ValueError, TypeError, IndexError, AttributeError, OverflowError) as error:
        raise BadPayload(f"{name}: a point is not as readsb writes it ({error}).") from error
    on_ground = np.isposinf(altitude)
    altitude[on_ground] = np.nan
    positions["altitude_ft"] = _sane(altitude)
    positions["on_ground"] = on_ground
    return positions, flags, integrity


def _columns(points: list[list[Any]]) -> list[Sequence[Any]]:
    """The first ten columns; what an old file does not have is None (flags: 0)."""
    columns: list[Sequence[Any]] = []
    widths = set(map(len, points))
    if len(widths) == 1 and (width := widths.pop()) >= 10:
        # One walk through all points, then strides: zip would walk once per column.
        values = list(chain.from_iterable(points))
        return [values[column::width] for column in range(10)]
    columns += zip(*points, strict=False)  # as wide as the shortest point
    if len(columns) < _FEWEST_COLUMNS:
        raise ValueError(f"a point of {len(columns)} columns")
    for missing in range(len(columns), 10):
        column = [each[missing] if len(each) > missing else None for each in points]
        columns.append([each or 0 for each in column] if missing == 6 else column)
    return columns[:10]


def _floats(column: Sequence[Any]) -> NDArray[np.float64]:
    """Numbers as an array, None as NaN; twice as fast as numpy where there is no None."""
    try:
        return np.frombuffer(struct.pack(f"{len(column)}d", *column), np.float64)
    except struct.error:
        return np.asarray(column, np.float64)


def _sane(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same, NaN in place of numbers no altimeter or clock of speed can show."""
    return np.where(np.abs(values) <= _LARGEST, values, np.nan)


def _seen_at(base_ms: int, offsets: NDArray[np.float64]) -> NDArray[np.int64]:
    """Time of each point [ms]; 0 where it has none."""
    known = np.abs(offsets) <= FARTHEST_S  # False for NaN too
    milliseconds = np.rint(np.where(known, offsets * 1000.0, -base_ms))
    if base_ms % DAY_MS == 0:
        # Two decimals: the last moment of a day is written as the first of the next.
        milliseconds[milliseconds == DAY_MS] = DAY_MS - 1
    return base_ms + milliseconds.astype(np.int64)


def _base_ms(document: dict[str, Any], name: str) -> int:
    base = document.get("timestamp")
    if not isinstance(base, int | float) or not 0 <= base < 1e11:
        raise BadPayload(f"{name} has no usable time stamp, so its points have no time.")
    return round(base * 1000)


def _altitudes(column: Sequence[Any]) -> NDArray[np.float64]:
    """Height [ft] of each point, infinity on the ground, NaN where unknown."""
    if "ground" in column:
        column = [_GROUND if each == "ground" else each for each in column]
    return np.asarray(column, np.float64)


def _callsigns(details: Sequence[Any], flags: NDArray[np.uint8]) -> np.ndarray:
    """Callsign of each point: the last one given in its leg, b"" before the first."""
    starts, texts = [], []
    legs = sorted({0, *np.flatnonzero(flags & NEW_LEG).tolist()})
    for begin, end in pairwise([*legs, len(details)]):
        starts.append(begin)
        texts.append(b"")
        last = None
        # Three of four points have no details: skipped without a step of Python.
        for index in compress(range(begin, end), details[begin:end]):
            if (text := details[index].get("flight", last)) != last:
                starts.append(index)
                texts.append(text.encode("ascii", "replace")[:8].ljust(8))
                last = text
    words = np.array(texts, "S8").view("<u8")
    return np.repeat(clean_callsigns(words), np.diff(starts, append=len(details)))


def _received(kinds: Sequence[Any], details: Sequence[Any]) -> NDArray[np.uint8]:
    """How each point was received; old files say it in the details only."""
    if None in kinds:
        carried = _carry_forward(details)
        kinds = [own or said for own, said in zip(kinds, carried, strict=True)]
    if kinds.count(kinds[0]) == len(kinds):
        return np.full(len(kinds), _RECEIVED.get(kinds[0], _OTHER), np.uint8)
    return np.fromiter(map(_RECEIVED.get, kinds, repeat(_OTHER)), np.uint8, len(kinds))


def _carry_forward(details: Sequence[Any]) -> list[Any]:
    last, kinds = None, []
    for detail in details:
        last = detail.get("type", last) if detail else last
        kinds.append(last)
    return kinds


def _usable(positions: np.ndarray) -> NDArray[np.bool_]:
    on_earth: NDArray[np.bool_] = np.abs(positions["latitude"]) <= 90
    on_earth &= (np.abs(positions["longitude"]) <= 180) & (positions["seen_at"] > 0)
    return on_earth


def _airframe(document: dict[str, Any]) -> Airframe:
    return Airframe(
        registration=_text(document.get("r")),
        typecode=_text(document.get("t")),
        model=_text(document.get("desc")),
        owner=_text(document.get("ownOp")),
    )


def _text(value: Any) -> str | None:
    """Untrusted text within a sane length; None where there is none."""
    return value.strip()[:LONGEST_TEXT] or None if isinstance(value, str) else None


def _address(document: dict[str, Any], name: str) -> str:
    """The address as the document says it, else as the file's name does."""
    said = document.get("icao")
    named = _NAME.search(name)
    text = said if isinstance(said, str) else named[1] if named else ""
    parse_icao24(text.lower())
    return text.lower()

"""Checks the rows of a table: each is a flight, or rejected with the rule it breaks."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from flights.sources.own_table.columns.fields import IDENTITIES
from flights.sources.own_table.columns.rules import LONGEST_FLIGHT_H
from flights.sources.own_table.columns.shapes import BARE_CLOCK, Mask
from flights.sources.own_table.columns.times import Clock, Instants, read_instants
from flights.sources.own_table.columns.values import (
    LEFT,
    READERS,
    pseudo_address,
    read_plain,
    without_missing,
)
from flights.sources.own_table.files.chunks import Chunk

NO_LASTSEEN, NO_ADDRESS, NO_AIRFRAME = "no_lastseen", "no_icao24", "no_airframe"
"""Flags of flights: no time of arrival; an address made from the registration; an address made
from the callsign, which does not identify the airframe."""

ROW = pa.schema(
    [
        ("line", pa.int64()),
        ("firstseen", pa.int64()),
        ("lastseen", pa.int64()),
        *((name, pa.string()) for name in (*READERS, "flags")),
    ]
)
"""A row that is a flight; times in ms since 1970 UTC."""

_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS


@dataclass(frozen=True)
class Understanding:
    """The meaning of the columns: `columns` are pairs of field name and column name.

    `keep_unknown_airports`: an unknown airport code becomes an unknown end; otherwise the row
    is rejected.
    """

    columns: tuple[tuple[str, str], ...]
    clock: Clock = field(default_factory=Clock)
    keep_unknown_airports: bool = False

    def column(self, name: str) -> str | None:
        """The column of a field."""
        return dict(self.columns).get(name)


class Judged(NamedTuple):
    """A checked chunk: `flights` in `ROW`; `rule` per row, "" where it is a flight.

    `departure` and `arrival` are the times as read. `left` counts values left out of flights, by
    field. `zoneless`: how many flights have a time without a zone.
    """

    flights: pa.Table
    rule: NDArray[np.object_]
    departure: Instants
    arrival: Instants
    left: Counter[str]
    zoneless: int


def judge_rows(chunk: Chunk, how: Understanding) -> Judged:
    """Flights of a chunk, and the rule that each other row breaks."""
    texts = _Texts(chunk, how)
    departure, arrival = _read_times(texts, how.clock)
    rule = departure.rule.copy()
    rule[texts.missing("firstseen")] = "no_time"
    arrives = ~texts.missing("lastseen")
    after = arrival.ms - departure.ms
    _mark(rule, arrives & (arrival.rule != ""), "arrival")
    _mark(rule, arrives & (after < 0), "arrival_before")
    _mark(rule, arrives & (after > LONGEST_FLIGHT_H * _HOUR_MS), "arrival_late")
    left: dict[str, Mask] = {}
    values = {name: _read_values(texts, name, (rule, left), how) for name in READERS}
    flags = _identify(values)
    known = ~values["icao24"].is_null().to_numpy(zero_copy_only=False)
    _mark(rule, ~known, "identity")
    good = rule == ""
    columns = {
        "line": pa.array(chunk.lines, pa.int64()),
        "firstseen": pa.array(departure.ms, pa.int64()),
        "lastseen": pa.array(arrival.ms, pa.int64(), mask=~arrives),
        **values,
        "flags": _join_flags([(~arrives, NO_LASTSEEN), *flags]),
    }
    return Judged(
        pa.table(columns, schema=ROW).filter(pa.array(good)),
        rule,
        departure,
        arrival,
        Counter({name: int((mask & good).sum()) for name, mask in left.items()}),
        int((departure.zoneless & good).sum() + (arrival.zoneless & arrives & good).sum()),
    )


def _mark(rule: NDArray[np.object_], where: Mask, name: str) -> None:
    """Set the rule of rows that have none yet."""
    rule[where & (rule == "")] = name


class _Texts:
    """Columns of a chunk by field, null where there is no value."""

    def __init__(self, chunk: Chunk, how: Understanding) -> None:
        self._chunk, self._how = chunk, how
        self._read: dict[str, pa.Array] = {}

    def __getitem__(self, name: str) -> pa.Array:
        if name not in self._read:
            column = self._how.column(name)
            count = len(self._chunk.lines)
            empty = column is None
            texts = pa.nulls(count, pa.string()) if empty else self._chunk.column(str(column))
            self._read[name] = texts if empty else without_missing(texts)
        return self._read[name]

    def missing(self, name: str) -> Mask:
        """True where a field has no value."""
        result: Mask = self[name].is_null().to_numpy(zero_copy_only=False)
        return result


def _words(coded: pa.DictionaryArray) -> list[str]:
    result: list[str] = coded.dictionary.to_pylist()
    return result


def _read_times(texts: _Texts, clock: Clock) -> tuple[Instants, Instants]:
    """Departure and arrival; a time without a date takes it from the column of dates."""
    day = _plain_date(texts["firstseen_date"])
    departure = read_instants(_dated(texts["firstseen"], day), clock)
    own = _plain_date(texts["lastseen_date"])
    arrival = read_instants(_dated(texts["lastseen"], pc.coalesce(own, day)), clock)
    overnight = (arrival.rule == "") & (departure.rule == "") & (arrival.ms < departure.ms)
    overnight &= _is_bare(texts["lastseen"]) & own.is_null().to_numpy(zero_copy_only=False)
    if overnight.any():
        next_day = _dated(texts["lastseen"], _day_after(day, clock))
        landed = read_instants(next_day, clock)
        arrival = Instants(
            *(np.where(overnight, b, a) for a, b in zip(arrival, landed, strict=True))
        )
    return departure, arrival


def _plain_date(text: pa.Array) -> pa.Array:
    """A date without the midnight that some programs write after it."""
    return pc.replace_substring_regex(text, r"[ T]00:00(:00(\.0+)?)?$", "")


def _is_bare(time: pa.Array) -> Mask:
    bare = pc.match_substring_regex(time, BARE_CLOCK)
    result: Mask = pc.fill_null(bare, False).to_numpy(zero_copy_only=False)
    return result


def _dated(time: pa.Array, day: pa.Array) -> pa.Array:
    joined = pc.binary_join_element_wise(day, time, " ")
    bare = pa.array(_is_bare(time))
    return pc.if_else(pc.and_(bare, day.is_valid()), joined, time)


def _day_after(day: pa.Array, clock: Clock) -> pa.Array:
    """Dates one day later, as ISO text."""
    read = read_instants(day, Clock("UTC", clock.dates))
    later = np.datetime_as_string((read.earliest + _DAY_MS).astype("datetime64[ms]"), unit="D")
    return pa.array(later.astype(object), pa.string(), mask=read.latest < read.earliest)


def _read_values(
    texts: _Texts,
    name: str,
    found: tuple[NDArray[np.object_], dict[str, Mask]],
    how: Understanding,
) -> pa.Array:
    """Values of one field; rules and omitted values are recorded in `found`."""
    plain = read_plain(name, texts[name])
    if plain is not None:
        return plain
    rules, left = found
    coded = texts[name].dictionary_encode()
    read = [READERS[name](word) for word in _words(coded)]
    values = pa.array([value for value, _ in read], pa.string()).take(coded.indices)
    verdicts = np.array([name if why == "airport" else why for _, why in read] + [""], object)
    if not any(verdicts):  # the usual case
        return values
    broken = verdicts[pc.fill_null(coded.indices, len(read)).to_numpy()]
    if how.keep_unknown_airports and name in ("origin", "destination"):
        broken[broken == name] = LEFT
    left[name] = broken == LEFT
    for why in {*broken} - {"", LEFT}:
        _mark(rules, broken == why, why)
    return values


def _identify(values: dict[str, pa.Array]) -> list[tuple[Mask, str]]:
    """Fill in missing addresses; returns the rows and their flag."""
    flags = []
    for name, flag in zip(IDENTITIES[1:], (NO_ADDRESS, NO_AIRFRAME), strict=True):
        lacking = pc.and_(values["icao24"].is_null(), values[name].is_valid())
        flags.append((lacking.to_numpy(zero_copy_only=False), flag))
        coded = pc.if_else(lacking, values[name], None).dictionary_encode()
        made = [pseudo_address(name, word) for word in _words(coded)]
        address = pa.array(made, pa.string()).take(coded.indices)
        values["icao24"] = pc.coalesce(values["icao24"], address)
    return flags


def _join_flags(flags: list[tuple[Mask, str]]) -> pa.Array:
    bits = sum(mask.astype(np.int64) << n for n, (mask, _) in enumerate(flags))
    names = [flag for _, flag in flags]
    texts = [
        ",".join(name for n, name in enumerate(names) if number >> n & 1)
        for number in range(1 << len(names))
    ]
    return pa.array(texts, pa.string()).take(pa.array(bits))

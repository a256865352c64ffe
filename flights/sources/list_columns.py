"""Reads columns of flight lists: cleans text, parses times and numbers, trusts nothing.

Every reader takes an Arrow array of any type and returns one of the same length; unreadable
values are null. A whole column is read at once; only a column with odd values is read value by
value.
"""

import hashlib

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from flights.errors import BadPayload

TIME = pa.timestamp("ms", tz="UTC")

_NOTHING = pa.array(["", "nan", "none", "null", "n/a", "<na>", "nat"])
_ADDRESS = "^[0-9a-f]{6}$"
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$"
_CONTROL = "[\\x00-\\x1f\\x7f]+"
_LONGEST = 200


def read_text(values: pa.Array, longest: int, *, upper: bool = False) -> pa.Array:
    """Stripped text of at most `longest` characters; blank, NaN and the like are null."""
    text = _as_text(values)
    text = pc.utf8_trim(pc.replace_substring_regex(text, _CONTROL, " "), ' "')
    blank = pc.is_in(pc.utf8_lower(text), value_set=_NOTHING)
    text = pc.if_else(
        blank, pa.scalar(None, pa.string()), pc.utf8_slice_codeunits(text, 0, longest)
    )
    return pc.utf8_upper(text) if upper else text


def read_addresses(values: pa.Array) -> pa.Array:
    """Six lower-case hex digits, null for anything else."""
    return _only(pc.utf8_lower(read_text(values, 12)), _ADDRESS)


def hide_addresses(values: pa.Array) -> pa.Array:
    """Pseudonyms for addresses, made from another name of the airframe: `~` and six hex digits.

    The same name gives the same pseudonym in every file. There are 16.8 million of them, so among
    100 000 airframes about 300 pairs share one.
    """
    coded = read_text(values, 120).dictionary_encode()
    names = [
        "~" + hashlib.blake2b(name.encode(), digest_size=3).hexdigest()
        for name in coded.dictionary.to_pylist()
    ]
    return pa.array(names, pa.string()).take(coded.indices)


def read_typecodes(values: pa.Array) -> pa.Array:
    """ICAO type designators."""
    return _only(read_text(values, 12, upper=True), "^[A-Z0-9]{2,4}$")


def read_numbers(values: pa.Array, low: float, high: float) -> pa.Array:
    """Numbers from `low` to `high`, both inclusive; all others are null."""
    try:
        numbers = _plain(values).cast(pa.float64())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        numbers = _only(read_text(values, 40), _NUMBER).cast(pa.float64())
    inside = pc.and_(pc.greater_equal(numbers, low), pc.less_equal(numbers, high))
    return pc.if_else(inside, numbers, pa.scalar(None, pa.float64()))


def read_times(values: pa.Array) -> pa.Array:
    """Times in UTC [ms]; times without a zone are read as UTC.

    Accepts time stamps of any unit and text such as `2021-05-01 23:59:59+00:00`.
    """
    plain = _plain(values)
    if pa.types.is_timestamp(plain.type):
        moments = plain.cast(pa.timestamp("ms", tz=plain.type.tz), safe=False)
        return moments.cast(TIME) if plain.type.tz else pc.assume_timezone(moments, "UTC")
    if not _is_text(plain.type):
        raise BadPayload(f"a column of times has the type {plain.type}")
    text = read_text(plain, 40)
    for zone in ("UTC", None):
        try:
            moments = text.cast(pa.timestamp("ms", tz=zone))
            return moments if zone else pc.assume_timezone(moments, "UTC")
        except pa.ArrowInvalid:
            continue
    return _read_odd_times(text)


def utc_days(moments: pa.Array) -> pa.Array:
    """UTC day of each time (date32), null where there is none."""
    return moments.cast(pa.date32(), safe=False)


def _read_odd_times(text: pa.Array) -> pa.Array:
    """Reads value by value; needed if some values are not times, or only some have a zone."""
    series = pd.Series(text.to_numpy(zero_copy_only=False), dtype=object)
    moments = pd.to_datetime(series, errors="coerce", utc=True, format="ISO8601")
    whole = moments.to_numpy("datetime64[ms]").astype(np.int64)
    return pa.array(whole, mask=moments.isna().to_numpy()).cast(TIME)


def _only(text: pa.Array, pattern: str) -> pa.Array:
    return pc.if_else(pc.match_substring_regex(text, pattern), text, pa.scalar(None, pa.string()))


def _plain(values: pa.Array) -> pa.Array:
    """The array without dictionary; a null column as text.

    Text is cut before it is repeated: one long text used in a million rows would fill the memory.
    """
    if pa.types.is_dictionary(values.type):
        names = values.dictionary
        if _is_text(names.type):
            names = pc.utf8_slice_codeunits(_as_text(names), 0, _LONGEST)
        return names.take(values.indices)
    return values.cast(pa.string()) if pa.types.is_null(values.type) else values


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or _is_bytes(kind)


def _is_bytes(kind: pa.DataType) -> bool:
    result: bool = pa.types.is_binary(kind) or pa.types.is_large_binary(kind)
    return result


def _as_text(values: pa.Array) -> pa.Array:
    """The array as strings; bytes that are not UTF-8 become replacement characters."""
    plain = _plain(values)
    if pa.types.is_nested(plain.type):
        raise BadPayload(f"a column of text has the type {plain.type}")
    try:
        return plain.cast(pa.string())
    except pa.ArrowInvalid:
        texts = (
            None if each is None else each.decode("utf-8", "replace") for each in plain.to_pylist()
        )
        return pa.array(texts, pa.string())

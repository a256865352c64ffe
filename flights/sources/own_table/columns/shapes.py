"""Splits times in all supported formats into numbers, one column at a time."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Mask = NDArray[np.bool_]
Parts = dict[str, Numbers]
"""Numbers by name, -1 where a text has none: year, month, day, hour, minute, second, `one` and
`two` (day and month in unknown order), fraction_ms, epoch_ms, `half` (1 = am,
2 = pm) and `offset` (minutes east of UTC, or `NO_OFFSET`, or `BAD_OFFSET`)."""

NO_OFFSET, BAD_OFFSET = 10_000, -10_000

_ZONE = r"(?: ?(?P<zone>Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?))?"
CLOCK = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"(?: ?(?P<half>[AaPp][Mm]))?"
)
_TIME = rf"(?:(?:T|,? +){CLOCK})?{_ZONE}$"
_PATTERNS = (
    r"^(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})" + _TIME,
    r"^(?P<one>\d{1,2})[-/.](?P<two>\d{1,2})[-/.](?P<year>\d{4})" + _TIME,
    r"^(?:(?P<seconds>\d{9,10})|(?P<milli>\d{13})|(?P<micro>\d{16}))(?:\.(?P<fraction>\d{1,9})\d*)?$",
    r"^(?P<day>\d{1,2})[ -](?P<name>[A-Za-z]{3})[a-z]*[ -](?P<year>\d{4})" + _TIME,
    r"^(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"
    r"(?:T?(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?)?" + _ZONE + "$",
)
BARE_CLOCK = rf"^{CLOCK}{_ZONE}$"
"""A time of day without its date."""


_MONTHS = dict(
    zip(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
        range(1, 13),
        strict=True,
    )
)
_MS_OF = {"seconds": 1000.0, "milli": 1.0, "micro": 0.001}
_WHOLE = ("year", "month", "day", "one", "two", "hour", "minute", "second")


def split_times(text: pa.Array) -> tuple[Parts, Mask]:
    """Numbers in the texts, -1 where there is none, and which texts have a known format."""
    count = len(text)
    parts: Parts = {name: np.full(count, -1, np.int64) for name in (*_WHOLE, "epoch_ms")}
    parts |= {"fraction_ms": np.zeros(count, np.int64), "half": np.zeros(count, np.int64)}
    parts["offset"] = np.full(count, NO_OFFSET, np.int64)
    left = np.arange(count)
    for pattern in _PATTERNS:
        if not len(left):
            break
        some = text if len(left) == count else text.take(pa.array(left))
        matched = pc.extract_regex(some, pattern)
        hit = ~matched.is_null().to_numpy(zero_copy_only=False)
        if hit.any():
            found = matched.filter(pa.array(hit))
            _fill(parts, left[hit], {f.name: found.field(n) for n, f in enumerate(found.type)})
        left = left[~hit]
    known = np.ones(count, bool)
    known[left] = False
    return parts, known


def _fill(parts: Parts, rows: Numbers, found: dict[str, pa.Array]) -> None:
    for name in _WHOLE:
        if name in found:
            parts[name][rows] = _whole(found[name])
    if "fraction" in found:
        padded = pc.utf8_slice_codeunits(pc.utf8_rpad(found["fraction"], 3, "0"), 0, 3)
        parts["fraction_ms"][rows] = np.where(_filled(found["fraction"]), _whole(padded), 0)
    if "half" in found:
        half = pc.utf8_lower(found["half"])
        parts["half"][rows] = _is(half, "am") * 1 + _is(half, "pm") * 2
    if "name" in found:
        months = pc.utf8_lower(found["name"]).to_pylist()
        parts["month"][rows] = [_MONTHS.get(each, 0) for each in months]
    if "zone" in found:
        parts["offset"][rows] = _by_unique(found["zone"], _offset)
    for name, factor in _MS_OF.items():
        if name in found:
            value = _whole(found[name])
            here = value >= 0
            fraction = parts["fraction_ms"][rows] if name == "seconds" else 0
            parts["epoch_ms"][rows] = np.where(
                here, (value * factor).astype(np.int64) + fraction, parts["epoch_ms"][rows]
            )


def _whole(text: pa.Array) -> Numbers:
    """Texts of digits as integers, -1 where empty."""
    result: Numbers = pc.cast(pc.if_else(_filled_array(text), text, "-1"), pa.int64()).to_numpy()
    return result


def _filled_array(text: pa.Array) -> pa.Array:
    return pc.not_equal(text, pa.scalar("", text.type))


def _filled(text: pa.Array) -> Mask:
    result: Mask = _filled_array(text).to_numpy(zero_copy_only=False)
    return result


def _is(text: pa.Array, value: str) -> Mask:
    result: Mask = pc.equal(text, pa.scalar(value, text.type)).to_numpy(zero_copy_only=False)
    return result


def _by_unique(text: pa.Array, read: Callable[[str], int]) -> Numbers:
    coded = text.dictionary_encode()
    values = np.array([read(each) for each in coded.dictionary.to_pylist()], np.int64)
    result: Numbers = values[coded.indices.to_numpy()]
    return result


def _offset(zone: str) -> int:
    """Minutes east of UTC."""
    if not zone:
        return NO_OFFSET
    if zone in ("Z", "UTC", "GMT"):
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 14 or minutes > 59:
        return BAD_OFFSET
    return (hours * 60 + minutes) * (-1 if zone[0] == "-" else 1)

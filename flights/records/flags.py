"""What the `flags` of a flight say: every rule that may fire, in words for people.

A flag never removes a flight. What a rule leaves out of a flight (positions) or of a day (rows)
is counted in the ledger as `dropped_<rule>`, the flights it fired on as `flagged_<rule>`.
"""

from collections.abc import Iterable, Mapping
from functools import reduce

import numpy as np
import pandas as pd
from numpy.typing import NDArray

JUMP = "jump"
ADDRESS_TWICE = "address_twice"
MLAT_NOISE = "mlat_noise"
CALLSIGN_CHANGE = "callsign_change"
CALLSIGN_ODD = "callsign_odd"
CALLSIGN_TWICE = "callsign_twice"
IMPOSSIBLE_SPEED = "impossible_speed"

FLAG_WORDS: Mapping[str, str] = {
    JUMP: (
        "Some reported places cannot have been reached from those before and after; "
        "these positions were left out."
    ),
    ADDRESS_TWICE: (
        "Two aircraft were heard under this address at the same time; the positions of the one "
        "heard less were left out."
    ),
    MLAT_NOISE: (
        "Positions worked out from times of arrival (MLAT) scatter more than an aircraft can "
        "turn; those that are impossible were left out."
    ),
    "touch_and_go": "It touched the ground on the way and flew on.",
    CALLSIGN_CHANGE: (
        "More than one callsign was heard during the flight; the most frequent is shown."
    ),
    CALLSIGN_ODD: "The callsign has no form that a flight plan allows; it may be wrong.",
    CALLSIGN_TWICE: (
        "Another airframe was in the air under the same callsign at the same time; "
        "one of the two may have it wrong."
    ),
    IMPOSSIBLE_SPEED: (
        "Nothing flies fast enough for the way and the time that the source gives; "
        "a place, an airport or a time is wrong."
    ),
    "off_field": "It was heard on the ground where no airport is known, so that end is unknown.",
    "field_unsure": "Another airport fits its low end nearly as well.",
    "brief": "Too short to stand alone, but at midnight: it may go on in the neighbouring day.",
    "field_unknown": "The source names an airport that is not known here.",
    "month_cut": "The source cuts flights at a month's end; this is one of two parts.",
    "no_lastseen": "The table gives no time of arrival.",
    "no_icao24": "The table gives no aircraft address; the registration stands in for it.",
    "no_airframe": "The table names no airframe; the callsign stands in for it.",
}
"""Flag -> a sentence. Its order is that of the flags of a flight."""


def describe_flags(text: str | None) -> list[str]:
    """Sentences for the flags of one flight; an unknown flag is told by its name.

    >>> describe_flags("field_unsure")
    ['Another airport fits its low end nearly as well.']
    """
    names = [name for name in (text or "").split(",") if name]
    return [FLAG_WORDS.get(name, f"The rule {name} fired.") for name in names]


def write_flags(marks: Mapping[str, NDArray[np.bool_]], count: int) -> NDArray[np.object_]:
    """The `flags` column of `count` flights from one mask a rule."""
    flags = np.full(count, "", dtype=object)
    for name, mask in marks.items():
        flags[mask & (flags != "")] += ","
        flags[mask] += name
    return flags


def add_flag(flags: pd.Series, name: str, mask: NDArray[np.bool_]) -> pd.Series:
    """`flags` with one more where `mask` is True."""
    if not mask.any():
        return flags
    longer = flags.where(flags == "", flags + ",") + name
    return flags.mask(pd.Series(mask, flags.index), longer)


def merge_flags(texts: Iterable[str]) -> str:
    """Flags of several parts of one flight as those of the whole, in the order of `FLAG_WORDS`.

    >>> merge_flags(["field_unsure", "jump,field_unsure"])
    'jump,field_unsure'
    """
    given: set[str] = reduce(set.union, (set(text.split(",")) for text in texts), set())
    known = [name for name in FLAG_WORDS if name in given]
    return ",".join([*known, *sorted(given - {*known, ""})])


def count_flags(flags: pd.Series, looked_for: Iterable[str] = ()) -> dict[str, int]:
    """Flights a rule fired on as `flagged_<rule>`, for the ledger.

    0 for the rules in `looked_for` that did not fire; rules neither looked for nor fired are
    not there, because nothing can be said of them.
    """
    fired = flags[flags.fillna("") != ""].str.split(",").explode().value_counts()
    named = {**dict.fromkeys(looked_for, 0), **fired.to_dict()}
    return {f"flagged_{name}": int(count) for name, count in named.items()}

"""The rules behind the `flags` of a flight, each with a sentence for the user.

A flag never removes a flight. Positions or rows that a rule leaves out are counted in the ledger
as `dropped_<rule>`, flights with a flag as `flagged_<rule>`.
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
        "Some reported positions cannot be reached from those before and after; they were left out."
    ),
    ADDRESS_TWICE: (
        "Two aircraft used this address at the same time; the positions of the one "
        "with fewer positions were left out."
    ),
    MLAT_NOISE: (
        "Positions from times of arrival (MLAT) scatter more than an aircraft can turn; "
        "the impossible ones were left out."
    ),
    "touch_and_go": "It touched the ground during the flight and flew on.",
    CALLSIGN_CHANGE: (
        "More than one callsign was received during the flight; the most frequent is shown."
    ),
    CALLSIGN_ODD: "The form of the callsign is not allowed in a flight plan; it may be wrong.",
    CALLSIGN_TWICE: (
        "Another airframe used the same callsign at the same time; one of the two may be wrong."
    ),
    IMPOSSIBLE_SPEED: (
        "No aircraft is fast enough for the distance and the time that the source gives; "
        "a position, an airport or a time is wrong."
    ),
    "off_field": "It was on the ground where no airport is known, so that end is unknown.",
    "field_unsure": "Another airport fits this end of the flight nearly as well.",
    "brief": "Too short for a flight, but at midnight: it may continue in the neighbouring day.",
    "field_unknown": "The source names an airport that is not known here.",
    "month_cut": "The source cuts flights at a month's end; this is one of two parts.",
    "joined_rows": (
        "The source has this flight as several rows; they were joined because the aircraft stayed "
        "in the air between them."
    ),
    "overlapping_rows": (
        "The source has another flight of this aircraft at the same time; one of the two is wrong."
    ),
    "type_differs": (
        "The source names another aircraft type than the aircraft table, which is used here."
    ),
    "no_lastseen": "The table gives no time of arrival.",
    "no_icao24": "The table gives no aircraft address; the registration is used instead.",
    "no_airframe": "The table names no airframe; the callsign is used instead.",
}
"""Flag -> a sentence. Its order is that of the flags of a flight."""


def describe_flags(text: str | None) -> list[str]:
    """Sentences for the flags of one flight; an unknown flag is given by its name.

    >>> describe_flags("field_unsure")
    ['Another airport fits this end of the flight nearly as well.']
    """
    names = [name for name in (text or "").split(",") if name]
    return [FLAG_WORDS.get(name, f"The rule {name} applies.") for name in names]


def format_flags(marks: Mapping[str, NDArray[np.bool_]], count: int) -> NDArray[np.object_]:
    """The `flags` column of `count` flights, from one mask per rule."""
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
    """Flags of a flight from those of its parts, in the order of `FLAG_WORDS`.

    >>> merge_flags(["field_unsure", "jump,field_unsure"])
    'jump,field_unsure'
    """
    given: set[str] = reduce(set.union, (set(text.split(",")) for text in texts), set())
    known = [name for name in FLAG_WORDS if name in given]
    return ",".join([*known, *sorted(given - {*known, ""})])


def count_flags(flags: pd.Series, looked_for: Iterable[str] = ()) -> dict[str, int]:
    """Number of flights per flag as `flagged_<rule>`, for the ledger.

    A rule in `looked_for` without a flight is 0. A rule that was not checked is absent, because
    its number is not known.
    """
    fired = flags[flags.fillna("") != ""].str.split(",").explode().value_counts()
    named = {**dict.fromkeys(looked_for, 0), **fired.to_dict()}
    return {f"flagged_{name}": int(count) for name, count in named.items()}

"""How sure aircraft were of their own positions: those that say so, by place and hour.

Aircraft broadcast how far off their position may be. Where satellite navigation is disturbed
these values fall, often for all aircraft of a region at once. Only readsb's traces carry them,
at every fourth point or so; heatmaps do not.

A value is degraded where the navigation integrity category (NIC) is below 7, a containment
radius of 0.2 NM or more: less than the rules for airspace with ADS-B require, and the threshold
by which research finds interference. An aircraft counts as degraded in a cell and hour where
half of its values there are or more: single low values come from a turn that hides satellites.

Limits: an aircraft that loses its position altogether sends none, and is counted nowhere. Old
transponders report low values always; ordinary days say how many.

References
----------
14 CFR 91.227 (c)(1)(iii): NIC less than 0.2 NM.
Z. Liu, S. Lo, T. Walter, "GNSS Interference Source Localization Using ADS-B data", ION ITM
2022, https://web.stanford.edu/group/scpnt/gpslab/pubs/papers/Liu_ION_ITM_2022_ADSB.pdf: NIC
below 7. Share of aircraft with low values per cell and day: https://gpsjam.org/faq
"""

from collections.abc import Sequence
from datetime import date
from itertools import compress, count
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flights.reception import cells_of
from flights.reception.count import HOUR_MS
from flights.records import RECEIVED

LEAST_NIC = 7
NO_VALUE, SOUND, DEGRADED = 0, 1, 2
DEGRADED_SHARE = 0.5
"""Share of an aircraft's values in a cell and hour from which it counts as degraded."""
HELD_VALUES = 200_000
"""Values kept before they are counted (25 bytes each)."""
COUNTS = ["integrity_aircraft", "degraded_aircraft"]
_OWN = np.isin(RECEIVED, ["adsb_icao", "adsb_icao_nt", "adsb_other"])
"""Received from the aircraft itself: others' words for it carry other values."""
_EPOCH = date(1970, 1, 1)


def read_integrity(details: Sequence[Any]) -> NDArray[np.uint8]:
    """`NO_VALUE`, `SOUND` or `DEGRADED` for each point, from its aircraft object."""
    values = np.zeros(len(details), np.uint8)
    there = _find_objects(details)
    objects = details[there] if isinstance(there, slice) else [details[each] for each in there]
    said = [each.get("nic") for each in objects]
    try:
        judged = {each: _judge(each) for each in set(said)}  # a handful in a whole day
    except TypeError:  # a list or an object where a number should be
        values[there] = [_judge(each) for each in said]
        return values
    kinds = set(judged.values())
    values[there] = kinds.pop() if len(kinds) == 1 else [judged[each] for each in said]
    return values


def _find_objects(details: Sequence[Any]) -> slice | list[int]:
    """Where there are aircraft objects: every so many points in all that readsb writes."""
    first = next(compress(count(), details), len(details))
    step = next(compress(count(1), details[first + 1 :]), len(details) + 1)
    regular = slice(first, None, step)
    if len(details) - details.count(None) == len(details[regular]) and all(details[regular]):
        return regular
    return list(compress(count(), details))


def _judge(nic: Any) -> int:
    if type(nic) is not int:
        return NO_VALUE
    return DEGRADED if nic < LEAST_NIC else SOUND


class _Values(NamedTuple):
    """Values of one file: its number, hours since 1970, cells, and which are degraded."""

    file: NDArray[np.int64]
    hour: NDArray[np.int64]
    cell: NDArray[np.int64]
    degraded: NDArray[np.bool_]


class IntegrityTally:
    """Aircraft with a value, and with degraded ones, by cell and hour, file by file.

    What waits to be counted is bounded; what is counted has a row per cell and hour.
    """

    def __init__(self, held: int = HELD_VALUES) -> None:
        self._most_held = held
        self._waiting: list[_Values] = []
        self._held = 0
        self._files = 0
        self._counted = _count([])

    def add(self, positions: np.ndarray, values: NDArray[np.uint8]) -> None:
        """Take all positions of one aircraft, and its value at each; those aloft count."""
        usable = (values != NO_VALUE) & ~positions["on_ground"] & _OWN[positions["received"]]
        chosen, self._files = positions[usable], self._files + 1
        if not len(chosen):
            return
        self._waiting.append(
            _Values(
                np.full(len(chosen), self._files),
                chosen["seen_at"] // HOUR_MS,
                cells_of(chosen["latitude"], chosen["longitude"]),
                values[usable] == DEGRADED,
            )
        )
        self._held += len(chosen)
        if self._held >= self._most_held:
            self._settle()

    def of_day(self, day: date) -> pd.DataFrame:
        """Rows of `hour` (0 to 23), `cell` and `COUNTS` for one UTC day."""
        self._settle()
        start = (day - _EPOCH).days * 24
        hours = self._counted["hour"] - start
        return self._counted.assign(hour=hours)[hours.between(0, 23)].reset_index(drop=True)

    def _settle(self) -> None:
        if self._waiting:
            self._counted = _sum([self._counted, _count(self._waiting)])
        self._waiting, self._held = [], 0


def _count(waiting: list[_Values]) -> pd.DataFrame:
    if not waiting:
        return pd.DataFrame({name: np.empty(0, np.int64) for name in ("hour", "cell", *COUNTS)})
    columns = map(np.concatenate, zip(*waiting, strict=True))
    values = pd.DataFrame(dict(zip(_Values._fields, columns, strict=True)))
    aircraft = values.groupby(["file", "hour", "cell"], sort=False)["degraded"].mean()
    degraded = (aircraft >= DEGRADED_SHARE).to_numpy()
    counted = aircraft.reset_index()[["hour", "cell"]]
    return _sum([counted.assign(integrity_aircraft=1, degraded_aircraft=degraded.astype(int))])


def _sum(parts: list[pd.DataFrame]) -> pd.DataFrame:
    whole = pd.concat(parts, ignore_index=True)
    return whole.groupby(["hour", "cell"], sort=True)[COUNTS].sum().reset_index()


def put_integrity(reception: pd.DataFrame, integrity: pd.DataFrame | None) -> pd.DataFrame:
    """`reception` of one day with `COUNTS`: null where the input carries no such values at all.

    Cells and hours in which no aircraft had a value have 0.
    """
    if integrity is None:
        nothing = pd.array([pd.NA] * len(reception), dtype="Int32")
        return reception.assign(**dict.fromkeys(COUNTS, nothing))
    joined = reception.merge(integrity, on=["hour", "cell"], how="left")
    return joined.assign(**{name: joined[name].fillna(0).astype("Int32") for name in COUNTS})

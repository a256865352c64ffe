"""Where flights begin and end in the positions of an airframe."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flights.legs.positions.continuity import SILENCE_S, continues, moments_at
from flights.legs.positions.series import Index, Mask, Series, reduce_runs

BRIEF_S, BRIEF_KM = 60.0, 5.0
"""Heard once, or for less than this time [s] and distance [km]: too little for a flight."""

STILL_KM, STILL_KT = 6.0, 50.0
"""Never farther [km] and never faster [kt] than this: something on or near an airfield."""

MIDNIGHT_S = 600.0
"""A brief stretch this near to midnight may be part of a flight of the other day [s]. It stays with
the flag `brief`, and `join_days` removes it if it joins nothing."""

DAY_MS = 86_400_000


@dataclass(frozen=True)
class Spans:
    """Flights as stretches of a `Series`, one row per flight.

    `begin` and `end` are the first and last position in the air (both inclusive). `standing_before`
    and `standing_after` are the neighbouring positions on the ground, -1 where there is none.
    """

    begin: Index
    end: Index
    standing_before: Index
    standing_after: Index
    brief: Mask

    def __len__(self) -> int:
        return len(self.begin)

    def keep(self, chosen: Mask) -> "Spans":
        """Only the chosen flights."""
        return Spans(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))


def find_spans(series: Series, standing: Mask) -> tuple[Spans, dict[str, int]]:
    """Flights of all airframes, and the number of positions left out by rule (`brief`, `still`)."""
    begin, end = _stretches(series, standing)
    size = end - begin + 1
    still = _is_still(series, begin, end)
    brief = _is_brief(series, begin, end) & ~still
    saved = brief & _touches_midnight(series, begin, end)
    dropped = {
        "brief": int(size[brief & ~saved].sum()),
        "still": int(size[still].sum()),
    }
    spans = Spans(
        begin, end, _standing_at(series, standing, begin, -1),
        _standing_at(series, standing, end, 1), saved,
    )  # fmt: skip
    return spans.keep(~still & (~brief | saved)), dropped


def _stretches(series: Series, standing: Mask) -> tuple[Index, Index]:
    """First and last position of each stretch in the air that is one flight."""
    air = ~standing
    starts = air & series.first
    starts[1:] |= air[1:] & standing[:-1]
    silent = np.flatnonzero(air & ~starts & (series.silence_s >= SILENCE_S))
    if len(silent):
        within = np.cumsum(starts | standing | _mark(len(series), silent), dtype=np.int64)
        before = moments_at(series, silent - 1, side="before", within=within)
        after = moments_at(series, silent, side="after", within=within)
        starts[silent[~continues(before, after)]] = True
    begin = np.flatnonzero(starts)
    # A stretch ends before the next start or the next standing position or airframe.
    ends = air.copy()
    ends[:-1] &= starts[1:] | standing[1:] | series.first[1:]
    return begin, np.flatnonzero(ends)


def _mark(length: int, index: Index) -> Mask:
    mask = np.zeros(length, dtype=bool)
    mask[index] = True
    return mask


def _standing_at(series: Series, standing: Mask, index: Index, hop: int) -> Index:
    """The position next to `index` where it is the same airframe on the ground, else -1."""
    other = np.clip(index + hop, 0, len(series) - 1)
    same = (series.icao24[other] == series.icao24[index]) & standing[other]
    return np.where(same, other, -1)


def _extent_km(series: Series, begin: Index, end: Index) -> NDArray[np.float64]:
    """Longer side of the box around a stretch [km]."""
    sides = []
    for column in (series.latitude, series.longitude):
        high = reduce_runs(np.maximum, column, begin, end + 1)
        sides.append(high - reduce_runs(np.minimum, column, begin, end + 1))
    shrink = np.cos(np.radians(series.latitude[begin]))
    extent: NDArray[np.float64] = 111.2 * np.maximum(sides[0], sides[1] * shrink)
    return extent


def _is_still(series: Series, begin: Index, end: Index) -> Mask:
    speed = np.nan_to_num(series.speed_kt, nan=0.0)
    fastest = reduce_runs(np.maximum, speed, begin, end + 1)
    return (_extent_km(series, begin, end) < STILL_KM) & (fastest < STILL_KT) & (end > begin)


def _is_brief(series: Series, begin: Index, end: Index) -> Mask:
    lasted = (series.seen_at[end] - series.seen_at[begin]) / 1000.0
    small = (lasted < BRIEF_S) & (_extent_km(series, begin, end) < BRIEF_KM)
    brief: Mask = small | (begin == end)
    return brief


def _touches_midnight(series: Series, begin: Index, end: Index) -> Mask:
    """True on the first or last stretch of its airframe in the day if it is close to midnight."""
    is_last = np.append(series.first[1:], True)[: len(series)]
    early = series.first[begin] & (series.seen_at[begin] % DAY_MS < MIDNIGHT_S * 1000)
    late = is_last[end] & (DAY_MS - series.seen_at[end] % DAY_MS < MIDNIGHT_S * 1000)
    return early | late

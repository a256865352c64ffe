"""Which rule left out which positions, and the flights that it concerns."""

import numpy as np
from numpy.typing import NDArray

from flights.legs.doubts.mlat_noise import find_outliers, find_scatter, is_noisy
from flights.legs.doubts.shared_address import find_other_airframe
from flights.legs.positions.series import Index, Mask, Series
from flights.records import ADDRESS_TWICE, JUMP, MLAT_NOISE

LeftOut = dict[str, Series]
"""Rule -> positions that it left out, of all airframes."""


def sort_left_out(series: Series, left_out: Mask) -> LeftOut:
    """The positions that cannot belong to their airframe, by rule."""
    if not left_out.any():
        none = series.keep(left_out)
        return {JUMP: none, ADDRESS_TWICE: none, MLAT_NOISE: none}
    twice = find_other_airframe(series, left_out)
    noise = find_outliers(series, left_out) & ~twice
    return {
        JUMP: series.keep(left_out & ~twice & ~noise),
        ADDRESS_TWICE: series.keep(twice),
        MLAT_NOISE: series.keep(noise),
    }


def mark_doubts(series: Series, begin: Index, end: Index, left_out: LeftOut) -> dict[str, Mask]:
    """Mask over flights by rule: positions were left out during the flight, or MLAT scatters."""
    marks = {rule: _on_the_way(series, begin, end, some) for rule, some in left_out.items()}
    marks[MLAT_NOISE] |= is_noisy(series, find_scatter(series), begin, end)
    return marks


def _on_the_way(series: Series, begin: Index, end: Index, left_out: Series) -> Mask:
    """Flights during which a position of the same airframe was left out."""
    if not len(left_out) or not len(begin):
        return np.zeros(len(begin), dtype=bool)
    zero = min(left_out.seen_at.min(), series.seen_at.min())
    key = _time_key(left_out.icao24, left_out.seen_at - zero)
    low = np.searchsorted(key, _time_key(series.icao24[begin], series.seen_at[begin] - zero))
    high = np.searchsorted(key, _time_key(series.icao24[end], series.seen_at[end] - zero), "right")
    return high > low


def _time_key(icao24: NDArray[np.uint32], since: NDArray[np.int64]) -> NDArray[np.int64]:
    """One sortable number from address (25 bits) and milliseconds since some moment."""
    return (icao24.astype(np.int64) << 38) | since

"""Callsigns of flights, and how their positions were received."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flights.legs.positions.series import Index, Mask, Series, reduce_runs, text_of
from flights.records import RECEIVED

LATE_POINTS = 4
"""readsb writes a new callsign up to three points late, so the first positions of a flight may
still have the callsign of the flight before."""

RECEIVED_AS = {
    "adsb_icao": "adsb", "adsb_icao_nt": "adsb", "adsr_icao": "adsb", "adsb_other": "adsb",
    "adsr_other": "adsb", "mlat": "mlat", "tisb_icao": "tisb", "tisb_trackfile": "tisb",
    "tisb_other": "tisb", "adsc": "adsc",
}  # fmt: skip


def find_callsigns(series: Series, begin: Index, end: Index) -> tuple[NDArray[np.object_], Mask]:
    """Most frequent callsign of each flight (None = unknown), and whether it had several."""
    if not len(begin):
        return np.empty(0, dtype=object), np.empty(0, dtype=bool)
    flight, starts, lengths = _callsign_runs(series, begin, end)
    late = starts + lengths - begin[flight] <= LATE_POINTS
    frame = pd.DataFrame(
        {
            "flight": flight,
            "callsign": series.callsign[starts],
            "positions": lengths,
            "timely": ~late,
        }
    )
    frame = frame[frame["callsign"] != 0].groupby(["flight", "callsign"], sort=True).sum()
    frame = frame.reset_index().sort_values(["flight", "positions"], kind="stable")
    best = frame.drop_duplicates("flight", keep="last")
    most = np.zeros(len(begin), dtype=np.uint64)
    most[best["flight"]] = best["callsign"]
    timely = frame.loc[frame["timely"] > 0, "flight"]
    return text_of(most), np.bincount(timely, minlength=len(begin)) > 1


def _callsign_runs(series: Series, begin: Index, end: Index) -> tuple[Index, Index, Index]:
    """Runs of one callsign inside flights: number of the flight, start, length."""
    changed = np.flatnonzero(series.callsign[1:] != series.callsign[:-1]) + 1
    starts = np.unique(np.concatenate([changed, begin]))
    flight = np.searchsorted(begin, starts, side="right") - 1
    inside = (flight >= 0) & (starts <= end[np.maximum(flight, 0)])
    stops = np.minimum(np.append(starts[1:], len(series)), end[np.maximum(flight, 0)] + 1)
    return flight[inside], starts[inside], (stops - starts)[inside]


def find_received(series: Series, begin: Index, end: Index) -> NDArray[np.object_]:
    """How the positions of each flight were received; `mixed` for more than one way."""
    names = sorted({*RECEIVED_AS.values(), "other"})
    bit = np.array([1 << names.index(RECEIVED_AS.get(each, "other")) for each in RECEIVED])
    ways = reduce_runs(np.bitwise_or, bit.astype(np.uint8)[series.received], begin, end + 1)
    words = np.full(1 << len(names), "mixed", dtype=object)
    words[[1 << number for number in range(len(names))]] = names
    found: NDArray[np.object_] = words[ways]
    return found

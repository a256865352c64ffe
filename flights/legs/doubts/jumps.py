"""Positions that cannot be right: spoofed or garbled places, far away for a while.

A receiver decodes the position that the aircraft sends. Where satellite navigation is spoofed,
the aircraft sends a place hundreds of kilometres away for minutes, and then the right one again.
The rule: cut the airframe's positions at every step that needs an impossible speed, and keep the
chain of pieces that agree with each other and have the most positions.
"""

import numpy as np
from numpy.typing import NDArray

from flights.legs.positions.series import Index, Mask, Series
from flights.records import RECEIVED
from flights.reference.earth import great_circle_km

FASTEST_KM_S = 0.42
"""1,500 km/h: faster over the ground than airliners in a jet stream [km/s]."""

SLACK_KM = 12.0
"""Allowed in addition [km]: a heatmap does not say when within its slice (30 s) it heard a
position, and multilateration is off by kilometres."""

ADSC = RECEIVED.index("adsc")
ADSC_SLACK_KM = 150.0
"""Allowed where one of the two positions came by satellite (ADS-C) [km]: these arrive minutes late
with the time of the relay."""

PIECE_SILENCE_S = 60.0
"""Pieces also end at silences [s]: a receiver's own check suppresses a jump that long."""

LOOK_BACK = 60
"""Pieces compared with each piece; the limit keeps two airframes on one address fast."""


def find_impossible(series: Series) -> Mask:
    """True where the airframe cannot reach a position from the one before."""
    far = np.flatnonzero(series.step_km > SLACK_KM)
    slack = np.maximum(_slack_km(series.received[far]), _slack_km(series.received[far - 1]))
    impossible = np.zeros(len(series), dtype=bool)
    reach = slack + FASTEST_KM_S * series.silence_s[far]
    impossible[far] = series.step_km[far] > reach
    return impossible


def _slack_km(received: NDArray[np.uint8]) -> NDArray[np.float64]:
    return np.where(received == ADSC, ADSC_SLACK_KM, SLACK_KM)


def find_jumps(series: Series) -> Mask:
    """True on positions to leave out, one value per position; see the rule above."""
    unlikely = np.zeros(len(series), dtype=bool)
    impossible = find_impossible(series)
    if not impossible.any():
        return unlikely
    cut = impossible | (series.silence_s > PIECE_SILENCE_S) | series.first
    begins = np.append(np.flatnonzero(series.first), len(series))
    for which in np.unique(np.searchsorted(begins, np.flatnonzero(impossible), "right")):
        start, stop = begins[which - 1], begins[which]
        pieces = np.append(start + np.flatnonzero(cut[start:stop]), stop)
        unlikely[start:stop] = ~_keep_best(series, pieces)
    return unlikely


def _keep_best(series: Series, pieces: Index) -> Mask:
    """Mask over the positions of one airframe: the chain of agreeing pieces with most positions."""
    heads, tails = pieces[:-1], pieces[1:] - 1
    weight = np.diff(pieces).astype(float)
    best, before = weight.copy(), np.full(len(weight), -1)
    for this in range(1, len(weight)):
        low = max(0, this - LOOK_BACK)
        fits = low + np.flatnonzero(_reaches(series, tails[low:this], heads[this]))
        if len(fits):
            before[this] = fits[np.argmax(best[fits])]
            best[this] += best[before[this]]
    kept = np.zeros(pieces[-1] - pieces[0], dtype=bool)
    this = int(np.argmax(best))
    while this >= 0:
        kept[pieces[this] - pieces[0] : pieces[this + 1] - pieces[0]] = True
        this = before[this]
    return kept


def _reaches(series: Series, tails: Index, head: int) -> Mask:
    """True on the positions from which the airframe can reach `head`."""
    distance_km = great_circle_km(
        series.latitude[tails],
        series.longitude[tails],
        series.latitude[head],
        series.longitude[head],
    )
    silence_s = (series.seen_at[head] - series.seen_at[tails]) / 1000.0
    slack = np.maximum(_slack_km(series.received[tails]), _slack_km(series.received[head]))
    reaches: Mask = distance_km <= slack + FASTEST_KM_S * silence_s
    return reaches

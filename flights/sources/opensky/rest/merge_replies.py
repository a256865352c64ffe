"""Flights of several replies brought together: each once, as `flight_rows` takes them."""

from collections.abc import Iterable

import pandas as pd

from flights.sources.opensky.flight_rows import COLUMNS
from flights.sources.opensky.rest.read_flights import Leg


def merge_legs(replies: Iterable[Iterable[Leg]]) -> tuple[list[Leg], int]:
    """Each flight once, by address and first second, and how many were told in two ways.

    A flight stands in the departures of one airport and the arrivals of another. Where two
    replies differ about it, the one that knows more ends counts, then the later landing.
    """
    found: dict[tuple[str, int], Leg] = {}
    differing = 0
    for leg in (leg for legs in replies for leg in legs):
        known = found.setdefault((leg.icao24, leg.firstseen), leg)
        if known != leg:
            differing += 1
            found[leg.icao24, leg.firstseen] = max(known, leg, key=_knows)
    return sorted(found.values(), key=lambda leg: (leg.firstseen, leg.icao24)), differing


def _knows(leg: Leg) -> tuple[int, int, str]:
    ends = sum(end.airport is not None for end in (leg.origin, leg.destination))
    return ends, leg.lastseen, repr(leg)


def legs_frame(legs: Iterable[Leg]) -> pd.DataFrame:
    """Rows with `flight_rows.COLUMNS`."""
    flat = [
        (leg.icao24, leg.callsign, leg.firstseen, leg.lastseen, *leg.origin, *leg.destination)
        for leg in legs
    ]
    return pd.DataFrame(flat, columns=list(COLUMNS))

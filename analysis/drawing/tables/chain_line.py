"""The chain of an airframe as one line: flights, and the gaps and stays between them."""

from dataclasses import dataclass

import pandas as pd

from flights.evidence import HORIZON_S, UNTIL_UNKNOWN, Chain, write_next
from flights.records.amounts import format_span

LOST = "lost"
"""Text for an end that no receiver heard."""

NEIGHBOURS = 2
"""Flights shown on each side."""


@dataclass(frozen=True)
class Segment:
    """One piece of the line.

    `kind` is `heard`, `unheard` or `ground`; `row` is the flight's row in the chain if it is
    heard. `label` and `detail` are a few words each; text from radio messages is as received.
    """

    kind: str
    label: str
    detail: str
    row: int | None = None
    current: bool = False


def list_segments(chain: Chain, at: int) -> list[Segment]:
    """Segments around the flight in row `at`, in time order."""
    first, last = max(at - NEIGHBOURS, 0), min(at + NEIGHBOURS, len(chain.flights) - 1)
    line = []
    for row in range(first, last + 1):
        if row > first:
            line.append(_between(chain.flights.iloc[row - 1], chain.flights.iloc[row]))
        line.append(_heard(chain, row, at))
    return line


def _heard(chain: Chain, row: int, at: int) -> Segment:
    flight = chain.flights.iloc[row]
    name = flight["callsign"] if pd.notna(flight["callsign"]) else flight["icao24"]
    places = " → ".join(_place(flight, end) for end in ("origin", "destination"))
    start, stop = flight["firstseen"], flight["lastseen"]
    until = f" UTC, {UNTIL_UNKNOWN}" if pd.isna(stop) else f" to {write_next(stop, start)}"
    times = f"{start.day} {start:%b %H:%M}{until}"
    by = dict.fromkeys([flight["source"], *chain.witnesses[row]["source"]])
    return Segment("heard", f"{name} {places}", f"{times}, by {' and '.join(by)}", row, row == at)


def _place(flight: pd.Series, end: str) -> str:
    lost = flight[f"{end}_evidence"] == "lost" or pd.isna(flight[end])
    return LOST if lost else str(flight[end])


def _between(before: pd.Series, after: pd.Series) -> Segment:
    """The time between two flights: a stay if both ends are one airport, else a gap."""
    seconds = (after["firstseen"] - before["lastseen"]).total_seconds()
    here, there = _place(before, "destination"), _place(after, "origin")
    if pd.isna(before["lastseen"]):
        return Segment("unheard", "not heard", f"{_describe_ends(here, there)}; length not known")
    span = format_span(max(seconds, 0.0))
    if here == there != LOST:
        return Segment("ground", f"at {here}", span)
    beyond = "; too long to say where it was" if seconds > HORIZON_S else ""
    return Segment("unheard", f"not heard for {span}", f"{_describe_ends(here, there)}{beyond}")


def _describe_ends(here: str, there: str) -> str:
    """Where a gap began and ended; `LOST` means in the air."""
    if here == there:
        return "from air to air"
    start = "from the air" if here == LOST else f"from {here}"
    return f"{start} {'into the air' if there == LOST else f'to {there}'}"

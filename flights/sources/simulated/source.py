"""SIMULATED flights of an invented world in the year 2050, for first use, teaching and tests."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

import numpy as np
import pandas as pd

from flights.records import DayRecords, LedgerEntry, empty_table
from flights.sources.base import Offer, Report, SourceSpec
from flights.sources.simulated.tracks import make_reception, make_tracks
from flights.sources.simulated.world.tables import day_number, load_heard
from flights.sources.simulated.world.timetable import EVENT_IN_JUNE, FIRST_DAY, LAST_DAY

READER = "simulated 1"

PARTIAL_SHARE = 0.2
"""Share of the partial day that is left, from midnight on. Chosen for the example."""

_MISSING = "SIMULATED: the invented publisher lost this day; there is no data."
_PARTIAL = (
    "SIMULATED: the file of this day is incomplete; "
    f"only the first {PARTIAL_SHARE:.0%} of the day can be read."
)

# Nine missing days and a partial one directly before the event in June: the gap that the
# example "archive-hole" is about, as adsb.lol had one in June 2025.
HOLES = {EVENT_IN_JUNE - timedelta(days=back): ("missing", _MISSING) for back in range(10, 1, -1)}
HOLES |= {EVENT_IN_JUNE - timedelta(days=1): ("partial", _PARTIAL)}
"""Status and reason of each day that is not complete."""


@dataclass(frozen=True)
class SimulatedSource:
    """The simulated world as a source. Building it takes seconds, once per process."""

    spec: ClassVar[SourceSpec] = SourceSpec(
        key="simulated",
        title="SIMULATED world (made up; the year 2050)",
        gives="flights, tracks and reception of a made-up world with a known truth",
        needs="nothing",
        licence="MIT, part of this program",
        attribution="SIMULATED data, invented by this program; not an observation.",
        terms="for first use, teaching and tests; never as observation",
        first_day=FIRST_DAY,
        last_day=LAST_DAY,
        area="invented flights between real places",
        cost_per_day="none; computed here",
        known_holes=(f"{min(HOLES)} to {max(HOLES)} are missing or partial, by design.",),
        simulated=True,
        positions=True,
    )

    def offers(self, first: date, last: date) -> list[Offer]:
        """Days of 2050 between `first` and `last`, both inclusive."""
        first, last = max(first, FIRST_DAY), min(last, LAST_DAY)
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        return [Offer(day, 0, problem=HOLES.get(day, ("", ""))[1]) for day in days]

    def collect(self, offer: Offer, report: Report) -> tuple[DayRecords, ...]:
        """The tables of one day; only a ledger entry for a missing day."""
        status, reason = HOLES.get(offer.day, ("complete", ""))
        report("building the simulated world", 0.0)
        tables = _make_tables(self.spec.key, offer.day) if status != "missing" else _no_tables()
        if status == "partial":
            tables = _cut(tables, offer.day)
        report("day is ready", 1.0)
        entry = LedgerEntry(
            source=self.spec.key,
            day=offer.day,
            status=status,
            reasons=(reason,) if reason else (),
            detail="flights",
            reader=READER,
            release_kind="simulated",
            counts=_counts(tables),
        )
        return (DayRecords(entry, **tables),)


def open_source() -> SimulatedSource:
    """The simulated world; it takes no options."""
    return SimulatedSource()


def _no_tables() -> dict[str, pd.DataFrame]:
    return {name: empty_table(name) for name in ("flights", "edges", "tracks", "reception")}


def _make_tables(source: str, day: date) -> dict[str, pd.DataFrame]:
    """All tables of a day. No edges: each flight is a whole row on the day of its take-off."""
    heard, number = load_heard(source), day_number(day)
    flights = heard.flights.iloc[heard.edges[number] : heard.edges[number + 1]]
    return {
        "flights": flights.reset_index(drop=True),
        "edges": empty_table("edges"),
        "tracks": make_tracks(heard, day),
        "reception": make_reception(source, day),
    }


def _cut(tables: dict[str, pd.DataFrame], day: date) -> dict[str, pd.DataFrame]:
    """The part of a partial day that is left."""
    end = pd.Timestamp(day, tz="UTC") + pd.Timedelta(days=1) * PARTIAL_SHARE
    flights = tables["flights"]
    kept = flights[flights["firstseen"] < end]
    tracks, reception = tables["tracks"], tables["reception"]
    return tables | {
        "flights": kept.reset_index(drop=True),
        "tracks": tracks[tracks["flight_id"].isin(kept["flight_id"])].reset_index(drop=True),
        "reception": reception[reception["hour"] < end.hour].reset_index(drop=True),
    }


def _counts(tables: dict[str, pd.DataFrame]) -> dict[str, int]:
    flights = tables["flights"]
    return {
        "positions": int(np.sum(flights["positions"])),
        "flights": len(flights),
        "aircraft": int(flights["icao24"].nunique()),
    }

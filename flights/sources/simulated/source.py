"""SIMULATED flights: the made-up world of the year 2050, for first use, teaching and tests."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

import numpy as np
import pandas as pd

from flights.records import DayRecords, LedgerEntry, empty
from flights.sources.base import Offer, Report, SourceSpec
from flights.sources.simulated.holes import HOLES, PARTIAL_SHARE
from flights.sources.simulated.tracks import make_reception, make_tracks
from flights.sources.simulated.world.tables import day_number, load_heard
from flights.sources.simulated.world.timetable import FIRST_DAY, LAST_DAY

READER = "simulated 1"


@dataclass(frozen=True)
class SimulatedSource:
    """The made-up world as a source. Building it takes seconds, once per process."""

    spec: ClassVar[SourceSpec] = SourceSpec(
        key="simulated",
        title="SIMULATED world (made up; the year 2050)",
        gives="flights, tracks and reception of a made-up world with a known truth",
        needs="nothing",
        licence="MIT, part of this program",
        attribution="SIMULATED data, made up by this program; not an observation.",
        terms="for first use, teaching and tests; never as observation",
        first_day=FIRST_DAY,
        last_day=LAST_DAY,
        area="made-up flights between real places",
        cost_per_day="none; computed here",
        known_holes=(f"{min(HOLES)} to {max(HOLES)} are lost or broken, by design.",),
        simulated=True,
        positions=True,
    )

    def offers(self, first: date, last: date) -> list[Offer]:
        """Days of 2050 between `first` and `last`, both inclusive."""
        first, last = max(first, FIRST_DAY), min(last, LAST_DAY)
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        return [Offer(day, 0, problem=HOLES.get(day, ("", ""))[1]) for day in days]

    def collect(self, offer: Offer, report: Report) -> tuple[DayRecords, ...]:
        """The tables of one day; nothing but the ledger entry for a day that is lost."""
        status, reason = HOLES.get(offer.day, ("complete", ""))
        report("building the made-up world", 0.0)
        tables = _make_tables(self.spec.key, offer.day) if status != "missing" else _no_tables()
        if status == "partial":
            tables = _cut(tables, offer.day)
        report("made", 1.0)
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
    """The made-up world; it takes no options."""
    return SimulatedSource()


def _no_tables() -> dict[str, pd.DataFrame]:
    return {name: empty(name) for name in ("flights", "edges", "tracks", "reception")}


def _make_tables(source: str, day: date) -> dict[str, pd.DataFrame]:
    """All tables of a day. A flight is one row on the day of its take-off, so no edges."""
    heard, number = load_heard(source), day_number(day)
    flights = heard.flights.iloc[heard.edges[number] : heard.edges[number + 1]]
    return {
        "flights": flights.reset_index(drop=True),
        "edges": empty("edges"),
        "tracks": make_tracks(heard, day),
        "reception": make_reception(source, day),
    }


def _cut(tables: dict[str, pd.DataFrame], day: date) -> dict[str, pd.DataFrame]:
    """What is left of a day whose file breaks off."""
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

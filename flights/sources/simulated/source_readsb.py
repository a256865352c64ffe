"""SIMULATED positions in readsb's file format: some days of the invented world, decoded."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import ClassVar

from flights.readsb import Task, collect_days, find_days
from flights.readsb.members import HEATMAP
from flights.records import DayRecords
from flights.reference.aircraft import Airframe
from flights.sources.base import Offer, Report, SourceSpec
from flights.sources.simulated.readsb.encode import write_heatmaps
from flights.sources.simulated.readsb.flying import fly_day, load_airframes
from flights.sources.simulated.world.timetable import EVENT_IN_OCTOBER

FIRST_DAY, LAST_DAY = EVENT_IN_OCTOBER - timedelta(days=3), EVENT_IN_OCTOBER + timedelta(days=3)
QUICK = 1  # gzip level; the files are deleted after seconds


@dataclass(frozen=True)
class SimulatedReadsbSource:
    """A week of the simulated world, written as heatmaps and read by the normal reader."""

    spec: ClassVar[SourceSpec] = SourceSpec(
        key="simulated-readsb",
        title="SIMULATED world as readsb heatmaps (made up; a week of 2050)",
        gives="flights, tracks and reception found by the readsb reader in made-up positions",
        needs="nothing",
        licence="MIT, part of this program",
        attribution="SIMULATED data, invented by this program; not an observation.",
        terms="for first use, teaching and tests; never as observation",
        first_day=FIRST_DAY,
        last_day=LAST_DAY,
        area="invented flights between real places",
        cost_per_day="none; about ten seconds of computing",
        known_holes=("Too few days for a study; use the source `simulated` for studies.",),
        simulated=True,
        positions=True,
    )

    def offers(self, first: date, last: date) -> list[Offer]:
        """Days of the week around the event in October, `first` and `last` inclusive."""
        first, last = max(first, FIRST_DAY), min(last, LAST_DAY)
        return [Offer(first + timedelta(days=n), 0) for n in range((last - first).days + 1)]

    def collect(self, offer: Offer, report: Report) -> tuple[DayRecords, ...]:
        """Simulate one day, write it as heatmaps and read them."""
        report("simulating the flights", 0.0)
        positions = fly_day(offer.day)
        with tempfile.TemporaryDirectory(prefix="simulated-") as folder:
            day_folder = Path(folder) / f"{offer.day:%Y/%m/%d}"
            report("writing heatmaps", 0.3)
            write_heatmaps(day_folder, positions, day=offer.day, level=QUICK)
            [found_day] = find_days(day_folder, HEATMAP)
            task = Task(self.spec.key, found_day, "heatmaps", _find_airframes)
            found = collect_days(task, lambda what, share: report(what, 0.5 + share / 2))
        return tuple(
            replace(records, entry=replace(records.entry, release_kind="simulated"))
            for records in found
        )


def _find_airframes(icao24s: frozenset[str]) -> Mapping[str, Airframe]:
    named = load_airframes()
    return {icao24: named[icao24] for icao24 in icao24s if icao24 in named}


def open_source() -> SimulatedReadsbSource:
    """A week of the simulated world; it takes no options."""
    return SimulatedReadsbSource()

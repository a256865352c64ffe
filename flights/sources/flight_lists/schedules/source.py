"""Aircraft Flight Schedules: flights of the whole world that adsb.lol heard, by quarter."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import ClassVar

from flights.config import read_settings
from flights.errors import BadPayload, NotCovered
from flights.network import Door, Resource
from flights.readsb import AircraftFile, open_aircraft_file
from flights.records import DayRecords, InputFile
from flights.reference.aircraft import Airframe
from flights.reference.editions import input_of
from flights.sources.base import Cost, Offer, Option, Report, SourceSpec
from flights.sources.flight_lists.cached_file import CachedFile
from flights.sources.flight_lists.schedules.quarter import QuarterTask, collect_quarter
from flights.sources.flight_lists.schedules.quarters import (
    FIRST_DAY,
    LATEST_SEEN,
    METHOD_CHANGE,
    Quarter,
    quarters_between,
)

SERVER = "https://github.com"
PER_SECOND = 2.0

_FETCHING_SHARE = 0.4


@dataclass(frozen=True)
class FlightSchedules:
    """The quarterly files. `aircraft`, where given, names airframes better than the files do."""

    server: str
    door: Door
    aircraft: AircraftFile | None = None

    spec: ClassVar[SourceSpec] = SourceSpec(
        key="flight-schedules",
        title="Aircraft Flight Schedules (from adsb.lol)",
        gives="flights worldwide, with position and height of both ends",
        needs="nothing",
        licence="ODbL 1.0",
        attribution="Aircraft Flight Schedules by MrAirspace "
        "(https://github.com/MrAirspace/aircraft-flight-schedules), made from adsb.lol, ODbL 1.0",
        terms="open data: name the source, share under the same licence",
        first_day=FIRST_DAY,
        cost_per_day="about 10 MB; fetched a quarter at a time (840-970 MB), also for a single day",
        known_holes=(
            "2024: no positions and no heights, so an end is at best estimated; no aircraft types.",
            f"The author's method changed on {METHOD_CHANGE}: before it, a flight with a long "
            "silence can be two rows. They are joined here where the way fits the time.",
            "Small airfields of general aviation are missing in the author's list of airports.",
            "5 to 7 May 2026 are missing or thin. Whether 28 May to 11 June 2025 are whole is not "
            "known; days with too few aircraft are partial.",
        ),
        remote=True,
        options=(
            Option(
                "aircraft",
                "An aircraft table (tar1090-db's aircraft.csv), for better types.",
                "path",
                placeholder="/data/aircraft.csv.gz",
            ),
        ),
        cost=Cost(bytes_per_day=10_000_000, file_months=3, delay_days=60),
        cannot_show="where a flight was between its ends, or how well a place was heard",
        why_absent="This quarter is not published, or not yet.",
    )

    def offers(self, first: date, last: date) -> list[Offer]:
        """One offer a quarter; one request says whether it is there and how large it is.

        Raises
        ------
        NotCovered
            All days are before 2024.
        """
        if last < FIRST_DAY:
            raise NotCovered(
                f"This data set begins on {FIRST_DAY}. Choose another source for {first} to {last}."
            )
        found = []
        for quarter in quarters_between(max(first, FIRST_DAY), last):
            resource = self.door.fetch_head(self._address(quarter))
            if resource is None and (quarter.year, quarter.number) > LATEST_SEEN:
                break
            if resource is None:
                continue
            kept = self._file(quarter, resource)
            days = tuple(day for day in quarter.days() if first <= day <= last)
            found.append(
                Offer(
                    day=days[0],
                    size_bytes=resource.size or 0,
                    parts=(resource,),
                    days=days,
                    requests=0 if kept.known() else 1,
                    fingerprint=kept.fingerprint,
                )
            )
        return found

    def collect(self, offer: Offer, report: Report) -> Iterator[DayRecords]:
        """The days asked for; the quarter's file is fetched whole and stays in the cache.

        Raises
        ------
        BadPayload
            Nothing in the file can be used; it is fetched again next time.
        """
        quarter = Quarter.of(offer.day)
        kept = self._file(quarter, offer.parts[0])
        door = self.door.with_report(report)
        file = kept.fetch(door, lambda text, share: report(text, _FETCHING_SHARE * share))
        try:
            task = QuarterTask(
                source=self.spec.key,
                quarter=quarter,
                path=kept.path,
                days=offer.all_days,
                file=file,
                fingerprint=kept.fingerprint_of(file),
                edges=self._edges(quarter),
                airframes=self._airframes(),
                other_inputs=self._other_inputs(),
            )
            yield from collect_quarter(task, _later(report))
        except BadPayload:
            kept.drop()
            raise

    def _edges(self, quarter: Quarter) -> frozenset[date]:
        """First and last day of all that is published."""
        last_published = self.door.fetch_head(self._address(quarter.next)) is None
        found = {FIRST_DAY} | ({quarter.last} if last_published else set())
        return frozenset(found)

    def _airframes(self) -> Mapping[str, Airframe]:
        from flights.reference.aircraft import read_aircraft

        return read_aircraft(self.aircraft.path).airframes if self.aircraft else {}

    def _other_inputs(self) -> tuple[InputFile, ...]:
        return (input_of(self.aircraft.path),) if self.aircraft else ()

    def _file(self, quarter: Quarter, resource: Resource) -> CachedFile:
        folder = self.door.cache / self.spec.key
        return CachedFile(folder / quarter.path.rpartition("/")[2], resource)

    def _address(self, quarter: Quarter) -> str:
        return f"{self.server}{quarter.path}"


def open_source(*, aircraft: str | Path | None = None) -> FlightSchedules:
    """The quarterly files; `aircraft` is an aircraft table."""
    settings = read_settings()
    door = Door(settings.cache, PER_SECOND)
    return FlightSchedules(settings.server(SERVER), door, open_aircraft_file(aircraft))


def _later(report: Report) -> Report:
    """`report` for what comes after the file is here."""
    return lambda text, share: report(text, _FETCHING_SHARE + (1 - _FETCHING_SHARE) * share)

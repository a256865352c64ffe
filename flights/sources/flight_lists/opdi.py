"""Source `opdi`: flight lists of Europe since 2022 from EUROCONTROL's Open Performance Data
Initiative (OPDI)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from flights.config import read_settings
from flights.network import Door
from flights.records import DayRecords
from flights.sources.base import Cost, Offer, Report, SourceSpec
from flights.sources.flight_lists.parquet_list import read_parquet_list
from flights.sources.flight_lists.publisher import Listing, months_between
from flights.sources.opensky_gaps import KNOWN_HOLES

SERVER = "https://www.eurocontrol.int"
FOLDER = "/performance/data/download/OPDI/v002/flight_list"
PER_SECOND = 2.0

FIRST_DAY = date(2022, 1, 1)
PUBLISHED = date(2026, 4, 30)
"""Last month known to be published; later months are requested until one is missing."""

BOX = (26.74617, -25.86653, 70.25976, 49.65699)
"""South, west, north, east [deg] of the state vectors from which OPDI is made."""


@dataclass(frozen=True)
class Opdi:
    """The monthly flight lists, version 0.0.2."""

    server: str
    door: Door

    spec: ClassVar[SourceSpec] = SourceSpec(
        key="opdi",
        title="EUROCONTROL OPDI flight lists",
        gives="flights in a European box, without positions",
        needs="nothing",
        licence="free to use with attribution, for non-commercial purposes",
        attribution="EUROCONTROL Performance Review Unit and Commission, Open Performance Data "
        "Initiative (https://www.opdi.aero); contains data from The OpenSky Network",
        terms="non-commercial use, source attributed",
        first_day=FIRST_DAY,
        area="Europe and its surroundings: 26.7 N to 70.3 N, 25.9 W to 49.7 E",
        cost_per_day="some MB; a whole month is fetched even for one day",
        known_holes=(
            "OPDI has no data outside its box; flights there are unknown, not zero. Both ends of a "
            "route must be inside the box; ends of a flight outside it are unknown.",
            "Nearly half of the flights have no airport at one end (47 % of departures, 44 % of "
            "arrivals in 2025); some reporting airports have no reception at all.",
            "Months are published some months late, and new ones may be published again.",
            "A flight in the air at the end of a month is listed as two, one in each month (flag "
            "month_cut).",
            *KNOWN_HOLES,
        ),
        box=BOX,
        remote=True,
        cost=Cost(bytes_per_day=3_000_000, file_months=1, delay_days=60),
        cannot_show="anything outside its European box, where a flight was between its ends, "
        "and how well a place was heard",
        why_absent="EUROCONTROL has published no list of this month, or not yet.",
    )

    def offers(self, first: date, last: date) -> list[Offer]:
        """One offer per month; one request per month finds whether it exists, and its size."""
        found = []
        for days in months_between(first, last, (FIRST_DAY, date.max)):
            resource = self.door.fetch_head(self._address(days[0]))
            if resource is None and days[0] > PUBLISHED:
                break
            if resource is not None:
                kept = self._listing().cached_file(resource)
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
        """The requested days; the file of the month is fetched whole."""
        yield from self._listing().collect(offer.parts[0], offer.all_days, report)

    def _listing(self) -> Listing:
        return Listing(
            source=self.spec.key,
            door=self.door,
            folder=self.door.cache / self.spec.key / "v002",
            read=read_parquet_list,
            reader="opdi list 1",
            release_kind="v002",
            filed_by="firstseen",
            cuts_months=True,
        )

    def _address(self, month: date) -> str:
        return f"{self.server}{FOLDER}/flight_list_{month:%Y%m}.parquet"


def open_source() -> Opdi:
    """The flight lists; they take no options."""
    settings = read_settings()
    return Opdi(settings.server(SERVER), Door(settings.cache, PER_SECOND))

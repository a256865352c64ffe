"""Source `opensky-lists`: OpenSky's flight lists of 2019 to 2022, published on Zenodo."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from flights.config import read_settings
from flights.errors import InvalidInput
from flights.network import Door
from flights.records import DayRecords
from flights.sources.base import Cost, Offer, Option, Report, SourceSpec, narrow
from flights.sources.flight_lists.csv_list import read_csv_list
from flights.sources.flight_lists.publisher import Listing, days_of, months_between

SERVER = "https://zenodo.org"
RECORDS = {"full": "7923702", "cc-by": "4893109"}
"""Zenodo record of each edition, fixed: files of the same name differ between versions."""
PER_SECOND = 1.0
"""Zenodo permits guests 60 requests a minute."""

FIRST_DAY, LAST_DAY = date(2019, 1, 1), date(2022, 12, 31)
_ODD_NAMES = {date(2021, 5, 1): "flightlist_20210501_20210530.csv.gz"}
"""The name of May 2021 ends on the 30th, but the file has the 31st too."""


_SPEC = SourceSpec(
    key="opensky-lists",
    title="OpenSky flight lists 2019-2022 (Zenodo)",
    gives="flights worldwide, with first and last position",
    needs="nothing",
    licence="full edition: OpenSky's terms, for non-profit research and education, no "
    "redistribution; cc-by edition: CC BY 4.0",
    attribution="Contains data from The OpenSky Network, https://opensky-network.org; "
    "Strohmeier, Olive, Lübbe, Schäfer, Lenders: Crowdsourced air traffic data from the "
    "OpenSky Network 2019-2020, Earth System Science Data 13, 357 (2021), "
    "doi 10.5194/essd-13-357-2021",
    terms="rows of the full edition must not be passed on; cite the paper",
    first_day=FIRST_DAY,
    last_day=LAST_DAY,
    cost_per_day="2-7 MB; a whole month (58-210 MB) is fetched even for one day",
    known_holes=(
        "Reception in China, Iran and Central Asia is poor; an end without reception is empty.",
        "Airports are estimated from the first and last positions and not checked.",
        "A flight belongs to the day of its last message: the departures of a day are complete "
        "only with the next day.",
        "The cc-by edition has its own numbers for airframes: its addresses are pseudonyms that "
        "begin with ~, and there are no registrations.",
    ),
    remote=True,
    options=(
        Option(
            "edition",
            "Full has addresses and registrations; cc-by has neither, but may be passed on.",
            "choice",
            ("full", "cc-by"),
            "full",
        ),
    ),
    cost=Cost(bytes_per_day=4_500_000, file_months=1, next_day=1.0),
    cannot_show="where a flight was between its ends, and how well a place was heard",
    why_absent="Zenodo's record has no list of this month.",
)

_CC_BY = replace(
    narrow(_SPEC, "edition:cc-by"),
    title=f"{_SPEC.title}, CC BY edition",
    licence="CC BY 4.0",
    terms="cite the paper and the licence",
)


@dataclass(frozen=True)
class OpenSkyLists:
    """One edition of the lists; see `flights.sources.flight_lists` for how a month is read."""

    edition: str
    server: str
    door: Door
    spec: SourceSpec = _SPEC

    def offers(self, first: date, last: date) -> list[Offer]:
        """One offer per month; one request per month finds whether it exists, and its size."""
        found = []
        for days in months_between(first, last, (FIRST_DAY, LAST_DAY)):
            resource = self.door.fetch_head(self._address(days[0]))
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
            folder=self.door.cache / _SPEC.key / RECORDS[self.edition],
            read=read_csv_list,
            reader="opensky list 1",
            release_kind=f"{self.edition} edition, Zenodo record {RECORDS[self.edition]}",
            filed_by="lastseen",
        )

    def _address(self, month: date) -> str:
        days = days_of(month)
        name = _ODD_NAMES.get(days[0], f"flightlist_{days[0]:%Y%m%d}_{days[-1]:%Y%m%d}.csv.gz")
        return f"{self.server}/records/{RECORDS[self.edition]}/files/{name}"


def open_source(*, edition: str = "full") -> OpenSkyLists:
    """The lists in one edition; cc-by is a separate series, because its addresses differ.

    Raises
    ------
    InvalidInput
        The edition is unknown.
    """
    if edition not in RECORDS:
        raise InvalidInput(f"edition is {edition!r}; it must be one of {', '.join(RECORDS)}.")
    settings = read_settings()
    spec = _SPEC if edition == "full" else _CC_BY
    return OpenSkyLists(edition, settings.server(SERVER), Door(settings.cache, PER_SECOND), spec)

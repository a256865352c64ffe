"""Source `opensky-trino`: flights by UTC day from the database, for research accounts."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from flights.config import read_settings
from flights.errors import InvalidInput, NotCovered
from flights.readsb import AircraftFile, open_aircraft_file
from flights.records import DayRecords
from flights.reference.airports import all_codes
from flights.regions import is_anywhere, parse_region
from flights.sources.base import Cost, Offer, Option, Report, SourceSpec, narrow
from flights.sources.opensky.trino.database import Database
from flights.sources.opensky.trino.day import DayQuestion, collect_day
from flights.sources.opensky_gaps import KNOWN_HOLES, gap_sentences

FIRST_DAY = date(2016, 1, 1)
WORLD_DAY_BYTES = 20_000_000
AIRPORT_DAY_BYTES = 60_000
"""About 100 000 flights per day worldwide and 300 at a busy airport, about 200 bytes each."""

SPEC = SourceSpec(
    key="opensky-trino",
    title="OpenSky Network, Trino database",
    gives="flights worldwide, with first and last position",
    needs="a research account (OPENSKY_USERNAME, OPENSKY_PASSWORD)",
    licence="OpenSky's terms: non-profit research and education, no redistribution",
    attribution="Contains data from The OpenSky Network, https://opensky-network.org; Schäfer, "
    "Strohmeier, Lenders, Martinovic, Wilhelm: Bringing Up OpenSky, IPSN 2014",
    terms="for universities and authorities, on application; two queries at a time, no bulk "
    "download: accounts that load the database too much are suspended",
    first_day=FIRST_DAY,
    cost_per_day="one query and about 20 MB for the world, two queries and far less with --regions",
    known_holes=(
        *KNOWN_HOLES,
        "Airports are OpenSky's estimates from first and last positions; other ends are lost.",
        "A flight belongs to the day of its last message: the day after the last one is pulled "
        "too, so that the departures of the last day are complete.",
        "Reception in China, Iran and Central Asia is poor.",
    ),
    remote=True,
    options=(
        Option(
            "regions",
            "Only flights with an end at an airport of these places; without it, the whole world.",
            "regions",
            placeholder="airport:ELLX+country:CN",
        ),
        Option(
            "aircraft", "Aircraft table in the format of tar1090-db (registration, type).", "path"
        ),
        Option(
            "login",
            "Log in through a browser instead of with a password; needs a terminal.",
            "flag",
        ),
    ),
    cost=Cost(bytes_per_day=WORLD_DAY_BYTES, requests_per_day=1, next_day=1.0),
    account="granted",
    cannot_show="where a flight was between its ends, and how well a place was heard",
)


@dataclass(frozen=True)
class OpenSkyTrino:
    """Days of OpenSky's table of flights; with `airports` only flights with an end at one.

    `aircraft` is an aircraft table in the format of tar1090-db; without it registration and type
    are unknown.
    """

    database: Database
    airports: frozenset[str] | None = None
    aircraft: AircraftFile | None = None
    spec: SourceSpec = SPEC

    def offers(self, first: date, last: date) -> list[Offer]:
        """One query per day, and one more day: late departures are in the day of their landing.

        Raises
        ------
        InvalidInput
            No days are given.
        NotCovered
            The days are before the first day of the table.
        CredentialsMissing
            No account is set.
        """
        if last == date.max or first == date.min:
            raise InvalidInput(
                "Give the days with --from and --to; OpenSky's database has no list of days."
            )
        if last < FIRST_DAY:
            raise NotCovered(f"OpenSky's table of flights begins on {FIRST_DAY}, after {last}.")
        self.database.check_account()
        first, extra = max(first, FIRST_DAY), last + timedelta(days=1)
        days = [first + timedelta(days=n) for n in range((extra - first).days)]
        why = f"{extra} is read too, for flights that left on {last} and landed after midnight."
        return [*map(self._offer, days), replace(self._offer(extra), notes=(why,))]

    def _offer(self, day: date) -> Offer:
        size, queries = WORLD_DAY_BYTES, 1
        if self.airports is not None:
            size, queries = min(size, AIRPORT_DAY_BYTES * len(self.airports)), 2
        return Offer(day, size, problem=" ".join(gap_sentences(day)), requests=queries)

    def collect(self, offer: Offer, report: Report) -> tuple[DayRecords, ...]:
        """The flights whose last message is of that day."""
        asked = DayQuestion(
            source=self.spec.key,
            day=offer.day,
            scope=self.spec.scope,
            airports=self.airports,
            find_airframes=self.aircraft.find_airframes if self.aircraft else None,
        )
        records = collect_day(self.database, asked, report)
        return (self.aircraft.add_input(records) if self.aircraft else records,)


def open_source(
    *,
    regions: str | None = None,
    aircraft: str | Path | None = None,
    login: str | bool | None = None,
) -> OpenSkyTrino:
    """The whole database, or only flights with an end in `regions`.

    Raises
    ------
    InvalidInput
        The regions are invalid or have no airport, or the aircraft table does not exist.
    """
    table = open_aircraft_file(aircraft)
    wanted = str(login).lower() not in ("", "none", "false", "no", "0")
    database = Database(read_settings(), wanted)
    if not regions:
        return OpenSkyTrino(database, None, table)
    region = parse_region(regions)
    if is_anywhere(region):
        raise InvalidInput("These regions are the whole world: omit --regions.")
    if not region.airports():
        raise InvalidInput(f"There is no known airport in {region.label}: choose another region.")
    spec = narrow(SPEC, f"regions:{region.spec}")
    return OpenSkyTrino(database, all_codes(region.airports()), table, spec)

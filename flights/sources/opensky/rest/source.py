"""Source `opensky-rest`: flights from and to chosen airports, or short flights of the world."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from flights.config import Settings, read_settings
from flights.errors import InvalidInput, NotCovered
from flights.network import RetryPolicy
from flights.readsb import AircraftFile, open_aircraft_file
from flights.records import DayRecords
from flights.reference.airports import all_codes
from flights.regions import is_anywhere, parse_region
from flights.sources.base import Cost, Offer, Option, Report, SourceSpec, narrow
from flights.sources.opensky.pyopensky_account import find_credentials
from flights.sources.opensky.rest.client import Api
from flights.sources.opensky.rest.credits import (
    STANDARD_ACCOUNT,
    UNDER_A_DAY,
    CreditBudget,
    read_budget,
)
from flights.sources.opensky.rest.day import SLICED, DayTask, collect_day
from flights.sources.opensky.rest.reply_cache import FlightsQuestion, ReplyCache, ReplyFiles
from flights.sources.opensky_gaps import KNOWN_HOLES

_CODE = re.compile("[A-Z0-9]{3,8}")
_WAYS = (
    "Give --regions, for example --regions airport:ELLX or --regions country:LU+airport:EBLG, for "
    "all flights from and to these airports (8 credits per day and airport). --slices gives the "
    "whole world for 48 credits a day, but only flights shorter than two hours: such days are "
    "partial and not counted."
)

SPEC = SourceSpec(
    key="opensky-rest",
    title="OpenSky REST interface",
    gives="flights from and to chosen airports, both ends as OpenSky estimates them",
    needs="a free OpenSky account with an API client",
    licence="OpenSky terms: non-profit research and education, no redistribution",
    attribution="The OpenSky Network, https://opensky-network.org; Schäfer, Strohmeier, Lenders, "
    "Martinovic, Wilhelm: Bringing Up OpenSky, IPSN 2014, doi:10.1109/IPSN.2014.6846743",
    terms="For non-profit research and education only; do not pass the data on; anonymise aircraft "
    "in publications; cite Schäfer et al., IPSN 2014. Operational use of the REST API in a live "
    "product, service or automated system needs a written licence.",
    first_day=date(2016, 1, 1),
    area="worldwide, where OpenSky's receivers hear",
    cost_per_day="8 credits and 2 requests per airport; standard accounts have 4000 credits a day",
    known_holes=(
        "A series lacks flights if OpenSky estimates neither end at a chosen airport.",
        "OpenSky uses the nearest airfield, which may be a private strip next to a large airport.",
        "It is not documented whether departures include flights that land after midnight.",
        f"--slices: {SLICED} Such days are always partial.",
        *KNOWN_HOLES,
    ),
    remote=True,
    options=(
        Option(
            "regions",
            "All flights from and to the airports of these places.",
            "regions",
            placeholder="airport:ELLX or country:LU+airport:EBLG",
        ),
        Option(
            "slices",
            "The whole world, but only flights shorter than two hours; all days are partial.",
            "flag",
        ),
        Option(
            "budget",
            "Credits this machine may spend a day.",
            default=str(STANDARD_ACCOUNT),
            placeholder="4000 (standard account), 8000 (with a receiver)",
        ),
        Option(
            "renew",
            "Do not use stored replies of the last 30 days; --refresh alone uses them.",
            "flag",
        ),
        Option(
            "aircraft", "Aircraft table in the format of tar1090-db (registration, type).", "path"
        ),
    ),
    cost=Cost(
        requests_per_day=2,
        credits_per_day=2 * UNDER_A_DAY,
        credits_budget=STANDARD_ACCOUNT,
        per_airport=True,
        next_day=0.5,
    ),
    account="free",
    cannot_show="where a flight was between its ends, and how well a place was heard",
)


def utc_now() -> datetime:
    """The current time; tests use another clock."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class OpenSkyRest:
    """Days with flights from and to `airports`; () = short flights of the world.

    It has no secret. Replies from before `since` are not used.
    """

    settings: Settings
    airports: tuple[str, ...] = ()
    spec: SourceSpec = SPEC
    budget: int = STANDARD_ACCOUNT
    aircraft: AircraftFile | None = None
    since: datetime | None = None
    clock: Callable[[], datetime] = utc_now
    retries: RetryPolicy = field(default_factory=RetryPolicy)
    _apis: dict[int, Api] = field(default_factory=dict, compare=False, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_apis": {}}

    def offers(self, first: date, last: date) -> list[Offer]:
        """Every requested day, with the number of requests without a stored reply.

        Raises
        ------
        InvalidInput
            No first day is given.
        NotCovered
            All days are before the first day of this source.
        CredentialsMissing
            A request is needed, and no account is set.
        """
        now = self.clock()
        if first == date.min:
            raise InvalidInput("Give the days with --from and --to.")
        last = min(last, now.date() - timedelta(days=1)) if last == date.max else last
        begins = self.spec.first_day or first
        if last < begins:
            raise NotCovered(f"The history of OpenSky begins on {begins}, after {last}.")
        first = max(first, begins)
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        replies, asked = self._replies, set[FlightsQuestion]()
        offers = [self._offer(day, now, replies, asked) for day in days]
        if any(offer.requests for offer in offers):
            find_credentials()
        return offers

    def _offer(
        self, day: date, now: datetime, replies: ReplyFiles, asked: set[FlightsQuestion]
    ) -> Offer:
        task = self._task(day)
        fresh = [q for q in task.questions(now) if q not in asked and replies.find(q) is None]
        asked.update(fresh)
        problem = "" if self.airports else SLICED
        if now < task.complete_from:
            problem = "OpenSky has not published the whole day yet."
        return Offer(
            day,
            size_bytes=0,
            problem=problem,
            requests=len(fresh),
            credits=sum(question.credits for question in fresh),
        )

    def collect(self, offer: Offer, report: Report) -> Iterator[DayRecords]:
        """The day, fetched airport by airport; replies stay stored if a request fails."""
        cache = ReplyCache(self._api, self._replies)
        table = self.aircraft
        records = collect_day(
            self._task(offer.day), cache, report, table.find_airframes if table else None
        )
        yield table.add_input(records) if table else records

    def _task(self, day: date) -> DayTask:
        return DayTask(self.spec.key, day, self.airports)

    @property
    def _replies(self) -> ReplyFiles:
        return ReplyFiles(self.settings.cache / "opensky" / "replies", self.clock, self.since)

    @property
    def _api(self) -> Api:
        """The connection of this process, with its token."""
        if os.getpid() not in self._apis:
            budget = CreditBudget(self.settings.cache / "opensky", self.budget, self.clock)
            self._apis[os.getpid()] = Api(self.settings, budget, self.retries)
        return self._apis[os.getpid()]


def open_source(
    *,
    regions: str | None = None,
    slices: str | bool | None = None,
    budget: str | int | None = None,
    renew: str | bool | None = None,
    aircraft: str | Path | None = None,
) -> OpenSkyRest:
    """A series for `regions`, or the world's short flights with `slices`.

    Parameters
    ----------
    regions : text of a region, as `flights.regions.parse_region` reads it.
    slices : use `/flights/all` in slices of two hours instead.
    budget : credits this machine may spend a day.
    renew : do not use stored replies.
    aircraft : aircraft table in the format of tar1090-db; default: that of the settings.

    Raises
    ------
    InvalidInput
        Neither or both of `regions` and `slices`, a place without airports, a day that costs
        more than the budget, or an aircraft table that does not exist.
    """
    settings = read_settings()
    if bool(regions) == _is_set(slices):
        given = "both --regions and --slices" if regions else "neither --regions nor --slices"
        raise InvalidInput(f"opensky-rest got {given}. {_WAYS}")
    table = open_aircraft_file(aircraft or settings.aircraft)
    source = OpenSkyRest(settings, budget=read_budget(budget), aircraft=table)
    if _is_set(renew):
        source = replace(source, since=source.clock())
    return _narrow_to(source, regions) if regions else source


def _is_set(flag: str | bool | None) -> bool:
    return flag is True or (isinstance(flag, str) and flag.lower() not in ("", "no", "false", "0"))


def _narrow_to(source: OpenSkyRest, regions: str) -> OpenSkyRest:
    region = parse_region(regions)
    if is_anywhere(region):
        raise InvalidInput(f"The whole world cannot be fetched airport by airport. {_WAYS}")
    codes = tuple(sorted(filter(_CODE.fullmatch, all_codes(region.airports()))))
    if not codes:
        raise InvalidInput(f"{region.label} has no airport that OpenSky knows.")
    cost = len(codes) * 2 * UNDER_A_DAY
    if cost > source.budget:
        raise InvalidInput(
            f"{region.label} has {len(codes):,} airports: one day would cost {cost:,} credits, "
            f"more than the {source.budget:,} of a day's budget. Name only the airports you "
            "need, for example --regions airports:ELLX,EBLG."
        )
    return replace(source, airports=codes, spec=narrow(source.spec, f"regions:{region.spec}"))

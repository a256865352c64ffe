"""ADS-B Exchange's free samples: the first day of each month. Never for frequency."""

import re
from dataclasses import dataclass
from datetime import date

from flights.config import read_settings
from flights.errors import BadPayload, InvalidInput, RateLimited, SourceUnavailable
from flights.network import Door, Resource
from flights.readsb import Task, collect_days
from flights.records import TABLES, DayRecords, LedgerEntry, empty, parse_icao24
from flights.sources.adsbx.operations_day import OperationsTask, collect_operations
from flights.sources.adsbx.server import FIRST_DAYS, SERVER, SampleServer, TraceIndex, sample_days
from flights.sources.adsbx.traces_day import TRACE_BYTES, TracesDay
from flights.sources.base import Cost, Offer, Option, Report, SourceSpec, narrow

OPERATIONS, TRACES = "operations", "traces"
OPERATIONS_BYTES = 18_000_000
TRACES_A_DAY = 60_000
PER_SECOND = 2.0
MOST_AIRCRAFT = 1000

SPEC = SourceSpec(
    key="adsbx-samples",
    title="ADS-B Exchange samples",
    gives="take-offs and landings, or traces of chosen aircraft, of the first day of each month",
    needs="nothing",
    licence="for testing and evaluation only, no redistribution",
    attribution="Sample data of ADS-B Exchange, https://www.adsbexchange.com",
    terms="evaluation only; one day a month, so that no frequency may be told from it",
    first_day=FIRST_DAYS[TRACES],
    cost_per_day="about 18 MB (operations), or one request an aircraft (traces)",
    known_holes=(
        "The first day of each month only; every other day is missing.",
        "Operations exist since July 2024, and for many months the server gives nothing.",
        "Operations are take-offs and landings, paired by this program: a flight over midnight "
        "has one end only.",
    ),
    serves_frequency=False,
    remote=True,
    options=(
        Option(
            "icao24",
            "Instead of operations the traces of these aircraft: addresses of six hex digits, "
            "divided by commas. Such a series is for their story, never for counts.",
            placeholder="4d0103,471f5a",
        ),
        Option(
            "all_traces",
            f"The traces of all aircraft: some {TRACES_A_DAY:,} requests a day, for eight hours.",
            "flag",
        ),
    ),
    cost=Cost(bytes_per_day=OPERATIONS_BYTES, requests_per_day=2),
    cannot_show="how often anything flew: a day a month is no series",
    why_absent="ADS-B Exchange's samples exist for the first day of each month only, and not for "
    "every month.",
)


@dataclass(frozen=True)
class AdsbxSamples:
    """The samples in one detail; of `only` some aircraft if any are given."""

    samples: SampleServer
    detail: str = OPERATIONS
    only: frozenset[str] = frozenset()
    spec: SourceSpec = SPEC

    def offers(self, first: date, last: date) -> list[Offer]:
        """First days of months that have a sample; one request each tells.

        Where the server refuses to say, the day is offered all the same: a refusal is no answer,
        and reading it will note the failure.

        Raises
        ------
        NotCovered
            No first day of a month lies there.
        InvalidInput
            The days have no end.
        """
        if last == date.max:
            raise InvalidInput("How far the samples go is listed nowhere: say --to.")
        found = (self._look(day) for day in sample_days(first, last, self.detail))
        return [offer for offer in found if offer is not None]

    def _look(self, day: date) -> Offer | None:
        try:
            if self.detail == OPERATIONS:
                table = self.samples.look_at_operations(day)
                return _offer_table(day, table) if table else None
            index = self.samples.fetch_index(day)
            return self._offer_traces(day, index) if index else None
        except RateLimited:
            raise
        except (SourceUnavailable, BadPayload) as error:
            return Offer(day, 0, problem=str(error), requests=1)

    def _offer_traces(self, day: date, index: TraceIndex) -> Offer:
        count = len(TracesDay(day, self.samples, index, self.only).wanted)
        return Offer(
            day,
            TRACE_BYTES * count,
            (index,),
            requests=count,
            fingerprint=index.fingerprint,
        )

    def collect(self, offer: Offer, report: Report) -> tuple[DayRecords, ...]:
        """Records of the day, and of any other day the stamps of its traces speak of.

        Raises
        ------
        SourceUnavailable, BadPayload
            The sample cannot be had, or is none.
        """
        if self.detail == OPERATIONS:
            task = OperationsTask(self.spec.key, offer.day, self.samples, offer.fingerprint)
            return (collect_operations(task, report),)
        known = offer.parts[0] if offer.parts else None
        index = known or self.samples.told_to(report).fetch_index(offer.day)
        if index is None:
            return (self._nothing(offer.day),)
        lying = TracesDay(offer.day, self.samples, index, self.only)
        task_of_traces = Task(
            self.spec.key,
            lying,
            TRACES,
            only=self.only,
            scope=self.spec.scope,
            fingerprint=index.fingerprint,
            worldwide=True,
        )
        found = collect_days(task_of_traces, report)
        if all(records.entry.is_complete for records in found):
            lying.forget()
        return found

    def _nothing(self, day: date) -> DayRecords:
        why = "ADS-B Exchange has no traces of this day."
        entry = LedgerEntry(self.spec.key, day, "missing", (why,), scope=self.spec.scope)
        return DayRecords(entry, **{name: empty(name) for name in TABLES})


def _offer_table(day: date, table: Resource) -> Offer:
    tags = (table.size, table.etag, table.modified)
    known = "-".join(str(each) for each in tags if each is not None)
    return Offer(day, table.size or OPERATIONS_BYTES, requests=1, fingerprint=known)


def open_source(*, icao24: str | None = None, all_traces: str | None = None) -> AdsbxSamples:
    """The samples: operations, or the traces of some aircraft or of all.

    Raises
    ------
    InvalidInput
        Something is no address.
    """
    only = _read_addresses(icao24 or "")
    everybody = str(all_traces).lower() not in ("", "none", "false", "no", "0")
    settings = read_settings()
    samples = SampleServer(Door(settings.cache, PER_SECOND), settings.server(SERVER))
    if not (only or everybody):
        return AdsbxSamples(samples)
    scope = f"icao24:{','.join(sorted(only))}" if only else "table:traces"
    return AdsbxSamples(samples, TRACES, only, narrow(SPEC, scope))


def _read_addresses(text: str) -> frozenset[str]:
    found = frozenset(each.lower() for each in re.split(r"[,\s]+", text) if each)
    for each in found:
        try:
            parse_icao24(each)
        except BadPayload as error:
            raise InvalidInput(
                f"icao24: {error}. Give addresses such as 4d0103,471f5a, divided by commas."
            ) from error
    if len(found) > MOST_AIRCRAFT:
        raise InvalidInput(f"icao24 names {len(found):,} aircraft; {MOST_AIRCRAFT:,} are the most.")
    return found

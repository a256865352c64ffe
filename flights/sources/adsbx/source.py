"""Source `adsbx-samples`: free samples of ADS-B Exchange, one day a month, not for counts."""

import re
from dataclasses import dataclass
from datetime import date

from flights.config import read_settings
from flights.errors import BadPayload, InvalidInput, RateLimited, SourceUnavailable
from flights.network import Door, Resource
from flights.readsb import Task, collect_days
from flights.records import TABLES, DayRecords, LedgerEntry, empty_table, parse_icao24
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
    terms="evaluation only; one day a month cannot show how often flights take place",
    first_day=FIRST_DAYS[TRACES],
    cost_per_day="about 18 MB (operations), or one request per aircraft (traces)",
    known_holes=(
        "The first day of each month only; every other day is missing.",
        "Operations exist since July 2024; for many months the server has none.",
        "This program joins take-offs and landings (operations) to flights: a flight over "
        "midnight has only one end.",
    ),
    serves_frequency=False,
    remote=True,
    options=(
        Option(
            "icao24",
            "Traces of these aircraft instead of operations: addresses of six hex digits, "
            "separated by commas. Such a series is for reports on these aircraft, not for counts.",
            placeholder="4d0103,471f5a",
        ),
        Option(
            "all_traces",
            f"The traces of all aircraft: about {TRACES_A_DAY:,} requests a day, for eight hours.",
            "flag",
        ),
    ),
    cost=Cost(bytes_per_day=OPERATIONS_BYTES, requests_per_day=2),
    cannot_show="how often flights take place: one day a month is not a series",
    why_absent="ADS-B Exchange has samples of the first day of a month only, and not of "
    "every month.",
)


@dataclass(frozen=True)
class AdsbxSamples:
    """The samples in one detail; `only`: only these aircraft, if any are given."""

    samples: SampleServer
    detail: str = OPERATIONS
    only: frozenset[str] = frozenset()
    spec: SourceSpec = SPEC

    def offers(self, first: date, last: date) -> list[Offer]:
        """First days of months that have a sample, found with one request each.

        If the server refuses a request, the day is still offered: a refusal does not mean that
        there is no sample. Reading it records the failure.

        Raises
        ------
        NotCovered
            No first day of a month is in the range.
        InvalidInput
            There is no last day.
        """
        if last == date.max:
            raise InvalidInput("There is no list of the samples: give the last day with --to.")
        found = (self._fetch_offer(day) for day in sample_days(first, last, self.detail))
        return [offer for offer in found if offer is not None]

    def _fetch_offer(self, day: date) -> Offer | None:
        try:
            if self.detail == OPERATIONS:
                table = self.samples.fetch_operations_resource(day)
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
        """Records of the day, and of other days with time stamps in its traces.

        Raises
        ------
        SourceUnavailable, BadPayload
            The sample cannot be fetched, or is invalid.
        """
        if self.detail == OPERATIONS:
            task = OperationsTask(self.spec.key, offer.day, self.samples, offer.fingerprint)
            return (collect_operations(task, report),)
        known = offer.parts[0] if offer.parts else None
        index = known or self.samples.with_report(report).fetch_index(offer.day)
        if index is None:
            return (self._nothing(offer.day),)
        day = TracesDay(offer.day, self.samples, index, self.only)
        task_of_traces = Task(
            self.spec.key,
            day,
            TRACES,
            only=self.only,
            scope=self.spec.scope,
            fingerprint=index.fingerprint,
            worldwide=True,
        )
        found = collect_days(task_of_traces, report)
        if all(records.entry.is_complete for records in found):
            day.remove_cached()
        return found

    def _nothing(self, day: date) -> DayRecords:
        why = "ADS-B Exchange has no traces of this day."
        entry = LedgerEntry(self.spec.key, day, "missing", (why,), scope=self.spec.scope)
        return DayRecords(entry, **{name: empty_table(name) for name in TABLES})


def _offer_table(day: date, table: Resource) -> Offer:
    tags = (table.size, table.etag, table.modified)
    known = "-".join(str(each) for each in tags if each is not None)
    return Offer(day, table.size or OPERATIONS_BYTES, requests=1, fingerprint=known)


def open_source(*, icao24: str | None = None, all_traces: str | None = None) -> AdsbxSamples:
    """The samples: operations, or the traces of some aircraft or of all.

    Raises
    ------
    InvalidInput
        An address is invalid.
    """
    only = _read_addresses(icao24 or "")
    all_aircraft = str(all_traces).lower() not in ("", "none", "false", "no", "0")
    settings = read_settings()
    samples = SampleServer(Door(settings.cache, PER_SECOND), settings.server(SERVER))
    if not (only or all_aircraft):
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
                f"icao24: {error}. Give addresses separated by commas, such as 4d0103,471f5a."
            ) from error
    if len(found) > MOST_AIRCRAFT:
        raise InvalidInput(f"icao24 has {len(found):,} aircraft; the limit is {MOST_AIRCRAFT:,}.")
    return found

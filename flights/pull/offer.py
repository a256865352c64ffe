"""Read one offer of a source and store each day as soon as it is read."""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Protocol

from flights.archive import Archive
from flights.errors import (
    ArchiveError,
    BadPayload,
    CredentialsMissing,
    CredentialsRejected,
    FlightDataError,
    RangesRefused,
    RateLimited,
    ResourceChanged,
    ResourceMissing,
    SourceUnavailable,
)
from flights.pull.progress import DayProgress
from flights.records import TABLES, DayRecords, LedgerEntry, empty_table
from flights.sources import Offer, Source

log = logging.getLogger(__name__)

# The server answered, so it can be reached.
_ANSWERED = (ResourceMissing, ResourceChanged, RangesRefused)
_SECRETS_IN_ADDRESS = re.compile(r"(https?://)(?:[^\s/@]*@)?([^\s?#]*)[?#][^\s\"')\]]*")


class OfferReport(Protocol):
    """Takes the progress of a worker: a `Report` that also takes days that are done."""

    def __call__(self, message: str, share: float) -> None:
        """Take what is done now, and the share of the offer that is done, 0 to 1."""
        ...

    def stored(self, row: DayProgress) -> None:
        """Take the row of a day that is done."""
        ...


@dataclass(frozen=True)
class Halt:
    """Why no further offer is started. `state` is the final state of the pull; `wait_s` in s."""

    state: str
    message: str
    wait_s: float | None = None


@dataclass(frozen=True)
class OfferResult:
    """The result of an offer: progress rows of its days, and their ledger entries.

    `unreachable` is a sentence where the source could not be reached, else "".
    """

    rows: tuple[DayProgress, ...] = ()
    stored: tuple[LedgerEntry, ...] = ()
    halt: Halt | None = None
    unreachable: str = ""


@dataclass(frozen=True)
class Reader:
    """Reads an offer into the archive; it is pickled for other processes.

    Days in `kept` are complete and are not replaced, even if the input contains them.
    """

    source: Source
    archive: Archive
    refresh: bool
    clock: Callable[[], datetime]
    kept: frozenset[date] = frozenset()

    def days_of(self, offer: Offer) -> tuple[date, ...]:
        """Requested days of the offer."""
        return tuple(day for day in offer.all_days if day not in self.kept)

    def __call__(self, offer: Offer, report: OfferReport) -> OfferResult:
        """Read and store; errors of the source are stored in the ledger.

        Raises
        ------
        ArchiveError
            The archive cannot be written.
        """
        days = _OfferDays(self, offer, report, self.days_of(offer))
        try:
            for records in self.source.collect(offer, report):
                if records.day not in self.kept:
                    days.put(records)
        except ArchiveError:
            raise
        except RateLimited as error:
            return days.result(Halt("paused", format_error(error), error.wait_seconds))
        except (CredentialsMissing, CredentialsRejected) as error:
            return days.result(Halt("failed", format_error(error)))
        except Exception as error:  # noqa: BLE001 - an error of a source must not end the pull
            expected = isinstance(error, FlightDataError)
            level = logging.INFO if expected else logging.WARNING
            log.log(level, "%s failed: %s", offer.day, format_error(error), exc_info=not expected)
            days.close("failed", format_error(error))
            gone = isinstance(error, SourceUnavailable) and not isinstance(error, _ANSWERED)
            return replace(days.result(), unreachable=format_error(error) if gone else "")
        days.close("missing", days.explain_absence())
        return days.result()


@dataclass
class _OfferDays:
    """The days of one offer while they are stored."""

    reader: Reader
    offer: Offer
    report: OfferReport
    asked: tuple[date, ...]
    rows: dict[date, DayProgress] = field(default_factory=dict)
    stored: list[LedgerEntry] = field(default_factory=list)

    def put(self, records: DayRecords) -> None:
        """Store a day; report it where it was requested."""
        entry = self._entry(records.entry)
        own = records.day in self.asked
        refresh = self.reader.refresh and own
        stored = self.reader.archive.write_day(replace(records, entry=entry), refresh=refresh)
        self.stored.append(stored)
        if own:
            row = _row(self.offer, len(self.asked), entry, stored)
            self.rows[records.day] = row
            self.report.stored(row)

    def close(self, status: str, reason: str) -> None:
        """Store `status` for requested days that the source did not give."""
        key = self.reader.source.spec.key
        for day in self.asked:
            if day not in self.rows:
                self.put(without_data(LedgerEntry(key, day, status, (reason,))))

    def result(self, halt: Halt | None = None) -> OfferResult:
        return OfferResult(tuple(self.rows.values()), tuple(self.stored), halt)

    def explain_absence(self) -> str:
        """Why a requested day is missing."""
        days = sorted({entry.day for entry in self.stored} | self.reader.kept & {*self.offer.days})
        shown = [*map(str, days[:3]), *(["…"] if len(days) > 4 else []), *map(str, days[3:][-1:])]
        listed = ", ".join(shown) or "none"
        return f"The input has no position of this day (days it has: {listed})."

    def _entry(self, entry: LedgerEntry) -> LedgerEntry:
        """The entry of the source, completed with the time of the request and the series."""
        spec = self.reader.source.spec
        if entry.source != spec.key or entry.scope not in ("", spec.scope):
            raise BadPayload(
                f"{spec.key} gave {entry.day} as a day of {entry.source} {entry.scope!r}"
            )
        published = self.offer.fingerprint if entry.day in self.asked else ""
        return replace(
            entry,
            asked_at=entry.asked_at or self.reader.clock(),
            scope=spec.scope,
            fingerprint=entry.fingerprint or published,
        )


def without_data(entry: LedgerEntry) -> DayRecords:
    """A day with an entry and no data."""
    return DayRecords(entry, **{name: empty_table(name) for name in TABLES})


def format_error(error: Exception) -> str:
    """The text of an error, without passwords and keys in web addresses.

    >>> format_error(OSError("no answer from https://me:word@host/day.tar?sig=abc"))
    'OSError: no answer from https://host/day.tar'
    """
    name = "" if isinstance(error, FlightDataError) else f"{type(error).__name__}: "
    return _SECRETS_IN_ADDRESS.sub(r"\1\2", f"{name}{error}")


def _row(offer: Offer, days: int, answer: LedgerEntry, stored: LedgerEntry) -> DayProgress:
    """The row of a day; a result that is worse than the stored day does not replace it."""
    message = " ".join(answer.reasons)
    if stored.status != answer.status:
        message = f"{message} The archive keeps the stored day ({stored.status}).".strip()
    return DayProgress(
        answer.day,
        answer.status,
        1.0,
        message,
        offer.size_bytes // days,
        int(answer.counts.get("positions", 0)),
        int(answer.counts.get("flights", 0)),
    )

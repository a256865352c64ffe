"""One offer of a source into the archive, each day as soon as it is read."""

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
from flights.records import TABLES, DayRecords, LedgerEntry, empty
from flights.sources import Offer, Source

log = logging.getLogger(__name__)

_ANSWERED = (ResourceMissing, ResourceChanged, RangesRefused)
_SECRETS_IN_ADDRESS = re.compile(r"(https?://)(?:[^\s/@]*@)?([^\s?#]*)[?#][^\s\"')\]]*")


class OfferReport(Protocol):
    """Where a worker tells how far it is: a `Report` that also takes days that are done."""

    def __call__(self, message: str, share: float) -> None:
        """What is done now, and the share of the offer that is done."""
        ...

    def stored(self, row: DayProgress) -> None:
        """A day is done."""
        ...


@dataclass(frozen=True)
class Halt:
    """Why nothing further may be begun. `state` is what the pull ends in; `wait_s` in seconds."""

    state: str
    message: str
    wait_s: float | None = None


@dataclass(frozen=True)
class OfferResult:
    """What came of an offer: rows of its days, and entries as they stand in the ledger now.

    `unreachable` is the sentence where the source could not be asked, else "".
    """

    rows: tuple[DayProgress, ...] = ()
    stored: tuple[LedgerEntry, ...] = ()
    halt: Halt | None = None
    unreachable: str = ""


@dataclass(frozen=True)
class Reader:
    """Reads an offer into the archive; goes to other processes by pickle.

    Days in `kept` are complete and stay as they are, though a file that is read holds them.
    """

    source: Source
    archive: Archive
    refresh: bool
    clock: Callable[[], datetime]
    kept: frozenset[date] = frozenset()

    def days_of(self, offer: Offer) -> tuple[date, ...]:
        """Days of the offer that are asked for."""
        return tuple(day for day in offer.all_days if day not in self.kept)

    def __call__(self, offer: Offer, news: OfferReport) -> OfferResult:
        """Read and store; whatever the source does wrong ends in the ledger.

        Raises
        ------
        ArchiveError
            The archive cannot be written.
        """
        shelf = _OfferDays(self, offer, news, self.days_of(offer))
        try:
            for records in self.source.collect(offer, news):
                if records.day not in self.kept:
                    shelf.put(records)
        except ArchiveError:
            raise
        except RateLimited as error:
            return shelf.answer(Halt("paused", format_error(error), error.wait_seconds))
        except (CredentialsMissing, CredentialsRejected) as error:
            return shelf.answer(Halt("failed", format_error(error)))
        except Exception as error:  # noqa: BLE001 - whatever a source does, the pull goes on
            expected = isinstance(error, FlightDataError)
            level = logging.INFO if expected else logging.WARNING
            log.log(level, "%s failed: %s", offer.day, format_error(error), exc_info=not expected)
            shelf.close("failed", format_error(error))
            gone = isinstance(error, SourceUnavailable) and not isinstance(error, _ANSWERED)
            return replace(shelf.answer(), unreachable=format_error(error) if gone else "")
        shelf.close("missing", shelf.elsewhere())
        return shelf.answer()


@dataclass
class _OfferDays:
    """Days of one offer as they are stored."""

    reader: Reader
    offer: Offer
    news: OfferReport
    asked: tuple[date, ...]
    rows: dict[date, DayProgress] = field(default_factory=dict)
    stored: list[LedgerEntry] = field(default_factory=list)

    def put(self, records: DayRecords) -> None:
        """Store a day; tell of it where it was asked for."""
        entry = self._entry(records.entry)
        own = records.day in self.asked
        refresh = self.reader.refresh and own
        stored = self.reader.archive.write_day(replace(records, entry=entry), refresh=refresh)
        self.stored.append(stored)
        if own:
            row = _row(self.offer, len(self.asked), entry, stored)
            self.rows[records.day] = row
            self.news.stored(row)

    def close(self, status: str, reason: str) -> None:
        """Note `status` for the days asked for of which nothing came."""
        key = self.reader.source.spec.key
        for day in self.asked:
            if day not in self.rows:
                self.put(without_data(LedgerEntry(key, day, status, (reason,))))

    def answer(self, halt: Halt | None = None) -> OfferResult:
        return OfferResult(tuple(self.rows.values()), tuple(self.stored), halt)

    def elsewhere(self) -> str:
        """Why a day that was asked for is not there."""
        days = sorted({entry.day for entry in self.stored} | self.reader.kept & {*self.offer.days})
        shown = [*map(str, days[:3]), *(["…"] if len(days) > 4 else []), *map(str, days[3:][-1:])]
        listed = ", ".join(shown) or "none"
        return f"The input holds no position of this day (days it holds: {listed})."

    def _entry(self, entry: LedgerEntry) -> LedgerEntry:
        """The source's entry with what the pull knows: when it was asked, for which series."""
        spec = self.reader.source.spec
        if entry.source != spec.key or entry.scope not in ("", spec.scope):
            raise BadPayload(
                f"{spec.key} gave {entry.day} as {entry.source} {entry.scope!r}, which it is not"
            )
        published = self.offer.fingerprint if entry.day in self.asked else ""
        return replace(
            entry,
            asked_at=entry.asked_at or self.reader.clock(),
            scope=spec.scope,
            fingerprint=entry.fingerprint or published,
        )


def without_data(entry: LedgerEntry) -> DayRecords:
    """A day that is only an entry."""
    return DayRecords(entry, **{name: empty(name) for name in TABLES})


def format_error(error: Exception) -> str:
    """An error in words; of addresses only what may be shown, since links can carry keys.

    >>> tell_error(OSError("no answer from https://me:word@host/day.tar?sig=abc"))
    'OSError: no answer from https://host/day.tar'
    """
    said = str(error) if isinstance(error, FlightDataError) else f"{type(error).__name__}: {error}"
    return _SECRETS_IN_ADDRESS.sub(r"\1\2", said)


def _row(offer: Offer, days: int, answer: LedgerEntry, stored: LedgerEntry) -> DayProgress:
    """The day's row; an answer worse than what the archive holds does not replace it."""
    message = " ".join(answer.reasons)
    if stored.status != answer.status:
        message = f"{message} The archive keeps the day it has ({stored.status}).".strip()
    return DayProgress(
        answer.day,
        answer.status,
        1.0,
        message,
        offer.size_bytes // days,
        int(answer.counts.get("positions", 0)),
        int(answer.counts.get("flights", 0)),
    )

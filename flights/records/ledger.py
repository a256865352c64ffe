"""The ledger: what was requested from a source for a UTC day, and what it sent.

A day is counted only when it is `complete`: the ledger separates "no flights" from "no data".
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from flights.errors import BadPayload

STATUSES = ("complete", "partial", "missing", "failed", "not asked")
"""`missing`: the source has no data for this day. `failed`: it could not be reached or read."""


@dataclass(frozen=True)
class InputFile:
    """One file that was read: size [bytes] and hash as read; `etag` where a server gave one."""

    name: str
    size: int
    sha256: str
    etag: str | None = None


@dataclass(frozen=True)
class LedgerEntry:
    """One source, one UTC day.

    `reasons` are sentences for the user. `detail` says which files were read (`heatmaps`,
    `traces`, `flights`), `reader` is the name and version of the code that read them, and
    `release_kind` the publisher's name of the edition: a study must show where these differ.
    `counts` has positions, flights, aircraft, and `dropped_<rule>` for rows that were left out.
    `tables` maps table name to rows, bytes and sha256 of its Parquet file; the archive sets it.

    `scope` is the selection of the series ("" = all that the source has): `regions:` and a
    region's text, or `icao24:` and addresses. `fingerprint` identifies the published input
    before it is read (names, sizes, tags), "" where that is not possible. `filed_by` says which
    end of a flight decides the day it is filed under: `firstseen`, or `lastseen`, where flights
    that land after midnight are in the next day.
    """

    source: str
    day: date
    status: str
    reasons: tuple[str, ...] = ()
    inputs: tuple[InputFile, ...] = ()
    detail: str = ""
    reader: str = ""
    release_kind: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    asked_at: datetime | None = None
    program: str = ""
    tables: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    scope: str = ""
    fingerprint: str = ""
    filed_by: str = "firstseen"

    def __post_init__(self) -> None:
        if self.status not in STATUSES:
            raise ValueError(f"{self.status!r} is not one of {STATUSES}")

    @property
    def is_complete(self) -> bool:
        """True where the day may be counted."""
        return self.status == "complete"


_FIELDS = frozenset(each.name for each in fields(LedgerEntry))


def not_asked(source: str, day: date) -> LedgerEntry:
    """The entry of a day that was not pulled."""
    return LedgerEntry(source, day, "not asked", ("This day was never pulled.",))


def judge_departures(entries: Mapping[date, LedgerEntry]) -> dict[date, LedgerEntry]:
    """Entries as they apply to counts by day of departure.

    A complete day filed by `lastseen` lacks the flights that landed after midnight unless the
    next day is complete too. Without it the day is `partial`, with a reason.
    """
    return {day: _with_next(entry, entries) for day, entry in entries.items()}


def _with_next(entry: LedgerEntry, entries: Mapping[date, LedgerEntry]) -> LedgerEntry:
    if not entry.is_complete or entry.filed_by != "lastseen":
        return entry
    following = entries.get(entry.day + timedelta(days=1))
    if following is not None and following.is_complete:
        return entry
    status = following.status if following else "not asked"
    why = f"Flights that landed after midnight are in the next day, which is {status}."
    return replace(entry, status="partial", reasons=(*entry.reasons, why))


def to_json(entry: LedgerEntry) -> dict[str, Any]:
    """The entry as plain JSON values."""
    plain = asdict(entry)
    plain["day"] = entry.day.isoformat()
    plain["asked_at"] = entry.asked_at.isoformat() if entry.asked_at else None
    return plain


def from_json(plain: Mapping[str, Any]) -> LedgerEntry:
    """The entry that `to_json` wrote; a field that an earlier version lacks has its default.

    Raises
    ------
    BadPayload
        A field has a wrong type or value, or is unknown; the message names it.
    """
    # msgspec ignores unknown fields. Here one means a newer program, which may mean the rest of
    # the entry in another way.
    if isinstance(plain, Mapping) and (unknown := sorted(set(plain) - _FIELDS)):
        raise BadPayload(f"a ledger entry cannot be read: unknown field {', '.join(unknown)}")
    try:
        return msgspec.convert(plain, LedgerEntry)
    except msgspec.ValidationError as error:
        raise BadPayload(f"a ledger entry cannot be read: {error}") from error

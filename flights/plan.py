"""What a pull would do and cost, before it does it."""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from flights.archive import Archive
from flights.errors import InvalidInput
from flights.ledger import LedgerEntry
from flights.sources.base import Offer, Source

STORED_SHARE = 0.5
"""Archive bytes a byte of input is taken to need, until this archive has shown its own figure."""


@dataclass(frozen=True)
class PullPlan:
    """What a pull would do, before it does it.

    `skipped`: day and reason. `absent`: days asked for that the source does not have.
    `seconds` is None where no earlier pull has measured a rate.
    """

    source: Source
    offers: tuple[Offer, ...]
    skipped: tuple[tuple[date, str], ...]
    absent: tuple[date, ...]
    size_bytes: int
    disk_needed: int
    disk_free: int
    seconds: float | None
    refresh: bool

    @property
    def days(self) -> tuple[date, ...]:
        """Days that will be asked."""
        return tuple(offer.day for offer in self.offers)


def plan_pull(
    source: Source,
    archive: Archive,
    first: date | None = None,
    last: date | None = None,
    *,
    refresh: bool = False,
    rate_bytes_s: float | None = None,
) -> PullPlan:
    """Days to ask, days left out and why, and the cost. None = as far as the source goes.

    Raises
    ------
    InvalidInput
        The days end before they begin.
    """
    start, stop = first or date.min, last or date.max
    if stop < start:
        raise InvalidInput(f"The days end ({stop}) before they begin ({start}); swap them.")
    known = archive.read_ledger(source.spec.key)
    offers, skipped = [], []
    for offer in source.offers(start, stop):
        old = known.get(offer.day)
        if old is not None and old.is_complete and not refresh:
            skipped.append((offer.day, "complete already"))
        else:
            offers.append(offer)
    size = sum(offer.size_bytes for offer in offers)
    offered = {offer.day for offer in offers} | {day for day, _ in skipped}
    return PullPlan(
        source=source,
        offers=tuple(offers),
        skipped=tuple(skipped),
        absent=tuple(day for day in _span(first, last) if day not in offered),
        size_bytes=size,
        disk_needed=int(size * _stored_share(known.values())),
        disk_free=shutil.disk_usage(_existing(archive.root)).free,
        seconds=size / rate_bytes_s if rate_bytes_s else None,
        refresh=refresh,
    )


def _span(first: date | None, last: date | None) -> list[date]:
    if first is None or last is None:
        return []
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _stored_share(entries: Iterable[LedgerEntry]) -> float:
    """Bytes stored per byte read in this archive so far."""
    read = stored = 0
    for entry in entries:
        if entry.inputs and entry.tables:
            read += sum(each.size for each in entry.inputs)
            stored += sum(table["bytes"] for table in entry.tables.values())
    return stored / read if read else STORED_SHARE


def _existing(folder: Path) -> Path:
    folder = folder.absolute()
    return next(each for each in (folder, *folder.parents) if each.exists())

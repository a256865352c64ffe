"""The plan of a pull: its days and its cost."""

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from flights.archive import Archive
from flights.config import read_settings
from flights.errors import ArchiveError, InvalidInput
from flights.records import LedgerEntry
from flights.records.amounts import format_size
from flights.sources import Offer, Source, SourceSpec

STORED_SHARE, STORED_SHARE_NARROWED = 0.5, 0.05
"""Archive bytes per byte of input, assumed until this archive has measured its own value."""
SPARE_BYTES = 50_000_000
"""Space left free on the disk, for the index and temporary files."""


@dataclass(frozen=True)
class PullPlan:
    """What a pull will do.

    `skipped`: day and reason. `absent`: requested days that the source does not have. `seconds`
    is None where no earlier pull has measured a rate. `requests` and `credits` are 0 where the
    source does not count them. `cache_needed` [bytes]: the largest download in the cache;
    `cache_free` [bytes] is None where the cache is on the same disk as the archive.
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
    requests: int = 0
    credits: int = 0
    cache_needed: int = 0
    cache_free: int | None = None

    @property
    def days(self) -> tuple[date, ...]:
        """Days that will be requested, in order."""
        left = {day for day, _ in self.skipped}
        every = (day for offer in self.offers for day in offer.all_days)
        return tuple(sorted(day for day in every if day not in left))


def plan_pull(
    source: Source,
    archive: Archive,
    first: date | None = None,
    last: date | None = None,
    *,
    refresh: bool = False,
    rate_bytes_s: float | None = None,
) -> PullPlan:
    """Days to request, days left out and why, and the cost. None = as far as the source goes.

    A day that failed before comes last, so that it cannot stop the others again.

    Raises
    ------
    InvalidInput
        The days end before they begin.
    ArchiveError
        The archive has days of this source that were narrowed to something else.
    """
    start, stop = first or date.min, last or date.max
    if stop < start:
        raise InvalidInput(f"The days end ({stop}) before they begin ({start}); swap them.")
    known = archive.read_ledger(source.spec.key)
    _check_scope(source.spec, known.values())
    offered = source.offers(start, stop)
    kept = {} if refresh else _keep(offered, known)
    offers = [each for each in offered if not kept.keys() >= {*each.all_days}]
    offers.sort(key=lambda each: _failed_before(each, known))
    inside = {day for offer in offered for day in offer.all_days}
    absent = [day for day in _span(first, last) if day not in inside]
    gone = {day for day in absent if day in known and known[day].is_complete}
    kept |= dict.fromkeys(gone, "complete already; no longer in the source")
    size = sum(offer.size_bytes for offer in offers)
    return PullPlan(
        source=source,
        offers=tuple(offers),
        skipped=tuple(sorted(kept.items())),
        absent=tuple(day for day in absent if day not in gone),
        size_bytes=size,
        disk_needed=int(size * _stored_share(source.spec, known.values())),
        disk_free=_free(archive.root),
        seconds=size / rate_bytes_s if rate_bytes_s else None,
        refresh=refresh,
        requests=sum(offer.requests for offer in offers),
        credits=sum(offer.credits for offer in offers),
        cache_needed=_largest(source.spec, offers),
        cache_free=_cache_free(archive.root),
    )


def check_disk_space(plan: PullPlan, root: Path, *, workers: int = 1) -> None:
    """Raise `ArchiveError` where a disk has too little space for the pull.

    Each worker may have one download in the cache while it reads it.
    """
    cached = plan.cache_needed * workers
    elsewhere = plan.cache_free is not None
    _check_disk(plan, root, plan.disk_free, plan.disk_needed + (0 if elsewhere else cached))
    if plan.cache_free is not None:
        _check_disk(plan, read_settings(root).cache, plan.cache_free, cached)


def _check_disk(plan: PullPlan, folder: Path, free: int, needed: int) -> None:
    if plan.offers and free < needed + SPARE_BYTES:
        raise ArchiveError(
            f"{folder} has {format_size(free)} free, but this pull needs about "
            f"{format_size(needed + SPARE_BYTES)} there; free some space or pull fewer days."
        )


def _keep(offered: Iterable[Offer], known: Mapping[date, LedgerEntry]) -> dict[date, str]:
    """Complete days, which are not requested again, and the reason for each."""
    days = ((offer, day) for offer in offered for day in offer.all_days)
    return {
        day: _why_kept(offer, known[day])
        for offer, day in days
        if day in known and known[day].is_complete
    }


def _why_kept(offer: Offer, entry: LedgerEntry) -> str:
    if not (entry.fingerprint and offer.fingerprint) or entry.fingerprint == offer.fingerprint:
        return "complete already"
    pulled = f" (pulled {entry.asked_at:%Y-%m-%d})" if entry.asked_at else ""
    return f"complete already; published again since{pulled}: --refresh downloads the new version"


def _failed_before(offer: Offer, known: Mapping[date, LedgerEntry]) -> bool:
    return any(day in known and known[day].status == "failed" for day in offer.all_days)


def _check_scope(spec: SourceSpec, entries: Iterable[LedgerEntry]) -> None:
    for entry in entries:
        if entry.scope != spec.scope and entry.tables:
            old, new = (repr(each) if each else "nothing" for each in (entry.scope, spec.scope))
            raise ArchiveError(
                f"{spec.key} {entry.day} is in the archive narrowed to {old}, but this pull is "
                f"narrowed to {new}: use another archive folder."
            )


def _span(first: date | None, last: date | None) -> list[date]:
    if first is None or last is None:
        return []
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _stored_share(spec: SourceSpec, entries: Iterable[LedgerEntry]) -> float:
    """Bytes stored per byte read in this archive so far; a file of many days counts once."""
    read: set[tuple[str, int, str]] = set()
    stored = 0
    for entry in entries:
        if entry.inputs and entry.tables:
            read |= {(each.name, each.size, each.sha256) for each in entry.inputs}
            stored += sum(table["bytes"] for table in entry.tables.values())
    size = sum(each for _, each, _ in read)
    return stored / size if size else STORED_SHARE_NARROWED if spec.scope else STORED_SHARE


def _largest(spec: SourceSpec, offers: Iterable[Offer]) -> int:
    return max((offer.size_bytes for offer in offers), default=0) if spec.remote else 0


def _cache_free(root: Path) -> int | None:
    cache = read_settings(root).cache
    same = _existing(cache).stat().st_dev == _existing(root).stat().st_dev
    return None if same else _free(cache)


def _free(folder: Path) -> int:
    return shutil.disk_usage(_existing(folder)).free


def _existing(folder: Path) -> Path:
    folder = folder.absolute()
    return next(each for each in (folder, *folder.parents) if each.exists())

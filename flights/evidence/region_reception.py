"""Reception over a region on one day, compared with usual complete days."""

from datetime import date, timedelta

import numpy as np

from flights.archive import Archive
from flights.reception import LEAST_DAYS, ORDINARY_DAYS, judge_count, list_cells
from flights.reception.silence import FELL, HARDLY, OTHERS, UNKNOWN
from flights.records import LedgerEntry
from flights.reference.whereabouts import add_article
from flights.regions.base import Region

HOURS = 24


def describe_region_reception(archive: Archive, source: str, region: Region, day: date) -> str:
    """A sentence on the aircraft heard over a region that day and on usual days.

    Counts are aircraft-hours: aircraft by cell and clock hour, at any height. Usual days are
    complete days with reception within `ORDINARY_DAYS` of the day; their median counts.
    """
    counts = count_region(archive, source, region, day)
    heard = counts.pop(day, None)
    ordinary = float(np.median(list(counts.values()))) if len(counts) >= LEAST_DAYS else None
    # `judge_count` has a threshold for two hours, so a whole day is given as a mean hour.
    per_hour = None if ordinary is None else ordinary / HOURS
    kind = judge_count(None if heard is None else heard / HOURS, per_hour)
    return _SENTENCES[kind].format(
        place=add_article(region.label),
        heard="unknown" if heard is None else f"{heard:,}",
        ordinary="" if ordinary is None else f"{ordinary:,.0f}",
        days=len(counts),
        least=LEAST_DAYS,
    )


def count_region(archive: Archive, source: str, region: Region, day: date) -> dict[date, int]:
    """Aircraft by cell and hour over a region, by complete day within `ORDINARY_DAYS` of `day`."""
    first, last = day - timedelta(days=ORDINARY_DAYS), day + timedelta(days=ORDINARY_DAYS)
    complete = [
        each
        for each, entry in archive.read_ledger(source).items()
        if first <= each <= last and entry.is_complete and has_reception(entry)
    ]
    if not complete:
        return {}
    rows = archive.load_reception(source, first, last, _cells(region))
    found = rows.groupby("day")["aircraft"].sum()
    return {each: int(found.get(each, 0)) for each in complete}


def has_reception(entry: LedgerEntry) -> bool:
    """False where a source has flights only: then a gap says nothing about reception."""
    return int(entry.tables.get("reception", {}).get("rows", 0)) > 0


def _cells(region: Region) -> frozenset[int]:
    """Cells of the half-degree points inside; for a very small region, the nearest cell."""
    latitude, longitude, cells = list_cells()
    inside = region.contains(latitude, longitude)
    if inside.any():
        return frozenset(cells[inside].tolist())
    middle = region.shape().representative_point()
    near = np.abs(latitude - middle.y) + np.abs(longitude - middle.x)
    return frozenset([int(cells[near.argmin()])])


_SENTENCES = {
    OTHERS: (
        "Over {place} other aircraft were heard that day: {heard} aircraft-hours, on a usual "
        "day {ordinary}."
    ),
    HARDLY: (
        "Over {place} hardly any aircraft are heard: on a usual day {ordinary} aircraft-hours, "
        "{heard} that day. So it may have been there without being heard."
    ),
    FELL: (
        "Over {place} reception was lower than usual that day: {heard} aircraft-hours, on a usual "
        "day {ordinary}."
    ),
    UNKNOWN: (
        "Reception over {place} is not known: {heard} aircraft-hours that day, and {days} other "
        "complete days with reception within two weeks, where at least {least} are needed."
    ),
}

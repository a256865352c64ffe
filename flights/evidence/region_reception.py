"""How well a region was heard on a day: other aircraft there, against ordinary complete days."""

from datetime import date, timedelta

import numpy as np

from flights.archive import Archive
from flights.reception import LEAST_DAYS, ORDINARY_DAYS, list_cells, name_kind
from flights.reception.silence import FELL, HARDLY, OTHERS, UNKNOWN
from flights.records import LedgerEntry
from flights.reference.whereabouts import add_article
from flights.regions.base import Region

HOURS = 24


def describe_region_reception(archive: Archive, source: str, region: Region, day: date) -> str:
    """A sentence on the aircraft heard over a region that day and on ordinary days.

    Counts are of aircraft by cell and hour, at any height. Days that are not complete, and days
    whose source gives no reception, are no ordinary days.
    """
    counts = count_region(archive, source, region, day)
    heard = counts.pop(day, None)
    ordinary = float(np.median(list(counts.values()))) if len(counts) >= LEAST_DAYS else None
    # The least that `silence` asks for holds for the two hours it looks at.
    per_hour = None if ordinary is None else ordinary / HOURS
    kind = name_kind(None if heard is None else heard / HOURS, per_hour)
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
    held = [
        each
        for each, entry in archive.read_ledger(source).items()
        if first <= each <= last and entry.is_complete and has_reception(entry)
    ]
    if not held:
        return {}
    rows = archive.load_reception(source, first, last, _cells(region))
    found = rows.groupby("day")["aircraft"].sum()
    return {each: int(found.get(each, 0)) for each in held}


def has_reception(entry: LedgerEntry) -> bool:
    """False where a source gives flights alone: its silence says nothing of what was heard."""
    return int(entry.tables.get("reception", {}).get("rows", 0)) > 0


def _cells(region: Region) -> frozenset[int]:
    """Cells of half-degree squares inside; of its airports where it holds no such square."""
    latitude, longitude, cells = list_cells()
    inside = region.contains(latitude, longitude)
    if inside.any():
        return frozenset(cells[inside].tolist())
    middle = region.shape().representative_point()
    near = np.abs(latitude - middle.y) + np.abs(longitude - middle.x)
    return frozenset([int(cells[near.argmin()])])


_SENTENCES = {
    OTHERS: (
        "Over {place} receivers heard others that day: {heard} aircraft-hours, on an ordinary "
        "day {ordinary}."
    ),
    HARDLY: (
        "Over {place} receivers hear hardly anyone: on an ordinary day {ordinary} aircraft-hours, "
        "{heard} that day. That it was not heard there says little."
    ),
    FELL: (
        "Over {place} reception fell that day: {heard} aircraft-hours, on an ordinary day "
        "{ordinary}."
    ),
    UNKNOWN: (
        "How well receivers hear {place} is not known: {heard} aircraft-hours that day, and "
        "{days} other complete days with reception within two weeks, where {least} make an "
        "ordinary day."
    ),
}

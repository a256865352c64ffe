"""A sample day from its table of operations."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import pandas as pd

from flights.errors import ResourceMissing
from flights.network import Report
from flights.records import (
    CALLSIGN_CHANGE,
    IMPOSSIBLE_SPEED,
    TABLES,
    DayRecords,
    InputFile,
    LedgerEntry,
    count_flags,
    empty_table,
)
from flights.sources.adsbx.joining import join_operations
from flights.sources.adsbx.operations import Operations, read_operations
from flights.sources.adsbx.server import EDITION, SampleServer

READER = "adsbx operations 1"
BAD_SHARE = 0.001
"""Share of unreadable rows above which a day is partial. Our choice: one in a thousand does not
change a count noticeably."""
_FETCHING_SHARE = 0.7


@dataclass(frozen=True)
class OperationsTask:
    """The table of a day, read for the series `source`; `fingerprint` as in `LedgerEntry`."""

    source: str
    day: date
    samples: SampleServer
    fingerprint: str = ""


def collect_operations(task: OperationsTask, report: Report) -> DayRecords:
    """Fetch the table, join its operations to flights, and judge the day.

    The table is removed from the cache: the publisher permits evaluation only.

    Raises
    ------
    BadPayload
        The reply is not a table of operations.
    """
    target = task.samples.door.cache / "adsbx" / f"operations-{task.day:%Y%m%d}.csv.gz"
    address = task.samples.operations_address(task.day)
    door = task.samples.with_report(report).door
    try:
        file = door.download(
            address, target, report=lambda text, share: report(text, _FETCHING_SHARE * share)
        )
        report("joining take-offs and landings", _FETCHING_SHARE)
        found = read_operations(target)
    except ResourceMissing:
        return _nothing(task, "ADS-B Exchange has no table of operations of this day.")
    finally:
        target.unlink(missing_ok=True)
    return _judge(task, file, found)


def _judge(task: OperationsTask, file: InputFile, found: Operations) -> DayRecords:
    start = pd.Timestamp(task.day, tz="UTC")
    here = (found.rows["time"] >= start) & (found.rows["time"] < start + pd.Timedelta(days=1))
    rows = found.rows[here].reset_index(drop=True)
    if rows.empty:
        why = f"The table of this day has no operation of that day ({found.read:,} rows)."
        return _nothing(task, why, (file,))
    flights = join_operations(rows, source=task.source, day=task.day)
    elsewhere = int((~here).sum())
    deficits = list(_find_deficits(found, elsewhere, rows["time"]))
    counts = {
        "positions": 0,
        "flights": len(flights),
        "aircraft": int(flights["icao24"].nunique()),
        "operations": len(rows),
        "dropped_unreadable": found.unreadable,
        "dropped_other_days": elsewhere,
        **count_flags(flights["flags"], [CALLSIGN_CHANGE, IMPOSSIBLE_SPEED]),
    }
    entry = LedgerEntry(
        source=task.source,
        day=task.day,
        status="partial" if deficits else "complete",
        reasons=tuple(deficits),
        inputs=(file,),
        detail="flights",
        reader=READER,
        release_kind=EDITION,
        counts=counts,
        fingerprint=task.fingerprint,
    )
    others = {name: empty_table(name) for name in ("edges", "tracks", "reception")}
    return DayRecords(entry, flights=flights, **others)


def _find_deficits(found: Operations, elsewhere: int, times: pd.Series) -> Iterable[str]:
    """Sentences on faults; with any of them the day is partial."""
    if found.problem:
        yield found.problem
    if found.unreadable > BAD_SHARE * found.read:
        yield f"{found.unreadable:,} of {found.read:,} rows are neither take-off nor landing."
    if elsewhere:
        yield f"{elsewhere:,} rows are of other days and were left out."
    silent = sorted(set(range(24)) - set(times.dt.hour))
    if silent:
        hours = ", ".join(f"{hour:02d}" for hour in silent)
        yield f"{len(silent)} of the 24 hours have no operation anywhere ({hours} UTC)."


def _nothing(task: OperationsTask, why: str, inputs: tuple[InputFile, ...] = ()) -> DayRecords:
    entry = LedgerEntry(task.source, task.day, "missing", (why,), inputs)
    return DayRecords(entry, **{name: empty_table(name) for name in TABLES})

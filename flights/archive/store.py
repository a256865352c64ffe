"""The local store: Parquet by source and day, and the ledger.

    <root>/ledger/<source>/<day>.json
    <root>/{flights,edges,tracks,reception}/<source>/<day>.parquet

Any tool may read these files. `commit_log` says how a day is replaced; `index/` is described in
`flights.query.index`.
"""

import logging
import os
import re
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from flights import __version__
from flights.archive import commit_log
from flights.archive.commit_log import Slot
from flights.archive.reading import DayFiles
from flights.errors import ArchiveError, BadPayload, InvalidInput
from flights.records import (
    TABLES,
    DayRecords,
    LedgerEntry,
    PackedTable,
    arrow_schema,
    conform,
    not_asked,
)

log = logging.getLogger(__name__)

_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}(\.[a-z0-9-]{1,40})?")
_ORDER = {
    "flights": ("firstseen", "flight_id"),
    "edges": ("icao24", "edge"),
    "tracks": ("icao24", "seen_at"),
    "reception": ("hour", "cell"),
}
JoinDays = Callable[[pd.DataFrame, pd.DataFrame, Set[date]], tuple[pd.DataFrame, pd.Series]]
"""Takes flights, edges and the complete days; gives the joined flights and, on the same index,
the UTC midnight [datetime] of the day on which each left, as
`flights.legs.midnight.join_departures` does."""

_RANK = ("not asked", "failed", "missing", "partial", "complete")


class Archive:
    """The store in one folder. Opening it only finishes what a killed writer left.

    Readers need no lock and see whole days only. Instances may be pickled; a process opens each
    folder once, even if it receives several copies.
    """

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self.root = Path(root)
        self._files = DayFiles()
        commit_log.recover(self.root)

    def __reduce__(self) -> tuple[Callable[[Path], "Archive"], tuple[Path]]:
        return (_reopen, (self.root,))

    # writing

    def write_day(self, records: DayRecords, *, refresh: bool = False) -> LedgerEntry:
        """Replace a day in one step; gives the entry that is in the ledger afterwards.

        Without `refresh`, a worse status never replaces a better one (complete, partial,
        missing, failed), nor a partial day one with more positions. A failed day never replaces
        data.

        Raises
        ------
        BadPayload
            A table does not fit its schema, or has rows of another source or day.
        ArchiveError
            The folder cannot be written, the disk is full, or another process writes the day.
        """
        slot = self._slot(records.entry.source, records.day)
        tables = _arrow_tables(records)
        with self._explain_write_errors(slot), commit_log.lock_day(slot):
            old = self._settle(slot)
            if old is not None and not _may_replace(old, records.entry, refresh):
                return old
            entry = self._replace(slot, records.entry, tables)
        self._files.forget_damage(slot)
        return entry

    def _settle(self, slot: Slot) -> LedgerEntry | None:
        """Finish what an earlier writer left; the entry of the day, None where none is usable."""
        try:
            commit_log.finish(slot)
            entry, fault = self._files.examine(slot, verify=True)
        except BadPayload as error:
            log.warning("%s; the day is written again", error)
            return None
        return None if fault else entry

    def _replace(
        self, slot: Slot, entry: LedgerEntry, tables: dict[str, pa.Table | PackedTable]
    ) -> LedgerEntry:
        try:
            described = {
                name: commit_log.stage(slot, name, table) for name, table in tables.items()
            }
            entry = replace(
                entry, tables=described, program=entry.program or f"flights {__version__}"
            )
            commit_log.commit(slot, entry)
        except BaseException:
            with suppress(BadPayload):
                commit_log.finish(slot)
            raise
        commit_log.finish(slot)
        return entry

    @contextmanager
    def _explain_write_errors(self, slot: Slot) -> Iterator[None]:
        try:
            yield
        except (OSError, pa.ArrowException) as error:
            raise ArchiveError(
                f"{slot.source} {slot.day} could not be written to {self.root}: {error}. "
                "Check the free space and the permissions; the day is as it was before."
            ) from error

    # the ledger

    def sources(self) -> list[str]:
        """Keys of the sources with at least one day in the ledger."""
        found = (self.root / "ledger").glob("*/*.json")
        return sorted({path.parent.name for path in found if _KEY.fullmatch(path.parent.name)})

    def read_ledger(self, source: str, *, verify: bool = False) -> dict[date, LedgerEntry]:
        """The entries of all days that were pulled, in day order.

        A day whose entry cannot be read, or whose tables do not have the sizes that the entry
        names, is `failed` with a reason. `verify` also compares every hash.
        """
        days = [slot.day for slot in self._slots(source, date.min, date.max)]
        intact = {} if verify else self._files.intact_days(self.root, source)
        return {day: intact.get(day) or self.entry(source, day, verify=verify) for day in days}

    def entry(self, source: str, day: date, *, verify: bool = False) -> LedgerEntry:
        """The entry of a day as `read_ledger` gives it; `not asked` where there is none."""
        slot = self._slot(source, day)
        try:
            entry, fault = self._files.examine(slot, verify=verify)
        except BadPayload as error:
            return LedgerEntry(source, day, "failed", (f"{error}. Pull this day again.",))
        if entry is None:
            return not_asked(source, day)
        if fault:
            return replace(entry, status="failed", reasons=(fault, *entry.reasons))
        return entry

    def fault(self, source: str, day: date, names: tuple[str, ...]) -> str:
        """What is wrong with some tables of a day, by their hashes; "" = nothing."""
        try:
            return self._files.examine(self._slot(source, day), verify=True, names=names)[1]
        except BadPayload as error:
            return f"{error}. Pull this day again."

    # reading

    def load(self, table: str, source: str, first: date, last: date) -> pd.DataFrame:
        """Rows of one of `records.TABLES` as stored, days `first` to `last` inclusive.

        Days without data give no rows; the ledger says which days those are.

        Raises
        ------
        ArchiveError
            A day's file is damaged; the message names it.
        """
        slots = self._slots(source, first, last)
        return _frame(table, [self._files.read(slot, (table,))[0] for slot in slots])

    def load_flights(
        self,
        source: str,
        first: date,
        last: date,
        *,
        join: JoinDays,
        without: frozenset[date] = frozenset(),
        icao24: str | None = None,
    ) -> pd.DataFrame:
        """Flights that left on days `first` to `last` (both inclusive), joined at midnight.

        One more day is read on each side; a flight over more than two midnights is cut there.
        `join` is the rule that joins the days and gives `day`, the UTC day of departure, see
        `JoinDays`. That is the day of `firstseen`, or the day before where a flight is already
        in the air when its record begins at midnight and the day before is not complete: such
        flights must not be counted on the first day after a gap. Files of the days in `without`
        are not opened. `icao24` limits the result to one airframe.
        """
        slots = self._slots(source, _shift(first, -1), _shift(last, 1))
        names, wanted = ("flights", "edges"), [("icao24", "==", icao24)] if icao24 else None
        read = [self._files.read(s, names, wanted) for s in slots if s.day not in without]
        flights = _frame("flights", [pair[0] for pair in read])
        edges = _frame("edges", [pair[1] for pair in read])
        complete = {s.day for s in slots if self.entry(source, s.day).is_complete} - without
        flights, departed = join(flights, edges, complete)
        return _of_days(flights, departed, (first, last))

    def load_tracks(
        self, source: str, icao24: str, start: datetime, stop: datetime
    ) -> pd.DataFrame:
        """Stored positions of one airframe with `start` <= `seen_at` < `stop`, in time order."""
        slots = self._slots(source, _utc_day(start), _utc_day(stop))
        wanted = [("icao24", "==", icao24), ("seen_at", ">=", start), ("seen_at", "<", stop)]
        parts = [self._files.read(slot, ("tracks",), wanted)[0] for slot in slots]
        return _frame("tracks", parts).sort_values("seen_at", ignore_index=True)

    def load_reception(
        self, source: str, first: date, last: date, cells: frozenset[int] | None = None
    ) -> pd.DataFrame:
        """Reception rows of days `first` to `last` inclusive, of some cells or of all."""
        wanted = [("cell", "in", sorted(cells))] if cells is not None else None
        slots = self._slots(source, first, last)
        parts = [self._files.read(slot, ("reception",), wanted)[0] for slot in slots]
        return _frame("reception", parts)

    def _slots(self, source: str, first: date, last: date) -> list[Slot]:
        """Days with a ledger entry, in order."""
        folder = self._slot(source, date.min).ledger.parent
        names = os.listdir(folder) if folder.is_dir() else []  # noqa: PTH208 - called a lot
        days = filter(None, map(_day_of, names))
        return [Slot(self.root, source, day) for day in sorted(days) if first <= day <= last]

    def _slot(self, source: str, day: date) -> Slot:
        if not _KEY.fullmatch(source):
            raise InvalidInput(
                f"{source!r} is not a valid key of a source. Use small letters, digits, - and _, "
                "and one dot before the name of a selection."
            )
        return Slot(self.root, source, day)


@lru_cache(maxsize=4)
def _reopen(root: Path) -> Archive:
    """Opening checks for what killed writers left, which one check per process is enough for."""
    return Archive(root)


def _arrow_tables(records: DayRecords) -> dict[str, pa.Table | PackedTable]:
    """The four tables in schema and order; none where the day has no data."""
    if records.entry.status not in ("complete", "partial"):
        return {}
    tables: dict[str, pa.Table | PackedTable] = {}
    for name in TABLES:
        if (packed := _packed(records, name)) is not None:
            tables[name] = packed
            continue
        table = conform(name, records.table(name))
        own = pc.and_(
            pc.equal(table["source"], records.entry.source), pc.equal(table["day"], records.day)
        )
        if strange := table.num_rows - (pc.sum(own).as_py() or 0):
            raise BadPayload(
                f"{name} of {records.entry.source} {records.day}: "
                f"{strange} rows are of another source or day"
            )
        tables[name] = _in_order(table, _ORDER[name])
    return tables


def _packed(records: DayRecords, name: str) -> PackedTable | None:
    """A packed table that can be written as it is; None where it must be unpacked first."""
    table = records.table(name)
    if not isinstance(table, PackedTable) or not table.schema.equals(arrow_schema(name)):
        return None
    own = {"source": records.entry.source, "day": records.day}
    fits = table.count_rows_where(own) == table.num_rows and table.is_in_order(_ORDER[name])
    return table if fits else None


def _in_order(table: pa.Table, columns: tuple[str, ...]) -> pa.Table:
    """Rows sorted and in one piece: the ends of pieces would change the bytes of a file.

    There is no copy where rows are already sorted: a day of world traffic is large.
    """
    order = pc.sort_indices(table, sort_keys=[(column, "ascending") for column in columns])
    if not np.array_equal(order, np.arange(len(order))):
        table = table.take(order)
    return table.combine_chunks()


def _may_replace(old: LedgerEntry, new: LedgerEntry, refresh: bool) -> bool:
    if new.status == "failed" and old.status in ("complete", "partial", "missing"):
        return False
    if refresh or _RANK.index(new.status) > _RANK.index(old.status):
        return True
    if new.status == "partial" == old.status:
        return new.counts.get("positions", 0) >= old.counts.get("positions", 0)
    return new.status == old.status


def _frame(table: str, parts: list[pa.Table]) -> pd.DataFrame:
    return pa.concat_tables([arrow_schema(table).empty_table(), *parts]).to_pandas()


def _of_days(flights: pd.DataFrame, departed: pd.Series, days: tuple[date, date]) -> pd.DataFrame:
    """Rows that departed within the days (both inclusive), with `day` set to match."""
    start, stop = (pd.Timestamp(day, tz="UTC") for day in days)
    inside = (departed >= start) & (departed <= stop)
    codes, met = pd.factorize(departed[inside])
    as_dates = pd.Series([day.date() for day in met], dtype=object)
    flights = flights[inside].assign(day=as_dates.take(codes).array)
    return flights.sort_values(["firstseen", "flight_id"], ignore_index=True)


def _shift(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return day


def _utc_day(when: datetime) -> date:
    return when.astimezone(UTC).date()


def _day_of(name: str) -> date | None:
    try:
        return date.fromisoformat(name.removesuffix(".json")) if name.endswith(".json") else None
    except ValueError:
        return None

"""Reading the files of stored days: one state of a day, and no damaged table."""

import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from flights.archive import commit_log
from flights.archive.commit_log import Slot
from flights.errors import ArchiveError, BadPayload
from flights.records import TABLES, LedgerEntry, arrow_schema

_TRIES = 5
"""How often to read again: a writer may move a table into place between two steps."""


class DayFiles:
    """Reads days without a lock; keeps hashes and entries of files that do not change."""

    def __init__(self) -> None:
        self._digests: dict[tuple[int, ...], str] = {}
        self._entries: dict[str, tuple[tuple[int, ...], LedgerEntry]] = {}
        self._damaged: dict[tuple[str, date], str] = {}

    def entry(self, slot: Slot) -> LedgerEntry | None:
        """The ledger entry as written, None = there is none; `BadPayload` if it is not valid."""
        path = str(slot.ledger)
        try:
            stamp = _stamp(slot.ledger.stat())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise BadPayload(f"{slot.ledger} cannot be read: {error}") from error
        known = self._entries.get(path)
        if known is None or known[0] != stamp:
            entry = commit_log.read_entry(slot)
            if entry is None:
                return None
            known = self._entries[path] = (stamp, entry)
        return known[1]

    def intact_days(self, root: Path, source: str) -> dict[date, LedgerEntry]:
        """Days whose tables have the sizes that their entry names, found by listing folders only.

        Contains only entries that were read before and did not change: call `examine` for all
        other days.
        """
        sizes = {name: _sizes(root / name / source) for name in TABLES}
        found = {}
        for path, stamp in _stamps(root / "ledger" / source):
            known = self._entries.get(path)
            if known is None or known[0] != stamp or known[1].day in self._damaged_of(source):
                continue
            entry = known[1]
            file = f"{entry.day}.parquet"
            if all(sizes[name].get(file) == it["bytes"] for name, it in entry.tables.items()):
                found[entry.day] = entry
        return found

    def _damaged_of(self, source: str) -> set[date]:
        return {day for of, day in self._damaged if of == source} if self._damaged else set()

    def examine(
        self, slot: Slot, *, verify: bool = False, names: Iterable[str] | None = None
    ) -> tuple[LedgerEntry | None, str]:
        """The entry and a sentence on what is wrong with its tables; "" = nothing.

        Compares sizes, with `verify` also hashes; `names` limits it to some tables.
        """
        fault, entry = "", None
        for _ in range(_TRIES):
            entry = self.entry(slot)
            fault = self._fault(slot, entry, verify, names) if entry else ""
            if not fault:
                break
        return entry, fault

    def _fault(
        self, slot: Slot, entry: LedgerEntry, verify: bool, names: Iterable[str] | None
    ) -> str:
        known = self._damaged.get((slot.source, slot.day), "")
        if known and not verify:
            return known
        for name in entry.tables if names is None else names:
            if name in entry.tables and not self._is_intact(slot, name, entry.tables[name], verify):
                return describe_damage(slot, name)
        return ""

    def _is_intact(self, slot: Slot, name: str, described: Mapping[str, Any], verify: bool) -> bool:
        if verify:
            file = self._open(slot, name, described)
            if file is not None:
                file.close()
            return file is not None
        size: int = described["bytes"]
        if _size(slot.table(name)) == size:
            return True
        return _size(slot.staged(name, described["sha256"])) == size

    def forget_damage(self, slot: Slot) -> None:
        """Call after the day was written again."""
        self._damaged.pop((slot.source, slot.day), None)

    def read(self, slot: Slot, names: tuple[str, ...], wanted: Any = None) -> list[pa.Table]:
        """Tables of one state of the day; empty tables where it has none.

        `wanted` are filters as `pyarrow.parquet.read_table` takes them.

        Raises
        ------
        ArchiveError
            The entry cannot be read, or a table is not the file that the entry names.
        """
        missing = ""
        for _ in range(_TRIES):
            try:
                entry = self.entry(slot)
            except BadPayload as error:
                raise ArchiveError(f"{error}. Pull {slot.source} {slot.day} again.") from error
            tables = entry.tables if entry else {}
            found: list[pa.Table] = []
            for name in names:
                table = self._table(slot, name, tables.get(name), wanted)
                if table is None:
                    missing = name
                    break
                found.append(table)
            else:
                return found
        self._damaged[slot.source, slot.day] = describe_damage(slot, missing)
        raise ArchiveError(describe_damage(slot, missing))

    def _table(
        self, slot: Slot, name: str, described: Mapping[str, Any] | None, wanted: Any
    ) -> pa.Table | None:
        schema = arrow_schema(name)
        if described is None:
            return schema.empty_table()
        file = self._open(slot, name, described)
        if file is None:
            return None
        try:
            with file:
                table = pq.read_table(file, filters=wanted, partitioning=None)
            return _to_schema(table, schema)
        except (pa.ArrowException, OSError, ValueError, KeyError) as error:
            raise ArchiveError(
                f"{slot.table(name)} cannot be read: {error}. "
                f"Pull {slot.source} {slot.day} again with --refresh."
            ) from error

    def _open(self, slot: Slot, name: str, described: Mapping[str, Any]) -> IO[bytes] | None:
        """The file with the hash of the ledger, in place or still staged; None if there is none."""
        for path in (slot.table(name), slot.staged(name, described["sha256"])):
            try:
                file = path.open("rb")
            except FileNotFoundError:
                continue
            except OSError as error:
                raise ArchiveError(f"{path} cannot be read: {error}.") from error
            if self._read_digest(file) == described["sha256"]:
                return file
            file.close()
        return None

    def _read_digest(self, file: IO[bytes]) -> str:
        stamp = _stamp(os.fstat(file.fileno()))
        if stamp not in self._digests:
            self._digests[stamp] = commit_log.digest(file)
        return self._digests[stamp]


def _to_schema(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The table in the current schema; a column that is newer than the file is null."""
    for field in schema:
        if field.name not in table.column_names:
            table = table.append_column(field, pa.nulls(table.num_rows, field.type))
    return table.select(schema.names).cast(schema)


def describe_damage(slot: Slot, name: str) -> str:
    """The sentence for a table that is not the file of the ledger."""
    return (
        f"{slot.table(name)} is damaged or missing: it is not the file that the ledger names. "
        f"Pull {slot.source} {slot.day} again with --refresh."
    )


def _stamp(seen: os.stat_result) -> tuple[int, ...]:
    return (seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns)


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None


def _stamps(folder: Path) -> Iterator[tuple[str, tuple[int, ...]]]:
    try:
        with os.scandir(folder) as listed:
            for each in listed:
                yield each.path, _stamp(each.stat())
    except FileNotFoundError:
        return


def _sizes(folder: Path) -> dict[str, int]:
    return {os.path.basename(path): stamp[2] for path, stamp in _stamps(folder)}  # noqa: PTH119

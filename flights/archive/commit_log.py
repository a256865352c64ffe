"""A day is replaced in one step by a redo log: after a kill there is the old day or the new.

New tables are staged in `redo/`, under names no `*.parquet` glob matches. Replacing the ledger
entry, which names their hashes, is the commit. Only then do the tables move into place. After a
kill, the next writer or reader finishes the move, or removes tables that were not committed.

There is no fsync: a kill does not need it, and after a power cut the hashes show which days did
not reach the disk. Those are `failed` in the ledger and are pulled again.

The lock of a day does not use `filelock`: that library leaves its files in place, and an archive
of ten years would keep thousands of them. Here the last writer removes the file,
and `_try_lock` checks that the file it locked is still the one in the folder.
"""

import fcntl
import hashlib
import json
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from flights import CONTENTS_SENTENCE
from flights.errors import ArchiveError, BadPayload
from flights.records import TABLES, LedgerEntry, PackedTable, ledger

log = logging.getLogger(__name__)

# Rows per group of a Parquet file. The same table must always give the same bytes.
ROW_GROUP = 65_536
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Slot:
    """The paths of one day of one source."""

    root: Path
    source: str
    day: date

    @property
    def ledger(self) -> Path:
        """The ledger entry: replacing it is the commit."""
        return self.root / "ledger" / self.source / f"{self.day}.json"

    @property
    def lock(self) -> Path:
        """Locked by the process that writes the day."""
        return self.root / "redo" / self.source / f"{self.day}.lock"

    def table(self, name: str) -> Path:
        """The table in its place, for all readers."""
        return self.root / name / self.source / f"{self.day}.parquet"

    def staged(self, name: str, sha256: str) -> Path:
        """The same table before it moves into place."""
        return self.lock.with_name(f"{self.day}.{name}.{sha256[:16]}.staged")

    def leftovers(self) -> list[Path]:
        """Files in `redo/` for this day, without the lock."""
        found = self.lock.parent.glob(f"{self.day}.*")
        return sorted(path for path in found if path != self.lock)


@contextmanager
def lock_day(slot: Slot, *, wait_s: float = 60.0) -> Iterator[None]:
    """Make this process the only writer of the day.

    Raises
    ------
    ArchiveError
        Another process still writes the day after `wait_s` [s].
    """
    give_up = time.monotonic() + wait_s
    while (handle := _try_lock(slot.lock)) is None:
        if time.monotonic() >= give_up:
            raise ArchiveError(
                f"{slot.source} {slot.day} is being written by another process; "
                "wait until it has finished and try again."
            )
        time.sleep(0.05)
    try:
        yield
    finally:
        # The folder stays, even if empty: another process may be about to lock a file in it.
        slot.lock.unlink(missing_ok=True)
        os.close(handle)


def _try_lock(path: Path) -> int | None:
    """An open locked file, or None. Its last owner may have removed the file in the meantime."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(handle), path.stat()):
            return handle
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(handle)
    return None


def stage(slot: Slot, name: str, table: pa.Table | PackedTable) -> dict[str, Any]:
    """Write a table to `redo/`; gives rows, bytes and sha256 for the ledger entry."""
    temporary = slot.lock.with_name(f"{slot.day}.{name}.temporary")
    marked = table.schema.with_metadata({"contents": CONTENTS_SENTENCE})
    with temporary.open("wb") as out, pq.ParquetWriter(out, marked, compression="zstd") as writer:
        # Packed or not, the file has the same bytes: a packed table is unpacked by row groups.
        pieces = table.pieces(ROW_GROUP) if isinstance(table, PackedTable) else [table]
        for piece in pieces:
            writer.write_table(piece.cast(marked), row_group_size=ROW_GROUP)
    with temporary.open("rb") as file:
        sha256 = digest(file)
    described = {"rows": table.num_rows, "bytes": temporary.stat().st_size, "sha256": sha256}
    temporary.replace(slot.staged(name, sha256))
    return described


def digest(file: Any) -> str:
    """sha256 of an open binary file from its start; the position is at the start afterwards."""
    found = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(_CHUNK):
        found.update(chunk)
    file.seek(0)
    return found.hexdigest()


def commit(slot: Slot, entry: LedgerEntry) -> None:
    """Replace the ledger entry: from then on, the staged tables that it names are the day."""
    temporary = slot.lock.with_name(f"{slot.day}.ledger.temporary")
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(ledger.to_json(entry), file, indent=1, sort_keys=True)
    for folder in ("ledger", *TABLES):
        (slot.root / folder / slot.source).mkdir(parents=True, exist_ok=True)
    temporary.replace(slot.ledger)


def finish(slot: Slot) -> None:
    """Bring the tables into the state that the ledger names; call inside `lock_day`."""
    entry = read_entry(slot)
    for name in TABLES if entry else ():
        _move_table(slot, name, entry)  # type: ignore[arg-type]
    for path in slot.leftovers():
        path.unlink(missing_ok=True)


def _move_table(slot: Slot, name: str, entry: LedgerEntry) -> None:
    if name not in entry.tables:
        slot.table(name).unlink(missing_ok=True)
        return
    staged = slot.staged(name, entry.tables[name]["sha256"])
    if staged.exists():
        slot.table(name).parent.mkdir(parents=True, exist_ok=True)
        staged.replace(slot.table(name))


def read_entry(slot: Slot) -> LedgerEntry | None:
    """The ledger entry; None where the day has none.

    Raises
    ------
    BadPayload
        The file exists and is not a ledger entry of this day.
    """
    try:
        text = slot.ledger.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadPayload(f"{slot.ledger} cannot be read: {error}") from error
    try:
        entry = ledger.from_json(json.loads(text))
    except (BadPayload, ValueError) as error:
        raise BadPayload(f"{slot.ledger} is not a ledger entry: {error}") from error
    if (entry.source, entry.day) != (slot.source, slot.day):
        raise BadPayload(f"{slot.ledger} is the entry of {entry.source} {entry.day}")
    return entry


def recover(root: Path) -> None:
    """Finish or remove what a kill left; days that are being written now stay as they are.

    A read-only archive can be read without this: readers find staged tables too.
    """
    for slot in _unfinished(root):
        try:
            with lock_day(slot, wait_s=0):
                finish(slot)
        except ArchiveError:
            log.debug("%s %s is being written", slot.source, slot.day)
        except BadPayload as error:
            log.warning("%s; its staged tables stay where they are", error)
        except OSError as error:
            log.warning("%s %s cannot be finished: %s", slot.source, slot.day, error)


def _unfinished(root: Path) -> list[Slot]:
    found = set()
    for path in (root / "redo").glob("*/*"):
        with suppress(ValueError):
            found.add(Slot(root, path.parent.name, date.fromisoformat(path.name[:10])))
    return sorted(found, key=lambda slot: (slot.source, slot.day))

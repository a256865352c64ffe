"""How a day is replaced in one step: a redo log, so that a kill leaves the old day or the new.

New tables are staged in `redo/`, under names no `*.parquet` glob matches. Replacing the ledger
entry, which names their hashes, is the commit. Only then do the tables move into place; whoever
comes after a kill finishes the move, or clears away what was never committed.

Nothing waits for the disk: a kill does not need it, and after a power cut the hashes tell
which days did not reach it. Those are `failed` in the ledger and pulled again.

The lock of a day is our own and not that of `filelock`: that library leaves its files in place,
and an archive of ten years would keep thousands of them. Here the last writer removes the file,
and `_take` checks that the file it locked is still the one in the folder.
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

ROW_GROUP = 65_536
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Slot:
    """Where one day of one source lies."""

    root: Path
    source: str
    day: date

    @property
    def ledger(self) -> Path:
        """The ledger entry: replacing it is the commit."""
        return self.root / "ledger" / self.source / f"{self.day}.json"

    @property
    def lock(self) -> Path:
        """Held by whoever writes the day."""
        return self.root / "redo" / self.source / f"{self.day}.lock"

    def table(self, name: str) -> Path:
        """The table where every reader looks for it."""
        return self.root / name / self.source / f"{self.day}.parquet"

    def staged(self, name: str, sha256: str) -> Path:
        """The same table before it has moved into place."""
        return self.lock.with_name(f"{self.day}.{name}.{sha256[:16]}.staged")

    def leftovers(self) -> list[Path]:
        """What lies in `redo/` for this day, the lock left out."""
        found = self.lock.parent.glob(f"{self.day}.*")
        return sorted(path for path in found if path != self.lock)


@contextmanager
def hold(slot: Slot, *, wait_s: float = 60.0) -> Iterator[None]:
    """Be the only writer of the day.

    Raises
    ------
    ArchiveError
        Another process still holds the day after `wait_s` [s].
    """
    give_up = time.monotonic() + wait_s
    while (handle := _take(slot.lock)) is None:
        if time.monotonic() >= give_up:
            raise ArchiveError(
                f"{slot.source} {slot.day} is being written by another process; "
                "wait for it to end and try again."
            )
        time.sleep(0.05)
    try:
        yield
    finally:
        # The folder stays, though empty: others may be listing it or about to lock in it.
        slot.lock.unlink(missing_ok=True)
        os.close(handle)


def _take(path: Path) -> int | None:
    """A locked handle, or None. The file may have been unlinked by its last holder meanwhile."""
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
    """Write a table beside the day; rows, bytes and sha256 for the ledger entry."""
    rough = slot.lock.with_name(f"{slot.day}.{name}.rough")
    marked = table.schema.with_metadata({"contents": CONTENTS_SENTENCE})
    with rough.open("wb") as out, pq.ParquetWriter(out, marked, compression="zstd") as writer:
        # The same bytes, packed or not: a packed table is unpacked a row group at a time.
        pieces = table.pieces(ROW_GROUP) if isinstance(table, PackedTable) else [table]
        for piece in pieces:
            writer.write_table(piece.cast(marked), row_group_size=ROW_GROUP)
    with rough.open("rb") as file:
        sha256 = digest(file)
    facts = {"rows": table.num_rows, "bytes": rough.stat().st_size, "sha256": sha256}
    rough.replace(slot.staged(name, sha256))
    return facts


def digest(file: Any) -> str:
    """sha256 of an open binary file, from its start; leaves it there."""
    found = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(_CHUNK):
        found.update(chunk)
    file.seek(0)
    return found.hexdigest()


def commit(slot: Slot, entry: LedgerEntry) -> None:
    """Make the entry, and with it the staged tables it names, the day."""
    rough = slot.lock.with_name(f"{slot.day}.ledger.rough")
    with rough.open("w", encoding="utf-8") as file:
        json.dump(ledger.to_json(entry), file, indent=1, sort_keys=True)
    for folder in ("ledger", *TABLES):
        (slot.root / folder / slot.source).mkdir(parents=True, exist_ok=True)
    rough.replace(slot.ledger)


def finish(slot: Slot) -> None:
    """Bring the tables into the state the ledger names; call with the day held."""
    entry = read_entry(slot)
    for name in TABLES if entry else ():
        _move_in(slot, name, entry)  # type: ignore[arg-type]
    for path in slot.leftovers():
        path.unlink(missing_ok=True)


def _move_in(slot: Slot, name: str, entry: LedgerEntry) -> None:
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
        The file is there and is not a ledger entry of this day.
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
        raise BadPayload(f"{slot.ledger} speaks of {entry.source} {entry.day}")
    return entry


def recover(root: Path) -> None:
    """Finish or clear away what a kill left behind; days being written now are left alone.

    An archive that may only be read is read all the same: readers find staged tables too.
    """
    for slot in _unfinished(root):
        try:
            with hold(slot, wait_s=0):
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

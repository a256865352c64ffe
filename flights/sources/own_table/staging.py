"""Reads and checks a whole table and stores its flights in the cache before the import.

    <cache>/tables/<digest>/about.json        the findings
    <cache>/tables/<digest>/rows.parquet      flights by time of departure, each once
    <cache>/tables/<digest>/rejected.csv      rejected rows, if any

`digest` covers the file, the meaning of its columns and the table of airports. All of these files
may be deleted.
"""

import hashlib
import json
import shutil
import uuid
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

import duckdb

from flights.errors import ArchiveError, InvalidInput
from flights.reference.airports import airports_input
from flights.sources.own_table.files.chunks import Table
from flights.sources.own_table.files.opening import NotUtf8, as_latin
from flights.sources.own_table.full_pass import FullPass, Report
from flights.sources.own_table.rows.judge import Understanding

READER = "table 1"
_KEPT_STAGES = 4
"""Tables that stay in the cache, so that a changed option needs no second reading."""


@dataclass(frozen=True)
class Findings:
    """Findings on a whole table. `folder` contains its flights.

    `days`: flights by UTC day. `kept_aside`: rejected rows by rule. `doubtful`: rejected rows by
    the UTC day they may belong to, without duplicates. `unplaced`: how many of them may belong
    to any day. `left`: values left out of flights, by field. `zoneless`: flights with a time
    without a time zone. `in_file`: rows in the file of rejected rows.
    """

    folder: Path
    sha256: str
    size: int
    rows: int = 0
    days: dict[date, int] = field(default_factory=dict)
    kept_aside: dict[str, int] = field(default_factory=dict)
    doubtful: dict[date, int] = field(default_factory=dict)
    unplaced: int = 0
    left: dict[str, int] = field(default_factory=dict)
    zoneless: int = 0
    in_file: int = 0
    notes: tuple[str, ...] = ()

    @property
    def flights(self) -> int:
        """Number of flights."""
        return sum(self.days.values())

    @property
    def bad_rows(self) -> int:
        """Number of rejected rows."""
        return sum(self.kept_aside.values())

    @property
    def rejected(self) -> Path | None:
        """The file of rejected rows; None where all rows are flights."""
        return self.folder / "rejected.csv" if self.bad_rows else None


def stage_table(table: Table, how: Understanding, cache: Path, report: Report) -> Findings:
    """Read and check all rows, or load the findings of an earlier reading.

    Raises
    ------
    InvalidInput
        Day and month of its dates are ambiguous.
    BadPayload
        The file cannot be read to its end.
    ArchiveError
        The cache cannot be written.
    """
    report("reading the file", 0.0)
    digest = _digest_file(table.path)
    folder = cache / "tables" / _digest_of(digest, table, how)
    if not (folder / "about.json").exists():
        try:
            _read_whole(table, how, folder, digest, report)
        except (OSError, duckdb.Error) as error:
            raise ArchiveError(
                f"{table.path.name} could not be stored in {folder.parent}: {error}. Check the "
                "free space and the permissions; nothing was imported."
            ) from error
    return _load(folder)


def _read_whole(
    table: Table, how: Understanding, folder: Path, digest: str, report: Report
) -> None:
    temporary = folder.with_name(f"{uuid.uuid4().hex}.temporary")
    temporary.mkdir(parents=True)
    try:
        try:
            findings = FullPass(table, how, temporary, report).run()
        except NotUtf8:
            findings = FullPass(as_latin(table), how, temporary, report).run()
        findings |= {"sha256": digest, "size": table.size}
        (temporary / "about.json").write_text(json.dumps(findings), encoding="utf-8")
        if not (folder / "about.json").exists():  # another process may have finished first
            temporary.replace(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    _prune(folder.parent, keep=folder)


def _prune(parent: Path, keep: Path) -> None:
    """Remove all but the latest few tables."""
    stages = [each for each in parent.iterdir() if each.suffix != ".temporary" and each != keep]
    stages.sort(key=lambda each: each.stat().st_mtime, reverse=True)
    for each in stages[_KEPT_STAGES - 1 :]:
        shutil.rmtree(each, ignore_errors=True)


def _load(folder: Path) -> Findings:
    plain = json.loads((folder / "about.json").read_text("utf-8"))
    for name in ("days", "doubtful"):
        plain[name] = {date.fromisoformat(day): count for day, count in plain[name].items()}
    return Findings(folder, **{**plain, "notes": tuple(plain["notes"])})


def _digest_file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InvalidInput(f"{path.name} cannot be read: {error.strerror}.") from error


def _digest_of(sha256: str, table: Table, how: Understanding) -> str:
    airports = [each.sha256 for each in airports_input()]
    known = [READER, sha256, table.encoding, table.delimiter, asdict(how), *airports]
    return hashlib.sha256(json.dumps(known).encode()).hexdigest()[:24]

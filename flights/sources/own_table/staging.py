"""A whole table read and judged, and its flights put aside, before any of them is imported.

    <cache>/tables/<digest>/about.json        what was found
    <cache>/tables/<digest>/rows.parquet      flights by time of departure, each once
    <cache>/tables/<digest>/rejected.csv      rows kept aside, where there are any

`digest` is that of the file, of how it is understood and of the airports it is held to. All of
it may be deleted.
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


@dataclass(frozen=True)
class Findings:
    """What a whole table holds. `folder` is where its flights lie.

    `days`: flights by UTC day. `kept_aside`: rows by rule. `doubtful`: rows kept aside by the
    UTC day they may belong to, duplicates left out. `unplaced`: how many of them may belong to
    any day. `left`: values left out of flights, by field. `zoneless`: flights with a time that
    names no zone.
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
        """All flights."""
        return sum(self.days.values())

    @property
    def bad_rows(self) -> int:
        """All rows kept aside."""
        return sum(self.kept_aside.values())

    @property
    def rejected(self) -> Path | None:
        """The file of rows kept aside; None where all rows are flights."""
        return self.folder / "rejected.csv" if self.bad_rows else None


def stage_table(table: Table, how: Understanding, cache: Path, report: Report) -> Findings:
    """Read and judge all rows, once: what was found before is found again.

    Raises
    ------
    InvalidInput
        Days and months of its dates could be either way around.
    BadPayload
        The file cannot be read to its end.
    ArchiveError
        The cache cannot be written.
    """
    report("looking at the file", 0.0)
    digest = _digest_file(table.path)
    folder = cache / "tables" / _digest_of(digest, table, how)
    if not (folder / "about.json").exists():
        try:
            _stage_anew(table, how, folder, digest, report)
        except (OSError, duckdb.Error) as error:
            raise ArchiveError(
                f"{table.path.name} could not be put aside in {folder.parent}: {error}. Check the "
                "free space and the permissions; nothing was taken in."
            ) from error
    return _load(folder)


def _stage_anew(
    table: Table, how: Understanding, folder: Path, digest: str, report: Report
) -> None:
    rough = folder.with_name(f"{uuid.uuid4().hex}.rough")
    rough.mkdir(parents=True)
    try:
        try:
            findings = FullPass(table, how, rough, report).run()
        except NotUtf8:
            findings = FullPass(as_latin(table), how, rough, report).run()
        findings |= {"sha256": digest, "size": table.size}
        (rough / "about.json").write_text(json.dumps(findings), encoding="utf-8")
        if not (folder / "about.json").exists():  # another process may have been quicker
            rough.replace(folder)
    finally:
        shutil.rmtree(rough, ignore_errors=True)
    _prune(folder.parent, keep=folder)


def _prune(parent: Path, keep: Path) -> None:
    """Only the latest few stages stay."""
    stages = [each for each in parent.iterdir() if each.suffix != ".rough" and each != keep]
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

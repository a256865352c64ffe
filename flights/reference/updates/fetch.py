"""Fetch today's edition of a reference table; it is used only after a complete read."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from flights.config import Settings
from flights.errors import ArchiveError, BadPayload, ResourceMissing
from flights.network import Door, Report
from flights.reference.editions import NOTE, Edition, EditionFile, edition_home, read_edition
from flights.reference.updates.tables import find_kind

_UNFINISHED = "unfinished"


def fetch_edition(
    name: str,
    door: Door,
    settings: Settings,
    *,
    now: datetime,
    report: Report | None = None,
) -> Edition:
    """Fetch today's edition of a table; it is in use after it has been read completely.

    Raises
    ------
    InvalidInput
        There is no such table.
    BadPayload
        The files are not such a table; the edition in use stays.
    ResourceMissing, SourceUnavailable, RateLimited
        It could not be fetched; the next call resumes where this one stopped.
    ArchiveError
        Another process fetches it, or the disk cannot be written.
    """
    kind = find_kind(name)
    home = edition_home(settings.cache, name)
    with _alone(home):
        folder = _clear(home / _UNFINISHED)
        fetching = _Fetching(door.with_report(report), settings.server(kind.server), folder, report)
        kind.fetch(fetching.get)
        rows = kind.count(folder)
        if rows < kind.least_rows:
            raise BadPayload(
                f"{kind.title} has only {rows:,} rows; "
                f"fewer than {kind.least_rows:,} are not plausible. "
                "The edition in use stays. Try again another day."
            )
        files = tuple(fetching.files)
        edition = Edition(name, kind.title, now, kind.licence, kind.attribution, rows, files)
        return _keep(edition, folder, home / now.date().isoformat())


@dataclass
class _Fetching:
    """The files of an edition that is being fetched."""

    door: Door
    server: str
    folder: Path
    report: Report | None
    files: list[EditionFile] = field(default_factory=list)

    def get(self, path: str, limit: int) -> bool:
        """Fetch a file of at most `limit` bytes; False where the server has no such file."""
        target = self.folder / path.rpartition("/")[2]
        try:
            found = self.door.download(self.server + path, target, report=self.report, limit=limit)
        except ResourceMissing:
            return False
        entry = EditionFile(self.server + path, found.name, found.size, found.sha256, found.etag)
        self.files.append(entry)
        return True


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Lock the table against other processes."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        with FileLock(home / ".lock", timeout=0):
            yield
    except Timeout:
        raise ArchiveError(
            f"Another process is fetching {home.name} now. Wait until it has finished."
        ) from None
    except OSError as error:
        raise ArchiveError(f"{home} cannot be written: {error.strerror}.") from error


def _clear(folder: Path) -> Path:
    """The folder for new files; of an earlier run, only parts that can be resumed stay."""
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        if not path.name.endswith((".part", ".part.json")):
            path.unlink()
    return folder


def _keep(edition: Edition, folder: Path, place: Path) -> Edition:
    """Move a finished edition to its place; it replaces one of the same day."""
    for path in folder.glob("*.part*"):
        path.unlink()
    plain = {**asdict(edition), "fetched_at": edition.fetched_at.isoformat()}
    del plain["folder"]
    (folder / NOTE).write_text(json.dumps(plain, indent=1), encoding="utf-8")
    if place.exists():
        old = place.with_name(f".old-{place.name}")
        shutil.rmtree(old, ignore_errors=True)
        place.rename(old)
        folder.rename(place)
        shutil.rmtree(old, ignore_errors=True)
    else:
        folder.rename(place)
    kept = read_edition(place)
    assert kept is not None
    return kept

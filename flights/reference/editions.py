"""Editions of reference tables fetched at run time, in a cache by date; which one is in use.

    <cache>/reference/<name>/<YYYY-MM-DD>/edition.json and its files

Without a network, the shipped tables are used. `updates.tables` lists the tables that can be
fetched, `updates.fetch` fetches them.
"""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

import msgspec

from flights.config import Settings
from flights.errors import InvalidInput
from flights.records import InputFile

NOTE = "edition.json"
_LONGEST_NOTE = 1 << 20


@dataclass(frozen=True)
class EditionFile:
    """A file of an edition: its address, size and hash."""

    url: str
    name: str
    size: int
    sha256: str
    etag: str | None = None


@dataclass(frozen=True)
class Edition:
    """One reference table as published on a day; `rows` is the number of its rows."""

    name: str
    title: str
    fetched_at: datetime
    licence: str
    attribution: str
    rows: int
    files: tuple[EditionFile, ...]
    folder: Path = field(default=Path(), compare=False)

    @property
    def day(self) -> date:
        """UTC day on which it was fetched."""
        return self.fetched_at.date()

    @property
    def label(self) -> str:
        """Its name in a ledger: `tar1090-db 2026-11-20`."""
        return f"{self.title} {self.day}"


def list_editions(cache: Path, name: str) -> list[Edition]:
    """Complete editions of a table, newest first."""
    found = [
        read_edition(path.parent) for path in edition_home(cache, name).glob(f"????-??-??/{NOTE}")
    ]
    whole = [edition for edition in found if edition is not None]
    return sorted(whole, key=lambda edition: edition.fetched_at, reverse=True)


def newest_edition(cache: Path, name: str) -> Edition | None:
    """The edition in use; None where none was fetched."""
    return next(iter(list_editions(cache, name)), None)


def current_aircraft(settings: Settings, given: str | Path | None = None) -> Path | None:
    """The table that names airframes: as given, else FLIGHTS_AIRCRAFT, else the newest edition."""
    if given:
        return Path(given).expanduser()
    if settings.aircraft:
        return settings.aircraft
    edition = newest_edition(settings.cache, "aircraft")
    return edition.folder / edition.files[0].name if edition else None


def input_of(path: Path) -> InputFile:
    """A table as an input file of the ledger, with the date of its edition if it has one."""
    edition = read_edition(path.parent)
    name = f"{path.name} ({edition.label})" if edition else path.name
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return InputFile(name, path.stat().st_size, digest)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from error


def edition_home(cache: Path, name: str) -> Path:
    """The folder of a table's editions."""
    return cache / "reference" / name


def read_edition(folder: Path) -> Edition | None:
    """The edition in a folder; None where there is none, or the size of a file has changed."""
    try:
        with (folder / NOTE).open("rb") as file:
            edition = msgspec.json.decode(file.read(_LONGEST_NOTE), type=Edition)
        sizes = [(folder / each.name).stat().st_size == each.size for each in edition.files]
        return replace(edition, folder=folder) if sizes and all(sizes) else None
    except (OSError, ValueError, msgspec.MsgspecError):
        return None

"""The index: data for route questions, per month of a source, derived from the archive.

    <root>/index/<source>/airports.json
    <root>/index/<source>/<YYYY-MM>.<key>/  see `build`; about.json

`key` is a digest of the days' hashes and of the cargo rules: a month whose days or rules
changed is built again when it is next needed. All of `index/` may be deleted at any time.
"""

import hashlib
import json
import logging
import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
from filelock import FileLock

from flights.archive import Archive
from flights.errors import ArchiveError
from flights.legs import join_departures
from flights.query.index.build import Grader, write_month
from flights.query.index.cruise_sums import write_cruise
from flights.query.index.end_codes import AirportNumbers
from flights.records import LedgerEntry

log = logging.getLogger(__name__)

LAYOUT = "3"
PIECE_FLIGHTS = 400_000
"""Flights read at a time while a month is built; this limits the memory."""
_TABLES_USED = ("flights", "edges", "reception")


@dataclass(frozen=True)
class Month:
    """One month of the index.

    `stamp` identifies this build of the month. `unreadable`: days with damaged files, and why.
    `airports`: number of airport numbers that it uses, and their digest.
    """

    first: date
    folder: Path
    stamp: str
    unreadable: Mapping[date, str]
    airports: tuple[int, str]


class RouteIndex:
    """The index of one archive."""

    def __init__(self, archive: Archive, cargo: Grader | None = None) -> None:
        self._archive = archive
        self._cargo = cargo or _cargo_rules()
        self._airports: dict[str, AirportNumbers] = {}
        self._known: dict[Path, Month] = {}

    def airports(self, source: str) -> AirportNumbers:
        """The airport numbers of a source's index."""
        if source not in self._airports:
            self._airports[source] = AirportNumbers(self._folder(source) / "airports.json")
        return self._airports[source]

    def months(
        self, source: str, first: date, last: date, ledger: Mapping[date, LedgerEntry]
    ) -> list[Month]:
        """Months with the days `first` to `last`; those out of date are built first.

        `ledger` is the ledger of the source as just read. Months without data are left out.

        Raises
        ------
        ArchiveError
            The index cannot be written.
        """
        wanted = [month for month in _months_of(ledger) if _overlaps(month, first, last)]
        try:
            return [self._month(source, month, ledger) for month in wanted]
        except OSError as error:
            raise ArchiveError(
                f"The index in {self._folder(source)} cannot be written: {error}."
            ) from error

    def _month(self, source: str, month: date, ledger: Mapping[date, LedgerEntry]) -> Month:
        found = self._fresh(source, self._place(source, month, ledger), month)
        if found is not None:
            return found
        with _one_builder(self._folder(source) / f"{month:%Y-%m}.lock"):
            while True:
                target = self._place(source, month, ledger)
                found = self._fresh(source, target, month)
                if found is None:
                    pieces = _split_month(month, ledger)
                    found = self._build(source, month, target=target, pieces=pieces)
                # A day may have been replaced during the build: then build again.
                ledger = self._archive.read_ledger(source)
                if self._place(source, month, ledger) == target:
                    return found

    def _place(self, source: str, month: date, ledger: Mapping[date, LedgerEntry]) -> Path:
        """Folder of the month for the state of the ledger."""
        lines = [LAYOUT, self._cargo.rules_digest()]
        for day in _days_of(month, margin=1):
            tables = ledger[day].tables if day in ledger else {}
            hashes = [str(tables[name]["sha256"]) for name in _TABLES_USED if name in tables]
            if hashes:
                lines.append(" ".join([day.isoformat(), ledger[day].status, *hashes]))
        key = hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
        return self._folder(source) / f"{month:%Y-%m}.{key}"

    def _fresh(self, source: str, folder: Path, month: date) -> Month | None:
        """The month if it is up to date; days that were unreadable may be readable now."""
        found = self._read(folder, month)
        if found is None or self.airports(source).mark(found.airports[0]) != found.airports:
            return None
        return None if any(self._reads(source, day) for day in found.unreadable) else found

    def _read(self, folder: Path, month: date) -> Month | None:
        """The month in a folder of the index, None where it is not complete."""
        try:
            seen = (folder / "about.json").stat()
            stamp = f"{folder.name} {seen.st_ino} {seen.st_mtime_ns}"
            known = self._known.get(folder)
            if known is None or known.stamp != stamp:
                about = json.loads((folder / "about.json").read_bytes())
                faults = {date.fromisoformat(d): why for d, why in about["unreadable"].items()}
                count, digest = about["airports"]
                known = self._known[folder] = Month(month, folder, stamp, faults, (count, digest))
            return known
        except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def _reads(self, source: str, day: date) -> bool:
        return not self._archive.fault(source, day, _TABLES_USED)

    def _build(
        self, source: str, month: date, *, target: Path, pieces: Sequence[tuple[date, date]]
    ) -> Month:
        temporary = target.with_name(f".building-{month:%Y-%m}-{os.getpid()}")
        began = time.monotonic()
        _remove_killed_builds(target.parent, month)
        temporary.mkdir(parents=True)
        try:
            faults = {
                day: self._archive.fault(source, day, _TABLES_USED)
                for day in _days_of(month, margin=1)
            }
            unreadable = {day: fault for day, fault in faults.items() if fault}
            without = frozenset(unreadable)
            flights = (
                self._archive.load_flights(
                    source, first, last, without=without, join=join_departures
                )
                for first, last in pieces
            )
            count = write_month(temporary, month, flights, self.airports(source), self._cargo)
            write_cruise(temporary, self._receptions(source, month, without))
            _write_about(temporary / "about.json", self.airports(source), unreadable)
            shutil.rmtree(target, ignore_errors=True)
            temporary.rename(target)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
        _remove_older_builds(target, month)
        log.info("%s %s: %d flights in %.1f s", source, month, count, time.monotonic() - began)
        built = self._read(target, month)
        if built is None:
            raise ArchiveError(f"{target} was removed during its build; try again.")
        return built

    def _receptions(
        self, source: str, month: date, without: frozenset[date]
    ) -> Iterator[tuple[int, pd.DataFrame]]:
        """Number in the month and reception rows of each day, one day in memory at a time."""
        for day in _days_of(month):
            if day not in without:
                yield day.day, self._archive.load_reception(source, day, day)

    def _folder(self, source: str) -> Path:
        return self._archive.root / "index" / source


def _cargo_rules() -> Grader:
    from flights.cargo import grades

    return grades


def _split_month(month: date, ledger: Mapping[date, LedgerEntry]) -> list[tuple[date, date]]:
    """First and last day of runs of days with at most `PIECE_FLIGHTS` flights, or of one day."""
    runs: list[tuple[date, date]] = []
    flights = 0
    for day in _days_of(month):
        tables = ledger[day].tables if day in ledger else {}
        rows = int(tables["flights"]["rows"]) if "flights" in tables else 0
        flights += rows
        if runs and flights <= PIECE_FLIGHTS:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
            flights = rows
    return runs


def _months_of(ledger: Mapping[date, LedgerEntry]) -> list[date]:
    return sorted({day.replace(day=1) for day, entry in ledger.items() if entry.tables})


def _overlaps(month: date, first: date, last: date) -> bool:
    return first.replace(day=1) <= month <= last


def _days_of(month: date, margin: int = 0) -> list[date]:
    days, day = [], month - timedelta(days=margin)
    stop = (month + timedelta(days=31)).replace(day=1) + timedelta(days=margin)
    while day < stop:
        days.append(day)
        day += timedelta(days=1)
    return days


def _write_about(path: Path, airports: AirportNumbers, unreadable: Mapping[date, str]) -> None:
    about = {
        "airports": airports.mark(),
        "unreadable": {day.isoformat(): why for day, why in unreadable.items()},
    }
    path.write_text(json.dumps(about), encoding="utf-8")


@contextmanager
def _one_builder(path: Path) -> Iterator[None]:
    """Wait until no other process builds the same month; the lock ends with its process."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path):
        yield


def _remove_killed_builds(folder: Path, month: date) -> None:
    """Remove the folders of killed builds of this month; only with the lock."""
    for path in folder.glob(f".building-{month:%Y-%m}-*"):
        shutil.rmtree(path, ignore_errors=True)


def _remove_older_builds(target: Path, month: date) -> None:
    """Remove older builds of the month; a process that reads one of them tries again."""
    for path in target.parent.glob(f"{month:%Y-%m}.*"):
        if path.is_dir() and path != target:
            shutil.rmtree(path, ignore_errors=True)

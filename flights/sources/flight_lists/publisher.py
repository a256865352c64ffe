"""The monthly lists of a publisher: fetches and reads the file of a month."""

from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flights.errors import BadPayload, NotCovered
from flights.network import Door, Resource
from flights.records import DayRecords
from flights.sources.flight_lists.cached_file import CachedFile
from flights.sources.flight_lists.month import MonthTask, collect_month
from flights.sources.flight_lists.rows import Batches
from flights.sources.opensky_gaps import gap_sentences

Report = Callable[[str, float], None]

_FETCHING_SHARE = 0.4


@dataclass(frozen=True)
class Listing:
    """Lists of one edition, one file per month.

    `folder` is the cache. `read` returns the rows of a file. `reader`, `release_kind`
    and `filed_by`: as in `LedgerEntry`; `cuts_months`: as in `MonthTask`.
    """

    source: str
    door: Door
    folder: Path
    read: Callable[[Path], Batches]
    reader: str
    release_kind: str
    filed_by: str
    cuts_months: bool = False

    def cached_file(self, resource: Resource) -> CachedFile:
        """The file of a month in the cache, fetched or not."""
        return CachedFile(self.folder / resource.url.rpartition("/")[2], resource)

    def collect(
        self, resource: Resource, days: tuple[date, ...], report: Report
    ) -> Iterator[DayRecords]:
        """Fetch the file of a month and read it, day by day.

        The file stays in the cache until all days of its month are complete in one pull, so that
        a month pulled in parts is fetched once. A damaged file is removed.

        Raises
        ------
        BadPayload
            No row can be read.
        """
        kept = self.cached_file(resource)
        file = kept.fetch(
            self.door.with_report(report), lambda text, share: report(text, _FETCHING_SHARE * share)
        )
        task = MonthTask(
            source=self.source,
            days=days,
            file=file,
            reader=self.reader,
            release_kind=self.release_kind,
            filed_by=self.filed_by,
            fingerprint=kept.fingerprint_of(file),
            gaps=gap_sentences,
            cuts_months=self.cuts_months,
        )
        complete = 0
        for records in collect_month(task, self._rows(kept), _later(report)):
            yield records
            complete += records.entry.is_complete
        if complete == len(days_of(days[0])):
            kept.drop()

    def _rows(self, kept: CachedFile) -> Batches:
        """Rows of a file; a damaged file is removed, so that it is fetched again."""
        try:
            yield from self.read(kept.path)
        except BadPayload:
            kept.drop()
            raise


def months_between(
    first: date, last: date, covered: tuple[date, date]
) -> Iterator[tuple[date, ...]]:
    """Covered days from `first` to `last` (both inclusive), month by month.

    Raises
    ------
    NotCovered
        None of them is covered.
    """
    start, stop = max(first, covered[0]), min(last, covered[1])
    if stop < start:
        raise NotCovered(
            f"These lists cover {covered[0]} to {covered[1]}, but no day from {first} to {last}. "
            "Choose another source for those days."
        )
    for number in range(start.year * 12 + start.month - 1, stop.year * 12 + stop.month):
        days = days_of(date(number // 12, number % 12 + 1, 1))
        yield tuple(day for day in days if start <= day <= stop)


def days_of(month: date) -> tuple[date, ...]:
    """Every day of a month."""
    length = monthrange(month.year, month.month)[1]
    return tuple(month.replace(day=number + 1) for number in range(length))


def _later(report: Report) -> Report:
    """`report` for the steps after the file is fetched."""
    return lambda text, share: report(text, _FETCHING_SHARE + (1 - _FETCHING_SHARE) * share)

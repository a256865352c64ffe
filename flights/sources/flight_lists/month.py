"""Reads a monthly list once and splits it into UTC days: records and ledger entries."""

from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from flights.errors import BadPayload
from flights.records import DayRecords, InputFile, LedgerEntry, empty_table
from flights.reference.airports import airports_input
from flights.sources.flight_lists.day_spill import STRAY, DaySpill
from flights.sources.flight_lists.flights import make_flights
from flights.sources.flight_lists.rows import Batches
from flights.sources.row_limits import describe_cap, is_round_cap

Report = Callable[[str, float], None]

MOST_ROWS = 20_000_000
"""Most rows of a list; real months have two to four million."""
MOST_UNFIT = 0.01
"""A complete day has at most this share of invalid rows. Our choice: such a share changes a
count by less than its chance variation."""
THIN_SHARE = 0.2
"""A day with less than this share of the month's median day is partial."""
USUAL_DAY, USUAL_HOUR = 50, 20
"""Low days (empty hours) are judged only if the median day (hour) has at least this many rows;
with fewer, chance explains them."""
_READING_SHARE = 0.6
_FREED_EVERY = 8
"""Batches after which unused memory is returned to the system."""


@dataclass(frozen=True)
class MonthTask:
    """The list of a month, read for `source`; `days` are the requested ones.

    `filed_by`: as in `LedgerEntry`. `gaps` returns sentences for days with gaps that the publisher
    knows. `cuts_months`: a flight in the air at the end of a month is listed as two.
    """

    source: str
    days: tuple[date, ...]
    file: InputFile
    reader: str
    release_kind: str
    filed_by: str
    fingerprint: str
    gaps: Callable[[date], tuple[str, ...]]
    cuts_months: bool = False


def collect_month(task: MonthTask, batches: Batches, report: Report) -> Iterator[DayRecords]:
    """Records of the requested days, one by one.

    Raises
    ------
    BadPayload
        No row of the file can be read.
    """
    first = task.days[0].replace(day=1)
    last = first.replace(day=monthrange(first.year, first.month)[1])
    with DaySpill((first, last), task.days, hour_of=task.filed_by) as spill:
        reading = _MonthReading(task, spill)
        reading.take(batches, report)
        reading.judge_file()
        pa.default_memory_pool().release_unused()
        for number, day in enumerate(task.days):
            share = _READING_SHARE + (1 - _READING_SHARE) * number / len(task.days)
            report(f"{task.file.name}: flights of {day}", share)
            yield reading.records(day)
            spill.free(day)


class _MonthReading:
    """The reading of one file, and its judgement."""

    def __init__(self, task: MonthTask, spill: DaySpill) -> None:
        self._task, self._spill = task, spill
        self._rows = self._torn = 0
        self._whole: list[str] = []  # faults of the whole file, and so of each of its days

    def take(self, batches: Batches, report: Report) -> None:
        """Assign all rows to their days; damage ends the reading and is a fault of every day."""
        try:
            for number, batch in enumerate(batches):
                self._rows += batch.rows.num_rows
                self._torn += batch.torn
                if self._rows > MOST_ROWS:
                    raise BadPayload(f"{self._task.file.name} has over {MOST_ROWS:,} rows.")
                self._spill.take(batch.rows)
                if number % _FREED_EVERY == 0:
                    pa.default_memory_pool().release_unused()
                message = f"{self._task.file.name}: {self._rows:,} rows read"
                report(message, _READING_SHARE * batch.share)
        except BadPayload as error:
            if not self._spill.hours.any():
                raise
            self._whole.append(f"Only {self._rows:,} rows could be read: {error}")

    def judge_file(self) -> None:
        """Find faults of the whole file.

        Raises
        ------
        BadPayload
            Most rows are invalid or of other months.
        """
        faults = self._spill.faults
        lost = self._torn + sum(n for (of, rule), n in faults.items() if not of and rule != STRAY)
        unfit = self._torn + sum(faults.values())
        total = self._rows + self._torn
        if unfit > total / 2:
            raise BadPayload(
                f"{self._task.file.name}: {unfit:,} of {total:,} rows are invalid "
                f"({self._rules()}); the file does not have the expected format."
            )
        if is_round_cap(total):
            self._whole.append(describe_cap(total, self._task.file.name))
        if lost > total * MOST_UNFIT:
            self._whole.append(
                f"{lost:,} of {total:,} rows of {self._task.file.name} could not be assigned to a "
                f"day ({self._rules()})."
            )

    def records(self, day: date) -> DayRecords:
        """Records of one day."""
        flights, counts = make_flights(
            self._spill.rows(day),
            source=self._task.source,
            day=day,
            cuts_months=self._task.cuts_months,
        )
        pa.default_memory_pool().release_unused()
        counts |= {"flights": len(flights), "aircraft": int(flights["icao24"].nunique())}
        counts |= {"file_rows": self._rows, "dropped_torn": self._torn}
        for (of, rule), count in self._spill.faults.items():
            if of in (day, None):
                name = f"dropped_{rule}"
                counts[name] = counts.get(name, 0) + count
        status, reasons = self._judge(day, len(flights))
        entry = LedgerEntry(
            source=self._task.source,
            day=day,
            status=status,
            reasons=reasons,
            inputs=(self._task.file, *airports_input()),
            detail="flights",
            reader=self._task.reader,
            release_kind=self._task.release_kind,
            counts=counts,
            fingerprint=self._task.fingerprint,
            filed_by=self._task.filed_by,
        )
        others = {name: empty_table(name) for name in ("edges", "tracks", "reception")}
        return DayRecords(entry, flights, **others)

    def _judge(self, day: date, flights: int) -> tuple[str, tuple[str, ...]]:
        """Status of a day, and the reasons."""
        reasons = [*self._whole, *self._task.gaps(day)]
        if not flights:
            return "missing", (f"{self._task.file.name} has no flight of this day.", *reasons)
        reasons += [*self._unfit(day, flights), *self._thin(day)]
        return ("partial" if reasons else "complete"), tuple(reasons)

    def _unfit(self, day: date, flights: int) -> list[str]:
        unfit = {rule: n for (of, rule), n in self._spill.faults.items() if of == day}
        count = sum(unfit.values())
        if count <= MOST_UNFIT * (count + flights):
            return []
        rules, total = _format_rules(unfit), count + flights
        return [f"{count:,} of {total:,} rows of this day are invalid ({rules})."]

    def _thin(self, day: date) -> list[str]:
        """Sentences on few flights or empty hours, compared with other days of the month."""
        hours = self._spill.hours
        own = hours[(day - self._spill.day(0)).days]
        usual = float(np.median(hours.sum(axis=1)[hours.any(axis=1)]))
        reasons = []
        if usual >= USUAL_DAY and own.sum() < THIN_SHARE * usual:
            reasons.append(
                f"It has {own.sum():,} flights; a usual day of its list has {usual:,.0f}."
            )
        silent = np.flatnonzero((own == 0) & (np.median(hours, axis=0) >= USUAL_HOUR))
        if len(silent):
            empty_hours = ", ".join(f"{hour:02d}" for hour in silent)
            verb = "ends" if self._task.filed_by == "lastseen" else "begins"
            reasons.append(f"No flight {verb} in hour {empty_hours} (UTC), unlike on other days.")
        return reasons

    def _rules(self) -> str:
        rules = {"torn": self._torn} if self._torn else {}
        for (_, rule), count in self._spill.faults.items():
            rules[rule] = rules.get(rule, 0) + count
        return _format_rules(rules)


def _format_rules(rules: dict[str, int]) -> str:
    return ", ".join(f"{rule.replace('_', ' ')}: {n:,}" for rule, n in sorted(rules.items()))

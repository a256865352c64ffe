"""A quarter's file read once and cut into UTC days: their flights and their ledger entries."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from flights.errors import BadPayload
from flights.records import DayRecords, InputFile, LedgerEntry, empty_table
from flights.reference.aircraft import Airframe
from flights.reference.airports import airports_input
from flights.sources.base import Report
from flights.sources.flight_lists.day_spill import STRAY, DaySpill
from flights.sources.flight_lists.month import MOST_UNFIT
from flights.sources.flight_lists.schedules.heard_twice import LONGEST_SILENCE_S, join_rows
from flights.sources.flight_lists.schedules.place_ends import EndPlacer
from flights.sources.flight_lists.schedules.quarters import METHOD_CHANGE, Quarter, days_between
from flights.sources.flight_lists.schedules.schedule_day import count_aircraft, make_day
from flights.sources.flight_lists.schedules.schedule_rows import SCHEDULE_ROW, read_schedule

USUAL_WEEKS = 4
"""Weeks on each side whose same weekday says what is usual."""
THIN_SHARE = 0.8
"""A day with less than this share of the usual number of aircraft is not complete. Weekdays of a
quarter differ by a few per cent, feasts by some 15 %; days with a missing release by far more."""
LEAST_USUAL = 50
"""Below this many aircraft a day, a share says nothing."""

_READING_SHARE = 0.6
_ADDRESS_BITS = 24
_EPOCH = date(1970, 1, 1)
_ONE = timedelta(days=1)


@dataclass(frozen=True)
class QuarterTask:
    """One quarter's file at `path`, read for the `days` asked for.

    `edges` are days of which the published files may have a part only. `whole_file`: sentences
    about the file as such, which make each of its days partial.
    """

    source: str
    quarter: Quarter
    path: Path
    days: tuple[date, ...]
    file: InputFile
    fingerprint: str
    edges: frozenset[date]
    airframes: Mapping[str, Airframe]
    other_inputs: tuple[InputFile, ...] = ()


def collect_quarter(task: QuarterTask, report: Report) -> Iterator[DayRecords]:
    """Records of the days asked for, one by one.

    Raises
    ------
    BadPayload
        Nothing in the file can be used.
    """
    quarter = task.quarter
    # A day more on each side: files reach over the edges, and a flight may go on after midnight.
    span = (quarter.first - _ONE, quarter.last + _ONE)
    wanted = tuple(days_between(task.days[0] - _ONE, task.days[-1] + _ONE))
    with DaySpill(span, wanted, hour_of="firstseen", schema=SCHEDULE_ROW) as spill:
        reading = _QuarterFile(task, spill)
        reading.take(report)
        reading.check()
        pa.default_memory_pool().release_unused()
        for number, day in enumerate(task.days):
            share = _READING_SHARE + (1 - _READING_SHARE) * number / len(task.days)
            report(f"{task.file.name}: flights of {day}", share)
            yield reading.records(day)


class _QuarterFile:
    """One file while it is read and after."""

    def __init__(self, task: QuarterTask, spill: DaySpill) -> None:
        self._task, self._spill = task, spill
        self._rows = 0
        self._faults: list[str] = []  # of the file, and so of each of its days
        self._addresses: list[NDArray[np.int64]] = []
        self._placer = EndPlacer()
        self._kept: dict[date, pd.DataFrame] = {}
        self._taken: frozenset[int] | None = None  # rows of the day that are of the day before

    def take(self, report: Report) -> None:
        """Distribute all rows over their days. Damage ends it, and counts for every day."""
        name = self._task.file.name
        try:
            for rows, share in read_schedule(self._task.path):
                self._rows += rows.num_rows
                self._spill.take(rows)
                self._addresses.append(_pair_addresses(rows))
                pa.default_memory_pool().release_unused()
                report(f"{name}: {self._rows:,} rows read", _READING_SHARE * share)
        except BadPayload as error:
            if not self._spill.hours.any():
                raise
            self._faults.append(f"Only {self._rows:,} rows could be read: {error}")

    def check(self) -> None:
        """Judge the file as a whole.

        Raises
        ------
        BadPayload
            Most of its rows cannot be used.
        """
        faults = self._spill.faults
        lost = sum(n for (day, rule), n in faults.items() if day is None and rule != STRAY)
        unfit = sum(faults.values())
        if unfit > self._rows / 2:
            raise BadPayload(
                f"{self._task.file.name}: {unfit:,} of {self._rows:,} rows cannot be used "
                f"({_list_rules(faults)}). The file does not have the form it should have."
            )
        if lost > self._rows * MOST_UNFIT:
            self._faults.append(
                f"{lost:,} of {self._rows:,} rows of {self._task.file.name} belong to no day "
                f"({_list_rules(faults)})."
            )
        known = self._task.quarter.known_file
        if known and known[0] == self._task.file.size and known[1] != self._task.file.sha256:
            self._faults.append(
                f"{self._task.file.name} has the published size but not the known SHA-256; it is "
                "damaged, or another edition. Pull it again."
            )

    def records(self, day: date) -> DayRecords:
        """Records of one day. Days are asked for in order, without a gap."""
        rows = self._flights_of(day)
        flights, counts = make_day(
            rows,
            source=self._task.source,
            day=day,
            airframes=self._task.airframes,
            placer=self._placer,
        )
        counts |= {"flights": len(flights), "aircraft": count_aircraft(flights["icao24"])}
        counts |= {"file_rows": self._rows}
        counts |= {"flagged_joined_rows": _count_flag(flights, "joined_rows")}
        counts |= {"flagged_overlapping_rows": _count_flag(flights, "overlapping_rows")}
        for (of, rule), count in self._spill.faults.items():
            if of in (day, None):
                counts[f"dropped_{rule}"] = counts.get(f"dropped_{rule}", 0) + count
        status, reasons = self._judge(day, len(flights))
        entry = LedgerEntry(
            source=self._task.source,
            day=day,
            status=status,
            reasons=reasons,
            inputs=(self._task.file, *self._task.other_inputs, *airports_input()),
            detail="flights",
            reader=_reader_of(day),
            release_kind=f"{self._task.quarter}",
            counts=counts,
            fingerprint=self._task.fingerprint,
            filed_by="firstseen",
        )
        others = {name: empty_table(name) for name in ("edges", "tracks", "reception")}
        return DayRecords(entry, flights, **others)

    def _flights_of(self, day: date) -> pd.DataFrame:
        """Rows of the flights that begin on a day, those that go on after midnight joined."""
        if self._taken is None:  # the first day: what of it belongs to flights of the day before
            self._taken = join_rows(self._two_days(day - _ONE, frozenset())).taken
        joined = join_rows(self._two_days(day, self._taken))
        self._taken = joined.taken
        here = joined.flights["firstseen"].dt.date == day
        return joined.flights[here.to_numpy(bool)].reset_index(drop=True)

    def _two_days(self, day: date, taken: frozenset[int]) -> pd.DataFrame:
        """Rows of a day without those that are `taken`, and those of the day after that may go
        on a flight of this one: after `LONGEST_SILENCE_S` nothing does."""
        own, after = self._rows_of(day), self._rows_of(day + _ONE)
        own = own[~own["row"].isin(taken)]
        limit = pd.Timestamp(day + _ONE, tz="UTC") + pd.Timedelta(seconds=LONGEST_SILENCE_S)
        self._spill.free(day - _ONE)
        return pd.concat([own, after[after["firstseen"] < limit]], ignore_index=True)

    def _rows_of(self, day: date) -> pd.DataFrame:
        """Rows of a day, numbered; kept until the next one is asked for, as both need it."""
        if day not in self._kept:
            rows = self._spill.rows(day).to_pandas()
            self._kept = {each: frame for each, frame in self._kept.items() if day - each <= _ONE}
            self._kept[day] = rows.assign(row=np.arange(len(rows)))
        return self._kept[day]

    @cached_property
    def _aircraft(self) -> dict[date, int]:
        """Distinct addresses by day, of every day that has any."""
        pairs = np.unique(np.concatenate(self._addresses)) if self._addresses else np.empty(0)
        days, counts = np.unique(pairs.astype(np.int64) >> _ADDRESS_BITS, return_counts=True)
        return {
            _EPOCH + timedelta(days=int(day)): int(count)
            for day, count in zip(days, counts, strict=True)
        }

    def _judge(self, day: date, flights: int) -> tuple[str, tuple[str, ...]]:
        """Status of a day and why."""
        if not flights:
            return "missing", (f"{self._task.file.name} has no flight of this day.",)
        reasons = [*self._faults, *self._find_thin(day), *self._find_unfit(day, flights)]
        if day in self._task.edges:
            reasons.append("First or last day of what is published: it may be there in part only.")
        return ("partial" if reasons else "complete"), tuple(reasons)

    def _find_thin(self, day: date) -> list[str]:
        """Whether fewer aircraft were heard than on the same weekday of the weeks around."""
        weeks = [n for n in range(-USUAL_WEEKS, USUAL_WEEKS + 1) if n]
        around = [day + timedelta(days=7 * n) for n in weeks]
        quarter = self._task.quarter
        inside = [each for each in around if quarter.first <= each <= quarter.last]
        # A day without any aircraft is not in the file: it says nothing about what is usual.
        counts = [self._aircraft[each] for each in inside if each in self._aircraft]
        usual = float(np.median(counts)) if counts else 0.0
        own = self._aircraft.get(day, 0)
        if usual < LEAST_USUAL or own >= THIN_SHARE * usual:
            return []
        return [
            f"{own:,} aircraft were heard on this day; {usual:,.0f} are usual on this weekday in "
            f"the {USUAL_WEEKS} weeks before and after it."
        ]

    def _find_unfit(self, day: date, flights: int) -> list[str]:
        unfit = {rule: n for (of, rule), n in self._spill.faults.items() if of == day}
        count = sum(unfit.values())
        if count <= MOST_UNFIT * (count + flights):
            return []
        return [f"{count:,} of {count + flights:,} rows of this day cannot be used."]


def _pair_addresses(rows: pa.Table) -> NDArray[np.int64]:
    """Each day with each address that was heard on it, as one number, every pair once."""
    fit = rows.filter(pc.is_null(rows["fault"]))
    day = fit["day"].cast(pa.int32()).to_numpy().astype(np.int64)
    return np.unique((day << _ADDRESS_BITS) | fit["address"].to_numpy().astype(np.int64))


def _reader_of(day: date) -> str:
    """Reader edition: the author joins flights since April 2025, so days before differ."""
    method = "2025-04" if day >= METHOD_CHANGE else "2024-01"
    return f"flight schedules 1, method of {method}"


def _count_flag(flights: pd.DataFrame, name: str) -> int:
    return int(flights["flags"].str.contains(name, regex=False).sum())


def _list_rules(faults: Mapping[tuple[date | None, str], int]) -> str:
    rules: dict[str, int] = {}
    for (_, rule), count in faults.items():
        rules[rule] = rules.get(rule, 0) + count
    return ", ".join(f"{rule.replace('_', ' ')}: {n:,}" for rule, n in sorted(rules.items()))

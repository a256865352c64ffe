"""From the files of one day to its records: decode, file under the stamped day, judge."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np

from flights.readsb.content import HALF_HOURS, Content, find_deficits, find_quiet_half_hours
from flights.readsb.day import assemble_day
from flights.readsb.members import HEATMAP, TRACE, Intake, Member
from flights.readsb.sorted_spill import Spill
from flights.records import TABLES, DayRecords, LedgerEntry, empty_table, parse_icao24
from flights.reference.aircraft import Airframe
from flights.reference.airports import airports_input

READER_VERSION = 2
"""2: flags of plausibility, integrity of positions; flights and their ends are those of 1."""
_DECODING_SHARE = 0.7
_REPORT_EVERY = 200

Report = Callable[[str, float], None]
FindAirframes = Callable[[frozenset[str]], Mapping[str, Airframe]]
"""Takes the addresses heard; gives the aircraft table's entries for them."""


class DayInput(Protocol):
    """The files of one day: a folder, a local tar or a tar on a server.

    `day` comes from the name, or from the first time stamp if the name has no date
    (`dated_by_stamp`). `name` is the input's name in sentences, `release_kind` the publisher's
    word for the edition. `problem` is a sentence about a problem found without opening the
    files ("" = none).
    """

    @property
    def day(self) -> date: ...
    @property
    def name(self) -> str: ...
    @property
    def size_bytes(self) -> int: ...
    @property
    def release_kind(self) -> str: ...
    @property
    def problem(self) -> str: ...
    @property
    def dated_by_stamp(self) -> bool: ...

    def kind_of(self, detail: str) -> str:
        """Kind of member to read for `heatmaps` or `traces`."""
        ...

    def read_members(self, kind: str, intake: Intake) -> Iterator[Member]:
        """Members of one kind in any order; problems are recorded in `intake`."""
        ...


@dataclass(frozen=True)
class Task:
    """The input of one day, its source and the detail to read.

    `only` are the addresses of a series limited to some aircraft (empty = all). `scope` and
    `fingerprint` are those of `LedgerEntry`. `deficit` is a sentence that makes the day
    incomplete, independent of its content. `worldwide`: the network has so many receivers
    that every half hour must contain positions.
    """

    source: str
    day_input: DayInput
    detail: str
    find_airframes: FindAirframes | None = None
    only: frozenset[str] = frozenset()
    scope: str = ""
    fingerprint: str = ""
    deficit: str = ""
    worldwide: bool = False

    @property
    def kind(self) -> str:
        """Kind of member to read."""
        return self.day_input.kind_of(self.detail)


def collect_days(task: Task, report: Report) -> tuple[DayRecords, ...]:
    """Records of the requested day, then of other days that its time stamps belong to.

    Time stamps count more than names. A day found only in the input of another day is
    `partial`. A day without positions is `missing`, or `failed` if there were files and none
    could be read. A series of some aircraft is `complete` on a day when none of them was heard
    and everything was read.
    """
    with Spill() as spill:
        content = Content(spill, only=frozenset(map(parse_icao24, task.only)))
        reading = _Reading(task, content, Intake(report=report, scale=_DECODING_SHARE), report)
        reading.decode()
        airframes = reading.airframes()
        asked = task.day_input.day
        others = (reading.records(day, airframes) for day in spill.days() if day != asked)
        if asked in spill.days():
            return (reading.records(asked, airframes), *others)
        return (reading.without_positions(), *others)


@dataclass(frozen=True)
class _Reading:
    """One input: reads its members, then builds the records of its days."""

    task: Task
    content: Content
    intake: Intake
    report: Report

    def decode(self) -> None:
        """Decode all members into the content."""
        total, done = max(self.task.day_input.size_bytes, 1), 0
        kind = self.task.kind
        for number, member in enumerate(self.task.day_input.read_members(kind, self.intake)):
            self.content.take(member)
            done += len(member.data)
            if kind == HEATMAP or number % _REPORT_EVERY == 0:
                share = number / HALF_HOURS if kind == HEATMAP else done / total
                self.intake.report_progress(f"{member.name} read", share)

    def airframes(self) -> Mapping[str, Airframe]:
        """Entry of each airframe from the day's files, else from the aircraft table."""
        if self.task.find_airframes is None:
            return self.content.airframes
        return {**self.task.find_airframes(self.content.icao24s), **self.content.airframes}

    def records(self, day: date, airframes: Mapping[str, Airframe]) -> DayRecords:
        """Records of a day that has positions."""
        day_input = self.task.day_input
        has_integrity = self.task.kind == TRACE
        tables = assemble_day(
            self._buckets(day),
            source=self.task.source,
            day=day,
            airframes=airframes,
            integrity=self.content.integrity.of_day(day) if has_integrity else None,
        )
        deficits = self._deficits(day)
        if day != day_input.day:
            deficits.insert(0, f"Found in {day_input.name}, {_dating(day_input)} {day_input.day}.")
        if "mlatonly" in day_input.release_kind:
            deficits.append("This release contains positions by multilateration only.")
        repeated = {"dropped_repeated": self.content.spill.repeated[day]}
        counts = {**tables.counts, **repeated, **self._counts()}
        entry = self._entry(day, "partial" if deficits else "complete", deficits, counts)
        return DayRecords(entry, tables.flights, tables.edges, tables.tracks, tables.reception)

    def _deficits(self, day: date) -> list[str]:
        said = [self.task.deficit] if self.task.deficit else []
        said += find_deficits(self.content, self.intake, day, self.task.kind)
        # A series of some aircraft reads few traces, so quiet half hours are normal there.
        judged = self.task.worldwide and not self.task.only and day == self.task.day_input.day
        return said + (find_quiet_half_hours(self.content, day, self.task.kind) if judged else [])

    def without_positions(self) -> DayRecords:
        """Records of the requested day without positions: missing or failed, with the reason."""
        day_input, content = self.task.day_input, self.content
        damage = [*self.intake.problems, *content.unreadable[:3]]
        read = content.heatmaps + content.traces
        if elsewhere := content.spill.days():
            listed = ", ".join(f"{day} ({count:,} positions)" for day, count in elsewhere.items())
            status = "missing"
            why = f"{day_input.name}, {_dating(day_input)} this day, has time stamps of {listed}."
        elif self.task.only and (read or self.intake.folders):
            return self._without_the_aircraft()
        elif read == 0 and (damage or self.intake.lost):
            status, why = "failed", f"Nothing in {day_input.name} could be read."
        else:
            status, why = "missing", _nothing_there(self.task, read)
        entry = self._entry(day_input.day, status, [why, *damage], self._counts())
        return DayRecords(entry, **{name: empty_table(name) for name in TABLES})

    def _without_the_aircraft(self) -> DayRecords:
        """Records of a day that was read, when none of the requested aircraft was heard."""
        day, count = self.task.day_input.day, len(self.task.only)
        deficits = self._deficits(day)
        why = f"{self.task.day_input.name} contains no position of the {count} requested aircraft."
        status = "partial" if deficits else "complete"
        nothing = {"positions": 0, "aircraft": 0, "flights": 0, **self._counts()}
        entry = self._entry(day, status, [*deficits, why], nothing)
        return DayRecords(entry, **{name: empty_table(name) for name in TABLES})

    def _buckets(self, day: date) -> Iterator[np.ndarray]:
        total, done = max(self.content.spill.days()[day], 1), 0
        for bucket in self.content.spill.buckets(day):
            share = _DECODING_SHARE + (1 - _DECODING_SHARE) * done / total
            self.report("positions become flights", share)
            yield bucket
            done += len(bucket)

    def _counts(self) -> dict[str, int]:
        return {
            "heatmaps": self.content.heatmaps,
            "trace_files": self.content.traces,
            "refused_members": sum(self.intake.refused.values()),
            "unreadable_members": len(self.content.unreadable),
            "dropped_off_earth": self.content.invalid,
            "dropped_far_days": self.content.spill.beyond_days,
        }

    def _entry(
        self, day: date, status: str, reasons: list[str], counts: Mapping[str, int]
    ) -> LedgerEntry:
        day_input = self.task.day_input
        detail = "heatmaps" if self.task.kind == HEATMAP else "traces"
        # These are recorded, but they do not make the day incomplete.
        notes = [*([day_input.problem] if day_input.problem else []), *self.intake.refusals()]
        return LedgerEntry(
            source=self.task.source,
            day=day,
            status=status,
            reasons=(*reasons, *notes),
            inputs=(*self.intake.inputs, *airports_input()),
            detail=detail,
            reader=f"readsb {detail} {READER_VERSION}",
            release_kind=day_input.release_kind,
            counts=counts,
            scope=self.task.scope,
            fingerprint=self.task.fingerprint,
        )


def _dating(day_input: DayInput) -> str:
    return "whose first stamp is of" if day_input.dated_by_stamp else "named for"


def _nothing_there(task: Task, read: int) -> str:
    if read:
        return f"{read} file(s) of {task.day_input.name} were read and contain no position."
    wanted, other = "heatmaps", "traces"
    if task.kind == TRACE:
        wanted, other = other, wanted
    name = task.day_input.name
    return f"{name} contains no {wanted}. If it contains {other}, pull it with --detail {other}."

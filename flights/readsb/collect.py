"""From the files of one day to its records: decode, file under the stamped day, judge."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np

from flights.readsb.content import HALF_HOURS, Content, find_deficits, find_hushed
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
NameAirframes = Callable[[frozenset[str]], Mapping[str, Airframe]]
"""From the addresses heard to what an aircraft table says of them."""


class Lying(Protocol):
    """One day's files, wherever they lie: a folder, a tar here, a tar far away.

    `day` is what the name says, or the first stamp where it says none (`dated_by_stamp`).
    `name` is how to call it in a sentence, `release_kind` the publisher's word for the edition,
    `problem` a sentence about what could be seen from outside.
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
        """Kind of member that `heatmaps` or `traces` means here."""
        ...

    def read_members(self, kind: str, intake: Intake) -> Iterator[Member]:
        """Members of one kind in any order; what is noticed on the way goes into `intake`."""
        ...


@dataclass(frozen=True)
class Task:
    """One day's input, read for the source `source` in one of the two details.

    `only` are the addresses of a series narrowed to some aircraft (none = all): its `scope`
    and the input's `fingerprint` are those of `LedgerEntry`. `deficit` is a sentence for which
    the day cannot be complete, whatever is found inside. `worldwide`: so many receivers fed it
    that no half hour can be silent.
    """

    source: str
    lying: Lying
    detail: str
    name_airframes: NameAirframes | None = None
    only: frozenset[str] = frozenset()
    scope: str = ""
    fingerprint: str = ""
    deficit: str = ""
    worldwide: bool = False

    @property
    def kind(self) -> str:
        """Kind of member to read."""
        return self.lying.kind_of(self.detail)


def collect_days(task: Task, report: Report) -> tuple[DayRecords, ...]:
    """Records of the day asked for, first, then of any other day its stamps speak of.

    Stamps are trusted over names. A day that only the stamps of another day's input speak of
    is `partial`. A day without a position is `missing`, or `failed` where files were there
    and none could be read; some aircraft that were not heard on a whole day are an answer, and
    the day is `complete`.
    """
    with Spill() as spill:
        content = Content(spill, only=frozenset(map(parse_icao24, task.only)))
        reading = _Reading(task, content, Intake(report=report, scale=_DECODING_SHARE), report)
        reading.decode()
        airframes = reading.airframes()
        asked = task.lying.day
        others = (reading.records(day, airframes) for day in spill.days() if day != asked)
        if asked in spill.days():
            return (reading.records(asked, airframes), *others)
        return (reading.without_positions(), *others)


@dataclass(frozen=True)
class _Reading:
    """One input while it is read and after."""

    task: Task
    content: Content
    intake: Intake
    report: Report

    def decode(self) -> None:
        """Take all members into the content."""
        total, done = max(self.task.lying.size_bytes, 1), 0
        kind = self.task.kind
        for number, member in enumerate(self.task.lying.read_members(kind, self.intake)):
            self.content.take(member)
            done += len(member.data)
            if kind == HEATMAP or number % _REPORT_EVERY == 0:
                share = number / HALF_HOURS if kind == HEATMAP else done / total
                self.intake.tell(f"{member.name} read", share)

    def airframes(self) -> Mapping[str, Airframe]:
        """What the day's own files say of each airframe, else what an aircraft table says."""
        if self.task.name_airframes is None:
            return self.content.airframes
        return {**self.task.name_airframes(self.content.icao24s), **self.content.airframes}

    def records(self, day: date, airframes: Mapping[str, Airframe]) -> DayRecords:
        """Records of a day that has positions."""
        lying = self.task.lying
        tells = self.task.kind == TRACE
        tables = assemble_day(
            self._buckets(day),
            source=self.task.source,
            day=day,
            airframes=airframes,
            integrity=self.content.integrity.of_day(day) if tells else None,
        )
        deficits = self._deficits(day)
        if day != lying.day:
            deficits.insert(0, f"Found in {lying.name}, {_dating(lying)} {lying.day}.")
        if "mlatonly" in lying.release_kind:
            deficits.append("This release holds positions by multilateration only.")
        repeated = {"dropped_repeated": self.content.spill.repeated[day]}
        counts = {**tables.counts, **repeated, **self._counts()}
        entry = self._entry(day, "partial" if deficits else "complete", deficits, counts)
        return DayRecords(entry, tables.flights, tables.edges, tables.tracks, tables.reception)

    def _deficits(self, day: date) -> list[str]:
        said = [self.task.deficit] if self.task.deficit else []
        said += find_deficits(self.content, self.intake, day, self.task.kind)
        # Of a series of some aircraft the others' traces are not read.
        judged = self.task.worldwide and not self.task.only and day == self.task.lying.day
        return said + (find_hushed(self.content, day, self.task.kind) if judged else [])

    def without_positions(self) -> DayRecords:
        """Records of the day asked for when it has no position: missing or failed, and why."""
        lying, content = self.task.lying, self.content
        damage = [*self.intake.problems, *content.unreadable[:3]]
        read = content.heatmaps + content.traces
        if elsewhere := content.spill.days():
            told = ", ".join(f"{day} ({count:,} positions)" for day, count in elsewhere.items())
            status = "missing"
            why = f"{lying.name}, {_dating(lying)} this day, is stamped {told}."
        elif self.task.only and (read or self.intake.folders):
            return self._without_the_aircraft()
        elif read == 0 and (damage or self.intake.lost):
            status, why = "failed", f"Nothing in {lying.name} could be read."
        else:
            status, why = "missing", _nothing_there(self.task, read)
        entry = self._entry(lying.day, status, [why, *damage], self._counts())
        return DayRecords(entry, **{name: empty_table(name) for name in TABLES})

    def _without_the_aircraft(self) -> DayRecords:
        """Records of a day that was read and on which no aircraft asked for was heard."""
        day, count = self.task.lying.day, len(self.task.only)
        deficits = self._deficits(day)
        why = f"{self.task.lying.name} holds no position of the {count} aircraft asked for."
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
        lying = self.task.lying
        detail = "heatmaps" if self.task.kind == HEATMAP else "traces"
        # Worth telling, though the day is no less complete for it.
        notes = [*([lying.problem] if lying.problem else []), *self.intake.refusals()]
        return LedgerEntry(
            source=self.task.source,
            day=day,
            status=status,
            reasons=(*reasons, *notes),
            inputs=(*self.intake.inputs, *airports_input()),
            detail=detail,
            reader=f"readsb {detail} {READER_VERSION}",
            release_kind=lying.release_kind,
            counts=counts,
            scope=self.task.scope,
            fingerprint=self.task.fingerprint,
        )


def _dating(lying: Lying) -> str:
    return "whose first stamp is of" if lying.dated_by_stamp else "named for"


def _nothing_there(task: Task, read: int) -> str:
    if read:
        return f"{read} file(s) of {task.lying.name} were read and hold no position."
    wanted, other = "heatmaps", "traces"
    if task.kind == TRACE:
        wanted, other = other, wanted
    return (
        f"{task.lying.name} holds no {wanted}. If it holds {other}, pull it with --detail {other}."
    )

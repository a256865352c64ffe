"""From the files of one day to its records: decode, file under the stamped day, judge."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from flights.ledger import LedgerEntry
from flights.readsb.airframes import Airframe
from flights.readsb.content import KIND_OF_DETAIL, Content, find_deficits
from flights.readsb.day import assemble_day
from flights.readsb.inputs import FILE, DayInput, read_members
from flights.readsb.members import HEATMAP, TRACE, Intake
from flights.readsb.spill import Spill
from flights.records import TABLES, DayRecords, empty

READER_VERSION = 1
_DECODING_SHARE = 0.7
_REPORT_EVERY = 200

Report = Callable[[str, float], None]
NameAirframes = Callable[[frozenset[str]], Mapping[str, Airframe]]
"""From the addresses heard to what an aircraft table says of them."""


@dataclass(frozen=True)
class Task:
    """One day's input, read for the source `source` in one of the two details."""

    source: str
    lying: DayInput
    detail: str
    name_airframes: NameAirframes | None = None

    @property
    def kind(self) -> str:
        """Kind of member to read; a file that stands alone says itself what it is."""
        if self.lying.kind == FILE:
            return TRACE if self.lying.paths[0].suffix == ".json" else HEATMAP
        return KIND_OF_DETAIL[self.detail]


def collect_days(task: Task, report: Report) -> tuple[DayRecords, ...]:
    """Records of the day asked for, first, then of any other day its stamps speak of.

    Stamps are trusted over names. A day that only the stamps of another day's input speak of
    is `partial`. A day without a position is `missing`, or `failed` where files were there
    and none could be read.
    """
    intake = Intake()
    with Spill() as spill:
        content = Content(spill)
        _decode(task, content, intake, report)
        asked = task.lying.day
        found = [day for day in spill.days() if day != asked]
        if asked in spill.days():
            first = _heard(task, content, intake, asked, report)
        else:
            first = _unheard(task, content, intake)
        return (first, *(_heard(task, content, intake, day, report) for day in found))


def _decode(task: Task, content: Content, intake: Intake, report: Report) -> None:
    total, done = max(task.lying.size_bytes, 1), 0
    for number, member in enumerate(read_members(task.lying, task.kind, intake)):
        content.take(member)
        done += len(member.data)
        if task.kind == HEATMAP or number % _REPORT_EVERY == 0:
            share = number / 48 if task.kind == HEATMAP else done / total
            report(f"{member.name} read", _DECODING_SHARE * min(share, 1.0))


def _heard(task: Task, content: Content, intake: Intake, day: date, report: Report) -> DayRecords:
    """Records of a day that has positions."""
    tables = assemble_day(
        _watched(content.spill, day, report),
        source=task.source,
        day=day,
        airframes=_airframes(task, content),
    )
    deficits = find_deficits(content, intake, day, task.kind)
    if day != task.lying.day:
        deficits.insert(0, f"Found in {task.lying.name}, {_dating(task.lying)} {task.lying.day}.")
    if "mlatonly" in task.lying.release_kind:
        deficits.append("This release holds positions by multilateration only.")
    repeated = {"dropped_repeated": content.spill.repeated[day]}
    counts = {**tables.counts, **repeated, **_counts(content, intake)}
    status = "partial" if deficits else "complete"
    entry = _entry(task, intake, day, status, (*deficits, *_notes(task, intake)), counts)
    return DayRecords(entry, tables.flights, tables.edges, tables.tracks, tables.reception)


def _unheard(task: Task, content: Content, intake: Intake) -> DayRecords:
    """Records of the day asked for when it has no position."""
    elsewhere = content.spill.days()
    damage = [*intake.problems, *content.unreadable[:3]]
    read = content.heatmaps + content.traces
    if elsewhere:
        told = ", ".join(f"{day} ({count:,} positions)" for day, count in elsewhere.items())
        status, why = (
            "missing",
            f"{task.lying.name}, {_dating(task.lying)} this day, is stamped {told}.",
        )
    elif read == 0 and (damage or intake.lost):
        status, why = "failed", f"Nothing in {task.lying.name} could be read."
    else:
        status, why = "missing", _nothing_there(task, read)
    reasons = (why, *damage, *_notes(task, intake))
    tables = {name: empty(name) for name in TABLES}
    entry = _entry(task, intake, task.lying.day, status, reasons, _counts(content, intake))
    return DayRecords(entry, **tables)


def _dating(lying: DayInput) -> str:
    return "whose first stamp is of" if lying.dated_by_stamp else "named for"


def _nothing_there(task: Task, read: int) -> str:
    if read:
        return f"{read} file(s) of {task.lying.name} were read and hold no position."
    other = "traces" if task.kind == HEATMAP else "heatmaps"
    return (
        f"{task.lying.name} holds no {'heatmaps' if task.kind == HEATMAP else 'traces'}. "
        f"If it holds {other}, pull it with --detail {other}."
    )


def _watched(spill: Spill, day: date, report: Report) -> Iterator[np.ndarray]:
    total, done = max(spill.days()[day], 1), 0
    for bucket in spill.buckets(day):
        report("positions become flights", _DECODING_SHARE + (1 - _DECODING_SHARE) * done / total)
        yield bucket
        done += len(bucket)


def _airframes(task: Task, content: Content) -> Mapping[str, Airframe]:
    """What the day's own files say of each airframe, else what the aircraft table says."""
    if task.name_airframes is None:
        return content.airframes
    return {**task.name_airframes(content.icao24s), **content.airframes}


def _counts(content: Content, intake: Intake) -> dict[str, int]:
    return {
        "heatmaps": content.heatmaps,
        "trace_files": content.traces,
        "refused_members": sum(intake.refused.values()),
        "unreadable_members": len(content.unreadable),
        "dropped_off_earth": content.invalid,
        "dropped_far_days": content.spill.beyond_days,
    }


def _notes(task: Task, intake: Intake) -> list[str]:
    """Sentences worth keeping that do not make the day less complete."""
    return [*([task.lying.problem] if task.lying.problem else []), *intake.refusals()]


def _entry(
    task: Task,
    intake: Intake,
    day: date,
    status: str,
    reasons: tuple[str, ...],
    counts: Mapping[str, int],
) -> LedgerEntry:
    detail = "heatmaps" if task.kind == HEATMAP else "traces"
    return LedgerEntry(
        source=task.source,
        day=day,
        status=status,
        reasons=tuple(reasons),
        inputs=tuple(intake.inputs),
        detail=detail,
        reader=f"readsb {detail} {READER_VERSION}",
        release_kind=task.lying.release_kind,
        counts=counts,
    )

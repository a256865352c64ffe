"""Ask a source for the days the archive lacks. The only module that knows both."""

import logging
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from flights.archive import Archive
from flights.errors import ArchiveError, FlightDataError
from flights.ledger import LedgerEntry
from flights.plan import PullPlan, plan_pull
from flights.progress import DayProgress, PullProgress, Tracker
from flights.records import TABLES, DayRecords, empty
from flights.signals import Signals, StopAsked
from flights.sources.base import Offer, Report, Source

__all__ = ["PullPlan", "PullReport", "plan_pull", "run_pull", "utc_now"]

log = logging.getLogger(__name__)

_SPARE_BYTES = 50_000_000
_POLL_S = 0.5


@dataclass(frozen=True)
class PullReport:
    """What a pull did. `stored` are the entries that stand in the ledger now, in day order.

    `spilled` are days nobody asked for, found inside the input of others.
    """

    progress: PullProgress
    stored: tuple[LedgerEntry, ...]
    spilled: tuple[LedgerEntry, ...]

    @property
    def is_complete(self) -> bool:
        """True where every day asked for was read and is complete."""
        ends = {day.state for day in self.progress.days}
        return self.progress.state == "finished" and ends <= {"complete", "skipped"}


def utc_now() -> datetime:
    """The clock a pull reads unless it is given another."""
    return datetime.now(UTC)


def run_pull(
    plan: PullPlan,
    archive: Archive,
    *,
    executor: Executor | None = None,
    progress: Callable[[PullProgress], None] | None = None,
    clock: Callable[[], datetime] = utc_now,
    pull_id: str = "",
) -> PullReport:
    """Ask for the planned days and store each as soon as it is read.

    A day that fails is written `failed` with its reason, and the pull goes on. Days run one
    after the other here, or in any `concurrent.futures.Executor` whose workers see the same
    folder. A KeyboardInterrupt ends the pull: days that are stored stay, the day under way
    stays as it was.

    Raises
    ------
    ArchiveError
        The disk has no room for it, or the archive cannot be written.
    """
    tracker = Tracker(_starting(plan, pull_id), clock, progress)
    try:
        _check_room(plan, archive)
        stored = _note_absent(plan, archive, clock)
        for entry in stored:
            tracker.update(entry.day, state=entry.status, share=1.0, message=_why(entry))
        reader = _Reader(plan.source, archive, plan.refresh, clock)
        run = _run_here if executor is None else _run_in(executor)
        for entries in run(plan.offers, reader, tracker):
            stored += entries
    except KeyboardInterrupt:
        tracker.end("cancelled", "Stopped as asked; days already stored stay.")
        raise
    except FlightDataError as error:
        tracker.end("failed", str(error))
        raise
    except BaseException as error:
        tracker.end("failed", f"The pull ended on an error of the program: {error!r}")
        raise
    asked = {*plan.days, *plan.absent}
    return PullReport(
        progress=tracker.end("finished", _summary(tracker.now)),
        stored=tuple(sorted((e for e in stored if e.day in asked), key=lambda e: e.day)),
        spilled=tuple(sorted((e for e in stored if e.day not in asked), key=lambda e: e.day)),
    )


def _starting(plan: PullPlan, pull_id: str) -> PullProgress:
    rows = [DayProgress(o.day, size_bytes=o.size_bytes, message=o.problem) for o in plan.offers]
    rows += [DayProgress(day, "skipped", 1.0, why) for day, why in plan.skipped]
    rows += [DayProgress(day) for day in plan.absent]
    rows.sort(key=lambda row: row.day)
    return PullProgress(pull_id, plan.source.spec.key, "running", days=tuple(rows))


def _summary(now: PullProgress) -> str:
    states = [day.state for day in now.days]
    counts = {state: states.count(state) for state in dict.fromkeys(states)}
    return ", ".join(f"{count} {state}" for state, count in counts.items()) or "nothing to do"


def _check_room(plan: PullPlan, archive: Archive) -> None:
    if plan.offers and plan.disk_free < plan.disk_needed + _SPARE_BYTES:
        raise ArchiveError(
            f"{archive.root} has {plan.disk_free / 1e9:.1f} GB free and this pull needs about "
            f"{plan.disk_needed / 1e9:.1f} GB; free some space or ask for fewer days."
        )


def _note_absent(
    plan: PullPlan, archive: Archive, clock: Callable[[], datetime]
) -> list[LedgerEntry]:
    """Store the answer "nothing" for days asked for that the source does not have."""
    key, why = plan.source.spec.key, ("The source has nothing for this day.",)
    entries = (LedgerEntry(key, day, "missing", why, asked_at=clock()) for day in plan.absent)
    return [archive.write_day(without_data(entry)) for entry in entries]


def without_data(entry: LedgerEntry) -> DayRecords:
    """A day that is only an entry."""
    return DayRecords(entry, **{name: empty(name) for name in TABLES})


@dataclass(frozen=True)
class _Reader:
    """Reads one offered day into the archive; goes to other processes by pickle."""

    source: Source
    archive: Archive
    refresh: bool
    clock: Callable[[], datetime]

    def __call__(self, offer: Offer, report: Report) -> tuple[DayProgress, list[LedgerEntry]]:
        key, day = self.source.spec.key, offer.day
        try:
            found = list(self.source.collect(offer, report))
        except ArchiveError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a source does, the pull goes on
            log.warning("%s %s failed", key, day, exc_info=not isinstance(error, FlightDataError))
            found = [without_data(LedgerEntry(key, day, "failed", (_told(error),)))]
        if day not in {records.day for records in found}:
            found.append(without_data(LedgerEntry(key, day, "missing", (_elsewhere(found),))))
        stored = [self._store(records, offer) for records in found]
        own = next(n for n, records in enumerate(found) if records.day == day)
        return _outcome(offer, found[own].entry, stored[own]), stored

    def _store(self, records: DayRecords, offer: Offer) -> LedgerEntry:
        entry = replace(records.entry, asked_at=records.entry.asked_at or self.clock())
        refresh = self.refresh and records.day == offer.day
        return self.archive.write_day(replace(records, entry=entry), refresh=refresh)


def _told(error: Exception) -> str:
    return str(error) if isinstance(error, FlightDataError) else f"{type(error).__name__}: {error}"


def _elsewhere(found: list[DayRecords]) -> str:
    days = ", ".join(str(records.day) for records in found) or "none"
    return f"The input holds no position of this day (days it holds: {days})."


def _why(entry: LedgerEntry) -> str:
    return " ".join(entry.reasons)


def _outcome(offer: Offer, answer: LedgerEntry, stored: LedgerEntry) -> DayProgress:
    """The day's row; an answer worse than what the archive holds does not replace it."""
    message = _why(answer)
    if stored.status != answer.status:
        message = f"{message} The archive keeps the day it has ({stored.status}).".strip()
    return DayProgress(
        offer.day,
        answer.status,
        1.0,
        message,
        offer.size_bytes,
        int(answer.counts.get("positions", 0)),
        int(answer.counts.get("flights", 0)),
    )


def _run_here(offers: tuple[Offer, ...], reader: _Reader, tracker: Tracker) -> Any:
    for offer in offers:
        tracker.update(offer.day, state="running")

        def report(message: str, share: float, day: date = offer.day) -> None:
            tracker.update(day, message=message, share=min(max(share, 0.0), 1.0))

        row, stored = reader(offer, report)
        tracker.update(offer.day, **_changes(row))
        yield stored


def _changes(row: DayProgress) -> dict[str, Any]:
    return {name: value for name, value in vars(row).items() if name != "day"}


def _run_in(executor: Executor) -> Callable[..., Any]:
    def run(offers: tuple[Offer, ...], reader: _Reader, tracker: Tracker) -> Any:
        with Signals(reader.archive.root / "pulls") as signals:
            jobs: dict[Future, Offer] = {
                executor.submit(reader, offer, signals.reporter(offer.day)): offer
                for offer in offers
            }
            try:
                while jobs:
                    done, _ = wait(jobs, timeout=_POLL_S, return_when=FIRST_COMPLETED)
                    for day, message, share in signals.heard():
                        tracker.update(day, state="running", message=message, share=share)
                    for job in done:
                        yield _finished(job, jobs.pop(job), tracker)
            except BaseException:
                _stop(signals, jobs)
                raise

    return run


def _finished(job: Future, offer: Offer, tracker: Tracker) -> list[LedgerEntry]:
    try:
        row, stored = job.result()
    except BrokenExecutor as error:
        raise ArchiveError(
            f"A worker died while it read {offer.day}, often for want of memory. "
            "Days already stored stay; try again with fewer workers."
        ) from error
    tracker.update(offer.day, **_changes(row))
    return stored


def _stop(signals: Signals, jobs: dict[Future, Offer]) -> None:
    """Take back what has not begun; what runs ends at its next report."""
    signals.stop()
    running = [job for job in jobs if not job.cancel()]
    wait(running, timeout=60)
    for job in running:
        if job.done() and not isinstance(job.exception(), StopAsked | None):
            log.debug("a day ended on %r while the pull was stopped", job.exception())

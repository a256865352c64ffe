"""Pull the days of a plan: read them from the source and store them in the archive."""

import logging
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from flights.archive import Archive
from flights.errors import ArchiveError, FlightDataError
from flights.pull.offer import Halt, OfferResult, Reader, without_data
from flights.pull.plan import PullPlan, check_disk_space, plan_pull
from flights.pull.progress import DayProgress, PullProgress, Tracker
from flights.pull.worker_messages import StopRequested, WorkerMessages
from flights.records import LedgerEntry
from flights.records.amounts import format_span
from flights.sources import Offer

__all__ = ["PullPlan", "PullReport", "plan_pull", "run_pull", "utc_now"]

log = logging.getLogger(__name__)

_POLL_S = 0.5  # how often messages of workers are read
_UNREACHABLE = 3
"""After so many failed requests in a row the pull ends: most likely the connection is lost."""


@dataclass(frozen=True)
class PullReport:
    """The result of a pull. `stored` are the ledger entries of the days, in day order.

    `spilled` are days that were not requested, found in the input of other days.
    """

    progress: PullProgress
    stored: tuple[LedgerEntry, ...]
    spilled: tuple[LedgerEntry, ...]

    @property
    def is_complete(self) -> bool:
        """True where every requested day is complete."""
        ends = {day.state for day in self.progress.days}
        return self.progress.state == "finished" and ends <= {"complete", "skipped"}


def utc_now() -> datetime:
    """The current time; tests give a pull another clock."""
    return datetime.now(UTC)


def run_pull(
    plan: PullPlan,
    archive: Archive,
    *,
    executor: Executor | None = None,
    workers: int = 2,
    progress: Callable[[PullProgress], None] | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> PullReport:
    """Read the planned days and store each one as soon as it is read.

    A day that fails is stored as `failed` with its reason, and the pull continues. It ends early
    where the source asks to wait (`paused`), rejects the account or cannot be reached
    (`failed`); the days left are not changed. Days are read one by one in this process, or in
    any `concurrent.futures.Executor` whose workers see the same folder, at most `workers` at
    once. A KeyboardInterrupt ends the pull: stored days are kept, the day in work is not changed.

    Raises
    ------
    ArchiveError
        The disk has too little space, or the archive cannot be written.
    """
    tracker = Tracker(_starting(plan), clock, progress)
    stop_rule = _StopRule()
    try:
        check_disk_space(plan, archive.root, workers=workers if executor else 1)
        stored = _store_absent(plan, archive, clock)
        for day in _to_come(plan, clock()):
            tracker.update(day, message="This day is not over yet (UTC); pull it again later.")
        for entry in stored:
            tracker.update(
                entry.day, state=entry.status, share=1.0, message=" ".join(entry.reasons)
            )
        kept = frozenset(day for day, _ in plan.skipped)
        reader = Reader(plan.source, archive, plan.refresh, clock, kept)
        run = _RunHere() if executor is None else _RunIn(executor, workers)
        for result in run(plan.offers, reader, tracker, stop_rule):
            tracker.update_rows(result.rows)
            stored += result.stored
            stop_rule.add(result)
    except KeyboardInterrupt:
        tracker.end("cancelled", "Stopped as asked; days already stored are kept.")
        raise
    except FlightDataError as error:
        tracker.end("failed", str(error))
        raise
    except BaseException as error:
        tracker.end("failed", f"The pull stopped because of an error in the program: {error!r}")
        raise
    return _report(plan, stored, _end(tracker, stop_rule.halt, clock()))


def _starting(plan: PullPlan) -> PullProgress:
    left = {day for day, _ in plan.skipped}
    rows = []
    for offer in plan.offers:
        days = [day for day in offer.all_days if day not in left]
        size = offer.size_bytes // len(days)
        rows += [DayProgress(day, size_bytes=size, message=offer.problem) for day in days]
    rows += [DayProgress(day, "skipped", 1.0, why) for day, why in plan.skipped]
    rows += [DayProgress(day) for day in plan.absent]
    rows.sort(key=lambda row: row.day)
    return PullProgress("", plan.source.spec.key, "running", days=tuple(rows))


def _store_absent(
    plan: PullPlan, archive: Archive, clock: Callable[[], datetime]
) -> list[LedgerEntry]:
    """Store requested days that the source does not have as `missing`.

    Days that are not over are left out: they may still be published.
    """
    spec, early = plan.source.spec, _to_come(plan, clock())
    why = spec.why_absent or "The source has nothing for this day."
    entries = (
        LedgerEntry(spec.key, day, "missing", (why,), asked_at=clock(), scope=spec.scope)
        for day in plan.absent
        if day not in early
    )
    return [archive.write_day(without_data(entry)) for entry in entries]


def _to_come(plan: PullPlan, now: datetime) -> tuple[date, ...]:
    """Absent days of a remote source from today on; simulated days may be in any year."""
    today = now.astimezone(UTC).date()
    return tuple(day for day in plan.absent if plan.source.spec.remote and day >= today)


def _end(tracker: Tracker, halt: Halt | None, now: datetime) -> PullProgress:
    if halt is None:
        return tracker.end("finished", format_states(tracker.now))
    message, resume_at = halt.message, None
    if halt.state == "paused":
        if halt.wait_s is not None:
            resume_at = now + timedelta(seconds=halt.wait_s)
        message = f"{message} {_when(resume_at, now)} Days already stored are kept."
    return tracker.end(halt.state, message, resume_at)


def _when(resume_at: datetime | None, now: datetime) -> str:
    if resume_at is None:
        return "Run the same command again later."
    day = f" on {resume_at:%Y-%m-%d}" if resume_at.date() != now.date() else ""
    # The next full minute: a pull that starts a few seconds early must wait again.
    at = resume_at + timedelta(minutes=1)
    span = format_span((resume_at - now).total_seconds())
    return f"Run the same command again after {at:%H:%M} UTC{day} (in {span})."


def format_states(now: PullProgress) -> str:
    """Number of days by state; days that were not reached are "not asked"."""
    states = ["not asked" if day.state == "waiting" else day.state for day in now.days]
    counts = {state: states.count(state) for state in dict.fromkeys(states)}
    return ", ".join(f"{count} {state}" for state, count in counts.items()) or "nothing to do"


def _report(plan: PullPlan, stored: list[LedgerEntry], end: PullProgress) -> PullReport:
    asked = {*plan.days, *plan.absent}
    ordered = sorted(stored, key=lambda entry: entry.day)
    return PullReport(
        progress=end,
        stored=tuple(entry for entry in ordered if entry.day in asked),
        spilled=tuple(entry for entry in ordered if entry.day not in asked),
    )


class _StopRule:
    """Decides from the results when no further offer is started."""

    def __init__(self) -> None:
        self.halt: Halt | None = None
        self._unreachable = 0

    def add(self, result: OfferResult) -> None:
        """Take a result into account."""
        self._unreachable = self._unreachable + 1 if result.unreachable else 0
        gone = None
        if self._unreachable >= _UNREACHABLE:
            gone = Halt(
                "failed",
                f"The source could not be reached {_UNREACHABLE} times in a row: "
                f"{result.unreachable} The remaining days were not requested; run the same command "
                "again when the connection works.",
            )
        self.halt = self.halt or result.halt or gone


class _ReportHere:
    """Report of an offer that is read in this thread."""

    def __init__(self, tracker: Tracker, days: tuple[date, ...]) -> None:
        self._tracker, self._days = tracker, days

    def __call__(self, message: str, share: float) -> None:
        self._tracker.advance(self._days, message, share)

    def stored(self, row: DayProgress) -> None:
        self._tracker.update_rows([row])


class _RunHere:
    """Reads offers one by one in this thread."""

    def __call__(
        self, offers: tuple[Offer, ...], reader: Reader, tracker: Tracker, stop_rule: _StopRule
    ) -> Iterator[OfferResult]:
        for offer in offers:
            if stop_rule.halt:
                return
            days = reader.days_of(offer)
            tracker.advance(days, "", 0.0)
            yield reader(offer, _ReportHere(tracker, days))


class _RunIn:
    """Reads offers in an executor, never more at once than there are workers.

    Most executors cannot cancel what is in their queue, so the queue is kept short.
    """

    def __init__(self, executor: Executor, workers: int) -> None:
        self._executor, self._workers = executor, workers

    def __call__(
        self, offers: tuple[Offer, ...], reader: Reader, tracker: Tracker, stop_rule: _StopRule
    ) -> Iterator[OfferResult]:
        left, days = deque(offers), {offer.day: reader.days_of(offer) for offer in offers}
        jobs: set[Future[OfferResult]] = set()
        with WorkerMessages(reader.archive.root / "pulls") as messages:
            try:
                while True:
                    while left and len(jobs) < self._workers and not stop_rule.halt:
                        offer = left.popleft()
                        report = messages.reporter(offer.day)
                        jobs.add(self._executor.submit(reader, offer, report))
                    if not jobs:
                        return
                    done, _ = wait(jobs, timeout=_POLL_S, return_when=FIRST_COMPLETED)
                    tracker.update_rows(messages.rows())
                    for day, message, share in messages.messages():
                        tracker.advance(days[day], message, share)
                    for job in done:
                        jobs.remove(job)
                        yield _result_of(job)
            except BrokenExecutor as error:
                raise ArchiveError(
                    "A worker process ended, often because of too little memory. Days already "
                    "stored "
                    "are kept; try again with fewer workers."
                ) from error
            except BaseException:
                _stop(messages, jobs)
                raise


def _result_of(job: Future[OfferResult]) -> OfferResult:
    """The result of the worker. It contains errors of the source; others are of the executor.

    Raises
    ------
    ArchiveError
        The worker could not write, or the executor could not run it.
    """
    try:
        result: OfferResult = job.result()
    except (FlightDataError, BrokenExecutor):
        raise
    except Exception as error:
        said = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ArchiveError(
            f"The executor could not read a day: {said} Days already stored are kept. On a "
            "cluster, "
            "scheduler and workers need this program on their PYTHONPATH and access to the "
            "archive folder."
        ) from error
    return result


def _stop(messages: WorkerMessages, jobs: set[Future[OfferResult]]) -> None:
    """Cancel offers that have not started; running ones stop at their next report."""
    messages.stop()
    running = [job for job in jobs if not job.cancel()]
    wait(running, timeout=60)
    for job in running:
        if job.done() and not isinstance(job.exception(), StopRequested | None):
            log.debug("a day ended on %r while the pull was stopped", job.exception())

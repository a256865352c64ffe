"""Ask a source for the days the archive lacks. The only module that knows both."""

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
from flights.pull.progress import DayProgress, PullProgress, Tracker, write_span
from flights.pull.worker_messages import StopRequested, WorkerMessages
from flights.records import LedgerEntry
from flights.sources import Offer

__all__ = ["PullPlan", "PullReport", "plan_pull", "run_pull", "utc_now"]

log = logging.getLogger(__name__)

_POLL_S = 0.5
_UNREACHABLE = 3
"""After so many offers in a row that could not be asked, the connection is taken to be gone."""


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
    workers: int = 2,
    progress: Callable[[PullProgress], None] | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> PullReport:
    """Ask for the planned days and store each as soon as it is read.

    A day that fails is written `failed` with its reason, and the pull goes on. It ends early,
    days not reached left as they were, where the source asks to wait (`paused`), refuses the
    account or can no longer be asked (`failed`). Days run one after the other here, or in any
    `concurrent.futures.Executor` whose workers see the same folder, at most `workers` at once.
    A KeyboardInterrupt ends the pull: days that are stored stay, the day under way stays as it
    was.

    Raises
    ------
    ArchiveError
        The disk has no room for it, or the archive cannot be written.
    """
    tracker = Tracker(_starting(plan), clock, progress)
    patience = _StopRule()
    try:
        check_disk_space(plan, archive.root, workers=workers if executor else 1)
        stored = _store_absent(plan, archive, clock)
        for day in _to_come(plan, clock()):
            tracker.update(day, message="This day is not over yet (UTC): ask again later.")
        for entry in stored:
            tracker.update(
                entry.day, state=entry.status, share=1.0, message=" ".join(entry.reasons)
            )
        kept = frozenset(day for day, _ in plan.skipped)
        reader = Reader(plan.source, archive, plan.refresh, clock, kept)
        run = _RunHere() if executor is None else _RunIn(executor, workers)
        for answer in run(plan.offers, reader, tracker, patience):
            tracker.note(answer.rows)
            stored += answer.stored
            patience.hear(answer)
    except KeyboardInterrupt:
        tracker.end("cancelled", "Stopped as asked; days already stored stay.")
        raise
    except FlightDataError as error:
        tracker.end("failed", str(error))
        raise
    except BaseException as error:
        tracker.end("failed", f"The pull ended on an error of the program: {error!r}")
        raise
    return _report(plan, stored, _end(tracker, patience.halt, clock()))


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
    """Store the answer "nothing" for days asked for that the source does not have.

    Nothing is noted of days that are not over: nobody can have them yet.
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
    """Absent days of a remote source from today on; made-up days lie in any year."""
    today = now.astimezone(UTC).date()
    return tuple(day for day in plan.absent if plan.source.spec.remote and day >= today)


def _end(tracker: Tracker, halt: Halt | None, now: datetime) -> PullProgress:
    if halt is None:
        return tracker.end("finished", format_states(tracker.now))
    message, resume_at = halt.message, None
    if halt.state == "paused":
        if halt.wait_s is not None:
            resume_at = now + timedelta(seconds=halt.wait_s)
        message = f"{message} {_when(resume_at, now)} Days already stored stay."
    return tracker.end(halt.state, message, resume_at)


def _when(resume_at: datetime | None, now: datetime) -> str:
    if resume_at is None:
        return "Run the same command again later."
    day = f" on {resume_at:%Y-%m-%d}" if resume_at.date() != now.date() else ""
    # Up to the next minute, lest somebody come a few seconds early and wait anew.
    at = resume_at + timedelta(minutes=1)
    span = write_span((resume_at - now).total_seconds())
    return f"Run the same command again after {at:%H:%M} UTC{day} (in {span})."


def format_states(now: PullProgress) -> str:
    """How many days ended how; those not reached are "not asked"."""
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
    """Judges from the answers when to begin nothing further."""

    def __init__(self) -> None:
        self.halt: Halt | None = None
        self._unreachable = 0

    def hear(self, answer: OfferResult) -> None:
        """Take an answer into account."""
        self._unreachable = self._unreachable + 1 if answer.unreachable else 0
        gone = None
        if self._unreachable >= _UNREACHABLE:
            gone = Halt(
                "failed",
                f"The source could not be asked {_UNREACHABLE} times in a row: "
                f"{answer.unreachable} The days left were not asked; run the same command again "
                "when the connection is back.",
            )
        self.halt = self.halt or answer.halt or gone


class _ReportHere:
    """News of an offer that is read in this thread."""

    def __init__(self, tracker: Tracker, days: tuple[date, ...]) -> None:
        self._tracker, self._days = tracker, days

    def __call__(self, message: str, share: float) -> None:
        self._tracker.advance(self._days, message, share)

    def stored(self, row: DayProgress) -> None:
        self._tracker.note([row])


class _RunHere:
    """Offers one after the other in this thread."""

    def __call__(
        self, offers: tuple[Offer, ...], reader: Reader, tracker: Tracker, patience: _StopRule
    ) -> Iterator[OfferResult]:
        for offer in offers:
            if patience.halt:
                return
            days = reader.days_of(offer)
            tracker.advance(days, "", 0.0)
            yield reader(offer, _ReportHere(tracker, days))


class _RunIn:
    """Offers side by side in an executor, never more at once than there are workers.

    What an executor holds in its queue can often not be taken back.
    """

    def __init__(self, executor: Executor, workers: int) -> None:
        self._executor, self._workers = executor, workers

    def __call__(
        self, offers: tuple[Offer, ...], reader: Reader, tracker: Tracker, patience: _StopRule
    ) -> Iterator[OfferResult]:
        left, days = deque(offers), {offer.day: reader.days_of(offer) for offer in offers}
        jobs: set[Future] = set()
        with WorkerMessages(reader.archive.root / "pulls") as signals:
            try:
                while True:
                    while left and len(jobs) < self._workers and not patience.halt:
                        offer = left.popleft()
                        news = signals.reporter(offer.day)
                        jobs.add(self._executor.submit(reader, offer, news))
                    if not jobs:
                        return
                    done, _ = wait(jobs, timeout=_POLL_S, return_when=FIRST_COMPLETED)
                    tracker.note(signals.rows())
                    for day, message, share in signals.said():
                        tracker.advance(days[day], message, share)
                    for job in done:
                        jobs.remove(job)
                        yield _result_of(job)
            except BrokenExecutor as error:
                raise ArchiveError(
                    "A worker died, often for want of memory. Days already stored stay; try "
                    "again with fewer workers."
                ) from error
            except BaseException:
                _stop(signals, jobs)
                raise


def _result_of(job: Future) -> OfferResult:
    """What the worker answers; what a source does wrong is in there, so the rest is the executor's.

    Raises
    ------
    ArchiveError
        The worker could not write, or the executor could not have the day read.
    """
    try:
        answer: OfferResult = job.result()
    except (FlightDataError, BrokenExecutor):
        raise
    except Exception as error:
        said = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ArchiveError(
            f"The executor could not have a day read: {said} Days already stored stay. On a "
            "cluster, scheduler and workers need this program on their PYTHONPATH and must see "
            "the folder of the archive."
        ) from error
    return answer


def _stop(signals: WorkerMessages, jobs: set[Future]) -> None:
    """Take back what has not begun; what runs ends at its next report."""
    signals.stop()
    running = [job for job in jobs if not job.cancel()]
    wait(running, timeout=60)
    for job in running:
        if job.done() and not isinstance(job.exception(), StopRequested | None):
            log.debug("a day ended on %r while the pull was stopped", job.exception())

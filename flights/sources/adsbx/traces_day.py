"""The traces of a sample day, one file per aircraft, as input of `readsb.collect`."""

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flights.errors import BadPayload
from flights.readsb import Intake, Member
from flights.readsb.members import TRACE
from flights.readsb.traces import LIMIT_BYTES
from flights.records import InputFile
from flights.records.atomic_files import write_whole
from flights.sources.adsbx.server import SampleServer, TraceIndex, trace_name

log = logging.getLogger(__name__)

TRACE_BYTES = 60_000
"""Usual size of the trace of an aircraft and day."""


@dataclass(frozen=True)
class TracesDay:
    """A `collect.DayInput`. `only`: only these aircraft, if any are given, else all of the index.

    Traces stay in the cache until the whole day is read, so that an interrupted pull fetches no
    trace twice.
    """

    day: date
    samples: SampleServer
    index: TraceIndex
    only: frozenset[str] = frozenset()
    problem: str = ""
    dated_by_stamp: bool = False
    release_kind: str = "samples, traces"

    @property
    def name(self) -> str:
        """Name of the day in messages."""
        return f"the samples of {self.day}"

    @property
    def wanted(self) -> tuple[str, ...]:
        """Addresses of the index whose trace is to be read."""
        return tuple(each for each in self.index.addresses if not self.only or each in self.only)

    @property
    def size_bytes(self) -> int:
        """Estimated bytes of all traces."""
        return TRACE_BYTES * len(self.wanted)

    def kind_of(self, detail: str) -> str:
        """Always traces: the samples have no other kind."""
        return TRACE

    def read_members(self, kind: str, intake: Intake) -> Iterator[Member]:
        """The traces in order of address.

        Raises
        ------
        SourceUnavailable, CredentialsRejected
            A trace of the index cannot be fetched.
        """
        intake.folders |= self.index.folders
        samples = self.samples.with_report(lambda what, _: intake.report_progress(what))
        combined, total = hashlib.sha256(), 0
        lost: list[str] = []
        for number, icao24 in enumerate(self.wanted):
            data = self._get(samples, icao24, intake)
            name = f"traces/{trace_name(icao24)}"
            if data is None:
                lost.append(icao24)
                continue
            combined.update(f"{hashlib.sha256(data).hexdigest()}  {name}\n".encode())
            total += len(data)
            intake.report_progress(f"{name} fetched", number / len(self.wanted))
            yield Member(name, TRACE, icao24[-2:], data)
        count = len(self.wanted) - len(lost)
        if lost:
            intake.problems.append(
                f"{len(lost)} of {len(self.wanted)} traces of the index do not exist, "
                f"for example {lost[0]}."
            )
        if count:
            intake.inputs.append(InputFile(f"traces/ ({count} files)", total, combined.hexdigest()))

    def remove_cached(self) -> None:
        """Remove the cached traces of this day: the publisher permits evaluation only."""
        for path in self._folder.glob("*"):
            path.unlink(missing_ok=True)
        if self._folder.is_dir():
            self._folder.rmdir()

    @property
    def _folder(self) -> Path:
        return self.samples.door.cache / "adsbx" / f"traces-{self.day}-{self.index.fingerprint}"

    def _get(self, samples: SampleServer, icao24: str, intake: Intake) -> bytes | None:
        """A trace from the cache, else from the server; None if there is none."""
        kept = self._folder / f"{icao24}.json"
        try:
            return kept.read_bytes()
        except FileNotFoundError:
            pass
        try:
            data = samples.door.fetch(samples.trace_address(self.day, icao24), limit=LIMIT_BYTES)
        except BadPayload as error:
            intake.problems.append(str(error))
            return None
        if data is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_whole(kept, data)
        return data

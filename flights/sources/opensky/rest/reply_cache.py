"""Replies of OpenSky's REST interface, kept so that no question is asked twice."""

import gzip
import json
import logging
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from filelock import FileLock

from flights.records.atomic_files import write_whole
from flights.sources.opensky.rest.credits import count_credits

log = logging.getLogger(__name__)

SLICE_HOURS = 2
"""Longest interval `/flights/all` takes."""

PUBLISHED_AFTER = timedelta(days=1, hours=12)
"""From the beginning of a UTC day until its flights are taken as final. OpenSky publishes them
in a batch "at night" and does not say when it ends: noon of the next day is our guess."""

KEPT = timedelta(days=30)
KEPT_UNFINAL = timedelta(hours=1)

_LOCKS = 64


@dataclass(frozen=True)
class FlightsQuestion:
    """One request for flights: `kind` is departure, arrival (at `airport`) or all (from `hour`)."""

    kind: str
    day: date
    airport: str = ""
    hour: int = 0

    @property
    def path(self) -> str:
        """Path below the root of the API."""
        return f"/flights/{self.kind}"

    @property
    def span(self) -> tuple[int, int]:
        """First and last second asked for, unix time. Under 24 h, where credits are cheapest."""
        midnight = int(start_of(self.day).timestamp())
        if self.kind != "all":
            return midnight, midnight + 86_399
        begin = midnight + self.hour * 3600
        return begin, begin + SLICE_HOURS * 3600 - 1

    @property
    def params(self) -> dict[str, str | int]:
        """Query of the request."""
        begin, end = self.span
        airport: dict[str, str | int] = {"airport": self.airport} if self.airport else {}
        return {**airport, "begin": begin, "end": end}

    @property
    def credits(self) -> int:
        """What asking costs."""
        return count_credits(*self.span)

    @property
    def name(self) -> str:
        """Name of the file that keeps the reply."""
        return f"{self.kind}-{self.airport or f'{self.hour:02d}'}"

    def __str__(self) -> str:
        if self.kind == "all":
            return f"flights of {self.day} {self.hour:02d}:00-{self.hour + SLICE_HOURS:02d}:00"
        return f"{self.kind}s {self.airport} {self.day}"


@dataclass(frozen=True)
class Reply:
    """What OpenSky answered: 200 and a body, or 404, which is "nothing there"."""

    question: FlightsQuestion
    status: int
    body: bytes
    asked_at: datetime


@dataclass(frozen=True)
class ReplyFiles:
    """The kept replies below `folder`, one file each: a line of JSON, then the reply as it came.

    `since`: replies asked before are not used (None = 30 days back). A reply asked before its
    day was published is good for an hour only.
    """

    folder: Path
    clock: Callable[[], datetime]
    since: datetime | None = None

    def find(self, question: FlightsQuestion) -> Reply | None:
        """The kept reply, where there is one that is still good."""
        reply = self._read(question)
        return reply if reply is not None and self._is_good(reply) else None

    def keep(self, reply: Reply) -> None:
        """Store a reply in one step."""
        path = self._path(reply.question)
        path.parent.mkdir(parents=True, exist_ok=True)
        head = {"asked_at": reply.asked_at.isoformat(), "status": reply.status}
        head |= {"path": reply.question.path, **reply.question.params}
        packed = gzip.compress(json.dumps(head).encode() + b"\n" + reply.body, 6, mtime=0)
        write_whole(path, packed)

    @contextmanager
    def hold(self, question: FlightsQuestion) -> Iterator[None]:
        """Be the only one who asks it: the next one finds the reply."""
        folder = self.folder / "locks"
        folder.mkdir(parents=True, exist_ok=True)
        number = zlib.crc32(f"{question.day}{question.name}".encode()) % _LOCKS
        with FileLock(folder / f"{number:02d}"):
            yield

    def _path(self, question: FlightsQuestion) -> Path:
        return self.folder / f"{question.day}" / f"{question.name}.json.gz"

    def _read(self, question: FlightsQuestion) -> Reply | None:
        path = self._path(question)
        try:
            head, _, body = gzip.decompress(path.read_bytes()).partition(b"\n")
            plain = json.loads(head)
            asked_at = datetime.fromisoformat(plain["asked_at"])
            return Reply(question, int(plain["status"]), body, asked_at)
        except FileNotFoundError:
            return None
        except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError):
            log.warning("%s is damaged and will be asked anew", path)
            return None

    def _is_good(self, reply: Reply) -> bool:
        now = self.clock()
        if self.since is not None and reply.asked_at < self.since:
            return False
        final = reply.asked_at >= published_at(reply.question.day)
        return now - reply.asked_at < (KEPT if final else KEPT_UNFINAL)


def start_of(day: date) -> datetime:
    """Its midnight, UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def published_at(day: date) -> datetime:
    """When the flights of a UTC day are taken as final."""
    return start_of(day) + PUBLISHED_AFTER

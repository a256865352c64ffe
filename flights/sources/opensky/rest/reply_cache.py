"""Cache of replies of OpenSky's REST interface, so that no request is sent twice."""

import gzip
import logging
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
from filelock import FileLock

from flights.errors import ArchiveError
from flights.records.atomic_files import write_whole
from flights.sources.opensky.rest.client import Api
from flights.sources.opensky.rest.credits import count_credits
from flights.sources.opensky.rest.read_flights import read_flights

log = logging.getLogger(__name__)

SLICE_HOURS = 2
"""Longest interval of `/flights/all` (OpenSky's documentation, docs/free/rest.rst)."""

PUBLISHED_AFTER = timedelta(days=1, hours=12)
"""Time from the beginning of a UTC day until its flights count as final. OpenSky publishes them
in a batch "at night" and gives no hour; noon of the next day is our choice."""

KEPT = timedelta(days=30)
KEPT_UNFINAL = timedelta(hours=1)
"""How long final replies and earlier ones are reused. Our choice."""

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
        """First and last second, unix time; under 24 h, which costs fewest credits."""
        midnight = int(start_of(self.day).timestamp())
        if self.kind != "all":
            return midnight, midnight + 86_399
        begin = midnight + self.hour * 3600
        return begin, begin + SLICE_HOURS * 3600 - 1

    @property
    def params(self) -> dict[str, str | int]:
        """Query parameters of the request."""
        begin, end = self.span
        airport: dict[str, str | int] = {"airport": self.airport} if self.airport else {}
        return {**airport, "begin": begin, "end": end}

    @property
    def credits(self) -> int:
        """Credits that the request costs."""
        return count_credits(*self.span)

    @property
    def name(self) -> str:
        """Name of the file with the reply, without its ending."""
        return f"{self.kind}-{self.airport or f'{self.hour:02d}'}"

    def __str__(self) -> str:
        if self.kind == "all":
            return f"flights of {self.day} {self.hour:02d}:00-{self.hour + SLICE_HOURS:02d}:00"
        return f"{self.kind}s {self.airport} {self.day}"


@dataclass(frozen=True)
class Reply:
    """A reply of OpenSky: 200 with a body, or 404, which means "no flights"."""

    question: FlightsQuestion
    status: int
    body: bytes
    asked_at: datetime


@dataclass(frozen=True)
class _Head:
    """The first line of a stored reply; its other keys are for people who read the file."""

    asked_at: datetime
    status: int


@dataclass(frozen=True)
class ReplyFiles:
    """The stored replies in `folder`, one file each: a line of JSON, then the unchanged reply.

    `since`: earlier replies are not used (None = 30 days back). A reply from before its day was
    published is used for an hour only.
    """

    folder: Path
    clock: Callable[[], datetime]
    since: datetime | None = None

    def find(self, question: FlightsQuestion) -> Reply | None:
        """The stored reply, if there is one that may still be used."""
        reply = self._read(question)
        return reply if reply is not None and self._is_good(reply) else None

    def store(self, reply: Reply) -> None:
        """Write a reply to its file, in one step."""
        path = self._path(reply.question)
        path.parent.mkdir(parents=True, exist_ok=True)
        head: dict[str, object] = {"asked_at": reply.asked_at, "status": reply.status}
        head |= {"path": reply.question.path, **reply.question.params}
        packed = gzip.compress(msgspec.json.encode(head) + b"\n" + reply.body, 6, mtime=0)
        write_whole(path, packed)

    @contextmanager
    def lock(self, question: FlightsQuestion) -> Iterator[None]:
        """Let only one process send this request; the next one finds the stored reply."""
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
            known = msgspec.json.decode(head, type=_Head)
            return Reply(question, known.status, body, known.asked_at)
        except FileNotFoundError:
            return None
        except (OSError, EOFError, zlib.error, ValueError, msgspec.MsgspecError) as error:
            log.warning("%s is damaged (%s); the request is sent again", path, error)
            return None

    def _is_good(self, reply: Reply) -> bool:
        now = self.clock()
        if self.since is not None and reply.asked_at < self.since:
            return False
        final = reply.asked_at >= published_at(reply.question.day)
        return now - reply.asked_at < (KEPT if final else KEPT_UNFINAL)


@dataclass
class ReplyCache:
    """Answers requests for flights from stored replies, else from OpenSky."""

    api: Api
    replies: ReplyFiles

    def fetch_reply(self, question: FlightsQuestion) -> Reply:
        """The reply, which is then stored; a reply that is not a list of flights is not stored.

        Raises
        ------
        BadPayload
            The reply is not in OpenSky's format; the message has the place of the fault.
        ArchiveError
            The cache cannot be written.
        CredentialsMissing, CredentialsRejected, RateLimited, SourceUnavailable, InvalidInput
            As `Api.get`.
        """
        try:
            with self.replies.lock(question):
                return self.replies.find(question) or self._fetch(question)
        except OSError as error:
            raise ArchiveError(
                f"{self.replies.folder} cannot be written ({error.strerror}). "
                "Set FLIGHTS_CACHE to another folder."
            ) from error

    def _fetch(self, question: FlightsQuestion) -> Reply:
        asked_at = self.replies.clock()
        answer = self.api.get(
            question.path, question.params, bucket="flights", credits=question.credits
        )
        if answer.status == 200:
            read_flights(answer.body, str(question))
        reply = Reply(question, answer.status, answer.body, asked_at)
        self.replies.store(reply)
        return reply


def start_of(day: date) -> datetime:
    """Midnight at the start of the UTC day."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def published_at(day: date) -> datetime:
    """Time from which the flights of a UTC day count as final."""
    return start_of(day) + PUBLISHED_AFTER

"""OpenSky's Trino database, asked through pyopensky's client: one query, its rows as they come.

pyopensky's own `query` is not used: it keeps answers in files it does not write whole, draws
bars on a terminal and holds all rows twice. Its account handling, its engine and its tables are.
"""

import contextlib
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import pandas as pd

from flights.config import Settings
from flights.errors import CredentialsMissing, FlightDataError, SourceUnavailable
from flights.network import HttpSession, Limiter, Report, RetryPolicy, TransientFailure, Waiting
from flights.sources.opensky.pyopensky_account import load_pyopensky
from flights.sources.opensky.trino.account import HOW_TO_GET, find_account
from flights.sources.opensky.trino.client import make_client, make_engine
from flights.sources.opensky.trino.errors import PLACE, translated
from flights.sources.opensky.trino.slots import hold_slot

BATCH = 20_000
"""Rows taken at once; what bounds the memory beside the table that is made of them."""

LONGEST_S = 1800.0
"""OpenSky ends queries after half an hour."""

_ASKED_SHARE = 0.9

Read = Callable[[list[Any]], pd.DataFrame]
"""From some rows as Trino sends them to a frame."""
T = TypeVar("T")


def _patience() -> RetryPolicy:
    return RetryPolicy(tries=4, pause_s=15.0, longest_pause_s=120.0, longest_wait_s=600.0)


@dataclass(frozen=True)
class Database:
    """Where questions go; may be pickled, and connects when asked.

    `login`: sign in through a browser instead of with user name and password.
    """

    settings: Settings
    login: bool = False
    retries: RetryPolicy = field(default_factory=_patience, compare=False)
    longest_s: float = LONGEST_S
    _held: dict[int, Any] = field(default_factory=dict, compare=False, repr=False)

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.settings, self.login, self.retries, self.longest_s))

    def check_account(self) -> None:
        """Raise `CredentialsMissing` where no query could be signed; nothing is asked."""
        if not self.login:
            find_account()
        elif not (sys.stdin and sys.stdin.isatty()):
            raise CredentialsMissing(
                f"To log in through a browser somebody must sit before a terminal. {HOW_TO_GET}"
            )

    def tables(self) -> Any:
        """pyopensky's module of tables; `FlightsData4` is one."""
        return load_pyopensky("schema", self.settings.cache)

    def fetch(self, statement: Any, read: Read, report: Report) -> pd.DataFrame:
        """All rows of one query, read batch by batch; `statement` is SQLAlchemy Core.

        Raises
        ------
        CredentialsMissing, CredentialsRejected
            There is no account, or it was refused.
        RateLimited
            Too many queries of this account run or wait.
        BadPayload, SourceUnavailable
            The answer is none, none came, or it took too long.
        """
        self.check_account()
        waiting = Waiting(self.retries.sleep, report)
        line = HttpSession(Limiter(self.settings.cache / "hosts", 1.0), self.retries)
        with hold_slot(self.settings.cache, waiting):
            query = _Query(self, self._client(), statement, read, report)
            return line.persist(query.run, waiting)

    def _client(self) -> Any:
        """This process's client; it holds the token."""
        if os.getpid() not in self._held:
            self._held[os.getpid()] = make_client(self.settings, login=self.login)
        return self._held[os.getpid()]


@dataclass(frozen=True)
class _Query:
    """One query, from connecting to its last row."""

    database: Database
    client: Any
    statement: Any
    read: Read
    report: Report

    def run(self) -> pd.DataFrame:
        """One attempt; `TransientFailure` where another may help."""
        asked = self.database
        engine = make_engine(self.client, asked.settings, asked.retries, login=asked.login)
        sql = render(self.statement, engine)
        started = time.monotonic()
        raw = translate(engine.raw_connection)

        def heard(now: dict[str, Any]) -> None:
            self._heard(now, started)

        # Values as JSON has them: what pandas reads is plain, and rows need no objects.
        cursor = raw.dbapi_connection.cursor(legacy_primitive_types=True, stats_callback=heard)
        try:
            translate(lambda: cursor.execute(sql))
            return self._read_all(cursor, started)
        except BaseException:
            _cancel(cursor)
            raise
        finally:
            raw.invalidate()
            engine.dispose()

    def _read_all(self, cursor: Any, started: float) -> pd.DataFrame:
        parts, count = [], 0
        while batch := translate(lambda: cursor.fetchmany(BATCH)):
            count += len(batch)
            parts.append(translate(partial(self.read, batch)))
            self._check_time(started)
            self.report(f"{count:,} rows from OpenSky", _ASKED_SHARE)
        return pd.concat(parts, ignore_index=True) if parts else self.read([])

    def _heard(self, now: dict[str, Any], started: float) -> None:
        """Called whenever the server says how far it is; what `report` raises ends the query."""
        self._check_time(started)
        share = float(now.get("progressPercentage") or 0.0) / 100
        if now.get("state") == "QUEUED":
            self.report("waiting in OpenSky's queue", 0.0)
        else:
            self.report(f"OpenSky's database is at work, {share:.0%} done", share * _ASKED_SHARE)

    def _check_time(self, started: float) -> None:
        if time.monotonic() - started > self.database.longest_s:
            raise SourceUnavailable(
                f"{PLACE} took longer than {self.database.longest_s / 60:.0f} minutes, and the "
                "query was stopped. Ask for fewer airports with --regions, or try again later."
            )


def render(statement: Any, engine: Any) -> str:
    """The SQL as it is sent, values written out.

    Sent as parameters they would travel in a header, where some hundred airports find no room.
    """
    return str(statement.compile(engine, compile_kwargs={"literal_binds": True}))


def translate(act: Callable[[], T]) -> T:
    """What `act` gives; errors of the client become ours."""
    with translated():
        return act()


def _cancel(cursor: Any) -> None:
    """Tell the server to stop; a query nobody reads takes one of the two places until it ends."""
    with contextlib.suppress(FlightDataError, TransientFailure):
        translate(cursor.cancel)

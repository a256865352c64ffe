"""Sends one query to OpenSky's Trino database with pyopensky's client, and reads its rows.

pyopensky's own `query` is not used: it stores replies in files that may be incomplete, draws
progress bars on a terminal and keeps all rows twice in memory. Its engine and tables are used.
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
from flights.sources.opensky.trino.slots import use_slot

BATCH = 20_000
"""Rows fetched at once; limits the memory needed in addition to the table."""

LONGEST_S = 1800.0
"""OpenSky ends queries after half an hour (docs/free/trino.rst, 2026)."""

_ASKED_SHARE = 0.9

Read = Callable[[list[Any]], pd.DataFrame]
"""Converts rows of Trino to a frame."""
T = TypeVar("T")


def _default_retries() -> RetryPolicy:
    return RetryPolicy(tries=4, pause_s=15.0, longest_pause_s=120.0, longest_wait_s=600.0)


@dataclass(frozen=True)
class Database:
    """The database; it can be pickled and connects at the first query.

    `login`: sign in through a browser instead of with user name and password.
    """

    settings: Settings
    login: bool = False
    retries: RetryPolicy = field(default_factory=_default_retries, compare=False)
    longest_s: float = LONGEST_S
    _clients: dict[int, Any] = field(default_factory=dict, compare=False, repr=False)

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.settings, self.login, self.retries, self.longest_s))

    def check_account(self) -> None:
        """Raise `CredentialsMissing` if there is no account; sends no request."""
        if not self.login:
            find_account()
        elif not (sys.stdin and sys.stdin.isatty()):
            raise CredentialsMissing(f"A login through a browser needs a terminal. {HOW_TO_GET}")

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
            Too many queries of this account are running or waiting.
        BadPayload, SourceUnavailable
            The reply is invalid, there is none, or it took too long.
        """
        self.check_account()
        waiting = Waiting(self.retries.sleep, report)
        line = HttpSession(Limiter(self.settings.cache / "hosts", 1.0), self.retries)
        with use_slot(self.settings.cache, waiting):
            query = _Query(self, self._client(), statement, read, report)
            return line.retry(query.run, waiting)

    def _client(self) -> Any:
        """The client of this process; it has the token."""
        if os.getpid() not in self._clients:
            self._clients[os.getpid()] = make_client(self.settings, login=self.login)
        return self._clients[os.getpid()]


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

        def progress(now: dict[str, Any]) -> None:
            self._report_progress(now, started)

        # Values as in JSON, without objects of the client for each value.
        cursor = raw.dbapi_connection.cursor(legacy_primitive_types=True, stats_callback=progress)
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

    def _report_progress(self, now: dict[str, Any], started: float) -> None:
        """Called with the progress of the server; an exception from `report` ends the query."""
        self._check_time(started)
        share = float(now.get("progressPercentage") or 0.0) / 100
        if now.get("state") == "QUEUED":
            self.report("waiting in OpenSky's queue", 0.0)
        else:
            self.report(f"OpenSky's database is working, {share:.0%} done", share * _ASKED_SHARE)

    def _check_time(self, started: float) -> None:
        if time.monotonic() - started > self.database.longest_s:
            raise SourceUnavailable(
                f"{PLACE} took longer than {self.database.longest_s / 60:.0f} minutes, and the "
                "query was stopped. Choose fewer airports with --regions, or try again later."
            )


def render(statement: Any, engine: Any) -> str:
    """The SQL text with its values.

    As parameters, the values would be in a header, which is too short for hundreds of airports.
    """
    return str(statement.compile(engine, compile_kwargs={"literal_binds": True}))


def translate(act: Callable[[], T]) -> T:
    """The result of `act`; errors of the client are converted."""
    with translated():
        return act()


def _cancel(cursor: Any) -> None:
    """Stop the query at the server; otherwise it uses one of the two slots until it ends."""
    with contextlib.suppress(FlightDataError, TransientFailure):
        translate(cursor.cancel)

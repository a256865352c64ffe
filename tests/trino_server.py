"""A local server with the Trino REST protocol, answered by DuckDB.

    def test_...(trino):                         # the fixture of conftest: with an account set
        trino.add(flight(...), ...)              # rows of flights_data4
        trino.fail("QUERY_QUEUE_FULL")           # how the next query ends
        trino.web.fault("/v1/statement", ...)    # what goes wrong on the way, see `loopback`
        trino.queries, trino.cancelled           # the SQL as it came; ids stopped by the client
        trino.auth                               # the server that hands out tokens
        trino.web.url, trino.auth.url            # for FLIGHTS_MIRRORS

As at OpenSky a query without the partition column in its WHERE is rejected, and a user runs two
at once. Rows of DuckDB's answer go out in pages; each page is one GET of `nextUri`.
"""

import json
import re
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import parse_qsl

import duckdb
import jwt
from loopback import LoopbackServer, Reply, Request

STATEMENT = "/v1/statement"
TOKEN = "/auth/realms/opensky-network/protocol/openid-connect/token"
USER, PASSWORD = "somebody", "s3cret-of-a-test"
_TRACK = "struct(t integer, lat double, lon double, alt double, hdg real, ground boolean)[]"
COLUMNS = {
    "icao24": "varchar",
    "firstseen": "integer",
    "estdepartureairport": "varchar",
    "lastseen": "integer",
    "estarrivalairport": "varchar",
    "callsign": "varchar",
    "track": _TRACK,
    "estdepartureairporthorizdistance": "integer",
    "estdepartureairportvertdistance": "integer",
    "estarrivalairporthorizdistance": "integer",
    "estarrivalairportvertdistance": "integer",
    "day": "integer",
}
_PARTITION = re.compile(r"WHERE.*\bflights_data4\.day\s*(=|>=)\s*\d+", re.DOTALL | re.IGNORECASE)


def flight(
    icao24: str,
    firstseen: int,
    lastseen: int,
    origin: str | None = None,
    destination: str | None = None,
    callsign: str | None = None,
    **other: Any,
) -> dict[str, Any]:
    """A row as OpenSky keeps it: callsign padded, track newest first, filed by its last message."""
    row: dict[str, Any] = dict.fromkeys(COLUMNS)
    row |= {
        "icao24": icao24,
        "firstseen": firstseen,
        "lastseen": lastseen,
        "estdepartureairport": origin,
        "estarrivalairport": destination,
        "callsign": callsign.ljust(8) if callsign else None,
        "day": lastseen - lastseen % 86_400,
    }
    for end, code in (("departure", origin), ("arrival", destination)):
        row[f"est{end}airporthorizdistance"] = 1852 if code else None
        row[f"est{end}airportvertdistance"] = 305 if code else None
    return row | other


def hourly(day_s: int, *, skip: Iterable[int] = ()) -> list[dict[str, Any]]:
    """A flight that ends in each hour of a day, except in those of `skip`."""
    left = set(skip)
    return [
        flight(f"a0{n:04x}", day_s + n * 3600, day_s + n * 3600 + 1800, "KAAA", "KBBB", f"TST{n}")
        for n in range(24)
        if n not in left
    ]


@dataclass
class _Running:
    """A query on its way: pages still to go out."""

    columns: list[dict[str, Any]]
    pages: list[list[Any]]
    error: dict[str, Any] | None = None
    polls: int = 0


@dataclass
class TrinoServer:
    """See the top of the file. `page`: rows in one; `polls`: answers without rows before them.

    `lasts_s`: how long a token is said to last.
    """

    page: int = 1000
    polls: int = 2
    lasts_s: int = 300
    web: LoopbackServer = field(default_factory=LoopbackServer)
    auth: LoopbackServer = field(default_factory=LoopbackServer)
    tokens: list[str] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    most_at_once: int = 0

    def __post_init__(self) -> None:
        self._table = duckdb.connect(":memory:")
        fields = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
        self._table.execute(f"create table flights_data4 ({fields})")
        self._running: dict[str, _Running] = {}
        self._errors: list[dict[str, Any]] = []
        self._lock = threading.Lock()
        self.web.route(STATEMENT, self._answer)
        self.auth.route(TOKEN, self._sign_in)

    def __enter__(self) -> Self:
        self.web.__enter__()
        self.auth.__enter__()
        return self

    @property
    def environment(self) -> dict[str, str]:
        """Variables under which the program finds this server and an account there."""
        servers = {"trino": self.web.url, "auth": self.auth.url}
        mirrors = (f"https://{name}.opensky-network.org={url}" for name, url in servers.items())
        account = {"OPENSKY_USERNAME": USER, "OPENSKY_PASSWORD": PASSWORD}
        return {**account, "FLIGHTS_MIRRORS": " ".join(mirrors)}

    def __exit__(self, *_: object) -> None:
        self.web.__exit__()
        self.auth.__exit__()
        self._table.close()

    def add(self, *rows: dict[str, Any]) -> None:
        """Lay rows into the table."""
        marks = ", ".join("?" for _ in COLUMNS)
        plain = [[row[name] for name in COLUMNS] for row in map(_with_waypoints, rows)]
        self._table.executemany(f"insert into flights_data4 values ({marks})", plain)

    def fail(self, name: str, kind: str = "USER_ERROR", said: str = "no", times: int = 1) -> None:
        """Let the next queries end in an error of Trino."""
        error = {"errorName": name, "errorType": kind, "message": said, "errorCode": 1}
        self._errors += [error] * times

    def _sign_in(self, request: Request) -> Reply:
        form = dict(parse_qsl(request.body.decode()))
        if (form.get("username"), form.get("password")) != (USER, PASSWORD):
            return Reply(401, b'{"error":"invalid_grant"}')
        claims = {"preferred_username": USER, "jti": len(self.tokens)}
        self.tokens.append(jwt.encode(claims, "a key of this test and of nothing else", "HS256"))
        plain = {"access_token": self.tokens[-1], "expires_in": self.lasts_s}
        return Reply(200, json.dumps(plain).encode())

    def _answer(self, request: Request) -> Reply:
        with self._lock:
            if request.method == "POST":
                return self._begin(request.body.decode())
            name, number = request.path.removeprefix(f"{STATEMENT}/").split("/")
            if request.method == "DELETE":
                self.cancelled.append(name)
                self._running.pop(name, None)
                return Reply(204)
            return self._go_on(name, int(number))

    def _begin(self, sql: str) -> Reply:
        name = f"query{len(self.queries)}"
        self.queries.append(sql)
        running = _Running([], [])
        if self._errors:
            running.error = self._errors.pop(0)
        elif not _PARTITION.search(sql):
            said = "Filter required on osky.flights_data4 for at least one partition column: day"
            running.error = {"errorName": "QUERY_REJECTED", "errorType": "USER_ERROR"}
            running.error |= {"message": said, "errorCode": 479}
        else:
            running.columns, running.pages = self._run(sql)
        self._running[name] = running
        self.most_at_once = max(self.most_at_once, len(self._running))
        return self._reply(name, "QUEUED", following=0)

    def _run(self, sql: str) -> tuple[list[dict[str, Any]], list[list[Any]]]:
        asked = self._table.execute(sql.replace("element_at(", "list_extract("))
        columns = [_describe(name, str(kind)) for name, kind, *_ in asked.description]
        rows = [[_plain(value) for value in row] for row in asked.fetchall()]
        pages = [rows[n : n + self.page] for n in range(0, len(rows), self.page)]
        return columns, pages or [[]]

    def _go_on(self, name: str, number: int) -> Reply:
        running = self._running.get(name)
        if running is None:
            return Reply(410)
        if number < self.polls:
            time.sleep(0.01)
            return self._reply(name, "RUNNING", following=number + 1)
        at = number - self.polls
        if running.error or at >= len(running.pages):
            self._running.pop(name)
            return self._reply(name, "FAILED" if running.error else "FINISHED", running=running)
        return self._reply(name, "RUNNING", running=running, page=at, following=number + 1)

    def _reply(
        self,
        name: str,
        state: str,
        *,
        following: int | None = None,
        running: _Running | None = None,
        page: int | None = None,
    ) -> Reply:
        share = {"QUEUED": 0.0, "RUNNING": 50.0}.get(state, 100.0)
        stats = {"state": state, "progressPercentage": share, "processedBytes": 1}
        plain: dict[str, Any] = {"id": name, "infoUri": f"{self.web.url}/ui", "stats": stats}
        if following is not None:
            plain["nextUri"] = f"{self.web.url}{STATEMENT}/{name}/{following}"
        if running and running.error:
            plain["error"] = running.error
        elif running:
            plain["columns"] = running.columns
        if running and page is not None:
            plain["data"] = running.pages[page]
        body = json.dumps(plain).encode()
        return Reply(200, body, {"Content-Type": "application/json"})


def _with_waypoints(row: dict[str, Any]) -> dict[str, Any]:
    """Waypoints of plain values in the order of OpenSky's fields become structs."""
    names = ("t", "lat", "lon", "alt", "hdg", "ground")
    track = row["track"] and [dict(zip(names, each, strict=True)) for each in row["track"]]
    return {**row, "track": track}


def _describe(name: str, kind: str) -> dict[str, Any]:
    trino = "row" if kind.startswith("STRUCT") else {"VARCHAR": "varchar"}.get(kind, "bigint")
    return {"name": name, "type": trino, "typeSignature": {"rawType": trino, "arguments": []}}


def _plain(value: Any) -> Any:
    return list(value.values()) if isinstance(value, dict) else value

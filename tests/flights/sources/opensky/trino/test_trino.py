"""One query to OpenSky's Trino: what is sent, what comes back, and how it can fail."""

import logging
import pickle
import subprocess
import sys
import threading
import webbrowser
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from loopback import claim, cut, drop, status
from trino_server import PASSWORD, STATEMENT, TOKEN, TrinoServer, flight, hourly

from flights.config import read_settings
from flights.errors import (
    BadPayload,
    CredentialsMissing,
    CredentialsRejected,
    FlightDataError,
    InvalidInput,
    RateLimited,
    SourceUnavailable,
)
from flights.network import RetryPolicy
from flights.pull.worker_messages import StopRequested
from flights.sources.opensky.trino import database as trino_module
from flights.sources.opensky.trino.database import Database
from flights.sources.opensky.trino.day import read_rows, select_flights, select_hours

DAY_S = 1_749_772_800  # 2025-06-13
QUICK = RetryPolicy(tries=3, pause_s=0.001, longest_wait_s=60.0)


@pytest.fixture(autouse=True)
def _no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a browser was opened")

    monkeypatch.setattr(webbrowser, "open", refuse)
    monkeypatch.setattr(webbrowser, "open_new", refuse)


def database(**options) -> Database:
    return Database(read_settings(), retries=QUICK, **options)


def ask(asked: Database | None = None, airports: frozenset[str] | None = None, report=None):
    asked = asked or database()
    statement = select_flights(asked.tables(), DAY_S, airports)
    return asked.fetch(statement, read_rows, report or (lambda message, share: None))


# what is sent


def test_partition_stands_in_every_where_and_only_wanted_columns_travel(
    trino: TrinoServer,
) -> None:
    trino.add(*hourly(DAY_S), *hourly(DAY_S + 86_400))
    assert len(ask()) == 24
    asked = database()
    asked.fetch(select_hours(asked.tables(), DAY_S), read_hours, lambda message, share: None)
    for sql in trino.queries:
        assert f"WHERE flights_data4.day = {DAY_S}" in sql
        assert "*" not in sql.replace("count(*)", "")
    selected = trino.queries[0].partition("FROM")[0]
    assert "candidates" not in selected
    assert selected.count("track") == selected.count("element_at(flights_data4.track") == 2


def read_hours(rows: list):
    import pandas as pd

    return pd.DataFrame(rows)


def test_thousands_of_airports_travel_in_the_body_not_in_headers(trino: TrinoServer) -> None:
    trino.add(
        flight("4d0103", DAY_S, DAY_S + 60, "X077", None),
        flight("4d0104", DAY_S, DAY_S + 60, None, "X999"),
        flight("4d0105", DAY_S, DAY_S + 60, "Y001", "Y002"),
    )
    codes = frozenset(f"X{n:03d}" for n in range(1000)) | {f"Z{n:04d}" for n in range(2000)}
    assert sorted(ask(airports=codes)["icao24"]) == ["4d0103", "4d0104"]
    assert "X077" in trino.queries[0]
    heads = [sum(map(len, each.headers.values())) for each in trino.web.requests]
    assert max(heads) < 3000


def test_quote_in_a_code_stays_inside_its_literal(trino: TrinoServer) -> None:
    trino.add(*hourly(DAY_S))
    assert len(ask(airports=frozenset({"X' OR 1=1 --"}))) == 0


def test_query_names_user_and_program(trino: TrinoServer) -> None:
    ask()
    first = trino.web.requests[0]
    assert first.headers["x-trino-user"] == "somebody"
    assert first.headers["x-trino-source"].startswith("flight-data-anomaly-viewer/")
    assert (first.headers["x-trino-catalog"], first.headers["x-trino-schema"]) == ("minio", "osky")
    assert all(each.headers["authorization"].startswith("Bearer ") for each in trino.web.requests)


def test_rows_come_page_by_page_and_batch_by_batch(
    trino: TrinoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trino_module, "BATCH", 7)
    trino.page = 5
    trino.add(*hourly(DAY_S))
    sizes = []

    def read(rows: list):
        sizes.append(len(rows))
        return read_rows(rows)

    asked = database()
    statement = select_flights(asked.tables(), DAY_S, None)
    frame = asked.fetch(statement, read, lambda message, share: None)
    assert sizes == [7, 7, 7, 3]
    assert frame["icao24"].is_unique and len(frame) == 24


def test_progress_is_told_and_waiting_in_their_queue_is_called_so(trino: TrinoServer) -> None:
    told: list[tuple[str, float]] = []
    trino.add(*hourly(DAY_S))
    ask(report=lambda message, share: told.append((message, share)))
    assert told[0] == ("waiting in OpenSky's queue", 0.0)
    assert ("OpenSky's database is working, 50% done", 0.45) in told
    assert told[-1] == ("24 rows from OpenSky", 0.9)


# the account


def test_no_account_says_who_may_get_one_and_asks_nothing(
    trino: TrinoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENSKY_PASSWORD")
    with pytest.raises(CredentialsMissing) as caught:
        ask()
    said = str(caught.value)
    for word in ("OPENSKY_USERNAME", "OPENSKY_PASSWORD", "settings.conf", "universities"):
        assert word in said
    assert not trino.web.requests and not trino.auth.requests


def test_browser_login_needs_somebody_before_a_terminal(
    trino: TrinoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(CredentialsMissing, match="terminal"):
        ask(database(login=True))
    assert not trino.web.requests


@pytest.mark.parametrize("section", ["default", "trino"])
def test_settings_file_beats_the_environment(
    trino: TrinoServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, section: str
) -> None:
    monkeypatch.setenv("OPENSKY_USERNAME", "another")
    folder = tmp_path / "config" / "pyopensky"
    folder.mkdir(parents=True)
    account = f"[{section}]\nusername = SomeBody\npassword = {PASSWORD}\n"
    (folder / "settings.conf").write_text(account)
    ask()
    assert b"username=somebody" in trino.auth.requests[0].body


def test_settings_file_that_is_none_is_not_quoted(trino: TrinoServer, tmp_path: Path) -> None:
    folder = tmp_path / "config" / "pyopensky"
    folder.mkdir(parents=True)
    (folder / "settings.conf").write_text(f"password {PASSWORD}\n")
    with pytest.raises(CredentialsMissing) as caught:
        ask()
    assert PASSWORD not in str(caught.value)


def test_wrong_password_is_refused_without_a_browser_and_without_repeating_it(
    trino: TrinoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENSKY_PASSWORD", "wrong-one")
    with pytest.raises(CredentialsRejected) as caught:
        ask()
    assert "wrong-one" not in str(caught.value)
    assert not trino.web.requests


def test_token_is_kept_and_renewed_before_it_ends(trino: TrinoServer) -> None:
    asked = database()
    ask(asked)
    ask(asked)
    assert len(trino.tokens) == 1
    trino.lasts_s = 1
    ask(short := database())
    before = len(trino.tokens)
    ask(short)
    assert len(trino.tokens) > before > 1


def test_token_server_that_fails_is_asked_again(trino: TrinoServer) -> None:
    trino.auth.fault(TOKEN, status(503), drop())
    trino.add(*hourly(DAY_S))
    assert len(ask()) == 24
    assert trino.auth.count(TOKEN) == 3


@pytest.mark.parametrize("body", [b"<html>login</html>", b"[]", b'{"access_token": "no"}', b"{}"])
def test_something_that_is_no_token_is_said_and_not_quoted(trino: TrinoServer, body: bytes) -> None:
    trino.auth.fault(TOKEN, status(200, body=body), forever=True)
    with pytest.raises(BadPayload, match="not a token") as caught:
        ask()
    assert body.decode()[:12] not in str(caught.value) or body == b"{}"


@pytest.mark.parametrize("server", ["trino", "auth"])
def test_nothing_secret_goes_to_a_mirror_without_encryption(
    trino: TrinoServer, monkeypatch: pytest.MonkeyPatch, server: str
) -> None:
    mirrors = f"{trino.environment['FLIGHTS_MIRRORS']} "
    given = f"https://{server}.opensky-network.org=http://mirror.example"
    monkeypatch.setenv("FLIGHTS_MIRRORS", mirrors + given)
    with pytest.raises(InvalidInput, match="not encrypted"):
        ask()
    assert not trino.web.requests


def test_secrets_are_in_no_log_and_in_no_pickle(
    trino: TrinoServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    asked = database()
    ask(asked)
    for secret in (PASSWORD, trino.tokens[0]):
        assert secret not in caplog.text
        assert secret.encode() not in pickle.dumps(asked)
        assert secret not in repr(asked)
    assert len(ask(pickle.loads(pickle.dumps(asked)))) == 0


# what goes wrong


def refused(trino: TrinoServer, kind: type[FlightDataError], words: str) -> FlightDataError:
    with pytest.raises(kind, match=words) as caught:
        ask()
    assert type(caught.value) is kind
    return caught.value


@pytest.mark.parametrize("code", [401, 403])
def test_refusal_of_the_account_is_not_tried_again(trino: TrinoServer, code: int) -> None:
    trino.web.fault(STATEMENT, status(code), forever=True)
    refused(trino, CredentialsRejected, "universities")
    assert trino.web.count(STATEMENT) == 1


def test_full_queue_is_waited_for(trino: TrinoServer) -> None:
    trino.add(*hourly(DAY_S))
    trino.fail("QUERY_QUEUE_FULL", "INSUFFICIENT_RESOURCES", "Too many queued queries", times=2)
    assert len(ask()) == 24
    assert len(trino.queries) == 3


def test_queue_that_stays_full_ends_the_pull(trino: TrinoServer) -> None:
    said = 'Too many queued queries for "global.osky"'
    trino.fail("QUERY_QUEUE_FULL", "INSUFFICIENT_RESOURCES", said, times=99)
    refused(trino, RateLimited, "as many of your queries as it permits")
    assert len(trino.queries) == QUICK.tries


@pytest.mark.parametrize(
    ("name", "kind", "error", "words"),
    [
        ("QUERY_REJECTED", "USER_ERROR", SourceUnavailable, "rejected the query"),
        ("COLUMN_NOT_FOUND", "USER_ERROR", SourceUnavailable, "rejected the query"),
        ("EXCEEDED_TIME_LIMIT", "INSUFFICIENT_RESOURCES", SourceUnavailable, "fewer airports"),
        ("EXCEEDED_SCAN_LIMIT", "USER_ERROR", SourceUnavailable, "fewer airports"),
        ("PERMISSION_DENIED", "USER_ERROR", CredentialsRejected, "does not permit this"),
        ("ADMINISTRATIVELY_KILLED", "INSUFFICIENT_RESOURCES", SourceUnavailable, "suspend"),
        ("USER_CANCELED", "USER_ERROR", SourceUnavailable, "OpenSky stopped the query"),
    ],
)
def test_what_no_further_try_changes_is_asked_once(
    trino: TrinoServer, name: str, kind: str, error: type[FlightDataError], words: str
) -> None:
    trino.fail(name, kind, "because", times=99)
    assert name in str(refused(trino, error, words)) or name == "PERMISSION_DENIED"
    assert len(trino.queries) == 1


def test_query_without_partition_is_refused_by_the_server(trino: TrinoServer) -> None:
    asked = database()
    statement = select_flights(asked.tables(), DAY_S, None)
    with pytest.raises(SourceUnavailable, match="partition column"):
        asked.fetch(_without_where(statement), read_rows, lambda message, share: None)


def _without_where(statement):
    from sqlalchemy import select

    return select(*statement.selected_columns)


@pytest.mark.parametrize("kind", ["INTERNAL_ERROR", "EXTERNAL", "INSUFFICIENT_RESOURCES"])
def test_failure_inside_the_database_is_tried_again(trino: TrinoServer, kind: str) -> None:
    trino.add(*hourly(DAY_S))
    trino.fail("GENERIC", kind, "a node left")
    assert len(ask()) == 24


def test_their_words_are_quoted_short_and_on_one_line(trino: TrinoServer) -> None:
    trino.fail("QUERY_REJECTED", said="line one\nline two\x1b[31m" + "x" * 5000)
    said = str(refused(trino, SourceUnavailable, "line one line two"))
    assert len(said) < 500 and said.isprintable()


@pytest.mark.parametrize("fault", [status(502), status(503), status(500), drop(), cut(20)])
def test_new_query_that_fails_on_the_way_is_asked_again(trino: TrinoServer, fault) -> None:
    trino.add(*hourly(DAY_S))
    trino.web.fault(STATEMENT, fault)
    assert len(ask()) == 24


@pytest.mark.parametrize("fault", [status(502), status(503), drop(), cut(20), claim(10**6)])
def test_page_that_fails_on_the_way_is_asked_again(trino: TrinoServer, fault) -> None:
    trino.add(*hourly(DAY_S))
    trino.web.fault(f"{STATEMENT}/query0/2", fault)
    frame = ask()
    assert len(frame) == 24 and frame["icao24"].is_unique


def test_server_that_is_down_is_said_to_be(trino: TrinoServer) -> None:
    trino.web.fault(STATEMENT, status(503), forever=True)
    refused(trino, SourceUnavailable, "answered 503")
    assert trino.web.count(STATEMENT) == QUICK.tries


def test_nobody_there_is_unavailable(trino: TrinoServer, monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = "https://trino.opensky-network.org=http://127.0.0.1:9"
    monkeypatch.setenv("FLIGHTS_MIRRORS", f"{trino.environment['FLIGHTS_MIRRORS']} {nobody}")
    refused(trino, SourceUnavailable, "could not be reached")


@pytest.mark.parametrize("body", [b"<html>portal</html>", b"[]", b"{}", b"", b'{"stats": 1}'])
def test_answer_that_is_no_answer_of_trino_is_bad(trino: TrinoServer, body: bytes) -> None:
    trino.web.fault(STATEMENT, status(200, body=body), forever=True)
    kind = SourceUnavailable if not body else BadPayload
    refused(trino, kind, "not from Trino|could not be reached")


def test_query_that_got_lost_is_said_so(trino: TrinoServer) -> None:
    trino.web.fault(f"{STATEMENT}/query0/1", status(410), forever=True)
    refused(trino, SourceUnavailable, "410")


def test_long_wait_asked_for_ends_the_pull_with_its_length(trino: TrinoServer) -> None:
    trino.web.fault(STATEMENT, status(429, {"Retry-After": "7200"}), forever=True)
    error = refused(trino, RateLimited, "429")
    assert isinstance(error, RateLimited) and error.wait_seconds == 7200
    assert trino.web.count(STATEMENT) == 1


def test_rows_of_another_shape_are_bad(trino: TrinoServer) -> None:
    trino.add(*hourly(DAY_S))
    asked = database()
    with pytest.raises(BadPayload):
        asked.fetch(select_hours(asked.tables(), DAY_S), read_rows, lambda message, share: None)


# ends and places


def test_cancelled_pull_stops_the_query_at_the_server(trino: TrinoServer) -> None:
    def stop(message: str, share: float) -> None:
        if "is working" in message:
            raise StopRequested

    with pytest.raises(StopRequested):
        ask(report=stop)
    assert trino.cancelled == ["query0"]


def test_query_over_its_time_is_stopped_at_the_server(trino: TrinoServer) -> None:
    trino.add(*hourly(DAY_S))
    asked = replace(database(), longest_s=0.0)
    with pytest.raises(SourceUnavailable, match="longer than"):
        ask(asked)
    assert trino.cancelled == ["query0"]
    assert len(trino.queries) == 1


def test_no_more_than_two_queries_run_at_once(trino: TrinoServer) -> None:
    trino.polls = 6
    trino.add(*hourly(DAY_S))
    told: list[str] = []
    with ThreadPoolExecutor(5) as pool:
        jobs = [
            pool.submit(
                ask,
                replace(database(), retries=replace(QUICK, sleep=_nap)),
                None,
                lambda message, share: told.append(message),
            )
            for _ in range(5)
        ]
        assert [len(job.result()) for job in jobs] == [24] * 5
    assert trino.most_at_once == 2
    assert any("2 queries at OpenSky are already running" in message for message in told)


HOLD = """
import fcntl, sys
held = [open(path, "w") for path in sys.argv[1:]]
for each in held:
    fcntl.flock(each, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


def test_places_are_those_of_all_processes_and_a_kill_gives_them_back(trino: TrinoServer) -> None:
    trino.add(*hourly(DAY_S))
    ask()
    folder = read_settings().cache / "opensky"
    paths = [str(folder / f"trino-{number}.lock") for number in range(2)]
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, *paths], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with other:
        assert other.stdout and other.stdout.readline() == b"held\n"
        told: list[str] = []

        def listen(message: str, share: float) -> None:
            told.append(message)
            other.kill()

        patient = replace(database(), retries=replace(QUICK, sleep=_nap))
        assert len(ask(patient, None, listen)) == 24
    assert "2 queries at OpenSky are already running" in told[0]


def _nap(seconds: float) -> None:
    threading.Event().wait(min(seconds, 0.01))

"""Redirects, proxies, certificates; and what other hosts and the log never hear."""

import logging
import ssl
import subprocess
from pathlib import Path

import pytest
from loopback import LoopbackServer, Reply, cut, fetch_range, quick_door, status

from flights.errors import InvalidInput, SourceUnavailable
from flights.network import redact

BODY = bytes(range(256)) * 100
SECRET = "very-secret"


@pytest.fixture
def elsewhere() -> "LoopbackServer":
    with LoopbackServer("localhost") as server:
        yield server


def test_redirects_to_another_host_are_followed(
    loopback: LoopbackServer, elsewhere: LoopbackServer, tmp_path: Path
) -> None:
    url = loopback.redirect("/latest", elsewhere.put("/blob", BODY))
    door = quick_door(tmp_path)
    looked = door.fetch_head(url)
    assert looked is not None
    assert (looked.url, looked.size, looked.ranges) == (url, len(BODY), True)
    assert door.fetch(url, limit=1 << 20) == BODY
    assert fetch_range(door, url, 5, 50) == BODY[5:50]
    with door.open(url, resource=looked) as stream:
        assert stream.read() == BODY
    assert door.download(url, tmp_path / "blob").size == len(BODY)


def test_only_the_host_asked_hears_what_was_meant_for_it(
    loopback: LoopbackServer, elsewhere: LoopbackServer, tmp_path: Path
) -> None:
    loopback.put("/here", BODY)
    headers = {"Authorization": f"Bearer {SECRET}", "X-Key": SECRET, "Accept": "text/plain"}
    door = quick_door(tmp_path)
    door.fetch(loopback.redirect("/near", "/here"), limit=1 << 20, headers=headers)
    door.fetch(
        loopback.redirect("/far", elsewhere.put("/there", BODY)), limit=1 << 20, headers=headers
    )
    assert loopback.requests[1].headers["authorization"] == f"Bearer {SECRET}"
    seen = elsewhere.requests[0].headers
    assert "authorization" not in seen
    assert SECRET not in str(seen)
    assert seen["accept"] == "text/plain"
    assert seen["host"] == elsewhere.url.removeprefix("http://")


def test_a_redirect_cannot_plant_a_login(loopback: LoopbackServer, tmp_path: Path) -> None:
    loopback.put("/here", BODY)
    target = loopback.url_of("/here").replace("//", "//user:password@")
    quick_door(tmp_path).fetch(loopback.redirect("/login", target), limit=1 << 20)
    assert "authorization" not in loopback.requests[1].headers


@pytest.mark.parametrize(
    "target",
    [
        "ftp://a.org/x",
        "file:///etc/passwd",
        "javascript:1",
        "//",
        "http://a:99999999/",
        "http://[::1/",
        "http://a b/",
        "http://xn--/",
        "http://\xff\xfe/",
        "http://a.org/" + "x" * 70_000,
    ],
)
def test_redirects_off_the_web_are_refused(
    loopback: LoopbackServer, tmp_path: Path, target: str
) -> None:
    with pytest.raises(SourceUnavailable):
        quick_door(tmp_path, tries=1).fetch(loopback.redirect("/odd", target), limit=10)


def test_a_circle_of_redirects_ends(loopback: LoopbackServer, tmp_path: Path) -> None:
    loopback.redirect("/round", "/round")
    with pytest.raises(SourceUnavailable, match="redirects more than 8 times"):
        quick_door(tmp_path).fetch(loopback.url_of("/round"), limit=10)
    assert loopback.count("/round") == 9


def test_parts_behind_a_redirect_cost_one_redirect(
    loopback: LoopbackServer, elsewhere: LoopbackServer, tmp_path: Path
) -> None:
    url = loopback.redirect("/latest", elsewhere.put("/blob", BODY))
    door = quick_door(tmp_path)
    parts = [fetch_range(door, url, at, at + 10) for at in (0, 50, 100)]
    assert parts == [BODY[at : at + 10] for at in (0, 50, 100)]
    assert (loopback.count("/latest"), elsewhere.count("/blob")) == (1, 3)
    door.fetch_head(url)
    assert loopback.count("/latest") == 2


@pytest.mark.parametrize("code", [401, 403, 404])
def test_worn_out_addresses_are_found_anew(
    loopback: LoopbackServer, elsewhere: LoopbackServer, tmp_path: Path, code: int
) -> None:
    url = loopback.redirect("/latest", elsewhere.put("/blob", BODY))
    door = quick_door(tmp_path)
    fetch_range(door, url, 0, 10)
    elsewhere.fault("/blob", status(code))
    assert fetch_range(door, url, 10, 20) == BODY[10:20]
    assert loopback.count("/latest") == 2


def test_stream_goes_on_behind_a_redirect(
    loopback: LoopbackServer, elsewhere: LoopbackServer, tmp_path: Path
) -> None:
    url = loopback.redirect("/latest", elsewhere.put("/blob", BODY))
    elsewhere.fault("/blob", cut(1000), cut(1000))
    with quick_door(tmp_path).open(url) as stream:
        assert stream.read() == BODY
    assert [each.range for each in elsewhere.requests] == [None, "bytes=1000-", "bytes=2000-"]


def test_log_and_messages_hold_no_query_and_no_header(
    loopback: LoopbackServer,
    elsewhere: LoopbackServer,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    elsewhere.put("/blob", BODY, headers={"Set-Cookie": f"session={SECRET}"})
    loopback.redirect("/latest", elsewhere.url_of(f"/blob?signature={SECRET}"))
    elsewhere.fault("/blob", status(503), cut(10))
    door = quick_door(tmp_path)
    headers = {"Authorization": f"Bearer {SECRET}"}
    url = loopback.url_of(f"/latest?key={SECRET}").replace("//", f"//user:{SECRET}@")
    assert door.fetch(url, limit=1 << 20, headers=headers, params={"token": SECRET}) == BODY
    messages = []
    for path, code in (("/a", 400), ("/b", 401), ("/c", 503)):
        loopback.fault(path, status(code), forever=True)
        with pytest.raises(Exception, match=f"{path} ") as error:
            door.fetch(f"{loopback.url}{path}?key={SECRET}", limit=10, headers=headers)
        messages.append(str(error.value))
    assert "next attempt in" in caplog.text
    assert SECRET not in caplog.text + str(messages)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://user:pw@a.org:8080/x/y?key=1#z", "https://a.org:8080/x/y"),
        ("https://a.org/" + "x" * 500, "https://a.org/" + "x" * 159 + "…"),
        ("https://a.org/%1b[31mred", "https://a.org/…"),
    ],
)
def test_addresses_are_shown_without_secrets(url: str, shown: str) -> None:
    assert redact(url) == shown


def test_proxy_of_the_environment_is_used(
    loopback: LoopbackServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loopback.put("/file", BODY)
    monkeypatch.setenv("HTTP_PROXY", loopback.url)
    found = quick_door(tmp_path, spares_loopback=False).fetch(
        "http://archive.invalid/file", limit=1 << 20
    )
    assert found == BODY
    assert loopback.requests[0].headers["host"] == "archive.invalid"


def test_proxy_is_passed_by_where_the_environment_says_so(
    loopback: LoopbackServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = loopback.put("/file", BODY)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert quick_door(tmp_path).fetch(url, limit=1 << 20) == BODY


def test_proxy_that_refuses_is_named(
    loopback: LoopbackServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loopback.route("", lambda _: Reply(407))
    monkeypatch.setenv("HTTP_PROXY", loopback.url)
    with pytest.raises(SourceUnavailable, match="proxy"):
        quick_door(tmp_path).fetch("http://archive.invalid/file", limit=10)
    assert len(loopback.requests) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALL_PROXY", "socks5://127.0.0.1:9"),
        ("HTTP_PROXY", "gopher://127.0.0.1:9"),
        ("SSL_CERT_FILE", "/nowhere/ca.pem"),
    ],
)
def test_environment_that_makes_no_sense_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidInput, match=name):
        quick_door(tmp_path).fetch("http://127.0.0.1:9/x", limit=10)


def test_certificates_are_checked_and_an_own_authority_can_be_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, certificate: Path
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with LoopbackServer(tls=context) as server, LoopbackServer() as plain:
        url = server.put("/file", BODY)
        with pytest.raises(SourceUnavailable, match="SSL_CERT_FILE"):
            quick_door(tmp_path).fetch(url, limit=1 << 20)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert quick_door(tmp_path).fetch(url, limit=1 << 20) == BODY
        assert len(server.requests) == 1
        down = server.redirect("/down", plain.put("/file", BODY))
        with pytest.raises(SourceUnavailable, match="from https to http"):
            quick_door(tmp_path).fetch(down, limit=1 << 20)
        assert plain.requests == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory, openssl: str) -> Path:
    """A key and a certificate for 127.0.0.1, signed by itself, in one file."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    command = f"{openssl} req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=loopback"
    extra = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "-", "-out", "-"]
    made = subprocess.run([*command.split(), *extra], capture_output=True, check=True)
    path.write_bytes(made.stdout)
    return path

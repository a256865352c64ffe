"""What every test gets: no network but loopback, and the development data where it is."""

import os
import shutil
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from loopback import LoopbackServer
    from trino_server import TrinoServer

SHARED = Path(os.environ.get("FLIGHTS_SHARED", Path(__file__).parents[2] / "shared"))
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def _lacking(reason: str) -> None:
    """Skip visibly, or fail where nothing may be skipped (continuous integration)."""
    if os.environ.get("FLIGHTS_NO_SKIP"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that would leave this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address):  # type: ignore[no-untyped-def]
        if self.family != socket.AF_UNIX and address[0] not in LOOPBACK:
            raise AssertionError(f"a test tried to reach {address[0]}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test sees the archive or the aircraft table of whoever runs it."""
    monkeypatch.setenv("FLIGHTS_ARCHIVE", str(tmp_path / "archive"))
    for name in ("AIRCRAFT", "AIRPORTS", "CACHE", "CARGO", "MIRRORS"):
        monkeypatch.delenv(f"FLIGHTS_{name}", raising=False)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def loopback() -> Iterator["LoopbackServer"]:
    """A server on this machine that plays a public one; see tests/loopback.py."""
    from loopback import LoopbackServer

    with LoopbackServer() as server:
        yield server


@pytest.fixture
def trino(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator["TrinoServer"]:
    """OpenSky's Trino database on this machine, and an account there; see tests/trino_server.py."""
    from trino_server import TrinoServer

    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with TrinoServer() as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        yield server


@pytest.fixture(autouse=True)
def _own_main() -> Iterator[None]:
    """A page run by a test stands in for `__main__`, which new processes would then run again."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes are named by their number: packed ones hold the time at which they were packed."""
    return f"{argname}: {len(val)} bytes" if isinstance(val, bytes) and len(val) > 10 else None


@pytest.hookimpl(tryfirst=True)  # before the marks are read
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker a file, as its fixtures are made once; and one for all that use a browser.

    What is slow comes first, so that the quick files fill the gaps at the end.
    """
    for item in items:
        in_browser = "browser" in item.path.parts
        item.add_marker(pytest.mark.xdist_group("browser" if in_browser else str(item.path)))
        if in_browser:
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: ("browser" not in item.path.parts, not _is_slow(item)))


def _is_slow(item: pytest.Item) -> bool:
    return item.get_closest_marker("slow") is not None


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of the development data; the test is skipped where it is absent."""
    folder = SHARED / "data"
    if not folder.is_dir():
        _lacking(f"needs the development data in {folder}")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of Debian's chromium; the test is skipped where it is absent."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        _lacking("needs chromium on the PATH (Debian: apt-get install chromium)")
    return str(found)


@pytest.fixture(scope="session")
def openssl() -> str:
    """Path of the openssl program; the test is skipped where it is absent."""
    found = shutil.which("openssl")
    if not found:
        _lacking("needs openssl on the PATH (Debian: apt-get install openssl)")
    return str(found)


@pytest.fixture(scope="session")
def simulated_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with the whole simulated year; made once, so read it and do not write to it."""
    from flights.archive import Archive
    from flights.pull import plan_pull, run_pull
    from flights.sources import open_source
    from flights.sources.simulated.world.timetable import FIRST_DAY, LAST_DAY

    root = tmp_path_factory.mktemp("simulated-year")
    archive = Archive(root)
    run_pull(plan_pull(open_source("simulated"), archive, FIRST_DAY, LAST_DAY), archive)
    return root

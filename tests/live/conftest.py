"""Live tests: they ask the public servers, are out of the default run, and skip without network.

    pytest tests/live -rs

One small test per public host. Ask for as little as shows that the host still answers as
FORMATS says: a look, a range, one small list. `live_door` skips where a host cannot be reached:

    def test_releases_give_ranges(live_door):
        door = live_door("https://github.com")
"""

import os
import socket
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from flights.errors import SourceUnavailable
from flights.network import Door, RetryPolicy


@pytest.fixture(autouse=True)
def _no_network() -> None:
    """Stands in for the guard of the other tests: here the network is what is asked."""


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An archive of its own; proxies and certificates of whoever runs the test stay."""
    monkeypatch.setenv("FLIGHTS_ARCHIVE", str(tmp_path / "archive"))
    monkeypatch.delenv("FLIGHTS_CACHE", raising=False)


@pytest.fixture
def live_door(tmp_path: Path) -> Callable[[str], Door]:
    """A door to a public server (scheme and host), or a visible skip."""

    def reach(address: str) -> Door:
        if not any(os.environ.get(name) for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY")):
            _resolve(address)
        return Door(tmp_path / "cache", retries=RetryPolicy(tries=2, connect_s=10.0))

    return reach


def _resolve(address: str) -> None:
    """Skip where the host's name is unknown or nobody listens there."""
    split = urlsplit(address)
    try:
        place = (str(split.hostname), split.port or 443)
        socket.create_connection(place, timeout=10).close()
    except OSError as error:
        pytest.skip(f"{address} cannot be reached from here ({error})")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item):  # type: ignore[no-untyped-def]
    """A host that is down today is no failure of ours; one that answers otherwise is."""
    try:
        return (yield)
    except SourceUnavailable as error:
        if "could not be reached" in str(error):
            pytest.skip(str(error))
        raise

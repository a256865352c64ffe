"""A sky of the test's own, played on this machine, and an account there."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from opensky_server import OpenSky


@pytest.fixture
def sky(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[OpenSky]:
    """OpenSky on loopback; the environment has an account there."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with OpenSky() as server:
        server.account(monkeypatch)
        yield server

"""adsb.lol's releases, played on this machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from github import GitHub
from loopback import quick_door

from flights.sources.adsblol.release_files import ReleaseFiles
from flights.sources.adsblol.resolver import Resolver


@pytest.fixture
def github() -> Iterator[GitHub]:
    with GitHub() as server:
        yield server


@pytest.fixture
def resolver(github: GitHub, tmp_path: Path) -> Resolver:
    """Asks the servers on this machine, without pauses worth speaking of."""
    door = quick_door(tmp_path / "cache", tries=2)
    return Resolver(ReleaseFiles(door, github.pages.url), github.raw.url)

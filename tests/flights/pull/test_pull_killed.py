"""The proof that a pull may be killed at any moment: nothing is lost, nothing asked twice."""

from datetime import timedelta
from pathlib import Path

import killing
import pytest
from killing import FIRST, Killer

pytestmark = pytest.mark.slow

DAYS, KILLS = 90, 10


def test_pull_killed_again_and_again_ends_in_the_archive_of_one_left_alone(tmp_path: Path) -> None:
    tars = killing.make_tars(DAYS)
    with killing.releases(tars) as quiet, killing.releases(tars) as github:
        alone = killing.start(tmp_path / "alone", quiet, FIRST + timedelta(days=DAYS - 1))
        killer = Killer(tmp_path / "killed", github, DAYS, seed=4)
        assert killer.run(KILLS) == 0
        alone.join(timeout=300)
        assert alone.exitcode == 0
    assert killer.kills == KILLS
    assert len(set(killer.killed_with)) > KILLS // 2  # at various stages
    assert killer.twice == []
    assert len(killer.complete()) == DAYS
    expected = killing.contents(tmp_path / "alone")
    assert len(expected) == 5 * DAYS
    assert killing.contents(tmp_path / "killed") == expected

"""One pace per host, whoever asks."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import pytest

from flights.errors import ArchiveError
from flights.network import Limiter


def _noon() -> float:
    return 1_000_000.0


def _take(folder: Path, times: int) -> list[float]:
    limiter = Limiter(folder, 10.0, clock=_noon)
    return [round(limiter.take("example.org"), 3) for _ in range(times)]


def test_processes_share_one_pace(tmp_path: Path) -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("forkserver")) as pool:
        taken = [pool.submit(_take, tmp_path, 40) for _ in range(2)]
        moments = sorted(moment for each in taken for moment in each.result())
    assert moments == [pytest.approx(number / 10) for number in range(80)]


def test_hosts_do_not_wait_for_each_other(tmp_path: Path) -> None:
    limiter = Limiter(tmp_path, 1.0, clock=_noon)
    assert [limiter.take("a.org"), limiter.take("b.org"), limiter.take("a.org")] == [0.0, 0.0, 1.0]


def test_a_held_host_is_asked_later(tmp_path: Path) -> None:
    limiter = Limiter(tmp_path, 1.0, clock=_noon)
    limiter.delay("a.org", 30.0)
    assert limiter.take("a.org") == 30.0
    limiter.delay("a.org", 5.0)
    assert limiter.take("a.org") == 31.0


def test_moments_of_a_clock_set_back_are_forgotten(tmp_path: Path) -> None:
    limiter = Limiter(tmp_path, 1.0, longest_s=60.0, clock=_noon)
    limiter.take("a.org")
    assert replace(limiter, clock=lambda: _noon() - 86_400).take("a.org") == 0.0


def test_spoilt_file_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "a.org").write_bytes(b"\xff nonsense")
    assert Limiter(tmp_path, 1.0, clock=_noon).take("a.org") == 0.0
    assert Limiter(tmp_path, 1.0, clock=_noon).take("a.org") == 1.0


def test_servers_on_this_machine_need_no_pace(tmp_path: Path) -> None:
    limiter = Limiter(tmp_path / "hosts", 1.0, clock=_noon)
    hosts = ["127.0.0.1:8000", "localhost:1", "[::1]:80"]
    assert [limiter.take(host) for host in hosts * 2] == [0.0] * 6
    assert not (tmp_path / "hosts").exists()


def test_host_names_stay_in_their_folder(tmp_path: Path) -> None:
    Limiter(tmp_path / "hosts", 1.0).take("../../evil:80")
    assert {path.parent for path in tmp_path.rglob("*evil*")} == {tmp_path / "hosts"}


def test_cache_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ArchiveError, match="FLIGHTS_CACHE"):
        Limiter(tmp_path / "file" / "hosts", 1.0).take("a.org")

"""Where days are read: here, in processes, on a cluster."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import pytest
from made_source import Source, statuses

from flights.archive import Archive
from flights.commands import executors
from flights.commands.executors import open_executor
from flights.errors import InvalidInput, SourceUnavailable
from flights.pull import plan_pull, run_pull

ROOT = Path(__file__).parents[3]


def test_one_worker_or_one_offer_needs_no_process() -> None:
    for offers, workers in ((60, None), (60, 1), (1, 4), (0, 4)):
        with open_executor(offers, workers) as found:
            assert found == (None, 1)


class Client:
    """What `distributed.Client` is asked for."""

    closed = False

    def __init__(self, address: str) -> None:
        if address != "tcp://scheduler:8786":
            raise OSError("Timed out trying to connect")

    def __enter__(self):
        return self

    def __exit__(self, *_: object) -> None:
        Client.closed = True

    def ncores(self) -> dict[str, int]:
        return {"tcp://a": 2, "tcp://b": 1}

    def get_executor(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(3)


@pytest.fixture
def dask(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("distributed")
    module.Client = Client  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "distributed", module)


def test_days_are_read_on_a_cluster_where_there_is_one(dask, tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    plan = plan_pull(Source(7), archive)
    with open_executor(7, None, "tcp://scheduler:8786") as (executor, workers):
        assert workers == 3
        assert executor is not None
        with executor:
            run_pull(plan, archive, executor=executor, workers=workers)
    assert set(statuses(archive).values()) == {"complete"}
    assert len(statuses(archive)) == 7
    assert Client.closed
    with open_executor(7, 2, "tcp://scheduler:8786") as (_, workers):
        assert workers == 2


def test_cluster_that_does_not_answer_is_named(dask) -> None:
    with (
        pytest.raises(SourceUnavailable, match="tcp://nowhere:1"),
        open_executor(7, None, "tcp://nowhere:1"),
    ):
        pass


def test_missing_dask_is_named_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InvalidInput, match="pip install distributed"), open_executor(7, None, "x"):
        pass


SCRIPT = """
import os, sys, time
from flights.commands.executors import open_executor

if __name__ == "__main__":
    with open_executor(2, 2) as (executor, _):
        pids = {executor.submit(os.getpid).result() for _ in range(1)}
        executor.submit(time.sleep, 600)
        executor.submit(time.sleep, 600)
        print(*executor._processes, flush=True)
        time.sleep(600)
"""


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except FileNotFoundError:
        return True


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_workers_outlive_ctrl_c_but_not_their_parent(tmp_path: Path, how: signal.Signals) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    process = subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        text=True,
    )
    assert process.stdout is not None
    with process, process.stdout:
        workers = [int(each) for each in process.stdout.readline().split()]
        assert len(workers) == 2
        time.sleep(0.3)
        if how == signal.SIGINT:
            for worker in workers:
                os.kill(worker, how)
            time.sleep(0.3)
            assert not any(map(gone, workers))
        process.kill()
        give_up = time.monotonic() + 20
        while not all(map(gone, workers)) and time.monotonic() < give_up:
            time.sleep(0.05)
        assert all(map(gone, workers))


def test_initializer_can_be_sent_to_other_processes() -> None:
    import pickle

    assert pickle.loads(pickle.dumps(executors.follow_parent)) is executors.follow_parent

"""Where days are read: in this process, in other processes, or on a Dask cluster."""

import importlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import wait
from typing import Any

from flights.errors import InvalidInput, SourceUnavailable


@contextmanager
def open_executor(
    offers: int, workers: int | None, scheduler: str | None = None
) -> Iterator[tuple[Executor | None, int]]:
    """An executor and how many offers it reads at once; None = one by one in this process."""
    if scheduler:
        with _open_cluster(scheduler) as client:
            yield client.get_executor(), workers or sum(client.ncores().values()) or 1
        return
    many = min(workers or 1, max(1, offers))
    if many == 1:
        yield None, 1
        return
    # Not "fork": Arrow and DuckDB have started threads, which a fork does not copy.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(many, mp_context=context, initializer=follow_parent) as executor:
        yield executor, many


def follow_parent() -> None:
    """Ignore Ctrl-C, which the parent handles, and end when the parent process ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent.sentinel,), daemon=True).start()


def _end_after(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


def _open_cluster(address: str) -> Any:
    try:
        distributed = importlib.import_module("distributed")
    except ImportError as error:
        raise InvalidInput(
            "--scheduler needs Dask, which is not installed here: pip install distributed"
        ) from error
    try:
        return distributed.Client(address)
    except (OSError, ValueError) as error:
        raise SourceUnavailable(
            f"No Dask scheduler answers at {address}: {error}. Check the address and whether it "
            "runs."
        ) from error

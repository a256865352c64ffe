"""Other processes for tests: forked from a server that has imported what they need."""

import multiprocessing
from collections.abc import Callable
from multiprocessing.context import ForkServerContext
from typing import Any

import pytest

_NEEDED = [
    *(
        "worlds",
        "flights.archive.store",
        "flights.query.index.index",
        "flights.__main__",
        "flights.commands.pull",
    ),
    *("flights.readsb.collect", "flights.reference.airports", "scipy.spatial", "h3"),
]


def context() -> ForkServerContext:
    """A context whose processes start at once, whatever threads this process has."""
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload(_NEEDED)
    return found


def run(target: Callable[..., Any], *args: Any) -> int:
    """Run in another process to its end; the exit code, negative for a signal."""
    process = context().Process(target=target, args=args)
    process.start()
    process.join(timeout=120)
    if process.exitcode is None:
        process.kill()
        pytest.fail("the other process never ended")
    return process.exitcode

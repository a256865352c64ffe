"""Cells of a calibration table, computed by several processes and printed as they finish."""

import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from made_series import EVENT, Cell

Shares = dict[str, float]
"""Name of a column -> share of the series."""


@dataclass(frozen=True)
class Task:
    """One cell of one world: a number of series from a seed, each an input of `run`."""

    world: str
    cell: Cell
    series: int
    seed: int
    run: Callable[["Task"], Shares]


@dataclass(frozen=True)
class Target:
    """A target and its result; `by` is the distance from the target, 0 where it is met."""

    text: str
    found: str
    by: float

    def __str__(self) -> str:
        answer = "met" if self.by <= 1e-9 else f"NOT met, by {self.by:.3f}"
        return f"{answer:<20} {self.text}: {self.found}"


def run_tasks(tasks: Sequence[Task], jobs: int) -> list[Shares]:
    """The shares of each task, in order; progress goes to standard error."""
    start = time.perf_counter()
    found = []
    with ProcessPoolExecutor(max_workers=jobs) as pool:
        for shares in pool.map(_run, tasks):
            found.append(shares)
            taken = time.perf_counter() - start
            print(f"\r{len(found)} of {len(tasks)} cells, {taken:.0f} s ", end="", file=sys.stderr)
    print(file=sys.stderr)
    return found


def _run(task: Task) -> Shares:
    return task.run(task)


def write_cell(task: Task) -> str:
    """The cell in a few words."""
    effect = "" if task.cell.effect == 1 else f", effect x{task.cell.effect:g}"
    return f"{task.world}, {task.cell.rate:g} a day, W = {task.cell.window}{effect}"


def print_table(title: str, tasks: Sequence[Task], found: Sequence[Shares]) -> None:
    """A line a cell."""
    columns = "".join(f" {name:>8}" for name in found[0])
    print(f"\n{title:<38} {'rate':>5} {'W':>3} {'days':>9} {'effect':>6}{columns}")
    for task, shares in zip(tasks, found, strict=True):
        cell = task.cell
        days = f"{cell.event:>5}+{cell.last - EVENT:<3}"
        values = "".join(f" {value:>8.3f}" for value in shares.values())
        print(f"{task.world:<38} {cell.rate:>5} {cell.window:>3} {days} {cell.effect:>6}{values}")


def at_most(text: str, limit: float, tasks: Sequence[Task], shares: Sequence[float]) -> Target:
    """No cell is above the limit; names the worst."""
    worst = max(range(len(tasks)), key=lambda at: shares[at])
    found = f"at most {shares[worst]:.3f} ({write_cell(tasks[worst])})"
    return Target(text, found, max(0.0, shares[worst] - limit))


def at_least(text: str, limit: float, tasks: Sequence[Task], shares: Sequence[float]) -> Target:
    """No cell is below the limit; names the worst."""
    worst = min(range(len(tasks)), key=lambda at: shares[at])
    found = f"at least {shares[worst]:.3f} ({write_cell(tasks[worst])})"
    return Target(text, found, max(0.0, limit - shares[worst]))


def few_above(text: str, tasks: Sequence[Task], shares: Sequence[float]) -> Target:
    """No cell is above 5 %; by chance, one cell may be at up to 6 %."""
    order = sorted(range(len(tasks)), key=lambda at: -shares[at])
    worst, second = order[0], order[min(1, len(order) - 1)]
    by = max(0.0, shares[worst] - 0.06)
    if len(order) > 1:
        by = max(by, shares[second] - 0.05)
    above = sum(share > 0.05 for share in shares)
    found = (
        f"{above} of {len(tasks)} cells above 0.05, worst {shares[worst]:.3f} "
        f"({write_cell(tasks[worst])})"
    )
    return Target(text, found, by)

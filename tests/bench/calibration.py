"""How often the method is wrong without an event, and how often its interval is right.

    python tests/bench/calibration.py [--series 2000] [--jobs 2] [--worlds poisson,weekday]

Prints, per null world and baseline, the share of series with a false CHANGE, the coverage of
the interval, and what the usual tests say; coverage under effects; power; detection at the
printed minimum detectable effect; the table of short records (`short_records.py`); where the
method is known to fail; and every target with its result. All series are made up and seeded;
with 2,000 series a cell, the standard error of a share of 5 % is half a percent.
"""

import argparse
import sys
import time
import warnings
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parent))

import short_records
from cells import Shares, Target, Task, at_least, at_most, few_above, print_table, run_tasks
from made_series import EVENT, UNFAITHFUL, WORLDS, Cell, World, make_series
from rivals import RIVALS, judge_rivals

from analysis.estimators.placebo_rate_ratio import compare_coverage, estimate_rate_ratio
from analysis.event_study.verdicts import Facts, decide
from analysis.numerics import DailySeries, Design, RateRatio

RATES = (0.2, 1.0, 5.0)
WINDOWS = (7, 14, 28)
EFFECTS = (0.5, 1.5, 2.0, 3.0)
POWERS = (
    (Cell(1.0, 14, effect=2.0), 0.65),
    (Cell(1.0, 14, effect=3.0), 0.95),
    (Cell(5.0, 14, effect=1.5), 0.80),
    (Cell(1.0, 14, effect=0.0), 0.98),
    (Cell(0.2, 28, effect=3.0), 0.60),
)
"""Power that a Poisson series of two years should reach."""

PRINTED = ("poisson", "weekday", "negative binomial 0.3", "coverage drift")
FAILURES = (
    ("silent doubling", Cell(0.2, 14, step=2.0, seen=0.0)),
    ("silent doubling", Cell(1.0, 14, step=2.0, seen=0.0)),
    ("silent doubling", Cell(5.0, 14, step=2.0, seen=0.0)),
    ("elasticity 3", Cell(1.0, 14, step=1.5, elasticity=3.0)),
    ("elasticity 3", Cell(5.0, 14, step=1.5, elasticity=3.0)),
    ("elasticity -1", Cell(1.0, 14, step=1.5, elasticity=-1.0)),
    ("elasticity -1", Cell(5.0, 14, step=1.5, elasticity=-1.0)),
    ("a halving, found", Cell(0.2, 14, effect=0.5)),
    ("one year, x3 found", Cell(0.2, 28, effect=3.0, first=EVENT - 300, last=EVENT + 65)),
    ("one year, false", Cell(1.0, 28, first=EVENT - 300, last=EVENT + 65)),
)
"""Cells in which the method is known to fail: what happens, and in which cell."""


@dataclass(frozen=True)
class Outcome:
    """The verdict of the method on one series."""

    kind: str
    ratio: RateRatio | None
    covers: bool


def judge_series(series: DailySeries, cell: Cell) -> Outcome:
    """The pipeline on one series."""
    design = Design(cell.event, cell.window)
    ratio = estimate_rate_ratio(series, design)
    placebos = 0 if ratio is None else len(ratio.placebo_s)
    coverage = compare_coverage(series, design) if ratio is None else ratio.coverage
    kind = decide(Facts(coverage, ratio, placebos), design)
    covers = ratio is not None and ratio.lo <= cell.effect <= ratio.hi
    return Outcome(kind, ratio, covers)


def run_cell(world: World, cell: Cell, series: int, seed: int) -> list[Outcome]:
    """The method on a number of series of one world."""
    rng = np.random.default_rng(seed)
    return [judge_series(make_series(world, cell, rng), cell) for _ in range(series)]


def share(outcomes: list[Outcome], kind: str = "change") -> float:
    """Share of the series that ended in a verdict of this kind."""
    return float(np.mean([outcome.kind == kind for outcome in outcomes]))


def share_covered(outcomes: list[Outcome]) -> float:
    """Share of the series whose interval covers the true ratio."""
    return float(np.mean([outcome.covers for outcome in outcomes]))


def run_plain(task: Task) -> Shares:
    """CHANGE and coverage of the interval."""
    world = WORLDS[task.world][0] if task.world in WORLDS else WORLDS["poisson"][0]
    outcomes = run_cell(world, task.cell, task.series, task.seed)
    return {"CHANGE": share(outcomes), "covers": share_covered(outcomes)}


def run_beside_rivals(task: Task) -> Shares:
    """The same, with the usual tests on the same series."""
    rng = np.random.default_rng(task.seed)
    world = WORLDS[task.world][0]
    outcomes, rivals = [], []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(task.series):
            series = make_series(world, task.cell, rng)
            outcomes.append(judge_series(series, task.cell))
            rivals.append(judge_rivals(series, task.cell))
    said = {name: float(np.mean([each[name] for each in rivals])) for name in RIVALS}
    return {"CHANGE": share(outcomes), "covers": share_covered(outcomes), **said}


def run_at_printed(task: Task) -> Shares:
    """Detection of each series' own smallest detectable increase, in a new window of its world."""
    rng, cell = np.random.default_rng(task.seed), task.cell
    world = WORLDS[task.world][0]
    found, sizes = [], []
    for _ in range(task.series):
        first = make_series(world, cell, rng)
        ratio = judge_series(first, cell).ratio
        if ratio is None or not np.isfinite(ratio.mde_up):
            continue
        changed = make_series(world, replace(cell, effect=ratio.mde_up), rng)
        own = slice(cell.event, cell.event + cell.window)
        counts = first.counts.copy()
        counts[own] = changed.counts[own]
        found.append(judge_series(replace(first, counts=counts), cell))
        sizes.append(ratio.mde_up)
    return {"CHANGE": share(found), "MDE": float(np.median(sizes))}


def plan_nulls(names: list[str], series: int) -> list[Task]:
    """Every null world at every rate and window."""
    tasks = []
    for name in names:
        _, step, elasticity = WORLDS[name]
        for rate in RATES:
            for window in WINDOWS:
                cell = Cell(rate, window, step=step, elasticity=elasticity)
                seed = 1000 * list(WORLDS).index(name) + window
                tasks.append(Task(name, cell, series, seed, run_beside_rivals))
    return tasks


def plan_effects(names: list[str], series: int) -> list[Task]:
    """Every world with a faithful proxy under every effect."""
    tasks = []
    for name in names:
        _, step, elasticity = WORLDS[name]
        for rate in RATES[1:]:
            for effect in EFFECTS:
                cell = Cell(rate, 14, effect=effect, step=step, elasticity=elasticity)
                tasks.append(Task(name, cell, series, 11, run_plain))
    return tasks


def judge_nulls(tasks: list[Task], found: list[Shares]) -> list[Target]:
    """False alarms of the method and of the usual tests, and coverage with a faithful proxy."""
    pairs = list(zip(tasks, found, strict=True))
    faithful = [(task, each["covers"]) for task, each in pairs if task.world not in UNFAITHFUL]
    worst = {name: max(each[name] for each in found) for name in RIVALS}
    told = ", ".join(f"{name} {value:.2f}" for name, value in worst.items())
    return [
        few_above("false CHANGE <= 0.05", tasks, [each["CHANGE"] for each in found]),
        Target("the usual tests reach 0.20 in their worst cell", told, 0.2 - min(worst.values())),
        at_least("interval covers >= 0.94 of nulls", 0.94, *zip(*faithful, strict=True)),
    ]


def judge_effects(tasks: list[Task], found: list[Shares]) -> list[Target]:
    """Coverage of true effects."""
    targets = []
    for text, limit, steps in (
        ("interval covers >= 0.94 of effects, coverage stable or drifting", 0.94, False),
        ("interval covers >= 0.92 of effects, coverage doubled", 0.92, True),
    ):
        kept = [
            (task, each["covers"])
            for task, each in zip(tasks, found, strict=True)
            if (task.cell.step != 1) is steps
        ]
        if kept:
            targets.append(at_least(text, limit, *zip(*kept, strict=True)))
    return targets


def judge_power(tasks: list[Task], found: list[Shares]) -> list[Target]:
    """Power against its targets."""
    return [
        at_least(f"power >= {target}", target, [task], [each["CHANGE"]])
        for (_, target), task, each in zip(POWERS, tasks, found, strict=True)
    ]


def judge_printed(tasks: list[Task], found: list[Shares]) -> list[Target]:
    """Detection at the printed effect."""
    shares = [each["CHANGE"] for each in found]
    return [
        at_least("detection at the printed effect >= 0.70", 0.70, tasks, shares),
        at_most("detection at the printed effect <= 0.90", 0.90, tasks, shares),
    ]


def main() -> None:
    """Print all tables and the targets."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--series", type=int, default=400)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--worlds", default=",".join(WORLDS))
    asked = parser.parse_args()
    names, series = asked.worlds.split(","), asked.series
    start = time.perf_counter()
    faithful = [name for name in names if name not in UNFAITHFUL]
    powers = [Task("poisson", cell, series, 7, run_plain) for cell, _ in POWERS]
    printed = [
        Task(name, Cell(rate, 14), series, 13, run_at_printed)
        for name in PRINTED
        for rate in RATES[1:]
    ]
    parts = (
        ("nothing happens", plan_nulls(names, series), judge_nulls),
        ("something happens", plan_effects(faithful, series), judge_effects),
        ("power", powers, judge_power),
        ("at the printed effect", printed, judge_printed),
        ("short records", short_records.plan_tasks(series), short_records.judge_tasks),
    )
    targets = []
    for title, tasks, judge in parts:
        found = run_tasks(tasks, asked.jobs)
        print_table(title, tasks, found)
        targets += judge(tasks, found)
    failures = [Task(name, cell, series, 17, run_plain) for name, cell in FAILURES]
    print_table("known failures", failures, run_tasks(failures, asked.jobs))
    print("\ntargets")
    for target in targets:
        print(target)
    print(f"\n{time.perf_counter() - start:.0f} s, {series} series a cell")


if __name__ == "__main__":
    main()

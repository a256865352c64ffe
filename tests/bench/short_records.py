"""Can other routes replace the dates that a short record lacks? The table that decides it.

    python tests/bench/short_records.py [--series 400] [--jobs 2]

One route among `ROUTES` others with the same receivers, in records with both windows and
too few placebo dates; there is no event unless an effect is named. The hard cells are those in
which the route varies more than all others: only its own days before the event show that.
`alone` is the false alarm rate with the other routes only, `CHANGE` that of the method as
adopted.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parent))

from cells import Shares, Target, Task, at_least, few_above, print_table, run_tasks
from made_series import EVENT, WORLDS, Cell, count_flights, observe, step_up

from analysis.estimators.placebo_rate_ratio import estimate_rate_ratio
from analysis.estimators.space_rate_ratio import calibrate_in_space
from analysis.event_study.control_effects import measure_controls
from analysis.event_study.verdicts import Facts, decide
from analysis.numerics import NORMAL_95, ControlRoute, DailySeries, Design, find_interval

ROUTES = 25
WILD = (
    *("negative binomial 0.3", "negative binomial 1", "AR(1) fast", "AR(1) slow"),
    *("season", "trend", "timetable jumps"),
)
MIXED = ("poisson", "negative binomial 0.3", "negative binomial 1")
LONGEST = {7: 115, 14: 157, 28: 241}
"""Days before the event with one placebo date too few."""

SHORTEST = 56


def run_short(task: Task) -> Shares:
    """False alarms among other routes; `task.world` says "route | world of the others"."""
    rng = np.random.default_rng(task.seed)
    said = [judge_short(*make_routes(task, rng), task.cell) for _ in range(task.series)]
    return {name: float(np.mean([each[name] for each in said])) for name in said[0]}


def make_routes(
    task: Task, rng: np.random.Generator
) -> tuple[DailySeries, tuple[ControlRoute, ...]]:
    """The route, and the others from the same origin, under the same receivers."""
    own, others = task.world.split(" | ")
    cell = task.cell
    traffic, heard = WORLDS[own][0](rng)
    heard = heard * step_up(cell)
    shared = 1.0
    if others == "shared season":
        shared = WORLDS["season"][0](rng)[0]
    series = observe(traffic * shared, heard, cell, rng)
    routes = []
    for number in range(ROUTES):
        name = _name_world(own, others, number)
        like = replace(cell, effect=1.0, rate=_rate_of(others, cell))
        if others == "elasticity 1":
            like = replace(like, elasticity=1.0)
        counts = count_flights(WORLDS[name][0](rng)[0] * shared, heard, like, rng)
        routes.append(ControlRoute(str(number), counts))
    return series, tuple(routes)


def _name_world(own: str, others: str, number: int) -> str:
    if others == "mixed":
        return MIXED[number % len(MIXED)]
    return others if others in WORLDS else own


def _rate_of(others: str, cell: Cell) -> float:
    return {"thin": 0.5, "thick": 10.0}.get(others, cell.rate)


def judge_short(
    series: DailySeries, routes: tuple[ControlRoute, ...], cell: Cell
) -> dict[str, bool]:
    """The verdict on one route, and the verdict without the route's own days."""
    design = Design(cell.event, cell.window)
    effects = measure_controls(routes, series, design)
    others = np.array([effect.s for effect in effects])
    plain = estimate_rate_ratio(series, design, detectable=False)
    found = None if plain is None else calibrate_in_space(plain, series, design, others=others)
    if plain is None or found is None:
        return {"CHANGE": False, "alone": False, "covers": True, "too thin": False, "no path": True}
    assert len(plain.placebo_dates) < design.needed_placebos
    kind = decide(Facts(plain.coverage, found, len(plain.placebo_dates)), design)
    lone = max(1.0, (found.q / NORMAL_95) ** 2)
    lo, hi = find_interval(found.n1, found.n0, m1=found.m1, m0=found.m0, phi=lone)
    alone = replace(found, lo=lo, hi=hi, era_lo=lo, era_hi=hi, phi=lone)
    naive = decide(Facts(plain.coverage, alone, len(plain.placebo_dates)), design)
    return {
        "CHANGE": kind == "change",
        "alone": naive == "change",
        "covers": found.lo <= cell.effect <= found.hi,
        "too thin": kind == "too thin",
        "no path": False,
    }


def plan_tasks(series: int) -> list[Task]:
    """Routes among similar ones, more variable routes, other sizes and receivers."""
    plans: list[tuple[str, Cell]] = []
    for rate in (1.0, 5.0):
        for name, (_, step, elasticity) in WORLDS.items():
            cell = shorten(Cell(rate, 14, step=step, elasticity=elasticity), SHORTEST)
            plans.append((f"{name} | its like", cell))
        for name in WILD:
            for window, longest in LONGEST.items():
                for days in (SHORTEST, longest):
                    plans.append((f"{name} | poisson", shorten(Cell(rate, window), days)))
        plans += [(f"{name} | mixed", shorten(Cell(rate, 14), 80)) for name in MIXED]
        plans.append(("poisson | shared season", shorten(Cell(rate, 14), 80)))
        unlike = Cell(rate, 14, step=1.6, elasticity=1.5)
        plans.append(("poisson | elasticity 1", shorten(unlike, 80)))
    thin, thick = Cell(0.5, 14), Cell(10.0, 14)
    plans.append(("negative binomial 0.3 | thick", shorten(thin, 80)))
    plans.append(("negative binomial 0.3 | thin", shorten(thick, 80)))
    return [Task(name, cell, series, 31 + at, run_short) for at, (name, cell) in enumerate(plans)]


def plan_powers(series: int) -> list[Task]:
    """What a true effect among Poisson routes needs to be found in a short record."""
    cells = [
        shorten(Cell(rate, 14, effect=effect), days)
        for days in (SHORTEST, 100)
        for rate, effect in ((1.0, 2.0), (1.0, 3.0), (5.0, 1.5), (5.0, 2.0), (1.0, 0.0))
    ]
    return [Task("poisson | its like", cell, series, 71, run_short) for cell in cells]


def judge_tasks(tasks: list[Task], found: list[Shares]) -> list[Target]:
    """The same false alarm target as with dates, and the same coverage."""
    changes = [each["CHANGE"] for each in found]
    faithful = [
        (task, each["covers"])
        for task, each in zip(tasks, found, strict=True)
        if task.cell.elasticity == 1
    ]
    return [
        few_above("short records: false CHANGE <= 0.05", tasks, changes),
        at_least("short records: interval covers >= 0.94", 0.94, *zip(*faithful, strict=True)),
    ]


def shorten(cell: Cell, days: int) -> Cell:
    """The cell's record, from a number of days before the event to the end of its window."""
    return replace(cell, first=EVENT - days, last=EVENT + cell.window)


def main() -> None:
    """Print the table and whether the method meets its targets."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--series", type=int, default=400)
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    tasks, powers = plan_tasks(asked.series), plan_powers(asked.series)
    found = run_tasks(tasks, asked.jobs)
    print_table("route | other routes", tasks, found)
    print_table("found among other routes", powers, run_tasks(powers, asked.jobs))
    print("\ntargets")
    for target in judge_tasks(tasks, found):
        print(target)


if __name__ == "__main__":
    main()

"""What an answer costs: `python tests/bench/event_study.py`.

An event page for three years of days, and 2,000 simulated series of two years, both bounds,
from arrays to verdict. CPU time of one process, best of several runs, with a floor measured
in the same run (one sort of many random numbers), because machines differ.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[1] / "analysis"))
sys.path.insert(0, str(Path(__file__).parent))

import made_results as made
from made_series import WORLDS, Cell, make_series

from analysis.estimators.placebo_rate_ratio import estimate_rate_ratio
from analysis.event_study import run_study
from analysis.event_study.effects import build_series
from analysis.event_study.verdicts import EventContext, Facts, conclude
from analysis.numerics import DailySeries, Design
from analysis.study import Event, count_days

RUNS = 15
DAYS = 1096
SERIES = 2000
BATCH = 200


def best_ms(work: Callable[[], object], runs: int = RUNS) -> float:
    """CPU milliseconds of the quickest of `runs` runs, after one that is not counted."""
    work()
    times = []
    for _ in range(runs):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times) * 1000


def make_bounds(number: int) -> list[tuple[DailySeries, DailySeries]]:
    """Lower and upper bound of a number of made-up routes, from every world in turn."""
    rng = np.random.default_rng(3)
    worlds = [world for world, _, _ in WORLDS.values()]
    cell, pairs = Cell(1.0, 14), []
    for at in range(number):
        lower = make_series(worlds[at % len(worlds)], cell, rng)
        upper = replace(lower, counts=lower.counts + rng.poisson(0.3, len(lower)))
        pairs.append((lower, upper))
    return pairs


def judge_bounds(lower: DailySeries, upper: DailySeries, place: EventContext) -> str:
    """From arrays to the verdict of both bounds."""
    facts = []
    for series in (lower, upper):
        ratio = estimate_rate_ratio(series, place.design)
        assert ratio is not None
        facts.append(Facts(ratio.coverage, ratio, len(ratio.placebo_s)))
    return conclude(*facts, place).kind


def main() -> None:
    study = made.make_study(last=date(2052, 12, 31), events=(Event(date(2052, 3, 1)),))
    evidence = made.make_evidence(made.Story(effect=3.0), study=study)
    series = build_series(count_days(evidence), "lower")
    numbers = np.random.default_rng(1).random((6, DAYS, 70))
    pairs = make_bounds(BATCH)
    place = EventContext(date(2050, 5, 16), Design(Cell(1.0, 14).event), 0, date(2050, 5, 16))
    floor = best_ms(lambda: np.sort(numbers, axis=2))
    one = best_ms(lambda: estimate_rate_ratio(series, Design(790, 14)))
    whole = best_ms(lambda: run_study(study, evidence, spec=made.SPEC))
    batch = best_ms(lambda: [judge_bounds(*pair, place) for pair in pairs], runs=4)
    many = batch * SERIES / BATCH
    print(f"floor: sorting {numbers.size:,} numbers  {floor:.1f} ms")
    print(f"one estimate with its placebo dates  {one:.1f} ms, {one / floor:.2f} x floor")
    print(
        f"whole study of three years: both bounds, three windows, all checks  {whole:.1f} ms, "
        f"{whole / floor:.1f} x floor; target: below 50 ms on a quiet machine"
    )
    print(
        f"{SERIES:,} series of two years, both bounds, to the verdict  {many / 1000:.1f} s, "
        f"{many / floor:,.0f} x floor; target: below 10 s on a quiet machine"
    )


if __name__ == "__main__":
    main()

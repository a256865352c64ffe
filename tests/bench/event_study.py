"""An event page for three years of days: `python tests/bench/event_study.py`.

CPU milliseconds, best of several runs, as ratios to a floor measured in the same run: one
sort of as many random numbers as the placebo dates of both bounds at three windows touch.
"""

import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "analysis")]

import made_results as made  # noqa: E402

from analysis.counts import count_days  # noqa: E402
from analysis.effects import build_series  # noqa: E402
from analysis.estimators.base import Design  # noqa: E402
from analysis.estimators.placebo_rate_ratio import estimate_rate_ratio  # noqa: E402
from analysis.event_study import run_study  # noqa: E402
from analysis.study import Event  # noqa: E402

RUNS = 15
DAYS = 1096


def best_ms(work: Callable[[], object]) -> float:
    """CPU milliseconds of the quickest of `RUNS` runs, after one that is not counted."""
    work()
    times = []
    for _ in range(RUNS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times) * 1000


def main() -> None:
    study = made.make_study(last=date(2052, 12, 31), events=(Event(date(2052, 3, 1)),))
    evidence = made.make_evidence(made.Story(effect=3.0), study=study)
    series = build_series(count_days(evidence), "lower")
    numbers = np.random.default_rng(1).random((6, DAYS, 70))
    floor = best_ms(lambda: np.sort(numbers, axis=2))
    rows = {
        "one estimate with its placebo dates": lambda: estimate_rate_ratio(series, Design(790, 14)),
        "whole study: both bounds, three windows, all checks": lambda: run_study(
            study, evidence, spec=made.SPEC
        ),
    }
    print(f"floor: sorting {numbers.size:,} numbers  {floor:.1f} ms")
    for name, work in rows.items():
        taken = best_ms(work)
        print(f"{name}  {taken:.1f} ms, {taken / floor:.1f} x floor")
    print("target: a whole study below 50 ms on a quiet machine")


if __name__ == "__main__":
    main()

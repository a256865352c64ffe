"""How often several events together are called a change when nothing happened.

    python tests/bench/stacked.py [--series 300] [--worlds poisson,weekday] [--effects] [--families]

Prints, per null world, spacing of three events and flights a day, the share of series whose p is
at most 0.025 (target: 5 % or less) and the coverage of the interval; then power, coverage and
detection at the printed minimum detectable effect; then how often a question about several
dates (Holm) or routes (Benjamini-Hochberg) finds any change where nothing happened. All series
are made here and seeded.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parent)]

from calibration import WORLDS, Cell, World, make_series

from analysis.estimators.placebo_rate_ratio import estimate_rate_ratio
from analysis.estimators.stacked_rate_ratio import (
    StackedRatio,
    estimate_stacked_ratio,
)
from analysis.event_study.families import adjust_benjamini_hochberg, adjust_holm
from analysis.numerics import DailySeries, Design

NULLS = ("poisson", "weekday", "negative binomial 1", "AR(1) slow", "season", "timetable jumps")
SPACINGS = (70, 100, 150)
EVENTS = 3
LAST = 600


def place_events(spacing: int, count: int = EVENTS) -> tuple[int, ...]:
    """Days of a number of events, the last one near the end of the record."""
    return tuple(LAST - spacing * n for n in reversed(range(count)))


def make_stack(
    world: World, rate: float, events: tuple[int, ...], rng: np.random.Generator, effect: float = 1
) -> DailySeries:
    """A series in which the 14 days from each event have `effect` times the flights."""
    series = make_series(world, Cell(rate, 14), rng)
    counts = series.counts
    for event in events:
        own = slice(event, event + 14)
        if effect < 1:
            counts[own] = rng.binomial(counts[own].astype(int), effect)
        elif effect > 1:
            counts[own] += rng.poisson(_rate_around(counts, own) * (effect - 1), 14)
    return series


def _rate_around(counts: np.ndarray, own: slice) -> float:
    return float(counts[max(own.start - 56, 0) : own.start].mean())


def judge_stacks(
    name: str, rate: float, events: tuple[int, ...], series: int, effect: float = 1.0
) -> list[StackedRatio]:
    """A number of series of a world, each with its events together."""
    rng = np.random.default_rng(100 * list(WORLDS).index(name) + int(10 * rate))
    design = Design(events[0], 14, others=events[1:])
    found = []
    for number in range(series):
        made = make_stack(WORLDS[name][0], rate, events, rng, effect)
        stack = estimate_stacked_ratio(made, design, seed=number)
        assert stack is not None and len(stack.set_rr), "the record has too few dates"
        found.append(stack)
    return found


def share_found(stacks: list[StackedRatio]) -> float:
    """Share called a change."""
    return float(np.mean([stack.is_significant for stack in stacks]))


def share_covered(stacks: list[StackedRatio], effect: float = 1.0) -> float:
    """Share whose interval contains the true ratio."""
    return float(np.mean([stack.lo <= effect <= stack.hi for stack in stacks]))


def print_nulls(names: list[str], series: int) -> None:
    """False alarms and coverage, one line per cell."""
    print(f"{'world':<22} {'apart':>5} {'rate':>5} {'CHANGE':>7} {'covers':>7}")
    for name in names:
        for spacing in SPACINGS:
            for rate in (0.2, 1.0, 5.0):
                found = judge_stacks(name, rate, place_events(spacing), series)
                print(
                    f"{name:<22} {spacing:>5} {rate:>5} {share_found(found):>7.3f} "
                    f"{share_covered(found):>7.3f}"
                )


def print_effects(series: int) -> None:
    """Power and coverage under effects, and detection of the effect that each series prints."""
    print(f"\n{'effect on three events':<22} {'effect':>6} {'rate':>5} {'CHANGE':>7} {'covers':>7}")
    for name in ("poisson", "negative binomial 1"):
        for effect in (0.5, 1.5, 2.0, 3.0):
            for rate in (0.2, 1.0, 5.0):
                found = judge_stacks(name, rate, place_events(75), series, effect)
                print(
                    f"{name:<22} {effect:>6} {rate:>5} {share_found(found):>7.3f} "
                    f"{share_covered(found, effect):>7.3f}"
                )
    head = f"\n{'at the printed effect':<22} {'rate':>5} {'rise':>6} {'found':>7}"
    print(f"{head} {'fall':>6} {'found':>7}")
    for name in ("poisson", "negative binomial 1"):
        for rate in (1.0, 5.0):
            null = judge_stacks(name, rate, place_events(75), 40)
            line = f"{name:<22} {rate:>5}"
            for which in ("mde_up", "mde_down"):
                size = float(np.median([getattr(stack, which) for stack in null]))
                found = share_found(judge_stacks(name, rate, place_events(75), series, size))
                line += f" {size:>6.2f} {found:>7.3f}"
            print(line)


def find_among(name: str, rate: float, dates: int, routes: int, series: int) -> float:
    """Share of questions about several dates and routes in which any of them is a change."""
    rng = np.random.default_rng(1000 * list(WORLDS).index(name) + dates + routes)
    events = place_events(75, dates)
    adjust = adjust_holm if routes == 1 else adjust_benjamini_hochberg
    alarms = 0
    for _ in range(series):
        found = [
            estimate_rate_ratio(made, Design(at, 14, others=_others(events, at)), detectable=False)
            for made in [make_stack(WORLDS[name][0], rate, events, rng) for _ in range(routes)]
            for at in events
        ]
        ratios = [ratio for ratio in found if ratio is not None]
        adjusted = adjust([ratio.p_smooth for ratio in ratios])
        alarms += any(
            ratio.is_significant and ratio.survives_era and left <= 0.05
            for ratio, left in zip(ratios, adjusted, strict=True)
        )
    return alarms / series


def _others(events: tuple[int, ...], at: int) -> tuple[int, ...]:
    return tuple(other for other in events if other != at)


def print_families(names: list[str], series: int) -> None:
    """How often a question about several dates, or routes, finds any change; target 5 %."""
    print(f"\n{'any of several':<22} {'rate':>5} {'3 dates':>9} {'6 dates':>9} {'10 routes':>9}")
    for name in names:
        for rate in (1.0, 5.0):
            shares = [
                find_among(name, rate, dates, routes, series)
                for dates, routes in ((3, 1), (6, 1), (1, 10))
            ]
            print(f"{name:<22} {rate:>5} " + " ".join(f"{share:>9.3f}" for share in shares))


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--series", type=int, default=300)
    parser.add_argument("--worlds", default=",".join(NULLS))
    parser.add_argument("--effects", action="store_true", help="only effects")
    parser.add_argument("--families", action="store_true", help="only several dates or routes")
    asked = parser.parse_args()
    start = time.perf_counter()
    names, some = asked.worlds.split(","), asked.effects or asked.families
    if not some:
        print_nulls(names, asked.series)
    if asked.effects or not some:
        print_effects(asked.series)
    if asked.families or not some:
        print_families(names, asked.series)
    print(f"\n{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()

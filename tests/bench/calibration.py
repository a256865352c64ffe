"""How often the pipeline is wrong when nothing happened, and how often its interval is right.

    python tests/bench/calibration.py [--series 400] [--worlds poisson,weekday] [--rivals]

Prints, per null world and baseline, the share of series with a false CHANGE, the coverage of
the interval under no effect and under effects, power, and detection at the printed minimum
detectable effect. All series are made here and seeded.
"""

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from analysis.counts import find_outages
from analysis.estimators.base import DailySeries, Design, RateRatio
from analysis.estimators.placebo_rate_ratio import compare_coverage, estimate_rate_ratio
from analysis.verdicts import Facts, decide

DAYS = 730
HEARD = 200.0
_DAY = np.arange(DAYS)
_WEEK = np.array([1.5, 0.3, 1.4, 0.4, 1.3, 1.0, 1.1])


@dataclass(frozen=True)
class Cell:
    """One world: flights a day, what multiplies them, and what the receivers do."""

    rate: float
    window: int
    event: int = 500
    effect: float = 1.0
    step: float = 1.0
    elasticity: float = 1.0


@dataclass(frozen=True)
class Outcome:
    """What the pipeline said of one series."""

    kind: str
    ratio: RateRatio | None
    covers: bool


World = Callable[[Cell, np.random.Generator], tuple[np.ndarray, np.ndarray]]


def _flat(cell: Cell, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return np.ones(DAYS), np.ones(DAYS)


def _weekday(cell: Cell, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return _WEEK[_DAY % 7], np.ones(DAYS)


def _gamma(dispersion: float) -> World:
    def world(cell: Cell, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        return rng.gamma(1 / dispersion, dispersion, DAYS), np.ones(DAYS)

    return world


def _autoregressive(decay: float, spread: float) -> World:
    def world(cell: Cell, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        noise = rng.normal(0, spread * np.sqrt(1 - decay**2), DAYS)
        noise[0] = rng.normal(0, spread)
        for day in range(1, DAYS):
            noise[day] += decay * noise[day - 1]
        return np.exp(noise - spread**2 / 2), np.ones(DAYS)

    return world


def _season(cell: Cell, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return 1 + 0.4 * np.sin(2 * np.pi * (_DAY / 365 + rng.random())), np.ones(DAYS)


def _trend(cell: Cell, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return np.exp(np.log(2) * (_DAY / DAYS - 0.5) * rng.choice([-1, 1])), np.ones(DAYS)


def _timetable(cell: Cell, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    levels = np.exp(rng.normal(0, 0.35, 8))
    jumps = np.sort(rng.choice(DAYS, 7, replace=False))
    return levels[np.searchsorted(jumps, _DAY, side="right")], np.ones(DAYS)


def _outages(cell: Cell, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return np.ones(DAYS), np.where(rng.random(DAYS) < 0.03, 0.05, 1.0)


def _drift(cell: Cell, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return np.ones(DAYS), np.exp(np.log(2.5) * (_DAY / DAYS - 0.5))


WORLDS: dict[str, tuple[World, float, float]] = {
    "poisson": (_flat, 1.0, 1.0),
    "weekday": (_weekday, 1.0, 1.0),
    "negative binomial 0.3": (_gamma(0.3), 1.0, 1.0),
    "negative binomial 1": (_gamma(1.0), 1.0, 1.0),
    "AR(1) fast": (_autoregressive(0.6, 0.5), 1.0, 1.0),
    "AR(1) slow": (_autoregressive(0.97, 0.4), 1.0, 1.0),
    "season": (_season, 1.0, 1.0),
    "trend": (_trend, 1.0, 1.0),
    "timetable jumps": (_timetable, 1.0, 1.0),
    "outage days": (_outages, 1.0, 1.0),
    "coverage drift": (_drift, 1.0, 1.0),
    "step x2 faithful": (_flat, 2.0, 1.0),
    "step x2 understated": (_flat, 2.0, 1.5),
    "step x2 overstated": (_flat, 2.0, 0.5),
}
"""Name -> how rate and reception move, the coverage step at the event, and its elasticity."""


def make_series(world: World, cell: Cell, rng: np.random.Generator) -> DailySeries:
    """One series: traffic times what is heard of it, and the proxy that says how much."""
    traffic, heard = world(cell, rng)
    heard = heard * np.where(cell.event <= _DAY, cell.step, 1.0)
    happened = (cell.event <= _DAY) & (cell.event + cell.window > _DAY)
    mean = cell.rate * traffic * heard**cell.elasticity * np.where(happened, cell.effect, 1.0)
    exposure = rng.poisson(HEARD * heard).astype(float)
    return DailySeries(
        counts=rng.poisson(mean).astype(float),
        exposure=exposure,
        weekday=_DAY % 7,
        outage=find_outages(exposure, least=30),
    )


def judge_series(series: DailySeries, cell: Cell) -> Outcome:
    """The pipeline on one series."""
    design = Design(cell.event, cell.window)
    ratio = estimate_rate_ratio(series, design)
    placebos = 0 if ratio is None else len(ratio.placebo_s)
    kind = decide(Facts(compare_coverage(series, design), ratio, placebos), design)
    covers = ratio is not None and ratio.lo <= cell.effect <= ratio.hi
    return Outcome(kind, ratio, covers)


def run_cell(world: World, cell: Cell, series: int, seed: int) -> list[Outcome]:
    """So many series of one world through the pipeline."""
    rng = np.random.default_rng(seed)
    return [judge_series(make_series(world, cell, rng), cell) for _ in range(series)]


def share(outcomes: list[Outcome], kind: str = "change") -> float:
    """Share of the series that ended in a verdict of this kind."""
    return float(np.mean([outcome.kind == kind for outcome in outcomes]))


def share_covered(outcomes: list[Outcome]) -> float:
    """Share of the series whose interval covers the true ratio."""
    return float(np.mean([outcome.covers for outcome in outcomes]))


def judge_rivals(series: DailySeries, cell: Cell) -> dict[str, bool]:
    """Whether the tests people usually run call the series changed at 5 %."""
    from scipy.stats import binomtest, norm, ttest_ind

    before = series.counts[cell.event - 56 : cell.event]
    after = series.counts[cell.event : cell.event + cell.window]
    both = np.concatenate([before, after])
    total = int(both.sum())
    if total == 0 or np.ptp(both) == 0:
        return {"t-test": False, "Poisson": False, "HAC": False}
    chance = len(after) / len(both)
    z = (after.mean() - before.mean()) / _newey_west(before, after)
    return {
        "t-test": ttest_ind(after, before, equal_var=False).pvalue <= 0.05,
        "Poisson": binomtest(int(after.sum()), total, chance).pvalue <= 0.05,
        "HAC": 2 * norm.sf(abs(z)) <= 0.05,
    }


def _newey_west(before: np.ndarray, after: np.ndarray, lags: int = 7) -> float:
    """Newey-West standard error of an event dummy's coefficient, Bartlett weights."""
    moved = np.concatenate(
        [-(before - before.mean()) / len(before), (after - after.mean()) / len(after)]
    )
    variance = moved @ moved
    for lag in range(1, lags + 1):
        variance += 2 * (1 - lag / (lags + 1)) * (moved[lag:] @ moved[:-lag])
    return float(np.sqrt(max(variance, 1e-12)))


def print_nulls(names: list[str], series: int, rivals: bool) -> None:
    """False alarms and coverage, a line a cell."""
    head = f"{'world':<22} {'rate':>5} {'W':>3} {'CHANGE':>7} {'covers':>7}"
    print(head + ("  t-test Poisson     HAC" if rivals else ""))
    for name in names:
        world, step, elasticity = WORLDS[name]
        for rate in (0.2, 1.0, 5.0):
            for window in (7, 14, 28):
                cell = Cell(rate, window, step=step, elasticity=elasticity)
                seed = 1000 * list(WORLDS).index(name) + window
                outcomes = run_cell(world, cell, series, seed)
                line = f"{name:<22} {rate:>5} {window:>3} {share(outcomes):>7.3f} "
                line += f"{share_covered(outcomes):>7.3f}"
                print(line + (_rival_columns(world, cell, series, seed) if rivals else ""))


def _rival_columns(world: World, cell: Cell, series: int, seed: int) -> str:
    import warnings

    rng = np.random.default_rng(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = [judge_rivals(make_series(world, cell, rng), cell) for _ in range(series)]
    return "".join(f" {np.mean([each[name] for each in found]):>7.3f}" for name in found[0])


def print_power(series: int) -> None:
    """Power of the targets, coverage under effects, detection at the printed effect."""
    targets = (
        (Cell(1, 14, effect=2), 0.65),
        (Cell(1, 14, effect=3), 0.95),
        (Cell(5, 14, effect=1.5), 0.80),
        (Cell(1, 14, effect=0), 0.98),
        (Cell(0.2, 28, effect=3), 0.60),
    )
    print(f"\n{'power':<22} {'rate':>5} {'W':>3} {'effect':>6} {'CHANGE':>7} {'target':>7}")
    for cell, target in targets:
        found = share(run_cell(_flat, cell, series, 7))
        print(
            f"{'poisson':<22} {cell.rate:>5} {cell.window:>3} {cell.effect:>6} "
            f"{found:>7.3f} {target:>7.2f}"
        )
    print(f"\n{'coverage of effects':<22} {'rate':>5} {'W':>3} {'effect':>6} {'covers':>7}")
    for name in ("poisson", "negative binomial 0.3", "coverage drift", "step x2 faithful"):
        world, step, elasticity = WORLDS[name]
        for effect in (0.5, 2.0, 3.0):
            cell = Cell(1, 14, effect=effect, step=step, elasticity=elasticity)
            found = share_covered(run_cell(world, cell, series, 11))
            print(f"{name:<22} {1:>5} {14:>3} {effect:>6} {found:>7.3f}")
    head = f"\n{'at the printed effect':<22} {'rate':>5} {'W':>3} {'MDE':>6}"
    print(f"{head} {'CHANGE':>7} {'excl. 1':>7}")
    for name in ("poisson", "negative binomial 0.3"):
        for rate in (1.0, 5.0):
            print(_detect_at_printed(name, Cell(rate, 14), series))


def _detect_at_printed(name: str, cell: Cell, series: int) -> str:
    """Each series' own smallest detectable increase, put into a fresh window of its world."""
    world = WORLDS[name][0]
    rng = np.random.default_rng(13)
    kinds, sizes, excluded = [], [], []
    for _ in range(series):
        first = make_series(world, cell, rng)
        found = judge_series(first, cell).ratio
        if found is None or not np.isfinite(found.mde_up):
            continue
        changed = make_series(world, replace(cell, effect=found.mde_up), rng)
        own = slice(cell.event, cell.event + cell.window)
        counts = first.counts.copy()
        counts[own] = changed.counts[own]
        outcome = judge_series(replace(first, counts=counts), cell)
        kinds.append(outcome.kind == "change")
        excluded.append(outcome.ratio is not None and outcome.ratio.lo > 1)
        sizes.append(found.mde_up)
    return (
        f"{name:<22} {cell.rate:>5} {cell.window:>3} {np.median(sizes):>6.2f} "
        f"{np.mean(kinds):>7.3f} {np.mean(excluded):>7.3f}"
    )


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--series", type=int, default=400)
    parser.add_argument("--worlds", default=",".join(WORLDS))
    parser.add_argument("--rivals", action="store_true")
    parser.add_argument("--power", action="store_true", help="only power and effects")
    asked = parser.parse_args()
    start = time.perf_counter()
    if not asked.power:
        print_nulls(asked.worlds.split(","), asked.series, asked.rivals)
    print_power(asked.series)
    print(f"\n{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()

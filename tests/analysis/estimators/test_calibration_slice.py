"""A small seeded slice of tests/bench/calibration.py: the rule must not cry wolf."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = pytest.mark.slow

BENCH = Path(__file__).parents[2] / "bench" / "calibration.py"


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("calibration_bench", BENCH)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "world", ["weekday", "negative binomial 1", "timetable jumps", "outage days"]
)
def test_no_change_is_rarely_called_one(bench: ModuleType, world: str) -> None:
    outcomes = bench.run_cell(bench.WORLDS[world][0], bench.Cell(1.0, 14), 120, 21)
    assert bench.share(outcomes) <= 0.05 + 0.04  # two standard errors of 120 series
    assert bench.share_covered(outcomes) >= 0.90


def test_doubled_reception_is_never_called_a_change(bench: ModuleType) -> None:
    for name in ("step x2 faithful", "step x2 understated", "step x2 overstated"):
        world, step, elasticity = bench.WORLDS[name]
        cell = bench.Cell(5.0, 14, step=step, elasticity=elasticity)
        assert bench.share(bench.run_cell(world, cell, 60, 22)) <= 0.05


def test_route_wilder_than_all_others_is_rarely_called_changed(bench: ModuleType) -> None:
    short = bench.short_records
    cell = short.shorten(bench.Cell(5.0, 14), short.SHORTEST)
    task = bench.Task("negative binomial 1 | poisson", cell, 60, 25, short.run_short)
    found = short.run_short(task)
    assert found["CHANGE"] <= 0.05 + 0.04 and found["covers"] >= 0.90
    assert found["alone"] > 0.15  # what the other routes alone would have said


def test_true_change_in_a_short_record_is_found_among_other_routes(bench: ModuleType) -> None:
    short = bench.short_records
    cell = short.shorten(bench.Cell(5.0, 14, effect=3.0), short.SHORTEST)
    task = bench.Task("poisson | its like", cell, 30, 26, short.run_short)
    assert short.run_short(task)["CHANGE"] >= 0.90


@pytest.mark.parametrize(
    ("shares", "by"),
    [([0.05, 0.01], 0), ([0.058, 0.05], 0), ([0.058, 0.052], 0.002), ([0.07, 0.01], 0.01)],
)
def test_one_cell_may_lie_a_little_above_for_chance(
    bench: ModuleType, shares: list[float], by: float
) -> None:
    tasks = [bench.Task("poisson", bench.Cell(1.0, 14), 1, 1, bench.run_plain)] * len(shares)
    target = bench.few_above("false", tasks, shares)
    assert target.by == pytest.approx(by)
    assert str(target).startswith("met" if by == 0 else f"NOT met, by {by:.3f}")


def test_tripled_traffic_is_nearly_always_found(bench: ModuleType) -> None:
    outcomes = bench.run_cell(bench.WORLDS["poisson"][0], bench.Cell(1.0, 14, effect=3.0), 60, 23)
    assert bench.share(outcomes) >= 0.90


def test_coverage_step_fools_the_usual_tests_and_not_ours(bench: ModuleType) -> None:
    import numpy as np

    world, step, _ = bench.WORLDS["step x2 faithful"]
    cell = bench.Cell(5.0, 14, step=step)
    rng = np.random.default_rng(24)
    series = [bench.make_series(world, cell, rng) for _ in range(25)]
    rivals = [bench.judge_rivals(each, cell)["Poisson"] for each in series]
    ours = [bench.judge_series(each, cell).kind == "change" for each in series]
    assert np.mean(rivals) > 0.9 and np.mean(ours) < 0.1

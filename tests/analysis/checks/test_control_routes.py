"""Other routes from the same origin: what they did, what the check makes of it, and how they
stand in for dates that a short record lacks (control_routes, control_effects)."""

import json
from dataclasses import replace
from datetime import timedelta

import made_results as made
import numpy as np
import pytest
from made_checks import judge_with_routes

from analysis.estimators.placebo_rate_ratio import estimate_rate_ratio
from analysis.event_study.control_effects import LEAST_EXPECTED, measure_controls
from analysis.event_study.effects import build_series
from analysis.numerics import ControlRoute, DailySeries, Design
from analysis.study import CheckResult, Event, StudyResult, count_days, to_json


def check_of(result: StudyResult) -> CheckResult:
    return next(check for check in result.checks if check.name == "control_routes")


def test_finding_of_one_route_alone_passes() -> None:
    result = judge_with_routes(made.Story(effect=3.5))
    check = check_of(result)
    assert check.outcome == "passed" and result.verdict.kind == "change"
    assert check.sentence == (
        "0 of 25 other routes from China differ as much in the same days (rank 0.038)."
    )
    assert "region-wide" not in result.verdict.badges


def test_finding_that_the_other_routes_share_is_badged() -> None:
    result = judge_with_routes(made.Story(effect=3.5), effect=3.5)
    assert check_of(result).outcome == "failed"
    assert result.verdict.kind == "change" and "region-wide" in result.verdict.badges


def test_effects_of_other_routes_stand_in_the_result_once_largest_first() -> None:
    result = judge_with_routes(made.Story(effect=3.5))
    assert len(result.controls) == 25
    assert [each.expected for each in result.controls] == sorted(
        (each.expected for each in result.controls), reverse=True
    )
    assert [row["label"] for row in check_of(result).table] == [e.label for e in result.controls]
    json.dumps(to_json(result), allow_nan=False)


@pytest.mark.parametrize(("routes", "left"), [({"number": 18}, 18), ({"rate": 0.05}, 0)])
def test_too_few_or_too_thin_routes_are_no_comparison(routes: dict[str, float], left: int) -> None:
    check = check_of(judge_with_routes(made.Story(effect=3.5), **routes))
    assert check.outcome == "not applicable" and len(check.table) == left
    assert f"{left} other routes from China" in check.sentence and "19 are needed" in check.sentence


def test_without_a_finding_there_is_nothing_to_share() -> None:
    result = judge_with_routes(made.Story(), effect=3.5)
    check = check_of(result)
    assert check.outcome == "not applicable" and "25 of 25" in check.sentence
    assert "region-wide" not in result.verdict.badges


def test_other_route_is_counted_as_the_route_itself_would_be() -> None:
    study = made.make_study()
    counts = count_days(made.make_evidence(made.Story(rate=3.0), study=study))
    series, design = build_series(counts, "lower"), Design(200)
    alone = estimate_rate_ratio(series, design)
    (found,) = measure_controls([ControlRoute("own", series.counts)], series, design)
    assert alone is not None
    for name in ("n1", "n0", "expected", "rr", "s"):
        assert getattr(found, name) == pytest.approx(getattr(alone, name), abs=1e-9), name


def test_other_routes_are_weighed_by_what_was_heard_at_the_origin() -> None:
    days, event = 200, 150
    rng = np.random.default_rng(2)
    heard = np.where(np.arange(days) >= event, 400.0, 200.0)
    series = DailySeries(
        rng.poisson(3.0, days).astype(float),
        np.full(days, 200.0),
        np.arange(days) % 7,
        np.zeros(days, dtype=bool),
    )
    route = ControlRoute("twice", rng.poisson(3.0 * heard / 200).astype(float))
    (plain,) = measure_controls([route], series, Design(event))
    (fair,) = measure_controls([route], series, Design(event), origin=heard)
    (unheard,) = measure_controls([route], series, Design(event), origin=np.full(days, np.nan))
    assert plain.rr > 1.6 and abs(fair.s) < 2 < plain.s
    assert fair.rr == pytest.approx(plain.rr / 2, rel=0.05) and unheard == plain


def test_missing_days_and_dark_routes_are_left_out() -> None:
    days, event = 200, 150
    series = DailySeries(
        np.ones(days), np.full(days, 100.0), np.arange(days) % 7, np.zeros(days, dtype=bool)
    )
    holes = np.full(days, 2.0)
    holes[event : event + 7] = np.nan
    found = measure_controls(
        [ControlRoute("holes", holes), ControlRoute("dark", np.full(days, np.nan))],
        series,
        Design(event),
    )
    assert [each.label for each in found] == ["holes"]
    assert found[0].n1 == 14 and found[0].rr == pytest.approx(1, abs=1e-9)
    assert found[0].expected >= LEAST_EXPECTED
    assert measure_controls([], series, Design(event)) == ()


def test_short_record_is_compared_with_other_routes() -> None:
    short = replace(made.CASES["history"], effect=3.5)
    result = judge_with_routes(short)
    assert result.verdict.kind == "change"
    assert (
        "The record is too short to compare with other dates; compared with 25 other routes from "
        "China in the same days, 0 of them changed as much (p = 0.038)." in result.verdict.sentence
    )
    effect = result.lower
    assert effect is not None and effect.n_placebo < effect.needed_placebo
    assert (effect.n_controls, effect.n_compared, effect.r) == (25, 25, 0)
    assert effect.placebos == () and effect.compared_with == "other routes in the same days"
    assert judge_with_routes(short, number=18).verdict.kind == "no verdict (history)"


def test_short_record_in_which_nothing_happens_says_what_it_could_have_shown() -> None:
    result = judge_with_routes(replace(made.CASES["history"], rate=8.0))
    assert result.verdict.kind == "no detectable change"
    assert "compared with 25 other routes from China in the same days" in result.verdict.sentence
    assert "would probably have been noticed" in result.verdict.sentence


def test_short_record_whose_change_the_other_routes_share_is_no_change() -> None:
    result = judge_with_routes(replace(made.CASES["history"], effect=3.0), effect=4.0)
    assert result.verdict.kind in ("no detectable change", "too thin")


def test_long_record_is_never_compared_in_space() -> None:
    result = judge_with_routes(made.Story(effect=3.5))
    assert result.lower is not None and result.lower.n_controls == 0
    assert "other dates in this record" in result.verdict.sentence


def test_windows_that_are_not_held_give_no_verdict_in_space_either() -> None:
    last = made.FIRST + timedelta(days=99)
    for day, kind in ((40, "no verdict (history)"), (60, "change")):
        event = Event(made.FIRST + timedelta(days=day))
        study = made.make_study(last=last, events=(event,))
        assert judge_with_routes(made.Story(effect=6.0), study=study).verdict.kind == kind

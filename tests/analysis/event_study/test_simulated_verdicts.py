"""The whole way on the made-up year: what is true decides which verdict is right."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest
from world_truth import RouteTruth, count_true_flights

from analysis.event_study import run_study
from analysis.study import Event, Study, StudyResult
from flights.archive import Archive
from flights.regions import parse_region
from flights.routes import Route, load_route
from flights.sources import find_spec
from flights.sources.simulated.examples import EXAMPLES, Example
from flights.sources.simulated.source import HOLES

pytestmark = pytest.mark.slow

BY_KEY = {example.key: example for example in EXAMPLES}


@pytest.fixture(scope="module")
def results(simulated_archive: Path) -> dict[str, StudyResult]:
    archive = Archive(simulated_archive)
    return {key: _answer(archive, example) for key, example in BY_KEY.items()}


def _answer(archive: Archive, example: Example) -> StudyResult:
    fields = example.study_fields()
    fields["events"] = tuple(Event(day, name) for day, name in fields["events"])
    study = Study(**fields)
    route = Route(parse_region(study.origin), parse_region(study.destination), study.min_grade)
    days = {"first": study.first, "last": study.last}
    evidence = load_route(archive, route, source=study.source, **days)
    return run_study(study, evidence, spec=find_spec(study.source))


def _truth(example: Example) -> RouteTruth:
    ends = (parse_region(spec).airports() for spec in (example.origin, example.destination))
    return count_true_flights(*ends)


@pytest.mark.parametrize("key", BY_KEY)
def test_verdict_does_the_truth_justice(results: dict[str, StudyResult], key: str) -> None:
    verdict = results[key].verdict
    assert verdict.kind in BY_KEY[key].expected, verdict.sentence


@pytest.mark.parametrize("key", BY_KEY)
def test_example_tells_the_truth_about_its_ratio(key: str) -> None:
    example = BY_KEY[key]
    true = _truth(example).ratio(example.events[0][0])
    assert true == pytest.approx(example.true_ratio, rel=0.08)


@pytest.mark.parametrize("key", BY_KEY)
def test_result_says_that_it_is_simulated(results: dict[str, StudyResult], key: str) -> None:
    assert results[key].simulated
    assert "SIMULATED" in results[key].sources[0].title


def test_true_change_is_found_with_its_size(results: dict[str, StudyResult]) -> None:
    result = results["true-change"]
    assert result.verdict.direction == "increase"
    for effect in (result.lower, result.upper):
        assert effect is not None
        assert effect.lo <= BY_KEY["true-change"].true_ratio <= effect.hi
        assert effect.kappa < 1.3


def test_route_without_change_keeps_one_in_its_interval(results: dict[str, StudyResult]) -> None:
    effect = results["no-change"].lower
    assert effect is not None
    assert effect.lo < 1 < effect.hi
    assert effect.mde_up <= 3


def test_lost_days_are_missing_and_only_a_naive_reader_sees_a_surge(
    results: dict[str, StudyResult],
) -> None:
    result, example = results["archive-hole"], BY_KEY["archive-hole"]
    series = pd.Series(result.series.lower, index=result.series.days, dtype=float)
    assert series[list(HOLES)].isna().all()
    event = example.events[0][0]
    after = series[event : event + timedelta(days=13)]
    before = series[event - timedelta(days=14) : event - timedelta(days=1)]
    assert after.sum() / before.fillna(0).sum() > 2  # missing days counted as zero
    assert after.mean() / before.mean() < 1.5  # missing days left out
    assert {day for day, _, _ in result.days_missing} == set(HOLES)


def test_switched_on_receivers_make_the_heard_jump_and_the_truth_stay(
    results: dict[str, StudyResult],
) -> None:
    example, lower = BY_KEY["receivers"], results["receivers"].lower
    assert lower is not None
    assert lower.kappa > 2
    assert lower.raw_ratio > 2
    assert lower.lo > 1  # even weighed by exposure the count alone would mislead
    event, truth = example.events[0][0], _truth(example)
    true = pd.Series(truth.flights, index=truth.days)
    after = true[event : event + timedelta(days=13)].mean()
    before = true[event - timedelta(days=56) : event - timedelta(days=1)].mean()
    assert after / before < 1.4


def test_thin_route_is_called_thin(results: dict[str, StudyResult]) -> None:
    lower = results["thin"].lower
    assert lower is not None
    assert lower.mde_up > 3


def test_lower_bound_never_exceeds_the_truth(simulated_archive: Path) -> None:
    """Flights counted on both ends truly flew; the day of take-off may be the one before."""
    for example in EXAMPLES:
        route = Route(parse_region(example.origin), parse_region(example.destination))
        evidence = load_route(
            Archive(simulated_archive),
            route,
            source=example.source,
            first=example.first,
            last=example.last,
        )
        lower = evidence.flights[evidence.flights["bound"] == "lower"]
        truth = _truth(example)
        true = pd.Series(truth.flights, index=pd.to_datetime(list(truth.days)))
        counted = pd.to_datetime(lower["day"]).value_counts().reindex(true.index, fill_value=0)
        assert counted.cumsum().le(true.cumsum()).all()
        assert counted.sum() > 0


def _answers_beside(
    simulated_archive: Path, example: Example, destinations: tuple[str, ...]
) -> dict[str, StudyResult]:
    """The same question about other destinations of the same origin."""
    archive = Archive(simulated_archive)
    others = {each: replace(example, destination=each) for each in destinations}
    return {each: _answer(archive, other) for each, other in others.items()}


def _kinds(result: StudyResult) -> set[str]:
    """The verdict, and those at the other windows."""
    return {result.verdict.kind, *(each.kind for each in result.sensitivity)}


def test_hole_in_the_archive_before_an_event_never_gives_a_change(
    results: dict[str, StudyResult], simulated_archive: Path
) -> None:
    example = BY_KEY["archive-hole"]
    found = _answers_beside(simulated_archive, example, ("country:DE", "country:NL"))
    for result in (results["archive-hole"], *found.values()):
        assert "change" not in _kinds(result), result.verdict.sentence


def test_receivers_switched_on_mid_way_never_give_a_change(
    results: dict[str, StudyResult], simulated_archive: Path
) -> None:
    example = BY_KEY["receivers"]
    found = _answers_beside(simulated_archive, example, ("country:CN", "country:LU"))
    for result in (results["receivers"], *found.values()):
        assert "change" not in _kinds(result), result.verdict.sentence


def test_sky_over_both_ends_is_told_and_steady_where_receivers_are(
    results: dict[str, StudyResult],
) -> None:
    """Chance moves the second proxy by little, so that it does not widen what can be said."""
    for key, result in results.items():
        series = result.series
        for sky in (series.overhead_origin, series.overhead_destination):
            known = pd.Series(sky, index=series.days, dtype=float)
            assert known[list(HOLES)].isna().all()
            event = result.event
            after = known[event : event + timedelta(days=13)].mean()
            before = known[event - timedelta(days=56) : event - timedelta(days=1)].mean()
            assert after / before == pytest.approx(1, abs=0.1), key

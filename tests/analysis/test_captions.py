"""The words beside a verdict say what is known, and what is not."""

from dataclasses import replace

import made_results as made
import pytest

from analysis.captions import describe_detectable, describe_figures, explain_no_flights
from analysis.report import render_report
from analysis.results import StudyResult


@pytest.fixture(scope="module")
def change() -> StudyResult:
    return made.make_result("change")


def test_flights_with_neither_end_known_stand_beside_the_counts(change: StudyResult) -> None:
    start = (change.event - change.series.days[0]).days
    count = sum(each or 0 for each in change.series.neither_end[start : start + 14])
    told = f"{count:.0f} of the possible with neither end known"
    assert count > 0 and told in describe_figures(change)
    series = replace(change.series, neither_end=(0.0,) * len(change.series.days))
    assert not any("neither" in each for each in describe_figures(replace(change, series=series)))


def test_days_that_are_missing_are_not_among_those_observed() -> None:
    assert "in 13 complete days of 14" in describe_figures(made.make_result("missing"))[0]


def test_no_flight_on_days_nobody_pulled_is_not_a_zero(change: StudyResult) -> None:
    assert explain_no_flights(change) == "None was heard in 14 days."
    unasked = made.make_result("unasked")
    said = "None of these days is complete: what flew on them is not known."
    assert explain_no_flights(unasked) == said
    flights = made.make_evidence(made.CASES["unasked"]).flights.iloc[:0]
    assert said in render_report(unasked, flights)


def test_every_verdict_with_numbers_says_what_could_have_been_noticed() -> None:
    for name in ("change", "null", "thin", "coverage", "history", "missing"):
        result = made.make_result(name)
        said = [each for each in describe_figures(result) if "be noticed" in each]
        assert len(said) == 1 and "a rise of " in said[0], name
        assert said[0].startswith("going by the 34 dates") == (name == "history")
    assert not any("be noticed" in each for each in describe_figures(made.make_result("unasked")))


def test_what_could_have_been_noticed_is_said_both_ways() -> None:
    lower = made.make_result("change").lower
    assert lower is not None
    known = replace(lower, mde_up=2.1, mde_down=0.31)
    assert describe_detectable(known) == (
        "A rise of ×2.10 or more would probably be noticed, and a fall to ×0.31 or less."
    )
    assert describe_detectable(replace(known, n_placebo=0)) == ""
    assert describe_detectable(None) == ""

"""The words beside a verdict say what is known, and what is not."""

from dataclasses import replace

import made_results as made
import pytest

from analysis.captions import describe_figures, explain_no_flights
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

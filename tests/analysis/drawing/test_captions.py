"""The words beside a verdict say what is known, and what is not."""

from dataclasses import replace

import made_results as made
import pytest

from analysis.drawing.captions import (
    describe_detectable,
    describe_effects,
    describe_figures,
    describe_holm,
    describe_no_flights,
)
from analysis.reports.study_report import render_report
from analysis.study import StudyResult


@pytest.fixture(scope="module")
def change() -> StudyResult:
    return made.make_result("change")


def test_flights_with_neither_end_known_stand_beside_the_counts(change: StudyResult) -> None:
    start = (change.event - change.series.days[0]).days
    count = sum(each or 0 for each in change.series.neither_end[start : start + 14])
    told = f"{count:.0f} with both ends unknown, included in “at most”"
    assert count > 0 and told in describe_figures(change)
    series = replace(change.series, neither_end=(0.0,) * len(change.series.days))
    assert not any("neither" in each for each in describe_figures(replace(change, series=series)))


def test_days_that_are_missing_are_not_among_those_observed() -> None:
    assert "in 13 complete days of 14" in describe_figures(made.make_result("missing"))[0]


def test_no_flight_on_days_nobody_pulled_is_not_a_zero(change: StudyResult) -> None:
    assert describe_no_flights(change) == "No flight was heard in 14 days."
    unasked = made.make_result("unasked")
    said = "None of these days is complete, so the number of flights is not known."
    assert describe_no_flights(unasked) == said
    flights = made.make_evidence(made.CASES["unasked"]).flights.iloc[:0]
    assert said in render_report(unasked, flights)


def test_every_verdict_with_numbers_says_what_could_have_been_noticed() -> None:
    for name in ("change", "null", "thin", "coverage", "history", "missing"):
        said = describe_detectable(made.make_result(name).lower)
        assert "rise of " in said, name
        assert said.startswith("Estimated from only 34 dates") == (name == "history")


def test_what_could_have_been_noticed_is_said_both_ways() -> None:
    lower = made.make_result("change").lower
    assert lower is not None
    known = replace(lower, mde_up=2.1, mde_down=0.31)
    assert describe_detectable(known) == (
        "A rise of ×2.10 or more would probably be noticed, and a fall to ×0.31 or less."
    )
    assert describe_detectable(replace(known, n_placebo=0)) == ""
    assert describe_detectable(None) == ""


def test_dates_of_one_question_say_what_is_left_of_them(change: StudyResult) -> None:
    full = made.with_everything(change)
    told = describe_holm(full, full.event)
    assert (
        "p = 0.010 for this date alone. Adjusted for all 3 dates (Holm), p = 0.030: still" in told
    )
    assert "not below 0.05" in describe_holm(full, full.others[0].event)
    assert describe_holm(change, change.event) == ""


def test_both_bounds_of_another_date_are_told_in_short(change: StudyResult) -> None:
    told = describe_effects(change.lower, change.upper)
    assert told.count("other dates differ as much") == 2
    assert " · " not in describe_effects(change.lower, change.lower)
    assert describe_effects(None, None) == ""

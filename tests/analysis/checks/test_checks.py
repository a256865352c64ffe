"""Each robustness check: what it fails on, what it lets pass, and when it has nothing to say.

What all checks have in common is in `test_check_contract`.
"""

from dataclasses import replace
from datetime import timedelta

import made_checks
import made_results as made
import pytest

from analysis.event_study import run_study
from analysis.study import Event
from flights.routes import RouteEvidence


@pytest.fixture(scope="module")
def evidence() -> RouteEvidence:
    """A record in which nothing happens."""
    return made.make_evidence(made.Story(), study=made.make_study())


def test_change_passes_the_checks_that_speak_of_it() -> None:
    result = made.make_result("change")
    failed = [check.name for check in result.checks if check.outcome == "failed"]
    assert failed == []
    for name in ("leave_out_day", "leave_out_airframe", "leave_out_operator"):
        check = made_checks.check_of(result, name)
        assert check.outcome == "passed" and len(check.table) == 3
        assert check.table[0]["flights"] >= check.table[1]["flights"]


def test_coverage_that_moved_with_the_count_fails() -> None:
    check = made_checks.check_of(made.make_result("coverage"), "coverage")
    assert check.outcome == "failed" and "the same way" in check.sentence
    assert [row["place"] for row in check.table] == ["both", "origin", "destination"]
    assert all(row["ratio"] == pytest.approx(3, abs=0.3) for row in check.table)


def test_sky_that_is_heard_anew_makes_a_rise_no_verdict() -> None:
    """Other traffic stays, so that only overflights tell that the receivers hear more."""
    evidence = made.make_evidence(made.CASES["change"])
    still, risen = (
        made_checks.run(made_checks.overhead_of(evidence, step=step)) for step in (1.0, 3.0)
    )
    assert still.verdict.kind == "change" and risen.verdict.kind == "no verdict (coverage)"
    assert risen.lower.kappa == pytest.approx(3) and still.lower.kappa < 1.2
    check = made_checks.check_of(risen, "coverage")
    assert check.outcome == "failed"
    assert "positions per aircraft-hour at cruising height, origin" in check.sentence
    places = ["both", "origin", "destination", "origin", "destination"]
    assert [row["place"] for row in check.table] == places
    assert [row["ratio"] for row in check.table[3:]] == pytest.approx([3, 1])


def test_sky_known_on_too_few_days_says_nothing() -> None:
    evidence = made_checks.overhead_of(made.make_evidence(made.CASES["change"]), step=3.0)
    overhead = evidence.overhead.copy()
    overhead.loc[[made.EVENT + timedelta(days=n) for n in range(8)], "origin"] = None
    result = made_checks.run(replace(evidence, overhead=overhead))
    assert result.lower.kappa < 1.2 and result.verdict.kind == "change"


def test_finding_of_one_day_is_badged(evidence: RouteEvidence) -> None:
    result = made_checks.run(
        made_checks.with_burst(evidence, 40, day=made.EVENT + timedelta(days=3))
    )
    check = made_checks.check_of(result, "leave_out_day")
    assert check.outcome == "failed" and "2050-07-23" in check.sentence
    assert result.verdict.kind == "change" and "one day" in result.verdict.badges


def test_finding_of_one_aircraft_is_badged(evidence: RouteEvidence) -> None:
    result = made_checks.run(made_checks.with_burst(evidence, 40, icao24="abc123"))
    check = made_checks.check_of(result, "leave_out_airframe")
    assert check.outcome == "failed" and "abc123 (40 flights)" in check.sentence
    assert result.verdict.kind == "change" and "one aircraft" in result.verdict.badges
    assert made_checks.check_of(result, "leave_out_day").outcome == "passed"


def test_finding_of_one_operator_is_badged(evidence: RouteEvidence) -> None:
    result = made_checks.run(made_checks.with_burst(evidence, 40, operator="QQN"))
    assert made_checks.check_of(result, "leave_out_operator").outcome == "failed"
    assert "one operator" in result.verdict.badges


def test_flights_of_unknown_operator_are_nobodys(evidence: RouteEvidence) -> None:
    check = made_checks.check_of(
        made_checks.run(made_checks.with_burst(evidence, 40, operator=None)), "leave_out_operator"
    )
    assert all(row["left out"] in ("QQX", "QQY", "QQZ") for row in check.table)
    assert check.outcome == "passed"


def test_source_change_inside_the_windows_fails() -> None:
    story = made.Story(editions=("reader 1", "reader 2"))
    early = made.make_study(events=(Event(made.FIRST + timedelta(days=170)),))
    result = run_study(early, made.make_evidence(story, study=early), spec=made.SPEC)
    check = made_checks.check_of(result, "source_change")
    assert check.outcome == "failed" and len(check.table) == 2
    assert result.verdict.kind == "no verdict (coverage)"
    assert "reader 1 · flights; reader 2 · flights" in result.verdict.sentence


def test_source_change_outside_the_windows_passes() -> None:
    story = made.Story(editions=("reader 1", "reader 2"))
    late = made.make_study(events=(Event(made.FIRST + timedelta(days=250)),))
    result = run_study(late, made.make_evidence(story, study=late), spec=made.SPEC)
    assert made_checks.check_of(result, "source_change").outcome == "passed"
    assert result.verdict.kind != "no verdict (coverage)"


def test_thin_route_fails_low_count() -> None:
    check = made_checks.check_of(made.make_result("thin"), "low_count")
    assert check.outcome == "failed" and check.table[0]["smallest increase"] > 3
    assert made_checks.check_of(made.make_result("null"), "low_count").outcome == "passed"


def test_missing_days_are_listed_with_their_reasons() -> None:
    result = made.make_result("missing")
    check = made_checks.check_of(result, "missing_days")
    assert check.outcome == "passed"
    assert "2 of 56 days before the event and 1 of 14 days from the event day on" in check.sentence
    assert {row["reason"] for row in check.table} == {"This day was never pulled."}
    assert made_checks.check_of(made.make_result("unasked"), "missing_days").outcome == "failed"


def test_days_missing_at_one_side_of_the_event_take_a_finding_away() -> None:
    event = (made.EVENT - made.FIRST).days
    for gone, kind in (((event + 3,), "change"), ((event + 3, event + 4), "no verdict (coverage)")):
        result = made_checks.run(made.make_evidence(made.Story(effect=3.5, missing=gone)))
        assert result.verdict.kind == kind, result.verdict.sentence
        assert result.lower is not None
        assert result.lower.n1 > 0
    check = made_checks.check_of(result, "missing_days")
    assert check.outcome == "failed"
    assert "on one side of the event" in check.sentence


def test_outage_days_are_listed_apart(evidence: RouteEvidence) -> None:
    heard = evidence.heard.astype(float)
    heard.loc[made.EVENT + timedelta(days=2)] = 3
    result = made_checks.run(replace(evidence, heard=heard))
    check = made_checks.check_of(result, "missing_days")
    assert "1 more are left out as outages" in check.sentence
    assert [(day, status) for day, status, _ in result.days_missing] == [
        (made.EVENT + timedelta(days=2), "outage")
    ]


def test_placebo_dates_rank_the_event() -> None:
    assert made_checks.check_of(made.make_result("change"), "placebo_dates").outcome == "passed"
    assert made_checks.check_of(made.make_result("null"), "placebo_dates").outcome == "failed"
    assert (
        made_checks.check_of(made.make_result("history"), "placebo_dates").outcome
        == "not applicable"
    )


def test_exposure_power_tells_when_the_answer_hangs_on_it() -> None:
    steady = made_checks.check_of(made.make_result("change"), "exposure_power")
    assert steady.outcome == "passed"
    assert [row["exposure to the power"] for row in steady.table] == [0, 1, 2]
    assert made_checks.check_of(made.make_result("coverage"), "exposure_power").outcome == "failed"


def test_season_that_did_the_same_a_year_before_is_badged() -> None:
    result = made_checks.judge_two_years(effect_before=3.5)
    assert made_checks.check_of(result, "season").outcome == "failed"
    assert "season" in result.verdict.badges


def test_season_that_was_quiet_a_year_before_passes() -> None:
    result = made_checks.judge_two_years(effect_before=1.0)
    check = made_checks.check_of(result, "season")
    assert check.outcome == "passed" and check.table[0]["day"] == "2050-07-20"
    assert made_checks.check_of(made.make_result("change"), "season").outcome == "not applicable"


def test_volatile_era_takes_a_finding_away_or_badges_it() -> None:
    result = made_checks.judge_volatile_era()
    check = made_checks.check_of(result, "volatile_era")
    assert check.table[0]["variance near the event"] > 1.5
    assert "volatile era" in result.verdict.badges
    quiet = made_checks.check_of(made.make_result("null"), "volatile_era")
    assert quiet.outcome == "passed"

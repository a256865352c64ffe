"""A study from evidence to result: the right kind of answer for each story."""

import json
from dataclasses import replace
from datetime import date, timedelta

import made_results as made
import numpy as np
import pandas as pd
import pytest

from analysis.event_study import effects, run_study
from analysis.reports.study_report import render_report
from analysis.study import Event, to_json
from flights import CONTENTS_SENTENCE
from flights.errors import InvalidInput


@pytest.mark.parametrize(
    ("story", "kind"),
    [
        ("change", "change"),
        ("null", "no detectable change"),
        ("thin", "too thin"),
        ("coverage", "no verdict (coverage)"),
        ("history", "no verdict (history)"),
        ("missing", "no detectable change"),
        ("unasked", "no verdict (history)"),
        ("upper only", "no detectable change"),
    ],
)
def test_story_ends_in_its_verdict(story: str, kind: str) -> None:
    result = made.make_result(story)
    assert result.verdict.kind == kind
    assert result.simulated and result.contents_sentence == CONTENTS_SENTENCE


def test_change_only_in_the_upper_bound_says_so() -> None:
    note = made.make_result("upper only").verdict.bound_note
    assert note.startswith("CHANGE (increase) only if flights with an unknown end are counted")


def test_short_history_says_how_many_days_to_pull_and_before_when() -> None:
    result = made.make_result("history")
    begins = made.FIRST + timedelta(days=100)
    assert "34 comparable dates in this record; 89 are needed." in result.verdict.sentence
    assert "Pull 55 more days before 11 Apr 2050." in result.verdict.sentence
    assert begins == date(2050, 4, 11)
    longer = made.make_study(first=begins - timedelta(days=55))
    enough = run_study(longer, made.make_evidence(made.Story(), study=longer), spec=made.SPEC)
    assert enough.lower is not None and enough.lower.n_placebo == enough.lower.needed_placebo


def test_nothing_pulled_names_every_day_and_invents_no_number() -> None:
    result = made.make_result("unasked")
    assert result.lower is None and result.upper is None and result.sensitivity == ()
    assert len(result.days_missing) == made.DAYS and result.days_used == 0
    assert "Pull 158 more days before 20 Jul 2050." in result.verdict.sentence
    assert {status for _, status, _ in result.days_missing} == {"not asked"}


def test_hole_right_before_the_event_is_never_a_change() -> None:
    hole = tuple(range(186, 200))
    study = made.make_study()
    evidence = made.make_evidence(made.Story(missing=hole), study=study)
    result = run_study(study, evidence, spec=made.SPEC)
    assert result.verdict.kind == "no verdict (history)"
    assert "14 of the 56 days before it are missing" in result.verdict.sentence
    # Read as days without flights, the same hole would be a surge.
    naive = replace(evidence, ledger=made.make_evidence(made.Story(), study=study).ledger)
    heard = made.make_evidence(made.Story(), study=study).heard
    assert run_study(study, replace(naive, heard=heard), spec=made.SPEC).lower.rr > 1.25  # type: ignore[union-attr]


def test_receivers_that_go_dark_at_the_event_give_no_verdict_about_coverage() -> None:
    study = made.make_study()
    evidence = made.make_evidence(made.Story(effect=0.02, coverage_step=0.02), study=study)
    result = run_study(study, evidence, spec=made.SPEC)
    assert result.verdict.kind == "no verdict (coverage)"


def test_receivers_that_hear_nobody_else_are_said_to() -> None:
    study = made.make_study()
    evidence = made.make_evidence(made.Story(), study=study)
    result = run_study(study, replace(evidence, heard=evidence.heard * 0), spec=made.SPEC)
    assert result.verdict.kind == "no verdict (history)"
    assert "heard no other flight" in result.verdict.sentence
    assert result.lower is None and any("left out" in note for note in result.notes)


def test_source_that_cannot_serve_frequency_gives_no_numbers() -> None:
    spec = replace(made.SPEC, serves_frequency=False, title="Monthly samples")
    study = made.make_study()
    result = run_study(study, made.make_evidence(made.Story(), study=study), spec=spec)
    assert result.verdict.kind == "no verdict (source)"
    assert "Monthly samples" in result.verdict.sentence
    assert result.lower is None and result.checks == () and result.sensitivity == ()
    assert result.flights_lower > 0


def test_series_of_chosen_aircraft_gives_no_numbers_either() -> None:
    study = made.make_study()
    evidence = replace(
        made.make_evidence(made.Story(), study=study), frequency="Only 2 aircraft.", notes=("So.",)
    )
    result = run_study(study, evidence, spec=made.SPEC)
    assert (result.verdict.kind, result.verdict.sentence) == (
        "no verdict (source)",
        "Only 2 aircraft.",
    )
    assert result.lower is None and result.checks == () and result.notes[0] == "So."


def test_exposure_of_one_end_alone_is_enough() -> None:
    study = made.make_study()
    evidence = made.make_evidence(made.Story(effect=3.5), study=study)
    unknown = pd.Series(pd.NA, evidence.heard.index, dtype="Int64")
    alone = replace(evidence, heard=evidence.heard.assign(origin=unknown), neither_end=unknown)
    result = run_study(study, alone, spec=made.SPEC)
    assert result.verdict.kind == "change"
    assert all(each is None for each in result.series.exposure_origin)
    assert result.series.exposure == result.series.exposure_destination
    assert result.flights_neither_end == 0 and set(result.series.neither_end) == {None}


def test_other_windows_are_sensitivity_and_never_the_headline() -> None:
    study = made.make_study()
    evidence = made.make_evidence(made.Story(effect=3.5), study=study)
    result = run_study(study, evidence, spec=made.SPEC)
    assert [each.window for each in result.sensitivity] == [7, 28]
    assert result.lower is not None and result.lower.window == 14
    for each in result.sensitivity:
        alone = run_study(replace(study, window=each.window), evidence, spec=made.SPEC)
        assert alone.lower is not None
        assert alone.lower.rr == each.lower.rr and alone.verdict.kind == each.kind
        assert "exploratory" in alone.verdict.badges


def test_exploratory_study_is_badged() -> None:
    assert made.make_result("null").verdict.badges == ()
    assert "exploratory" in made.make_result("null", exploratory=True).verdict.badges


def test_tries_are_those_of_the_session_or_this_one_alone() -> None:
    study = made.make_study()
    evidence = made.make_evidence(made.Story(), study=study)
    alone = run_study(study, evidence, spec=made.SPEC)
    assert alone.tries == {"windows": 1, "grades": 1, "regions": 1, "dates": 1}
    session = {"windows": 3, "grades": 2, "regions": 5, "dates": 4}
    result = run_study(study, evidence, spec=made.SPEC, tries=session)
    assert to_json(result)["tries"] == session
    assert "windows: 3, grades: 2, regions: 5, dates: 4" in render_report(result, evidence.flights)


def test_several_events_are_each_answered_and_keep_off_each_other() -> None:
    study = made.make_study(
        last=date(2051, 12, 31), events=(Event(made.EVENT), Event(date(2051, 8, 1), "Later"))
    )
    evidence = made.make_evidence(made.Story(effect=3.5), study=study)
    result = run_study(study, evidence, spec=made.SPEC)
    assert result.verdict.kind == "change"
    (other,) = result.others
    assert (other.event_name, other.verdict.kind) == ("Later", "no detectable change")
    assert result.lower is not None and other.lower is not None
    assert result.lower.n_placebo == other.lower.n_placebo
    assert any("This study has 2 dates" in note for note in result.notes)


def test_event_outside_the_evidence_is_refused() -> None:
    study = made.make_study()
    evidence = made.make_evidence(made.Story(), study=study)
    short = replace(evidence, last=made.EVENT - timedelta(days=1))
    with pytest.raises(InvalidInput, match="20 Jul 2050 is outside the days of the record"):
        run_study(study, short, spec=made.SPEC)


@pytest.mark.parametrize("event", [made.FIRST, made.FIRST + timedelta(days=made.DAYS - 1)])
def test_event_at_the_edge_of_the_days_is_answered(event: date) -> None:
    result = made.make_result("null", events=(Event(event),))
    assert result.verdict.kind == "no verdict (history)"


def test_same_evidence_gives_the_same_result_but_for_the_time_stamp() -> None:
    study = made.make_study()
    evidence = made.make_evidence(made.Story(effect=2), study=study)
    a, b = (
        json.dumps(to_json(run_study(study, evidence, spec=made.SPEC, made_at=at)))
        for at in ("2050-12-01", "2050-12-02")
    )
    assert a != b and a == b.replace("2050-12-02", "2050-12-01")


def test_every_story_is_json_with_a_schema_version() -> None:
    for name in made.CASES:
        plain = json.loads(json.dumps(to_json(made.make_result(name)), allow_nan=False))
        assert plain["schema_version"] == 2
        assert plain["study"]["source"] == "simulated"
        assert len(plain["study_hash"]) == len(plain["input_hash"]) == 64


def test_order_of_flights_and_ledger_does_not_matter() -> None:
    study = made.make_study()
    evidence = made.make_evidence(made.Story(effect=3.0), study=study)
    mixed = replace(
        evidence,
        flights=evidence.flights.sample(frac=1, random_state=np.random.RandomState(1)),
        ledger=evidence.ledger[::-1],
    )
    assert to_json(run_study(study, evidence, spec=made.SPEC)) == to_json(
        run_study(study, mixed, spec=made.SPEC)
    )


def test_input_hash_knows_its_files() -> None:
    study = made.make_study()
    a = run_study(study, made.make_evidence(made.Story(), study=study), spec=made.SPEC)
    b = run_study(
        study, made.make_evidence(made.Story(editions=("x",)), study=study), spec=made.SPEC
    )
    assert a.input_hash != b.input_hash and a.study_hash == b.study_hash


def test_expected_per_day_adds_up_to_what_is_expected() -> None:
    result = made.make_result("missing")
    effect, series = result.lower, result.series
    assert effect is not None
    at = series.days.index(result.event)
    window = [each for each in effect.expected_per_day[at : at + 14] if each is not None]
    assert len(window) == 13
    assert sum(window) == pytest.approx(effect.expected)


def test_flights_that_cannot_have_been_there_are_counted_by_reason_and_nowhere_else() -> None:
    evidence = made.make_evidence(made.CASES["null"])
    lost = evidence.flights[evidence.flights["bound"] == "upper"].head(3)
    gone = lost.assign(
        bound="neither",
        destination_verdict="excluded",
        origin_stay_s=np.nan,
        destination_stay_s=-9.0,
    )
    result = run_study(made.make_study(), replace(evidence, excluded=gone), spec=made.SPEC)
    assert result.excluded == (("destination: heard again too soon for a landing in Iran", 3),)
    plain = made.make_result("null")
    assert plain.excluded == ()
    assert (result.flights_lower, result.flights_upper) == (
        plain.flights_lower,
        plain.flights_upper,
    )


def test_shape_of_each_bound_stands_beside_the_effect() -> None:
    result = made.make_result("change")
    assert [shape.bound for shape in result.shapes] == ["lower", "upper"]
    assert result.lower is not None
    assert result.shapes[0].rr == pytest.approx(result.lower.rr, rel=0.4)
    assert made.make_result("unasked").shapes == ()


def test_scan_finds_the_days_of_a_change_in_exploratory_studies_only() -> None:
    plain, explored = made.make_result("change"), made.make_result("change", exploratory=True)
    assert plain.shifts == ()
    assert any(abs((shift.day - explored.event).days) <= 5 for shift in explored.shifts)
    assert "exploratory" in explored.verdict.badges
    same = replace(explored.verdict, badges=plain.verdict.badges)
    assert same == plain.verdict, "a scan must not change the verdict"
    assert made.make_result("change", window=28).shifts
    assert made.make_result("unasked", exploratory=True).shifts == ()


def test_scan_is_of_the_years_around_the_event_only(monkeypatch: pytest.MonkeyPatch) -> None:
    scanned = []
    monkeypatch.setattr(effects, "scan_levels", lambda counts, _: scanned.append(len(counts)) or [])
    days = 5000
    values = (1.0,) * days
    counts = replace(
        made.make_result("null").series,
        days=tuple(made.FIRST + timedelta(days=n) for n in range(days)),
        **dict.fromkeys(("lower", "upper", "exposure"), values),
        outage=(),
    )
    for around in (2500, 100, 4900):
        assert effects.find_shifts(counts, around=around) == ()
    assert scanned == [1460, 830, 830]

"""Several dates and several routes: what is left of a finding when all that was asked counts."""

import json
from dataclasses import replace
from datetime import date, timedelta

import made_results as made
import numpy as np
import pytest

from analysis.event_study import judge_counts, list_results
from analysis.event_study.families import adjust_benjamini_hochberg, adjust_holm, judge_dates
from analysis.event_study.run import Subject
from analysis.study import CountSeries, Event, Study, StudyResult, to_json
from flights.sources import SourceSpec

FIRST = date(2050, 1, 3)
EVENTS = (400, 500, 600)
SPEC = SourceSpec("table", "a table", "counts", "nothing", "none", "Made up.", "none")


def make_counts(
    seed: int = 1,
    *,
    effects: dict[int, float] | None = None,
    rate: float = 2.0,
    step: dict[int, float] | None = None,
    missing: range = range(0),
    days: int = 730,
) -> CountSeries:
    """Counts of two years; `effects` and `step` multiply flights and reception from a day on."""
    rng = np.random.default_rng(seed)
    mean, heard = np.full(days, rate), np.full(days, 200.0)
    for at, effect in (effects or {}).items():
        mean[at : at + 14] *= effect
    for at, factor in (step or {}).items():
        heard[at : at + 14] *= factor
    counts = tuple(
        None if n in missing else float(each) for n, each in enumerate(rng.poisson(mean))
    )
    exposure = tuple(None if c is None else float(e) for c, e in zip(counts, heard, strict=True))
    there = [count is not None for count in counts]
    return CountSeries(
        days=tuple(FIRST + timedelta(days=n) for n in range(days)),
        lower=counts,
        upper=counts,
        exposure=exposure,
        exposure_origin=exposure,
        exposure_destination=exposure,
        neither_end=(None,) * days,
        status=tuple("complete" if each else "missing" for each in there),
        reason=("",) * days,
        reader=("",) * days,
    )


def ask(counts: CountSeries, events: tuple[int, ...] = EVENTS, **changes: object) -> StudyResult:
    import pandas as pd

    study = Study(
        source="table",
        first=counts.days[0],
        last=counts.days[-1],
        origin="world:",
        destination="world:",
        events=tuple(Event(counts.days[at]) for at in events),
        **changes,  # type: ignore[arg-type]
    )
    return judge_counts(study, counts, Subject("here", "there", pd.DataFrame(), SPEC, "0" * 64))


def test_holm_is_that_of_the_textbook() -> None:
    assert adjust_holm([0.01, 0.02, 0.03, 0.005]) == pytest.approx([0.03, 0.04, 0.04, 0.02])
    assert adjust_holm([0.4, 0.6]) == pytest.approx([0.8, 0.8])
    assert adjust_holm([0.03]) == [0.03]


def test_holm_agrees_with_a_published_tool() -> None:
    from statsmodels.stats import multitest

    p = np.random.default_rng(1).beta(0.5, 3, 40)
    expected = multitest.multipletests(p, method="holm")[1]
    assert adjust_holm(p) == pytest.approx(expected)


def test_benjamini_hochberg_is_that_of_the_paper() -> None:
    # The fifteen p of Benjamini & Hochberg (1995), section 3: four stay at 0.05.
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459]
    p += [0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    assert sum(each <= 0.05 for each in adjust_benjamini_hochberg(p)) == 4
    assert sum(each <= 0.05 for each in adjust_holm(p)) == 3


def test_one_date_is_no_family() -> None:
    result = ask(make_counts(), (500,))
    assert result.family is None and result.stack is None and result.others == ()


def test_clear_change_among_several_dates_stays_one() -> None:
    result = ask(make_counts(effects={500: 4.0}), (500, 400, 600))
    assert result.verdict.kind == "change"
    family = result.family
    assert family is not None and family.method == "Holm"
    assert [member.holds for member in family.members] == [True, False, False]
    assert family.members[0].p_adjusted == pytest.approx(3 * family.members[0].p)
    assert family.members[0].label == "18 May 2051"


def test_change_of_one_date_that_goes_among_many_says_so() -> None:
    found = [ask(make_counts(seed, effects={500: 1.9}), (500, 400, 600)) for seed in range(6)]
    alone = [ask(make_counts(seed, effects={500: 1.9}), (500,)) for seed in range(6)]
    lost = [
        (many, one)
        for many, one in zip(found, alone, strict=True)
        if one.verdict.kind == "change" and many.verdict.kind != "change"
    ]
    assert lost, "no borderline series among these seeds"
    for many, _ in lost:
        assert many.family is not None and many.family.members[0].p_adjusted > 0.05
        assert many.verdict.kind == "no detectable change" and many.verdict.direction == ""
        assert "allowing for 3 dates, it is not (adjusted p = 0." in many.verdict.sentence


def test_date_without_a_verdict_counts_as_asked_and_finds_nothing() -> None:
    result = ask(make_counts(effects={500: 3.5}), (500, 20))
    assert result.family is not None
    assert [member.p for member in result.family.members][1] == 1.0
    assert result.family.members[0].p_adjusted == pytest.approx(2 * result.family.members[0].p)


def test_three_dates_are_taken_together() -> None:
    result = ask(make_counts(effects=dict.fromkeys(EVENTS, 1.8)))
    stack = result.stack
    assert stack is not None and stack.lower is not None and stack.upper is not None
    assert stack.verdict.kind == "change" and stack.verdict.direction == "increase"
    assert stack.lower.events == tuple(event.day for event in _events(result))
    assert stack.lower.n1 == sum(
        each.n1 for each in (result.lower, *(other.lower for other in result.others)) if each
    )
    assert f"{stack.lower.n1:.0f} flights were observed in the 14 days from 3 dates" in (
        stack.verdict.sentence
    )
    assert f"{stack.lower.r} of 999 random sets of as many other dates" in stack.verdict.sentence
    assert stack.verdict.sentence.endswith("This does not say why.")


def _events(result: StudyResult) -> list[Event]:
    return [Event(date.fromisoformat(each["day"])) for each in result.study["events"]]


def test_stack_of_nothing_says_what_could_have_been_noticed() -> None:
    stack = ask(make_counts()).stack
    assert stack is not None and stack.lower is not None
    assert stack.verdict.kind == "no detectable change"
    assert 1 < stack.lower.mde_up < 2
    assert f"An increase of ×{stack.lower.mde_up:.2f} or more" in stack.verdict.sentence
    # Three dates together show smaller changes than one alone.
    single = ask(make_counts()).lower
    assert single is not None and stack.lower.mde_up < single.mde_up


def test_stack_of_few_flights_is_too_thin() -> None:
    stack = ask(make_counts(rate=0.01)).stack
    assert stack is not None and stack.verdict.kind == "too thin"


def test_reception_that_moves_at_one_of_the_dates_vetoes_the_stack() -> None:
    effects = {400: 1.8, 500: 3.0, 600: 1.8}
    stack = ask(make_counts(effects=effects, step={500: 3.0})).stack
    assert stack is not None and stack.verdict.kind == "no verdict (coverage)"
    assert "changed by ×3.00 at 18 May 2051, one of 3 dates" in stack.verdict.sentence
    reached = ask(make_counts(effects=dict.fromkeys(EVENTS, 1.8), step={500: 1.9})).stack
    assert reached is not None and reached.verdict.kind == "no verdict (coverage)"


def test_days_missing_at_one_of_the_dates_leave_no_stack() -> None:
    stack = ask(make_counts(missing=range(500, 506))).stack
    assert stack is not None and stack.verdict.kind == "no verdict (history)"
    assert stack.verdict.sentence.startswith("6 of the 14 days from 18 May 2051")


def test_record_with_too_few_separate_windows_says_how_many_are_needed() -> None:
    result = ask(make_counts(days=420), (120, 220, 320))
    stack = result.stack
    assert stack is not None and stack.verdict.kind == "no verdict (history)"
    assert "dates taken together need 23. Pull " in stack.verdict.sentence
    days = int(stack.verdict.sentence.partition("Pull ")[2].partition(" ")[0])
    longer = ask(make_counts(days=420 + days), tuple(at + days for at in (120, 220, 320))).stack
    assert longer is not None and longer.verdict.kind == "no detectable change"


def test_dates_close_together_are_not_stacked() -> None:
    stack = ask(make_counts(), (400, 440, 600)).stack
    assert stack is not None and stack.verdict.kind == "no verdict (history)"
    assert "less than 70 days apart" in stack.verdict.sentence


def test_seed_of_the_study_chooses_the_sets() -> None:
    a, b, c = (ask(make_counts(), seed=seed).stack for seed in (0, 0, 1))
    assert a == b and a != c


def test_both_bounds_go_through_the_stack() -> None:
    counts = make_counts(effects=dict.fromkeys(EVENTS, 1.8))
    quiet = make_counts(seed=2)
    stack = ask(replace(counts, lower=quiet.lower)).stack
    assert stack is not None and stack.verdict.kind == "no detectable change"
    assert stack.verdict.bound_note.startswith("CHANGE (increase) only if flights with an unknown")


def test_list_of_routes_holds_each_against_all() -> None:
    real = ask(make_counts(effects={500: 4.0}), (500,), title="A")
    nulls = [ask(make_counts(seed), (500,), title=f"N{seed}") for seed in range(2, 9)]
    found = list_results([real, *nulls])
    assert found.family.method == "Benjamini-Hochberg" and len(found.family.members) == 8
    assert found.results[0].verdict.kind == "change" and found.family.members[0].holds
    assert found.family.members[0].label == "A, 18 May 2051"
    plain = json.loads(json.dumps(to_json(found), allow_nan=False))
    assert plain["schema_version"] == 2 and len(plain["results"]) == 8


def test_borderline_route_goes_in_a_long_list() -> None:
    close = next(
        result
        for seed in range(40)
        if (result := ask(make_counts(seed, effects={500: 1.8}), (500,))).verdict.kind == "change"
        and result.lower is not None
        and 0.004 < result.lower.p_smooth < 0.04
    )
    nulls = [ask(make_counts(seed), (500,)) for seed in range(50, 64)]
    found = list_results([close, *nulls])
    assert found.results[0].verdict.kind == "no detectable change"
    assert "allowing for 15 routes, it is not" in found.results[0].verdict.sentence


def test_list_counts_dates_and_stacks_too() -> None:
    stacked = ask(make_counts(effects=dict.fromkeys(EVENTS, 1.8)), title="S")
    found = list_results([stacked, ask(make_counts(2), (500,), title="N")])
    labels = [member.label for member in found.family.members]
    assert len(labels) == 5 and labels[3] == "S, 3 dates together"
    assert found.results[0].stack is not None
    assert found.results[0].stack.verdict.kind == "change"


def test_false_alarms_of_a_question_of_many_dates_stay_rare() -> None:
    events = (180, 260, 340, 420, 500, 580)
    changed = 0
    for seed in range(30):
        result = ask(make_counts(1000 + seed), events)
        verdicts = [result.verdict, *(other.verdict for other in result.others)]
        changed += any(verdict.kind == "change" for verdict in verdicts)
    assert changed <= 4  # 5 % and two standard errors


def test_family_of_no_answers_is_none() -> None:
    assert judge_dates([made.EVENT], [(made.make_result().verdict, None, None)])[0] is None


def test_dates_taken_together_are_no_change_where_days_are_missing_at_one_side() -> None:
    changed = dict.fromkeys(EVENTS, 3.0)
    assert _stack_kind(ask(make_counts(effects=changed))) == "change"
    holed = ask(make_counts(effects=changed, missing=range(505, 507)))
    assert _stack_kind(holed) == "no verdict (coverage)"
    assert holed.stack is not None
    assert "2 of the 14 days from 18 May 2051, 0 of the 56" in holed.stack.verdict.sentence


def _stack_kind(result: StudyResult) -> str:
    assert result.stack is not None
    return result.stack.verdict.kind

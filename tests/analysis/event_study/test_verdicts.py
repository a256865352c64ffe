"""The decision rule, step by step, and the sentences it ends in."""

import math
import re
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from analysis.event_study import sentences, verdicts
from analysis.event_study.verdicts import EventContext, Facts, conclude, decide
from analysis.numerics import Coverage, Design, RateRatio
from analysis.study import VERDICTS, numbers

DESIGN = Design(event=200, window=14)
PLACE = EventContext(date(2050, 7, 20), DESIGN, lacking_days=0, lacking_before=date(2050, 7, 20))

STEADY = Coverage(
    ratio=1.0, worst=1.0, kappa=1.0, raw=3.0, missing_after=0, missing_before=0, missing_share=0.0
)

RATIO = RateRatio(
    **{"n1": 42.0, "n0": 56.0, "m1": 14.0, "m0": 56.0, "expected": 14.0, "rr": 3.0},
    **{"lo": 1.8, "hi": 4.9, "s": 4.4, "r": 1, "p": 0.02, "q": 2.2, "phi": 1.26},
    coverage=STEADY,
    **{"mde_up": 2.1, "mde_down": 0.3, "volatility": 1.0},
    **{"era_p": 0.02, "era_lo": 1.8, "era_hi": 4.9},
    weekday_factors=np.ones(7),
    weights=np.ones(300),
    placebo_dates=np.arange(120),
    placebo_s=np.zeros(120),
    placebo_rr=np.ones(120),
)


def facts(*, coverage: dict[str, float] | None = None, **changes: object) -> Facts:
    moved = replace(STEADY, **(coverage or {}))  # type: ignore[arg-type]
    return Facts(moved, replace(RATIO, coverage=moved, **changes), placebos=120)  # type: ignore[arg-type]


NULL = {"p": 0.5, "lo": 0.6, "hi": 1.7, "rr": 1.0, "s": 0.1, "era_p": 0.5, "era_lo": 0.6}


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (facts(), "change"),
        (facts(**NULL), "no detectable change"),
        (facts(**NULL, mde_up=3.01), "too thin"),
        (facts(**NULL, mde_up=math.inf), "too thin"),
        # A finding in a thin record is a finding.
        (facts(mde_up=9.0), "change"),
        # p and the interval must both say so.
        (facts(p=0.051), "no detectable change"),
        (facts(lo=0.99), "no detectable change"),
        (facts(p=0.05), "change"),
        # Days missing at one side of the event more than at the other.
        (facts(coverage={"missing_p": 0.04}), "no verdict (coverage)"),
        (facts(coverage={"missing_p": 0.06}), "change"),
        (facts(**NULL, coverage={"missing_p": 0.04}), "no detectable change"),
        # Coverage that moved with the count, or whose distance the interval does not clear.
        (facts(coverage={"kappa": 2.1, "worst": 2.1}), "no verdict (coverage)"),
        (facts(coverage={"kappa": 2.1, "worst": 1 / 2.1}, lo=2.2), "change"),
        (facts(coverage={"kappa": 1.9, "worst": 1.9}), "no verdict (coverage)"),
        (facts(coverage={"kappa": 1.7, "worst": 1.7}), "change"),
        (facts(lo=0.2, hi=0.5, coverage={"kappa": 1.9, "worst": 1.9}), "change"),
        (facts(lo=0.2, hi=0.6, coverage={"kappa": 1.9, "worst": 1.9}), "no verdict (coverage)"),
        # A null under a coverage that moved the other way is still a null.
        (facts(coverage={"kappa": 2.5, "worst": 0.4}, **NULL), "no detectable change"),
        # Another edition or reader inside the windows.
        (replace(facts(), editions=("a", "b")), "no verdict (coverage)"),
        (replace(facts(), editions=("a",)), "change"),
        # History.
        (replace(facts(), placebos=88), "no verdict (history)"),
        (replace(facts(), placebos=89), "change"),
        (facts(coverage={"missing_share": 0.21}), "no verdict (history)"),
        (facts(coverage={"missing_share": 0.2}), "change"),
        (Facts(STEADY, None, placebos=120), "no verdict (history)"),
        (
            Facts(replace(STEADY, kappa=math.inf, worst=0.0, raw=0.1), None, placebos=120),
            "no verdict (coverage)",
        ),
        # Missing days come before coverage.
        (
            facts(coverage={"missing_share": 0.5, "kappa": 3.0, "worst": 3.0}),
            "no verdict (history)",
        ),
        # A volatile era takes a finding away.
        (facts(volatility=2.0, era_p=0.06), "no detectable change"),
        (facts(volatility=2.0, era_lo=0.9), "no detectable change"),
        (facts(volatility=2.0), "change"),
    ],
)
def test_rule(given: Facts, kind: str) -> None:
    assert kind in VERDICTS
    assert decide(given, DESIGN) == kind


def test_change_sentence_is_verbatim() -> None:
    verdict = conclude(facts(), facts(), PLACE)
    assert verdict.sentence == (
        "42 flights were observed in the 14 days from 20 Jul 2050; 14.0 would be expected from "
        "the 8 weeks before, the weekday pattern and what the receivers heard: ×3.00 (95 % "
        "interval 1.80–4.90). 1 of 120 other dates in this record show a change as large "
        "(p = 0.020). This does not say why."
    )
    assert (verdict.kind, verdict.direction) == ("change", "increase")
    assert verdict.bound_note == sentences.BOUNDS_EQUAL


def test_other_sentences_are_verbatim() -> None:
    null = verdicts.format_sentence("no detectable change", facts(**NULL), PLACE)
    assert null.endswith(
        "×1.00 (0.60–1.70); 1 of 120 other dates differ as much. An increase of ×2.10 or more "
        "would probably have been noticed; a smaller one would not."
    )
    thin = verdicts.format_sentence("too thin", facts(**NULL, mde_up=6.2, expected=0.9), PLACE)
    assert thin == (
        "Only 0.90 flights expected in 14 days. Only a change of ×6.20 or more could have been "
        "noticed, so a lack of signal says little."
    )
    moved = facts(coverage={"kappa": 2.5, "worst": 2.5})
    assert verdicts.format_sentence("no verdict (coverage)", moved, PLACE) == (
        "What the receivers hear here changed by ×2.50 between the two periods. The route's "
        "count changed by ×3.00; the one cannot be separated from the other."
    )
    short = replace(PLACE, lacking_days=55, lacking_before=date(2050, 4, 11))
    assert verdicts.format_sentence(
        "no verdict (history)", replace(facts(), placebos=34), short
    ) == (
        "34 comparable dates in this record; 89 are needed. Pull 55 more days before 11 Apr 2050."
    )


def test_infinite_and_unknown_numbers_are_said_in_words() -> None:
    none = facts(**NULL, mde_up=math.inf, n0=0.0, expected=0.0)
    assert "no ratio can be stated" in verdicts.format_sentence("too thin", none, PLACE)
    few = facts(**NULL, mde_up=math.inf, n0=1.0, expected=0.25)
    assert "No increase of any size" in verdicts.format_sentence("too thin", few, PLACE)
    endless = facts(hi=math.inf)
    assert "1.80–no upper limit" in verdicts.format_sentence("change", endless, PLACE)
    silent = facts(coverage={"kappa": math.inf, "worst": 0.0, "raw": math.nan})
    said = verdicts.format_sentence("no verdict (coverage)", silent, PLACE)
    assert "×0 " in said and "no count" in said


def test_days_missing_around_the_event_are_said() -> None:
    holes = {"missing_after": 5, "missing_before": 3, "missing_share": 5 / 14}
    said = verdicts.format_sentence("no verdict (history)", facts(coverage=holes), PLACE)
    assert said.startswith("5 of the 14 days from 20 Jul 2050 and 3 of the 56 days before it")


def test_unheard_places_are_not_called_missing_days() -> None:
    dark = replace(facts(coverage={"missing_share": 1.0}), heard=False)
    assert "heard no other flight" in verdicts.format_sentence("no verdict (history)", dark, PLACE)


def test_period_of_outages_only_is_said() -> None:
    dark = Facts(STEADY, None, placebos=120)
    said = verdicts.format_sentence("no verdict (history)", dark, PLACE)
    assert "outages of the receivers" in said


def test_changed_edition_names_both() -> None:
    said = verdicts.format_sentence(
        "no verdict (coverage)", replace(facts(), editions=("old", "new")), PLACE
    )
    assert "(old; new)" in said


def test_weaker_bound_is_the_headline_and_the_note_says_which() -> None:
    verdict = conclude(facts(**NULL), facts(n1=60.0), PLACE)
    assert verdict.kind == "no detectable change" and verdict.direction == ""
    assert verdict.bound_note == (
        "CHANGE (increase) only if flights with an unknown end are counted; from flights with "
        "both ends observed alone: NO DETECTABLE CHANGE."
    )
    other = conclude(facts(), facts(**NULL, n1=60.0), PLACE)
    assert other.kind == "no detectable change"
    assert "60 flights were observed or possible" in other.sentence
    assert other.bound_note.startswith("NO DETECTABLE CHANGE only if")


def test_bounds_of_opposite_direction_are_no_change() -> None:
    fall = facts(s=-4.0, lo=0.2, hi=0.6, rr=0.3)
    verdict = conclude(facts(), fall, PLACE)
    assert verdict.kind == "no detectable change"
    assert "opposite directions" in verdict.bound_note


def test_agreeing_bounds_give_the_numbers_of_the_upper_one() -> None:
    verdict = conclude(facts(), facts(n1=60.0, rr=4.0), PLACE)
    assert verdict.bound_note.startswith(
        "The same with flights of an unknown end counted too: 60 flights, 14.0 expected, ×4.00"
    )


def test_badges_are_known_and_need_enough_dates() -> None:
    wild = replace(RATIO, q=1.0, volatility=1.8)
    assert verdicts.list_badges(wild, (), {}, enough=True) == ["timetable-like", "volatile era"]
    assert verdicts.list_badges(wild, (), {}, enough=False) == []


def test_no_sentence_claims_a_cause_or_an_intent() -> None:
    banned = re.compile(
        r"caus|because of|no effect|normal|suspicious|mystery|covert|transponder|anomal|"
        r"probability that",
        re.IGNORECASE,
    )
    texts = [text for name, text in vars(sentences).items() if name.isupper()]
    assert len(texts) > 10
    for text in texts:
        assert not banned.search(str(text)), text
    assert set(numbers.HEADINGS) == set(VERDICTS)


def test_missing_days_at_one_side_are_said_with_their_numbers() -> None:
    one_sided = {"missing_after": 2, "missing_before": 0, "missing_p": 0.04}
    sentence = conclude(*[facts(coverage=one_sided)] * 2, PLACE).sentence
    assert "2 of the 14 days from 20 Jul 2050, 0 of the 56 days before it" in sentence
    assert sentence.endswith("the one cannot be separated from the other.")

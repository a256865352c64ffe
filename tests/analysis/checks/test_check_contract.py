"""What every check of the list keeps to, and that each has its case here.

A new check fails these tests until it is in `CHECKS` and has a case in `CASES`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

import made_checks
import made_results as made
import pytest

from analysis import checks
from analysis.checks import CHECKS
from analysis.checks.base import Check
from analysis.study import Event, StudyResult

Make = Callable[[], StudyResult]


@dataclass(frozen=True)
class Case:
    """A result that passes the check, and one that fails it."""

    passing: Make
    failing: Make


def _burst(**same: object) -> StudyResult:
    quiet = made.make_evidence(made.Story(), study=made.make_study())
    return made_checks.run(made_checks.with_burst(quiet, 40, **same))


def _two_editions() -> StudyResult:
    early = made.make_study(events=(Event(made.FIRST + timedelta(days=170)),))
    story = made.Story(editions=("reader 1", "reader 2"))
    return made_checks.run(made.make_evidence(story, study=early), events=early.events)


_answer = cache(made.make_result)


def _change() -> StudyResult:
    return _answer("change")


CASES = {
    "coverage": Case(_change, lambda: made.make_result("coverage")),
    "missing_days": Case(_change, lambda: made.make_result("unasked")),
    "source_change": Case(_change, _two_editions),
    "placebo_dates": Case(_change, lambda: made.make_result("null")),
    "control_routes": Case(
        lambda: made_checks.judge_with_routes(made.Story(effect=3.5)),
        lambda: made_checks.judge_with_routes(made.Story(effect=3.5), effect=3.5),
    ),
    "low_count": Case(_change, lambda: made.make_result("thin")),
    "exposure_power": Case(_change, lambda: made.make_result("coverage")),
    "leave_out_day": Case(_change, lambda: _burst(day=made.EVENT + timedelta(days=3))),
    "leave_out_airframe": Case(_change, lambda: _burst(icao24="abc123")),
    "leave_out_operator": Case(_change, lambda: _burst(operator="QQN")),
    "season": Case(
        lambda: made_checks.judge_two_years(effect_before=1.0),
        lambda: made_checks.judge_two_years(effect_before=3.5),
    ),
    "volatile_era": Case(
        lambda: made.make_result("null"), lambda: made_checks.judge_volatile_era(burst=0)
    ),
}
BADGES = {"region-wide", "one day", "one aircraft", "one operator", "season", "volatile era"}
"""Those of STATISTICS.md, section 6, that a check gives."""

every_check = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.NAME)


def _module(check: Check) -> str:
    """A check is a module, or an object in one."""
    return str(getattr(check, "__module__", getattr(check, "__name__", "")))


def test_every_module_of_the_folder_is_listed() -> None:
    files = {path.stem for path in Path(checks.__file__).parent.glob("*.py")}
    assert {_module(check).rpartition(".")[2] for check in CHECKS} == files - {"__init__", "base"}


def test_every_check_has_its_case_and_its_own_name() -> None:
    names = [check.NAME for check in CHECKS]
    assert sorted(names) == sorted(CASES) and len(set(names)) == len(names)
    titles = [check.TITLE for check in CHECKS]
    assert len(set(titles)) == len(titles) and all(titles)
    assert {check.BADGE for check in CHECKS} - {""} == BADGES


@every_check
def test_check_passes_on_one_result_and_fails_on_another(check: Check) -> None:
    case = CASES[check.NAME]
    passed = made_checks.check_of(case.passing(), check.NAME)
    failed = made_checks.check_of(case.failing(), check.NAME)
    assert (passed.outcome, failed.outcome) == ("passed", "failed")
    assert passed.sentence != failed.sentence
    for found in (passed, failed):
        assert found.name == check.NAME and found.title == check.TITLE


@every_check
def test_failure_gives_the_badge_of_the_check(check: Check) -> None:
    result = CASES[check.NAME].failing()
    assert not check.BADGE or check.BADGE in result.verdict.badges


@every_check
@pytest.mark.parametrize("story", made.CASES)
def test_check_answers_every_story_once_in_a_plain_sentence(check: Check, story: str) -> None:
    (found,) = (each for each in _answer(story).checks if each.name == check.NAME)
    assert found.outcome in ("passed", "failed", "not applicable")
    assert re.fullmatch(r"[A-Z0-9].*\.", found.sentence), found.sentence
    assert "nan" not in found.sentence and "None" not in found.sentence

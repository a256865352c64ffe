"""Several dates of one question, or several routes: each verdict adjusted for the others.

At 5 %, chance alone makes one date in twenty a finding, so that a question about many dates
needs a stricter level (STATISTICS.md, section 7).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from analysis.event_study import sentences, stacks, verdicts
from analysis.event_study.verdicts import CHANGE, NO_CHANGE, TOO_THIN
from analysis.numerics import SIGNIFICANT
from analysis.study import (
    Effect,
    Family,
    FamilyMember,
    ListResult,
    StackAnswer,
    StudyResult,
    Verdict,
    numbers,
)
from flights import CONTENTS_SENTENCE

HOLM, BENJAMINI_HOCHBERG = "Holm", "Benjamini-Hochberg"

Answered = tuple[Verdict, Effect | None, Effect | None]
"""Verdict, lower and upper bound of one date."""


def adjust_holm(p: Sequence[float]) -> list[float]:
    """Each p adjusted so that at most 5 % of questions have any false finding at 0.05.

    Parameters
    ----------
    p
        One p per date, each from 0 to 1.

    References
    ----------
    S. Holm, Scandinavian Journal of Statistics 6 (1979) 65-70, https://www.jstor.org/stable/4615733

    Examples
    --------
    >>> adjust_holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    given = np.asarray(p, dtype=float)
    order = np.argsort(given, kind="stable")
    scaled = given[order] * np.arange(len(given), 0, -1)
    adjusted = np.empty(len(given))
    adjusted[order] = np.minimum(np.maximum.accumulate(scaled), 1.0)
    return adjusted.tolist()


def adjust_benjamini_hochberg(p: Sequence[float]) -> list[float]:
    """Each p adjusted so that at most 5 % of the findings at 0.05 are expected to be false.

    Parameters
    ----------
    p
        One p per route, each from 0 to 1.

    References
    ----------
    Y. Benjamini, Y. Hochberg, J. R. Statist. Soc. B 57 (1995) 289-300,
    doi:10.1111/j.2517-6161.1995.tb02031.x
    """
    from scipy.stats import false_discovery_control

    adjusted: list[float] = false_discovery_control(np.asarray(p, float), method="bh").tolist()
    return adjusted


def judge_dates(
    days: Sequence[date], answers: Sequence[Answered]
) -> tuple[Family | None, list[Verdict]]:
    """Several dates of one question, adjusted by Holm: the family, and each verdict after it."""
    given = [verdict for verdict, _, _ in answers]
    if len(answers) < 2:
        return None, given
    p = [_find_p(*each) for each in answers]
    members = _list_members([numbers.format_date(day) for day in days], p, adjust_holm(p))
    asked = f"{len(answers)} dates"
    left = [
        _adjust(verdict, lower, member, asked)
        for (verdict, lower, _), member in zip(answers, members, strict=True)
    ]
    return Family(HOLM, members), left


def list_results(results: Sequence[StudyResult]) -> ListResult:
    """Several studies of a list, adjusted by Benjamini-Hochberg, each with all its dates.

    The dates of a study together count as one more member, with twice their p, because that p is
    judged at 0.025.
    """
    named = [_list_answers(result) for result in results]
    labels, p = zip(*(each for rows in named for each in rows), strict=True)
    members = _list_members(labels, p, adjust_benjamini_hochberg(p))
    asked = f"{len(members)} routes" + ("" if len(members) == len(results) else " and dates")
    judged, start = [], 0
    for result, rows in zip(results, named, strict=True):
        judged.append(_judge_study(result, members[start : start + len(rows)], asked))
        start += len(rows)
    return ListResult(tuple(judged), Family(BENJAMINI_HOCHBERG, members), CONTENTS_SENTENCE)


def format_title(result: StudyResult) -> str:
    """The title of a study, or its route if it has none."""
    return str(result.study["title"]) or f"{result.origin_label} → {result.destination_label}"


def _list_answers(result: StudyResult) -> list[tuple[str, float]]:
    """Label and p of each date of a study, and of all its dates together."""
    name = format_title(result)
    dated: list[tuple[date, Answered]] = [
        (result.event, (result.verdict, result.lower, result.upper)),
        *((each.event, (each.verdict, each.lower, each.upper)) for each in result.others),
    ]
    rows = [(f"{name}, {numbers.format_date(day)}", _find_p(*each)) for day, each in dated]
    if result.stack is not None:
        rows.append((f"{name}, {len(dated)} dates together", _find_stack_p(result.stack)))
    return rows


def _judge_study(result: StudyResult, members: Sequence[FamilyMember], asked: str) -> StudyResult:
    """The study with its verdicts adjusted; its badges stay."""
    verdict = _adjust(result.verdict, result.lower, members[0], asked)
    others = tuple(
        replace(each, verdict=_adjust(each.verdict, each.lower, member, asked))
        for each, member in zip(result.others, members[1:], strict=False)
    )
    stack = result.stack
    if stack is not None:
        stack = replace(stack, verdict=_adjust_stack(stack, members[-1], result, asked))
    return replace(result, verdict=verdict, others=others, stack=stack)


def _find_p(verdict: Verdict, lower: Effect | None, upper: Effect | None) -> float:
    """The larger p of both bounds; 1 where there is no verdict."""
    if verdict.kind not in (CHANGE, NO_CHANGE, TOO_THIN) or lower is None or upper is None:
        return 1.0
    return max(lower.p_smooth, upper.p_smooth)


def _find_stack_p(stack: StackAnswer) -> float:
    if stack.verdict.kind not in (CHANGE, NO_CHANGE, TOO_THIN):
        return 1.0
    return min(1.0, 2 * max(each.p for each in (stack.lower, stack.upper) if each is not None))


def _list_members(
    labels: Sequence[str], p: Sequence[float], adjusted: Sequence[float]
) -> tuple[FamilyMember, ...]:
    return tuple(
        FamilyMember(label, own, left, left <= SIGNIFICANT)
        for label, own, left in zip(labels, p, adjusted, strict=True)
    )


def _adjust(verdict: Verdict, lower: Effect | None, member: FamilyMember, asked: str) -> Verdict:
    """The verdict, or NO DETECTABLE CHANGE where a change is none with all others considered."""
    if verdict.kind != CHANGE or member.holds or lower is None:
        return verdict
    sentence = sentences.NO_CHANGE_AMONG.format(
        **verdicts.fill_numbers(lower, observed=True),
        window=lower.window,
        weeks=lower.baseline // 7,
        date=numbers.format_date(lower.event),
        n=numbers.format_count(lower.n_placebo),
        asked=asked,
        p_adjusted=numbers.format_p(member.p_adjusted),
    )
    return replace(verdict, kind=NO_CHANGE, sentence=sentence, direction="")


def _adjust_stack(
    stack: StackAnswer, member: FamilyMember, result: StudyResult, asked: str
) -> Verdict:
    if stack.verdict.kind != CHANGE or member.holds or stack.lower is None:
        return stack.verdict
    sentence = stacks.format_among(
        stack.lower,
        window=result.study["window"],
        baseline=result.study["baseline"],
        asked=asked,
        p_adjusted=member.p_adjusted,
    )
    return replace(stack.verdict, kind=NO_CHANGE, sentence=sentence, direction="")

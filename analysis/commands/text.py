"""Results in lines of text: the verdict first, then its numbers."""

from collections.abc import Iterator, Mapping
from datetime import date

from analysis.drawing.captions import describe_detectable, format_contents
from analysis.study import Effect, Family, ListResult, Stack, StudyResult, Verdict
from analysis.study import numbers as wording


def describe_result(result: StudyResult) -> list[str]:
    """Verdict and sentence of the first event, of each other event, and of all together."""
    made_up = "SIMULATED · " if result.simulated else ""
    lines = [*_describe_verdict(result.verdict, result.lower, before=made_up), *result.notes]
    for other in result.others:
        before = f"{wording.format_date(other.event)}: "
        lines += _describe_verdict(other.verdict, other.lower, before=before)
    if result.stack is not None:
        before = f"{1 + len(result.others)} dates together: "
        lines += _describe_verdict(result.stack.verdict, result.stack.lower, before=before)
    return [*filter(None, lines), format_contents(result)]


def describe_numbers(result: StudyResult) -> list[str]:
    """All numbers of each event, of all together, and the checks."""
    dated = [(result.event, result.lower)]
    dated += [(other.event, other.lower) for other in result.others]
    lines = [line for day, effect in dated for line in _describe_effect(day, effect)]
    if result.stack is not None and result.stack.lower is not None:
        lines += _describe_stack(result.stack.lower)
    if result.family is not None:
        lines += ["", *describe_family(result.family)]
    checks = [f"  {check.outcome:<15} {check.title}: {check.sentence}" for check in result.checks]
    return [*lines, "", *checks] if checks else lines


def describe_list(found: ListResult, names: list[str], *, numbers: bool) -> list[str]:
    """Each study under its name, then all of them adjusted for one another."""
    lines = []
    for name, result in zip(names, found.results, strict=True):
        lines += [f"== {name}", *describe_result(result)[:-1]]
        lines += [*describe_numbers(result), ""] if numbers else [""]
    return [*lines, *describe_family(found.family), "", format_contents(found)]


def describe_family(family: Family) -> list[str]:
    """Each date or route adjusted for all others."""
    lines = [f"Allowing for all {len(family.members)} ({family.method}):"]
    for each in family.members:
        left = "holds" if each.holds else "does not"
        lines.append(f"  {left:<9} p = {each.p:.4f}, adjusted {each.p_adjusted:.4f}: {each.label}")
    return lines


def _describe_verdict(
    verdict: Verdict, found: Effect | Stack | None, *, before: str
) -> Iterator[str]:
    badges = f" [{', '.join(verdict.badges)}]" if verdict.badges else ""
    yield before + wording.format_heading(verdict.kind, verdict.direction) + badges
    yield verdict.sentence
    yield verdict.bound_note
    yield describe_detectable(found)


def _describe_effect(day: date, effect: Effect | None) -> list[str]:
    if effect is None:
        return []
    shown = {
        "N1": effect.n1,
        "N0": effect.n0,
        "expected": effect.expected,
        "RR": effect.rr,
        "lo": effect.lo,
        "hi": effect.hi,
        "s": effect.s,
        "n": effect.n_placebo,
        "r": effect.r,
        "p": effect.p,
        "phi": effect.phi,
        "C": effect.coverage,
        "kappa": effect.kappa,
        "MDE up": effect.mde_up,
        "MDE down": effect.mde_down,
    }
    return ["", f"From {wording.format_date(day)}:", *_format_values(shown)]


def _describe_stack(stack: Stack) -> list[str]:
    shown = {
        "N1": stack.n1,
        "expected": stack.expected,
        "RR": stack.rr,
        "lo": stack.lo,
        "hi": stack.hi,
        "Z": stack.z,
        "n": stack.n_placebo,
        "sets": stack.sets,
        "r": stack.r,
        "p": stack.p,
        "kappa": stack.kappa,
        "MDE up": stack.mde_up,
        "MDE down": stack.mde_down,
    }
    return ["", f"{len(stack.events)} dates together:", *_format_values(shown)]


def _format_values(shown: Mapping[str, float]) -> list[str]:
    return [f"  {name:<9} {value:.6g}" for name, value in shown.items()]

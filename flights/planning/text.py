"""A plan as text and as JSON values."""

import textwrap
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import Any

from flights.planning.commands import group_days
from flights.planning.way import ASSUMED_BYTES_S, ASSUMED_REQUEST_S, FITS, Way
from flights.planning.ways import StudyPlan
from flights.pull import PullPlan
from flights.records.amounts import format_size, format_span

ONE_SOURCE = (
    "A study uses one source. A second source can confirm single flights, but its counts are not "
    "added."
)
ACCOUNTS = {"": "none", "free": "a free one", "granted": "on application"}
HEADS = {
    "whole": "Ways to get the whole series, by time; sources that need an application come last",
    "in part": "Sources that cover a part of a region",
    "own files": "With your own files",
    "no": "Not for this study",
}
_WIDTH = 96  # of a line on a terminal


def format_days(days: Iterable[date]) -> str:
    """Days as runs.

    >>> format_days([date(2025, 5, 28), date(2025, 5, 29), date(2025, 6, 2)])
    '2025-05-28 to 2025-05-29, 2025-06-02'
    """
    runs = group_days(days)
    return ", ".join(f"{first} to {last}" if last > first else f"{first}" for first, last in runs)


def describe_need(plan: StudyPlan) -> str:
    """Which days a verdict needs."""
    span, first = plan.span, min(plan.need.events)
    return (
        f"A verdict needs about {len(span)} complete days of one source, {span.first} to "
        f"{span.last}: {(first - span.first).days} days before the event measure ordinary "
        "variation, the others are from the event on."
    )


def describe_cost(way: Way) -> str:
    """Days, bytes, requests, credits and time of a way in one line."""
    if not way.days:
        return f"{way.held} days, all complete in this archive"
    parts = [f"{len(way.days)} days to pull"]
    if way.held:
        parts.append(f"{way.held} complete already")
    if way.size_bytes:
        parts.append(f"about {format_size(way.size_bytes)}")
    if way.requests:
        parts.append(f"{way.requests:,} requests")
    if way.credits and way.spec.cost:
        budget = way.spec.cost.credits_budget
        parts.append(f"{way.credits:,} credits of {budget:,} a day")
    if way.credit_days > 1:
        parts.append(f"spread over {way.credit_days} days")
    if way.seconds:
        rate = "as measured here" if way.measured else "(assumed)"
        parts.append(f"about {format_span(way.seconds)} {rate}")
    return ", ".join(parts)


def describe_time(plan: PullPlan) -> str:
    """How long a pull takes: as measured here, else assumed and marked so; "" where unknown."""
    if plan.seconds is not None:
        return f"about {format_span(plan.seconds)}"
    if not (plan.source.spec.remote and plan.size_bytes):
        return ""
    seconds = format_span(plan.size_bytes / ASSUMED_BYTES_S)
    return f"about {seconds} at an assumed {format_size(int(ASSUMED_BYTES_S))} a second"


def describe_limits(way: Way) -> str:
    """What a way cannot show."""
    spec = way.spec
    blind = spec.cannot_show or ("" if spec.positions else "where a flight was between its ends")
    return " ".join([*([f"It cannot show {blind}."] if blind else []), *way.why])


def describe_detail_source(plan: StudyPlan) -> str:
    """How to see single flights in detail; "" where no source shows them."""
    detail = plan.detail
    if detail is None or detail.span is None:
        return ""
    best = plan.ways[0]
    if best.fit == "whole" and best.source == detail.source:
        return (
            f"“{detail.spec.title}” also shows where each flight was heard: no second source is "
            "needed."
        )
    cost = f": {describe_cost(detail)}" if detail.days else ", complete in this archive"
    return (
        f"For single flights in detail, pull the two weeks around the event, {detail.span.first} "
        f"to {detail.span.last}, from “{detail.spec.title}”{cost}."
    )


def describe_assumptions() -> str:
    """What the times assume where none was measured."""
    return (
        f"Times assume {ASSUMED_BYTES_S / 1e6:.0f} MB a second and {ASSUMED_REQUEST_S:.0f} s a "
        "request until a pull has measured them; bytes and credits are estimates, and a pull "
        "prints its own before it starts."
    )


def format_plan(plan: StudyPlan) -> str:
    """The plan for a terminal."""
    need = plan.need
    lines = [need.title] if need.title else []
    lines += [
        *_wrap(
            f"{need.origin.label} → {need.destination.label}; {need.window} days from "
            f"{', '.join(map(str, need.events))} against {need.baseline} days before"
        ),
        *_wrap(describe_need(plan)),
        "",
        *_format_missing_days(plan),
    ]
    for fit in FITS:
        ways = [way for way in plan.ways if way.fit == fit]
        lines += ["", f"{HEADS[fit]}:"] if ways else []
        for number, way in enumerate(ways, start=1):
            lines += _format_way(way, f"{number}." if fit == "whole" else "-", need.source)
    closing = [ONE_SOURCE, describe_detail_source(plan), describe_assumptions()]
    for text in filter(None, closing):
        lines += ["", *_wrap(text)]
    return "\n".join(lines)


def _format_missing_days(plan: StudyPlan) -> list[str]:
    days, lacking = plan.need.days, sum(len(lack.days) for lack in plan.lacking)
    if not lacking:
        return _wrap(
            f"{plan.spec.title} ({plan.need.source}) has all {len(days)} days of the study."
        )
    lines = _wrap(
        f"The study's own source, {plan.spec.title} ({plan.need.source}), lacks {lacking} of its "
        f"{len(days)} days, {days.first} to {days.last}:"
    )
    for lack in plan.lacking:
        text = f"{len(lack.days)} {lack.status}: {format_days(lack.days)}. {lack.reason}"
        lines += _wrap(text, "  ")
    return [*lines, *(f"  {each}" for each in plan.commands)]


def _format_way(way: Way, mark: str, own: str) -> list[str]:
    spec = way.spec
    if way.fit == "no":
        return _wrap(f"{mark} {spec.title}: {' '.join(way.why)}", "    ", first="")
    lines = _wrap(f"{mark} {spec.title}", "    ", first="")
    lines += _wrap(describe_cost(way), "    ")
    lines += _wrap(f"account: {ACCOUNTS[spec.account]}; needs {spec.needs}", "    ")
    lines += _wrap(f"licence: {spec.licence}", "    ")
    limits = describe_limits(way)
    lines += _wrap(limits, "    ") if limits else []
    lines += [f"    {command}" for command in way.commands]
    if spec.key != own:
        lines.append(f'    then set in the study: source = "{spec.key}"')
    return lines


def _wrap(text: str, indent: str = "", *, first: str | None = None) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def to_plain(plan: StudyPlan) -> dict[str, Any]:
    """The plan as JSON values."""
    need = plan.need
    return {
        "title": need.title,
        "source": need.source,
        "origin": need.origin.spec,
        "destination": need.destination.spec,
        "events": [day.isoformat() for day in need.events],
        "window": need.window,
        "baseline": need.baseline,
        "needed": {"first": plan.span.first.isoformat(), "last": plan.span.last.isoformat()},
        "lacking": [asdict(lack) | {"days": _days(lack.days)} for lack in plan.lacking],
        "commands": list(plan.commands),
        "ways": [_plain_way(way) for way in plan.ways],
        "story": _plain_way(plan.detail) if plan.detail else None,
        "one_source": ONE_SOURCE,
    }


def _plain_way(way: Way) -> dict[str, Any]:
    spec = way.spec
    return {
        "series": spec.key,
        "title": spec.title,
        "fit": way.fit,
        "why": list(way.why),
        "days": _days(way.days),
        "complete_already": way.held,
        "bytes": way.size_bytes,
        "requests": way.requests,
        "credits": way.credits,
        "credit_days": way.credit_days,
        "seconds": way.seconds,
        "rate_measured": way.measured,
        "account": ACCOUNTS[spec.account],
        "needs": spec.needs,
        "licence": spec.licence,
        "cannot_show": describe_limits(way),
        "commands": list(way.commands),
    }


def _days(days: Iterable[date]) -> list[str]:
    return [day.isoformat() for day in days]

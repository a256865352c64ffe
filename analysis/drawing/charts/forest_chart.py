"""Other routes, or several events, one row each: which of them differ as much?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import altair as alt

from analysis.drawing.captions import SIMULATED, format_quantity, format_route
from analysis.drawing.charts.interval_rows import (
    OBSERVED,
    TOGETHER,
    Entry,
    Ratio,
    describe_interval_sides,
    draw_entries,
    pair_bounds,
)
from analysis.drawing.charts.plotting import compose, make_result_title, make_title
from analysis.drawing.palette import choose_palette
from analysis.study import ControlEffect, StudyResult, format_date, format_ratio

ROWS = 30
"""Rows drawn at most; the table contains all."""


def draw_routes(
    result: StudyResult, *, dark: bool = False, width: int | None = None
) -> alt.LayerChart | None:
    """Other routes from the same origin in the same days, with the route of the study.

    None if the study has no other routes.
    """
    if not result.controls or result.lower is None:
        return None
    entries, left_out = list_routes(result)
    lines = [f"Observed ÷ expected flights, routes from {result.origin_label}, same days"]
    lines += [f"{left_out:,} more routes, which differ less, are not drawn"] if left_out else []
    heading = _Heading(make_result_title(result, *lines), describe_routes(result), result.simulated)
    return _draw(entries, heading, dark=dark, width=width)


def draw_events(
    result: StudyResult, *, dark: bool = False, width: int | None = None
) -> alt.LayerChart | None:
    """Every event of the study, largest ratio first; all of them together at the bottom.

    None if the study has only one event.
    """
    entries = list_events(result)
    if not result.others or not entries:
        return None
    line = f"Observed ÷ expected flights, {format_quantity(len(result.others) + 1, 'event')}"
    heading = _Heading(make_result_title(result, line), describe_events(result), result.simulated)
    return _draw(entries, heading, dark=dark, width=width)


def draw_studies(
    results: Sequence[StudyResult], *, dark: bool = False, width: int | None = None
) -> alt.LayerChart | None:
    """The routes of several studies in one list, largest ratio first.

    None if none of them has an estimate.
    """
    entries = _list_studies(results)
    if not entries:
        return None
    simulated = any(result.simulated for result in results)
    lines = ["Observed ÷ expected flights"]
    lines += (
        [f"{len(entries) - ROWS:,} more routes with smaller ratios are not drawn"]
        if len(entries) > ROWS
        else []
    )
    name = format_quantity(len(entries), "route")
    title = make_title(name, lines, results[0].contents_sentence, simulated=simulated)
    heading = _Heading(title, describe_studies(results), simulated)
    return _draw(entries[:ROWS], heading, dark=dark, width=width)


@dataclass(frozen=True)
class _Heading:
    """Title, text for screen readers, and whether the data are simulated."""

    title: alt.TitleParams
    words: str
    simulated: bool


def _draw(
    entries: Sequence[Entry], heading: _Heading, *, dark: bool, width: int | None
) -> alt.LayerChart:
    palette = choose_palette(dark)
    layers, height = draw_entries(entries, palette, simulated=heading.simulated)
    return compose(
        layers,
        palette,
        title=heading.title,
        words=heading.words,
        size=(height, width),
        independent_y="axis",
    )


def describe_routes(result: StudyResult) -> str:
    """Text for readers who cannot see `draw_routes`."""
    if not result.controls or result.lower is None:
        return "There are no other routes to compare with."
    made_up = f"{SIMULATED} data. " if result.simulated else ""
    ratios = sorted(each.rr for each in result.controls)
    larger = sum(abs(each.s) >= abs(result.lower.s) - 1e-9 for each in result.controls)
    return (
        f"{made_up}{format_quantity(len(ratios), 'other route')} from {result.origin_label} in the "
        f"same days: ratios of observed to expected from {format_ratio(ratios[0])} to "
        f"{format_ratio(ratios[-1])}, the middle one {format_ratio(ratios[len(ratios) // 2])}. For "
        f"{result.destination_label}, the route of this study, it is "
        f"{format_ratio(result.lower.rr)}; {larger} of the others differ as much. "
        f"{result.contents_sentence}"
    )


def describe_events(result: StudyResult) -> str:
    """Text for readers who cannot see `draw_events`."""
    entries = list_events(result)
    if not result.others or not entries:
        return "There is only one event."
    return _describe_entries(entries, result.contents_sentence, simulated=result.simulated)


def describe_studies(results: Sequence[StudyResult]) -> str:
    """Text for readers who cannot see `draw_studies`."""
    entries = _list_studies(results)
    if not entries:
        return "None of these routes has an estimate to draw."
    simulated = any(result.simulated for result in results)
    return _describe_entries(entries, results[0].contents_sentence, simulated=simulated)


def _describe_entries(entries: list[Entry], sentence: str, *, simulated: bool) -> str:
    made_up = f"{SIMULATED} data. " if simulated else ""
    listed = "; ".join(
        f"{entry.label} " + " and ".join(f"{r.format()} {r.kind}" for r in entry.ratios)
        for entry in entries
    )
    return (
        f"{made_up}Ratio of observed to expected flights: {listed}. "
        f"{describe_interval_sides(entries)} {sentence}"
    )


def _list_studies(results: Sequence[StudyResult]) -> list[Entry]:
    return _sort(
        [
            Entry(format_route(result), pair_bounds(result.lower, result.upper), is_asked=True)
            for result in results
            if result.lower is not None or result.upper is not None
        ]
    )


def list_routes(result: StudyResult) -> tuple[list[Entry], int]:
    """Rows by ratio, largest on top, and how many of the least different are not drawn."""
    assert result.lower is not None
    kept = sorted(result.controls, key=_differ)[: ROWS - 1]
    asked = Entry(result.destination_label, pair_bounds(result.lower, result.upper), is_asked=True)
    others = [Entry(each.label, (Ratio(OBSERVED, each.rr),)) for each in kept]
    return _sort([asked, *others]), len(result.controls) - len(kept)


def _differ(control: ControlEffect) -> tuple[float, str]:
    return -abs(control.s), control.label


def list_events(result: StudyResult) -> list[Entry]:
    """A row per event with an estimate, by ratio, and one for all together."""
    head = (result.event, result.event_name, result.lower, result.upper)
    rest = [(each.event, each.event_name, each.lower, each.upper) for each in result.others]
    entries = [
        Entry(f"{format_date(day)} {name}".strip(), pair_bounds(lower, upper))
        for day, name, lower, upper in (head, *rest)
        if lower is not None or upper is not None
    ]
    return _sort(entries)[:ROWS] + _list_stack(result)


def _list_stack(result: StudyResult) -> list[Entry]:
    if result.stack is None:
        return []
    pair = pair_bounds(result.stack.lower, result.stack.upper)
    ratios = tuple(replace(r, kind=TOGETHER) if r.kind == OBSERVED else r for r in pair)
    return [Entry("all together", ratios, is_asked=True, after_gap=True)] if ratios else []


def _sort(entries: list[Entry]) -> list[Entry]:
    """Largest ratio on top; rows without a ratio last."""
    return sorted(entries, key=lambda e: -e.ratios[0].rr if e.ratios and e.ratios[0].rr > 0 else 1)

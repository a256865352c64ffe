"""The numbers of the charts as tables of text, the same for the page and the report."""

import html
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from analysis.drawing.captions import format_interval, format_known
from analysis.drawing.charts.sensitivity_chart import POWERS, list_powers
from analysis.drawing.palette import AT_MOST, CERTAIN, WITH_POSSIBLE
from analysis.study import (
    CheckResult,
    Effect,
    StudyResult,
    format_date,
    format_limit,
    format_number,
    format_p,
    format_ratio,
)

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
BOUNDS = {"lower": CERTAIN, "upper": WITH_POSSIBLE}

_LONG = 28
"""Texts longer than this may break into lines [characters]."""

_NAMES = {
    "n1": "observed",
    "rr": "ratio",
    "lo": "from",
    "hi": "to",
    "phi": "φ",
    "holds": "change remains",
}


@dataclass(frozen=True)
class TextTable:
    """A title, columns and rows of text; columns in `words` contain words, the others numbers."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: tuple[str, ...] = ()
    note: str = ""


def render_table(table: TextTable, *, scrolls: bool = False) -> str:
    """HTML of a table, all text escaped; `scrolls` puts a long one into a box that scrolls."""
    kinds = ["" if name in table.words else ' class="n"' for name in table.columns]
    head = "".join(
        f'<th scope="col"{kind}>{html.escape(name)}</th>'
        for name, kind in zip(table.columns, kinds, strict=True)
    )
    rows = "".join(f"<tr>{''.join(map(_cell, kinds, row))}</tr>" for row in table.rows)
    title = html.escape(table.title)
    note = f'<p class="note">{html.escape(table.note)}</p>' if table.note else ""
    box = f'class="scroll{" long" if scrolls else ""}" tabindex="0" role="region"'
    caption = f"<caption>{title}</caption>"
    return (
        f'<div class="behind"><div {box} aria-label="{title}"><table class="numbers">{caption}'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>{note}</div>"
    )


def _cell(kind: str, text: str) -> str:
    long = ' class="long"' if not kind and len(text) > _LONG else ""
    return f"<td{kind or long}>{html.escape(text)}</td>"


def tabulate_windows(result: StudyResult) -> list[TextTable]:
    """Every window with both bounds; none if the study has no estimate."""
    asked = int(result.study["window"])
    found = {asked: (result.lower, result.upper, result.verdict.kind)}
    found |= {each.window: (each.lower, each.upper, each.kind) for each in result.sensitivity}
    rows = [
        (f"{window} days", *_effect_row(effect), "this study" if window == asked else kind)
        for window, (lower, upper, kind) in sorted(found.items())
        for effect in _list_bounds(lower, upper)
    ]
    columns = ("window", *_EFFECT_COLUMNS, "verdict would be")
    words = ("window", "bound", "verdict would be")
    return [TextTable("Other windows", columns, tuple(rows), words)] if rows else []


def tabulate_powers(result: StudyResult) -> list[TextTable]:
    """The ratio with exposure to the power 0, 1, 2, and its interval if there is one."""
    entries = list_powers(result)
    rows = tuple(
        (
            f"{entry.label} (power {POWERS.index(entry.label)})",
            ratio.kind if len(entry.ratios) > 1 else "both",
            ratio.format(),
        )
        for entry in entries
        for ratio in entry.ratios
    )
    columns = ("adjustment for traffic", "bound", "ratio")
    return (
        [TextTable("Not adjusted, adjusted, adjusted twice", columns, rows, columns[:2])]
        if rows
        else []
    )


_EFFECT_COLUMNS = ("bound", "observed", "expected", "ratio", "95 % interval", "p")


def _list_bounds(lower: Effect | None, upper: Effect | None) -> list[Effect]:
    """Both bounds; one with the name `both` if they are the same."""
    found = [effect for effect in (lower, upper) if effect is not None]
    if len(found) == 2 and _effect_row(found[0])[1:] == _effect_row(found[1])[1:]:
        return [replace(found[0], bound="both")]
    return found


def _effect_row(effect: Effect) -> tuple[str, ...]:
    return (
        BOUNDS.get(effect.bound, effect.bound),
        format_known(effect.n1),
        format_known(effect.expected),
        format_ratio(effect.rr),
        format_interval(effect.lo, effect.hi),
        format_p(effect.p),
    )


def tabulate_controls(result: StudyResult) -> list[TextTable]:
    """Other routes from the same origin, most different first, the study's route on top."""
    if not result.controls or result.lower is None:
        return []
    own = result.lower
    asked = (f"{result.destination_label} (this study)", own.n1, own.expected, own.rr, own.s)
    others = sorted(result.controls, key=lambda each: (-abs(each.s), each.label))
    lines = [asked, *((c.label, c.n1, c.expected, c.rr, c.s) for c in others)]
    rows = tuple(
        (label, format_known(n1), format_known(expected), format_ratio(rr), f"{s:+.2f}")
        for label, n1, expected, rr, s in lines
    )
    columns = ("to", "observed", "expected", "ratio", "difference score (signed root deviance)")
    title = f"Routes from {result.origin_label} in the same days"
    return [TextTable(title, columns, rows, ("to",))]


def tabulate_events(result: StudyResult) -> list[TextTable]:
    """Every event with both bounds, and its p adjusted for the others."""
    if not result.others:
        return []
    head = (result.event, result.event_name, result.verdict, result.lower, result.upper)
    rest = [(o.event, o.event_name, o.verdict, o.lower, o.upper) for o in result.others]
    rows = tuple(
        (f"{format_date(day)} {name}".strip(), *_effect_row(effect), verdict.kind)
        for day, name, verdict, lower, upper in (head, *rest)
        for effect in _list_bounds(lower, upper)
    )
    columns = ("event", *_EFFECT_COLUMNS, "verdict")
    found = [TextTable("Events", columns, rows, ("event", "bound", "verdict"))] if rows else []
    return found + tabulate_family(result)


def tabulate_family(result: StudyResult) -> list[TextTable]:
    """The p of each of several dates, adjusted for all of them."""
    if result.family is None or len(result.family.members) < 2:
        return []
    rows = tuple(
        (m.label, format_p(m.p), format_p(m.p_adjusted), "yes" if m.holds else "no")
        for m in result.family.members
    )
    columns = ("date", "p", "adjusted p", "below 0.05")
    title = f"Adjusted for all dates ({result.family.method})"
    return [TextTable(title, columns, rows, ("date", "below 0.05"))]


def tabulate_weekdays(result: StudyResult) -> list[TextTable]:
    """Weekday factors of both bounds, and those of the regression if there is one."""
    effects = [effect for effect in (result.lower, result.upper) if effect is not None]
    rows = [(BOUNDS[e.bound], *map(format_limit, e.weekday_factors)) for e in effects]
    rows += [
        (f"{BOUNDS[s.bound]}, regression (Monday = 1)", *map(format_limit, s.weekday_rates))
        for s in result.shapes
    ]
    kept = tuple(row for row in rows if len(row) == 8)
    return [TextTable("Weekday factors", ("bound", *WEEKDAYS), kept, ("bound",))] if kept else []


def tabulate_shapes(result: StudyResult) -> list[TextTable]:
    """The regression as a diagnostic next to the estimate."""
    rows = tuple(
        (
            BOUNDS[s.bound],
            format_ratio(s.rr),
            format_interval(s.lo, s.hi),
            format_limit(s.dispersion),
        )
        for s in result.shapes
    )
    columns = ("bound", "ratio", "95 % interval", "dispersion")
    note = (
        "For comparison only. It gives no verdict: its intervals assume that days are independent."
    )
    title = "Quasi-Poisson regression on event, weekday and exposure"
    return [TextTable(title, columns, rows, ("bound",), note)] if rows else []


def tabulate_shifts(result: StudyResult) -> list[TextTable]:
    """Days on which the level of the series changed; exploratory."""
    rows = tuple(
        (
            format_date(shift.day),
            format_number(shift.rate_before),
            format_number(shift.rate_after),
            f"{(shift.day - result.event).days:+d}",
        )
        for shift in result.shifts
    )
    columns = ("from", "flights per day before", "flights per day after", "days from the event")
    note = (
        "Exploratory: a search for changes of level in the two years before and after the event. "
        "New receivers, timetables and seasons also change the level. It gives no verdict."
    )
    return [TextTable("Changes of level", columns, rows, ("from",), note)] if rows else []


def tabulate_checks(result: StudyResult) -> list[TextTable]:
    """The table of every check that has one, also of failed ones; other routes have their own."""
    own = "control_routes" if result.controls else ""
    return [_tabulate_check(each) for each in result.checks if each.table and each.name != own]


def _tabulate_check(check: CheckResult) -> TextTable:
    keys = list(dict.fromkeys(key for row in check.table for key in row))
    rows = tuple(tuple(_format_cell(key, row.get(key)) for key in keys) for row in check.table)
    columns = tuple(_NAMES.get(key, key) for key in keys)
    words = tuple(_NAMES.get(key, key) for key in keys if _contains_words(check.table, key))
    note = f"{check.outcome.capitalize()}. {check.sentence}"
    return TextTable(check.title, columns, rows, words, note)


def _contains_words(rows: Sequence[Mapping[str, Any]], key: str) -> bool:
    return any(isinstance(row.get(key), str | bool) for row in rows)


def _format_cell(key: str, value: Any) -> str:
    """A cell of a check's table as text.

    >>> _format_cell("rr", 2.5), _format_cell("season", True), _format_cell("day", "2050-06-02")
    ('×2.50', 'yes', '2 Jun 2050')
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return format_date(value)
    if not isinstance(value, int | float):
        is_day = re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(value))
        return format_date(date.fromisoformat(str(value))) if is_day else str(value)
    if key == "rr":
        return format_ratio(value)
    if key == "p":
        return format_p(value)
    if key == "phi":
        return format_limit(value)
    is_count = key in ("n1", "expected") or (math.isfinite(value) and value == int(value))
    return format_known(value) if is_count else format_limit(value)


def list_tables(result: StudyResult) -> list[TextTable]:
    """All further numbers of an answer, in the order of use."""
    makers = (
        tabulate_weekdays,
        tabulate_shapes,
        tabulate_checks,
    )
    return [table for make in makers for table in make(result)]


def tabulate_days(result: StudyResult) -> TextTable:
    """The days of the chart: both bounds, the expectation, the traffic heard."""
    series = result.series
    left_out = {day: f"{status}: {why}" for day, status, why in result.days_missing}
    expected = result.lower.expected_per_day if result.lower else ()
    rows = tuple(
        (
            format_date(day),
            format_known(series.lower[k]),
            format_known(series.upper[k]),
            format_known(expected[k] if k < len(expected) else None),
            format_known(series.exposure_origin[k]),
            format_known(series.exposure_destination[k]),
            left_out.get(day, ""),
        )
        for k, day in enumerate(series.days)
    )
    heard = (f"heard in {result.origin_label}", f"heard in {result.destination_label}")
    columns = ("day", CERTAIN, AT_MOST, "expected", *heard, "left out")
    return TextTable("Flights per UTC day", columns, rows, ("day", "left out"))


def tabulate_placebos(result: StudyResult) -> TextTable:
    """The event and every ordinary date (placebo date), most different first."""
    effect = result.lower
    assert effect is not None
    event = (f"{format_date(effect.event)} (the event)", effect.rr, effect.s)
    others = sorted(effect.placebos, key=lambda each: (-abs(each.s), each.day))
    lines = [event, *((format_date(each.day), each.rr, each.s) for each in others)]
    rows = tuple((day, format_ratio(rr), f"{s:+.2f}") for day, rr, s in lines)
    columns = ("from", "ratio", "difference score (signed root deviance)")
    return TextTable("Ordinary dates (placebo dates)", columns, rows, ("from",))

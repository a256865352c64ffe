"""Events in a study's chart: lines, names, the window and the days before it."""

from datetime import date, timedelta
from typing import Any

import altair as alt

from analysis.drawing.captions import format_quantity
from analysis.drawing.charts.plotting import Row, layer_of, stamp, utc_x
from analysis.drawing.palette import Palette
from analysis.study import StudyResult, format_date

ROW_PX = 15
"""Height of a row of names above the plot [px]."""

_LATE = 0.6
_AXIS_PX = 24
"""Distance that a name may reach beyond the left end of the plot [px]."""

_CROWDED = 0.3
"""Share of the time axis that a name may take up."""

_DAY = timedelta(days=1)


def mark_events(result: StudyResult, palette: Palette) -> list[alt.Chart]:
    """A line per event with its date and name above the plot; the main event is bold."""
    marks: list[alt.Chart] = []
    for day, row in _place_labels(result).items():
        is_head = day == result.event
        look: dict[str, Any] = {"strokeWidth": 1.5 if is_head else 1.1, "strokeDash": [4, 3]}
        rule = layer_of([row]).mark_rule(color=palette.event, **look)
        late = row["late"]
        text = layer_of([row]).mark_text(
            baseline="bottom",
            color=palette.event,
            fontWeight=600 if is_head else 400,
            fontSize=12,
            align="right" if late else "left",
            dx=4 if late else -4,
            # Longer names would move the whole picture to the side on a phone.
            limit=alt.ExprRef(f"{_AXIS_PX if late else 0} + {row['room']} * width"),
        )
        height = -4 - ROW_PX * row["level"]
        marks += [rule.encode(utc_x()), text.encode(utc_x(), y=alt.value(height), text="label:N")]
    return marks


def count_label_rows(result: StudyResult) -> int:
    """Rows of names above the plot beyond the first."""
    return max((row["level"] for row in _place_labels(result).values()), default=0)


def mark_windows(result: StudyResult, palette: Palette, *, top: float) -> list[alt.Chart]:
    """A pale rectangle over the window after each event; `top` of the y scale."""
    first, last = result.series.days[0], result.series.days[-1]
    window = int(result.study.get("window", 14)) * _DAY
    rows = [
        {"day": stamp(day), "until": stamp(min(day + window, last + _DAY)), "low": 0, "high": top}
        for day in _days_of_events(result)
        if day <= last and day + window > first
    ]
    if not rows:
        return []
    wash = layer_of(rows).mark_rect(color=palette.event, opacity=0.1, clip=True)
    return [wash.encode(utc_x(), alt.Y("low:Q", title=None), x2="until:T", y2="high:Q")]


def mark_periods(result: StudyResult, palette: Palette, *, height: float) -> list[alt.Chart]:
    """Bars below the plot, `height` [px] high: the window (filled), the days before (open)."""
    first, last = result.series.days[0], result.series.days[-1]
    if not first <= result.event <= last:
        return []
    window, before = (int(result.study.get(k, v)) for k, v in (("window", 14), ("baseline", 56)))
    start = max(result.event - before * _DAY, first)
    end = min(result.event + window * _DAY, last + _DAY)
    spans = (
        (start, result.event, palette.surface, palette.quiet, f"{before} days before", "right"),
        (result.event, end, palette.event, palette.event, format_quantity(window, "day"), "left"),
    )
    return [
        mark
        for a, b, fill, tone, said, side in spans
        for mark in _bracket(a, b, {"fill": fill, "stroke": tone}, said, side, height)
    ]


def _bracket(
    start: date, end: date, look: dict[str, Any], said: str, side: str, height: float
) -> list[alt.Chart]:
    """A bar from `start` to `end` with its words, which end or begin at the event."""
    row = {"day": stamp(start), "until": stamp(end)}
    at = {"day": stamp(end if side == "right" else start), "label": said}
    bar = layer_of([row]).mark_rect(strokeWidth=1, **look)
    inward = -3 if side == "right" else 3
    text = layer_of([at]).mark_text(
        align=side,  # type: ignore[arg-type]
        baseline="top",
        dx=inward,
        fontSize=11,
        color=look["stroke"],
    )
    return [
        bar.encode(utc_x(), y=alt.value(height + 6), x2="until:T", y2=alt.value(height + 11)),
        text.encode(utc_x(), y=alt.value(height + 15), text="label:N"),
    ]


def _days_of_events(result: StudyResult) -> dict[date, str]:
    """Name of every event of the study by its day."""
    others = {each.event: each.event_name for each in result.others}
    return {**others, result.event: result.event_name}


def _place_labels(result: StudyResult) -> dict[date, Row]:
    """Place of each event's name: a name that would overlap goes to the next row."""
    first, last = result.series.days[0], result.series.days[-1]
    span = max((last - first).days, 1)
    several = bool(result.others)
    filled: list[float] = []
    placed: dict[date, Row] = {}
    for day, name in sorted(_days_of_events(result).items()):
        if not first <= day <= last:
            continue
        at = (day - first).days / span
        late = at > _LATE
        begin, end = (at - _CROWDED, at) if late else (at, at + _CROWDED)
        level = next((k for k, until in enumerate(filled) if until <= begin), len(filled))
        filled[level : level + 1] = [end]
        shown = name if day == result.event or not several else ""
        label = f"{format_date(day)} {shown}".strip()
        room = round(at if late else 1 - at, 3)
        place: Row = {"day": stamp(day), "label": label, "late": late, "level": level}
        placed[day] = place | {"room": room}
    return placed

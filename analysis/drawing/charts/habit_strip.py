"""Is it ordinary? Flights of the same kind per week in the year before, as a small chart."""

from datetime import date, timedelta
from typing import Any

import altair as alt

from analysis.drawing.captions import SIMULATED
from analysis.drawing.charts.plotting import (
    Row,
    apply_theme,
    days_axis,
    hatch,
    layer_of,
    layered,
    stamp,
    utc_x,
    watermark,
)
from analysis.drawing.palette import Palette, choose_palette
from analysis.study import format_date
from flights import CONTENTS_SENTENCE
from flights.evidence import Habit, Habits
from flights.evidence.habits import WORDS

HEIGHT = 62
"""Height of one row [px]."""

_APART = 26
_SVG = {"embedOptions": {"renderer": "svg"}}
_WEEK = timedelta(days=7)


def draw_habits(
    habits: Habits, day: date, *, simulated: bool = False, dark: bool = False
) -> dict[str, Any] | None:
    """Vega-Lite with a row per habit and a bar per week before `day`; hatched: incomplete weeks.

    None if there is nothing to draw.
    """
    if not habits.habits or not habits.days:
        return None
    palette = choose_palette(dark)
    rows = [_draw_row(habit, day, k, palette) for k, habit in enumerate(habits.habits)]
    height = len(rows) * (HEIGHT + _APART) - _APART
    layers: list[alt.Chart | alt.LayerChart] = [*rows]
    if simulated:
        layers.append(watermark(palette, 34, height))
    made_up = f"{SIMULATED} · " if simulated else ""
    first, _, second = CONTENTS_SENTENCE.partition(". ")
    span = f"The {_weeks(habits.habits[0])} weeks before {format_date(day)}"
    title = alt.TitleParams(
        text=f"{made_up}Flights per week {habits.ends}",
        subtitle=[span, first + ".", second],
    )
    picture = (
        layered(*layers)
        .resolve_scale(y="independent")
        .properties(
            height=height,
            title=title,
            description=describe_habits(habits, day, simulated=simulated),
            usermeta=_SVG,
        )
    )
    drawn: dict[str, Any] = apply_theme(picture, palette).to_dict()
    return drawn


def describe_habits(habits: Habits, day: date, *, simulated: bool = False) -> str:
    """Text for readers who cannot see `draw_habits`."""
    made_up = f"{SIMULATED} data. " if simulated else ""
    listed = [
        f"{WORDS[h.kind]} {h.value}: {h.flights:,} flights in {_full(h):,} complete weeks, "
        f"at least one in {int((h.weeks['flights'] > 0).sum())} weeks"
        for h in habits.habits
    ]
    weeks = max(map(_weeks, habits.habits), default=0)
    lacking = sum(int((h.weeks["complete"] < 7).sum()) for h in habits.habits[:1])
    return (
        f"{made_up}Flights per week {habits.ends} in the {weeks} weeks before "
        f"{format_date(day)}. "
        f"{'; '.join(listed)}. Weeks not complete in this archive: {lacking}. {CONTENTS_SENTENCE}"
    )


def _weeks(habit: Habit) -> int:
    return len(habit.weeks)


def _full(habit: Habit) -> int:
    return int((habit.weeks["complete"] == 7).sum())


def _draw_row(habit: Habit, day: date, number: int, palette: Palette) -> alt.LayerChart:
    """One habit as a row of bars, the `number`-th from the top."""
    high = number * (HEIGHT + _APART)
    low = high + HEIGHT
    top = max(1, int(habit.weeks["flights"].max())) * 1.1
    scale = alt.Scale(domain=[0, top], range=[low, high], nice=False)
    ticks = [0, round(top / 1.1)]
    axis = alt.Axis(values=ticks, orient="left", format="d", domain=False, ticks=False, title=None)
    days = (day - _weeks(habit) * _WEEK, day - timedelta(days=1))
    bars = layer_of(_bar_rows(habit, day)).mark_rect(color=palette.observed)
    drawn = bars.encode(
        utc_x(days, axis=days_axis()),
        alt.Y("low:Q", title=None, scale=scale, axis=axis),
        x2="until:T",
        y2="flights:Q",
        tooltip=[alt.Tooltip(f"{name}:N") for name in ("week", "heard", "days")],
    )
    layers = [
        *_draw_lacking(habit, day, palette, scale, top),
        drawn,
        _draw_name(habit, high, palette),
    ]
    return layered(*layers)


def _bar_rows(habit: Habit, day: date) -> list[Row]:
    """A bar per week with at least one flight."""
    rows = []
    for back, (flights, complete) in enumerate(habit.weeks.itertuples(index=False)):
        start = day - (back + 1) * _WEEK
        if flights:
            rows.append(
                {
                    "day": stamp(start, 12),
                    "until": stamp(start, 7 * 24 - 12),
                    "low": 0,
                    "flights": int(flights),
                    "week": f"from {format_date(start)}",
                    "heard": f"{int(flights):,}",
                    "days": f"{int(complete)} of 7 complete",
                }
            )
    return rows or [
        {"day": stamp(day - _WEEK), "until": stamp(day - _WEEK), "low": 0, "flights": 0}
    ]


def _draw_lacking(
    habit: Habit, day: date, palette: Palette, scale: alt.Scale, top: float
) -> list[alt.Chart]:
    """Hatching over weeks with missing days, as one broken line."""
    lacking = [k for k, n in enumerate(reversed(habit.weeks["complete"].tolist())) if n < 7]
    if not lacking:
        return []
    weeks = _weeks(habit)
    points = hatch(_runs(lacking), days=weeks, height=HEIGHT, top=top, width=480)
    start, week_ms = stamp(day - weeks * _WEEK), 7 * 86_400_000
    rows = [
        {"day": start + round(at * week_ms), "high": value and round(value, 4), "k": k}
        for k, (at, value) in enumerate(points)
    ]
    line = layer_of(rows).mark_line(color=palette.missing, strokeWidth=0.8, clip=True)
    return [line.encode(utc_x(), alt.Y("high:Q", title=None, scale=scale), order="k:Q")]


def _runs(places: list[int]) -> list[tuple[int, int]]:
    """Half-open runs of consecutive numbers."""
    runs: list[tuple[int, int]] = []
    for place in places:
        if runs and runs[-1][1] == place:
            runs[-1] = (runs[-1][0], place + 1)
        else:
            runs.append((place, place + 1))
    return runs


def _draw_name(habit: Habit, high: float, palette: Palette) -> alt.Chart:
    text = f"{WORDS[habit.kind]} {habit.value}"
    mark = layer_of([{"text": text}]).mark_text(
        align="left", baseline="bottom", color=palette.ink, fontSize=12, fontWeight=600
    )
    drawn: alt.Chart = mark.encode(x=alt.value(0), y=alt.value(high - 5), text="text:N")
    return drawn

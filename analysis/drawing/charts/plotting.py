"""Parts of all charts: UTC axis, title with the contents sentence, hatching, theme."""

import math
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import altair as alt
import pandas as pd

from analysis.drawing.captions import SIMULATED, format_route
from analysis.drawing.palette import FONT, Palette
from analysis.study import StudyResult

Row = dict[str, Any]
Chart = TypeVar("Chart", alt.LayerChart, alt.Chart)

HATCH_WIDTH = 1000
"""Width at which strokes have 45° [px]; other widths only change the slope."""

HATCH_LIMIT = 700
"""Strokes at most, so that the picture stays quick however many days are missing."""

RULES_PX = (4, 5, 7, 10, 16, 28, 60)
"""Distances of the rules across bars [px]; the next one is used if there are too many."""

BAR_EDGE = 2 / 24
"""Part of a day between a bar and the edge of its day."""


def stamp(day: date, hour: int = 0) -> int:
    """Milliseconds since 1970 of an hour of a UTC day: no time zone can shift it."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return round(midnight.timestamp() + hour * 3600) * 1000


def layer_of(rows: list[Row]) -> alt.Chart:
    """A chart of plain rows; as a frame, Altair does not copy and check each of them."""
    return alt.Chart(pd.DataFrame(rows))


def layered(*layers: alt.Chart | alt.LayerChart) -> alt.LayerChart:
    """Charts drawn on top of each other."""
    return alt.LayerChart(layer=list(layers))


def utc_x(days: Sequence[date] = (), **options: Any) -> alt.X:
    """The time axis of field `day`, always in UTC.

    `days` sets its domain: from the start of the first to the end of the last.
    """
    scale = alt.Scale(type="utc")
    if days:
        scale.domain = [stamp(days[0]), stamp(days[-1], 24)]
        scale.nice = False
    return alt.X("day:T", scale=scale, **options)


def days_axis() -> alt.Axis:
    """Ticks with the month on its first day and the day elsewhere."""
    label = (
        "utcFormat(datum.value, '%-d') == '1' ? utcFormat(datum.value, '%b %Y')"
        " : utcFormat(datum.value, '%-d %b')"
    )
    return alt.Axis(title=None, labelExpr=label, labelOverlap=True, grid=False, tickCount=8)


def make_result_title(result: StudyResult, *lines: str) -> alt.TitleParams:
    """Route, SIMULATED, `lines` and the contents sentence, in short lines for phones."""
    name, sentence = format_route(result), result.contents_sentence
    return make_title(name, lines, sentence, simulated=result.simulated)


def make_title(
    name: str, lines: Sequence[str], sentence: str, *, simulated: bool
) -> alt.TitleParams:
    """As `make_result_title`, for a picture of more than one result."""
    first, _, second = sentence.partition(". ")
    made_up = f"{SIMULATED} · " if simulated else ""
    return alt.TitleParams(text=made_up + name, subtitle=[*lines, first + ".", second])


def watermark(palette: Palette, size: int, height: float) -> alt.Chart:
    """SIMULATED across the upper `height` [px] of the plot: faint, but part of every screenshot.

    `size` is that of its letters [px]; they are smaller if the plot is too narrow.
    """
    letters = alt.ExprRef(f"min({size}, width / {len(SIMULATED) * 0.75})")
    drawn: alt.Chart = (
        layer_of([{"text": SIMULATED}])
        .mark_text(fontSize=letters, fontWeight=700, color=palette.unsure, opacity=0.16, clip=True)
        .encode(y=alt.value(height / 2), text="text:N")
    )
    return drawn


def compose(
    layers: Sequence[alt.Chart | alt.LayerChart],
    palette: Palette,
    *,
    title: alt.TitleParams,
    words: str,
    size: tuple[float, int | None],
    independent_y: str = "",
) -> alt.LayerChart:
    """A picture of `layers`, made in one call: each later change would copy all of it.

    `words` is the text for screen readers; `size` is height and width [px], None for the width
    of the page; `independent_y` is "scale" or "axis" if layers have their own.
    """
    height, width = size
    options: dict[str, Any] = {"width": width} if width else {}
    if independent_y:
        options["resolve"] = {independent_y: {"y": "independent"}}
    return alt.LayerChart(
        layer=list(layers),
        height=height,
        title=title,
        description=words,
        usermeta=_SVG,
        autosize=_FIT,
        config=_make_config(palette),
        **options,
    )


def apply_theme(picture: Chart, palette: Palette) -> Chart:
    """The picture with the fonts and colours of one theme."""
    return picture.properties(autosize=_FIT, config=_make_config(palette))


_SVG = {"embedOptions": {"renderer": "svg"}}
"""As SVG a screen reader can read the marks; there are few enough of them."""

_FIT = {"type": "fit-x", "contains": "padding"}
"""The width includes axes and labels; the height is that of the plot only."""


def _make_config(palette: Palette) -> dict[str, Any]:
    return {
        "background": palette.surface,
        "font": FONT,
        "view": {"stroke": None},
        "axis": {
            "labelColor": palette.quiet,
            "gridColor": palette.grid,
            "domainColor": palette.shore,
            "tickColor": palette.shore,
            "labelFontSize": 12,
            "titleColor": palette.quiet,
        },
        "title": {
            "anchor": "start",
            "color": palette.ink,
            "subtitleColor": palette.quiet,
            "fontSize": 15,
            "fontWeight": 600,
            "subtitleFontSize": 12,
            "offset": 10,
        },
        "legend": {"labelColor": palette.quiet, "labelFontSize": 12, "offset": 20},
    }


def hatch(
    runs: list[tuple[int, int]],
    *,
    days: int,
    height: float,
    top: float,
    width: float = HATCH_WIDTH,
) -> list[tuple[float, float | None]]:
    """Points of 45° strokes over runs of days, as (place in days, value); None breaks the line.

    `runs` are half-open places among `days`, which are `width` [px] wide together; `height` [px]
    shows values from 0 to `top`.
    """
    wide = width / days
    reach = sum((b - a) * wide + height for a, b in runs)
    step = max(7.0, reach / HATCH_LIMIT)
    points: list[tuple[float, float | None]] = []
    for a, b in runs:
        for x0, y0, x1, y1 in _strokes((b - a) * wide, height, step):
            points.append((a + x0 / wide, y0 / height * top))
            points.append((a + x1 / wide, y1 / height * top))
            points.append((a + x1 / wide, None))
    return points


def _strokes(width: float, height: float, step: float) -> list[tuple[float, float, float, float]]:
    """Rising 45° lines, `step` apart, cut to the box from (0, 0) to (`width`, `height`)."""
    found = []
    offset = -height + step / 2
    while offset < width:
        x0, x1 = max(offset, 0.0), min(offset + height, width)
        found.append((x0, x0 - offset, x1, x1 - offset))
        offset += step
    return found


def rule_bars(
    bars: list[tuple[int, float, float]], *, height: float, top: float
) -> list[tuple[float, float | None]]:
    """Points of level strokes across bars, as (place in days, value); None breaks the line.

    `bars` are (place, low, high), one per day at most, in order; strokes have the same levels in
    all of them, so that neighbours share one. `height` [px] shows values from 0 to `top`.
    """
    strokes: list[tuple[int, int, float]] = []
    for apart in RULES_PX:
        strokes = _rule(bars, apart * top / height)
        if len(strokes) <= HATCH_LIMIT:
            break
    points: list[tuple[float, float | None]] = []
    for first, last, level in strokes:
        edge = (first + BAR_EDGE, last + 1 - BAR_EDGE)
        points += [(edge[0], level), (edge[1], level), (edge[1], None)]
    return points


def _rule(bars: list[tuple[int, float, float]], step: float) -> list[tuple[int, int, float]]:
    """(first place, last place, level) of strokes over runs of neighbouring bars."""
    done: list[tuple[int, int, float]] = []
    under_way: dict[int, list[int]] = {}
    for place, low, high in bars:
        levels = range(math.floor(low / step) + 1, math.ceil(high / step))
        for level in levels:
            run = under_way.get(level)
            if run and run[1] == place - 1:
                run[1] = place
                continue
            if run:
                done.append((run[0], run[1], level * step))
            under_way[level] = [place, place]
    return done + [(a, b, level * step) for level, (a, b) in under_way.items()]

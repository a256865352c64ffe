"""The lower part of a study's chart: all traffic that the receivers heard per day."""

import math
from collections.abc import Sequence
from datetime import date

import altair as alt

from analysis.drawing.charts.plotting import Row, layer_of, layered, stamp, utc_x
from analysis.drawing.palette import Palette
from analysis.study import StudyResult, format_date

_OVERHEAD = "overflights, "
_DASHES = ([1, 0], [4, 3], [1, 2], [1, 4])
"""Traffic at origin and destination, then overflights at both."""


def draw_reception(
    result: StudyResult, palette: Palette, *, top: float, bottom: float
) -> alt.LayerChart:
    """Traffic heard in both regions as a share of its own mean, so that a step is visible.

    Drawn between `top` and `bottom` [px]. If the source has reception data, paler lines show
    the positions heard of overflights.
    """
    rows = _list_shares(result)
    shares = [row["share"] for row in rows if row["share"] is not None]
    peak = math.ceil(max([1.0, *shares]) * 10.5) / 10
    scale = alt.Scale(domain=[0, peak], range=[bottom, top], nice=False)
    axis = alt.Axis(orient="left", format="%", tickCount=3, domain=False, ticks=False, title=None)
    ends = list(dict.fromkeys(row["end"] for row in rows))
    legend = alt.Legend(
        title=None, orient="bottom", symbolType="stroke", symbolStrokeWidth=1.5, columns=2
    )
    dashes = alt.Scale(domain=ends, range=[dash for _, dash in _pair(ends)])
    pale = f"indexof(datum.end, {_OVERHEAD!r}) === 0"
    lines = layer_of(rows).mark_line(color=palette.quiet, strokeWidth=1.2)
    drawn = lines.encode(
        utc_x(),
        alt.Y("share:Q", scale=scale, axis=axis),
        opacity=alt.condition(pale, alt.value(0.65), alt.value(1)),
        # An empty legend would make the picture infinitely high.
        strokeDash=alt.StrokeDash("end:N", scale=dashes, legend=legend if rows else None),
    )
    layers = [drawn, *_mark_outages(result, palette, top)]
    return layered(*layers, _draw_heading(result, palette, top))


def _pair(ends: list[str]) -> list[tuple[str, list[int]]]:
    """Each line with its dash: solid and dashed for traffic, dotted for overflights."""
    found, used = [], [0, 2]
    for end in ends:
        kind = 1 if end.startswith(_OVERHEAD) else 0
        found.append((end, _DASHES[used[kind]]))
        used[kind] += 1
    return found


def _list_shares(result: StudyResult) -> list[Row]:
    series = result.series
    lines = (
        (f"in {result.origin_label}", series.exposure_origin),
        (f"in {result.destination_label}", series.exposure_destination),
        (f"{_OVERHEAD}{result.origin_label}", series.overhead_origin),
        (f"{_OVERHEAD}{result.destination_label}", series.overhead_destination),
    )
    return [row for end, heard in lines for row in _share_rows(series.days, heard, end)]


def _share_rows(days: Sequence[date], heard: Sequence[float | None], end: str) -> list[Row]:
    """Rows of one line; no rows if no value is known."""
    known = [n for n in heard if n is not None]
    mean = sum(known) / len(known) if known else 0.0
    if not mean:
        return []
    return [
        {"day": stamp(day, 12), "share": None if n is None else round(n / mean, 4), "end": end}
        for day, n in zip(days, heard, strict=True)
    ]


def _mark_outages(result: StudyResult, palette: Palette, top: float) -> list[alt.Chart]:
    """A cross over each day that is left out because the receivers were down."""
    rows = [
        {"day": stamp(day, 12), "date": format_date(day), "why": reason}
        for day, status, reason in result.days_missing
        if status == "outage"
    ]
    if not rows:
        return []
    tips = [alt.Tooltip("date:N"), alt.Tooltip("why:N")]
    crosses = layer_of(rows).mark_text(text="×", fontSize=15, fontWeight=700, color=palette.ink)
    return [crosses.encode(utc_x(), y=alt.value(top + 6), tooltip=tips)]


def _draw_heading(result: StudyResult, palette: Palette, top: float) -> alt.Chart:
    down = any(status == "outage" for _, status, _ in result.days_missing)
    said = "All traffic heard, share of its own mean" + (" · × = day left out" if down else "")
    mark = layer_of([{"text": said}]).mark_text(
        align="left", baseline="bottom", color=palette.quiet, fontSize=12
    )
    drawn: alt.Chart = mark.encode(x=alt.value(0), y=alt.value(top - 6), text="text:N")
    return drawn

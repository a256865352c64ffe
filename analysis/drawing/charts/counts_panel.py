"""The upper part of a study's chart: flights per day, both bounds, and what was expected."""

import math
from datetime import timedelta

import altair as alt

from analysis.drawing.captions import format_known
from analysis.drawing.charts.event_marks import (
    ROW_PX,
    count_label_rows,
    mark_events,
    mark_periods,
    mark_windows,
)
from analysis.drawing.charts.plotting import (
    Row,
    days_axis,
    hatch,
    layer_of,
    layered,
    rule_bars,
    stamp,
    utc_x,
    watermark,
)
from analysis.drawing.palette import AT_MOST, CERTAIN, POSSIBLE, Palette
from analysis.study import CountSeries, StudyResult, format_date

HEIGHT = 220
_DAY = timedelta(days=1)


def draw_counts(result: StudyResult, palette: Palette, *, hover: bool) -> alt.LayerChart:
    """Bars per day with the event, its window, the expectation and hatched missing days.

    `hover` adds tooltips, one column per day; a picture for paper needs none.
    """
    top = _top_of(result)
    layers = [
        *([watermark(palette, 52, HEIGHT)] if result.simulated else []),
        *mark_windows(result, palette, top=top),
        *_draw_hatch(result.series, palette, top),
        _draw_bars(result, palette, top),
        *_draw_rules(result.series, palette, top),
        *_draw_expected(result, palette),
        *mark_events(result, palette),
        *mark_periods(result, palette, height=HEIGHT),
        *([_draw_hover(result, top)] if hover else []),
    ]
    return layered(*layers)


def _top_of(result: StudyResult) -> float:
    """Top of the y scale: the highest count or expectation, with room for the event's name."""
    counted = [n for n in result.series.upper if n is not None]
    expected = [row["expected"] or 0.0 for row in _expected_rows(result)]
    return max([1.0, *counted, *expected]) * 1.08


def _draw_bars(result: StudyResult, palette: Palette, top: float) -> alt.Chart:
    looks = {
        CERTAIN: palette.observed,
        POSSIBLE: palette.possible,
        "expected, with its band": palette.ink,
        "day missing": palette.missing,
    }
    room = 20 + ROW_PX * count_label_rows(result)
    legend = alt.Legend(
        title=None,
        orient="top",
        symbolType="square",
        symbolStrokeWidth=0,
        offset=room,
        columns=alt.ExprRef("width < 420 ? 2 : 4"),
    )
    scale = alt.Scale(domain=list(looks), range=list(looks.values()))
    axis = alt.Axis(tickMinStep=1, tickCount=4, format="~s", domain=False, ticks=False)
    high = alt.Scale(domain=[0, top], range=[HEIGHT, 0], nice=False)
    bars = layer_of(_bar_rows(result.series)).mark_rect(
        stroke=palette.observed, strokeWidth=0.5, strokeOpacity=0.6, clip=True
    )
    drawn: alt.Chart = bars.encode(
        utc_x(result.series.days, axis=days_axis()),
        alt.Y("low:Q", title=None, scale=high, axis=axis),
        x2="until:T",
        y2="high:Q",
        color=alt.Color("kind:N", scale=scale, legend=legend),
    )
    return drawn


def _bar_rows(series: CountSeries) -> list[Row]:
    """Rectangles nearly a day wide, none for a zero."""
    rows = []
    for day, lower, upper in zip(series.days, series.lower, series.upper, strict=True):
        if lower is None or upper is None:
            continue
        place = {"day": stamp(day, 2), "until": stamp(day, 22)}
        for kind, low, high in ((CERTAIN, 0.0, lower), (POSSIBLE, lower, upper)):
            if high > low:
                rows.append({**place, "low": low, "high": high, "kind": kind})
    return rows


def _draw_rules(series: CountSeries, palette: Palette, top: float) -> list[alt.Chart]:
    """Rules across possible flights, one broken line, so that they differ from certain ones."""
    bars = [
        (place, lower, upper)
        for place, (lower, upper) in enumerate(zip(series.lower, series.upper, strict=True))
        if lower is not None and upper is not None and upper > lower
    ]
    points = rule_bars(bars, height=HEIGHT, top=top)
    first = stamp(series.days[0])
    rows = [
        {"day": first + round(at * 86_400_000), "level": value and round(value, 4), "rule": k}
        for k, (at, value) in enumerate(points)
    ]
    if not rows:
        return []
    line = layer_of(rows).mark_line(color=palette.observed, strokeWidth=0.8, clip=True)
    return [line.encode(utc_x(), alt.Y("level:Q", title=None), order="rule:Q")]


def _expected_rows(result: StudyResult) -> list[Row]:
    """The lower bound's expectation per day, with the scatter of ordinary days around it.

    The band is ±1.96·sqrt(φ·expected): Poisson scatter widened by the dispersion φ that the
    placebo dates showed. It helps the eye only; the verdict compares whole windows. A day
    without an expectation is None, where the line has a gap.
    """
    effect = result.lower
    if effect is None:
        return []
    rows: list[Row] = []
    for day, expected in zip(result.series.days, effect.expected_per_day, strict=False):
        row: Row = {"day": stamp(day, 12), "expected": None, "low": None, "high": None}
        if expected is not None and math.isfinite(expected):
            reach = 1.96 * math.sqrt(max(effect.phi, 1.0) * expected)
            low, high = max(expected - reach, 0.0), expected + reach
            spread = {"expected": expected, "low": low, "high": high}
            row |= {name: round(value, 4) for name, value in spread.items()}
        rows.append(row)
    return rows


def _draw_expected(result: StudyResult, palette: Palette) -> list[alt.Chart]:
    rows = _expected_rows(result)
    if all(row["expected"] is None for row in rows):
        return []
    band = layer_of(rows).mark_area(opacity=0.09, color=palette.ink, clip=True)
    line = layer_of(rows).mark_line(color=palette.ink, strokeWidth=1.2, clip=True)
    return [
        band.encode(utc_x(), alt.Y("low:Q", title=None), y2="high:Q"),
        line.encode(utc_x(), alt.Y("expected:Q", title=None)),
    ]


def _draw_hatch(series: CountSeries, palette: Palette, top: float) -> list[alt.Chart]:
    """Hatching of missing days as one broken line: a single mark for any number of strokes."""
    first = stamp(series.days[0])
    points = hatch(_missing_runs(series), days=len(series.days), height=HEIGHT, top=top)
    rows = [
        {"day": first + round(at * 86_400_000), "high": value and round(value, 4), "k": k}
        for k, (at, value) in enumerate(points)
    ]
    if not rows:
        return []
    line = layer_of(rows).mark_line(color=palette.missing, strokeWidth=0.9, clip=True)
    return [line.encode(utc_x(), alt.Y("high:Q", title=None), order="k:Q")]


def _missing_runs(series: CountSeries) -> list[tuple[int, int]]:
    """Half-open runs of days without a count, as places in the series."""
    runs: list[tuple[int, int]] = []
    for place, lower in enumerate(series.lower):
        if lower is not None:
            continue
        if runs and runs[-1][1] == place:
            runs[-1] = (runs[-1][0], place + 1)
        else:
            runs.append((place, place + 1))
    return runs


def _draw_hover(result: StudyResult, top: float) -> alt.Chart:
    """An invisible column per day, with its tooltip."""
    shown = ("date", "status", CERTAIN, AT_MOST, "heard at origin", "heard at destination")
    drawn: alt.Chart = (
        layer_of(_hover_rows(result, top))
        .mark_rect(opacity=0)
        .encode(
            utc_x(),
            alt.Y("low:Q", title=None),
            x2="until:T",
            y2="high:Q",
            tooltip=[alt.Tooltip(f"{name}:N") for name in (*shown, "why")],
        )
    )
    return drawn


def _hover_rows(result: StudyResult, top: float) -> list[Row]:
    series = result.series
    return [
        {
            "day": stamp(day),
            "until": stamp(day + _DAY),
            "low": 0,
            "high": top,
            "date": format_date(day),
            "status": series.status[k],
            CERTAIN: format_known(series.lower[k]),
            AT_MOST: format_known(series.upper[k]),
            "heard at origin": format_known(series.exposure_origin[k]),
            "heard at destination": format_known(series.exposure_destination[k]),
            "why": series.reason[k] or "–",
        }
        for k, day in enumerate(series.days)
    ]

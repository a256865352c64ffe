"""Draw a study's counts and its placebo dates, and say in words what they show.

Marks are few enough to stay SVG. Every picture carries the contents sentence, and SIMULATED
where its data are made up: in the picture itself, so that no screenshot can lose it.
"""

import math
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

import altair as alt

from analysis.captions import (
    SIMULATED,
    describe_figures,
    list_days,
    name_route,
)
from analysis.counts_panel import HEIGHT, draw_counts
from analysis.palette import Palette, choose
from analysis.plotting import (
    Row,
    dress,
    layer_of,
    layered,
    stamp,
    title_of,
    utc_x,
    watermark,
)
from analysis.results import Effect, StudyResult
from analysis.wording import write_date, write_ratio

HEARD = 72
"""Height of the lower part, what was heard [px]."""

TOTAL = HEIGHT + 44 + HEARD
"""Height of both parts and what lies between [px]."""

_STRIP = 150
_SVG = {"embedOptions": {"renderer": "svg"}}
_COLUMNS = 44


def draw_series(
    result: StudyResult, *, dark: bool = False, width: int | None = None
) -> alt.LayerChart:
    """Flights per UTC day with both bounds, what was expected, and what was heard underneath.

    Both parts are one view with one time axis. `width` in px makes it a picture for paper;
    None leaves it to the page, with hover.
    """
    palette = choose(dark)
    counts = draw_counts(result, palette, hover=width is None)
    picture = (
        layered(counts, _draw_heard(result, palette))
        .resolve_scale(y="independent")
        .properties(
            height=TOTAL,
            title=title_of(result, "Flights per UTC day"),
            description=describe_series(result),
            usermeta=_SVG,
            **({"width": width} if width else {}),
        )
    )
    return dress(picture, palette)


def draw_placebos(
    result: StudyResult, *, dark: bool = False, width: int | None = None
) -> alt.LayerChart | None:
    """Every comparable date as a dot by how much it differs, the event marked.

    None where the study holds no comparable dates.
    """
    effect = result.lower
    if effect is None or not effect.placebos:
        return None
    palette = choose(dark)
    dots = _dot_rows(effect)
    top = max(row["high"] for row in dots) + 1
    layers = [_draw_dots(dots, palette, top), *_mark_dot(effect, palette)]
    if result.simulated:
        layers.insert(0, watermark(palette, 28, _STRIP))
    picture = layered(*layers).properties(
        height=_STRIP,
        title=title_of(result, f"{write_date(result.event)} among all comparable dates"),
        description=describe_placebos(result),
        usermeta=_SVG,
        **({"width": width} if width else {}),
    )
    return dress(picture, palette)


def describe_series(result: StudyResult) -> str:
    """What a sighted reader takes away from `draw_series`, in words."""
    days = result.series.days
    made_up = f"{SIMULATED} data. " if result.simulated else ""
    missing = [day for day, _, _ in result.days_missing]
    gaps = f"Days missing: {list_days(missing)}." if missing else "No day is missing."
    return (
        f"{made_up}Flights per UTC day, {name_route(result)}, {write_date(days[0])} to "
        f"{write_date(days[-1])}. From {write_date(result.event)}, "
        f"{'; '.join(describe_figures(result))}. {gaps} {result.contents_sentence}"
    )


def describe_placebos(result: StudyResult) -> str:
    """What a sighted reader takes away from `draw_placebos`, in words."""
    effect = result.lower
    if effect is None or not effect.placebos:
        return "There are no comparable dates in this record to draw."
    made_up = f"{SIMULATED} data. " if result.simulated else ""
    return (
        f"{made_up}{effect.r} of {effect.n_placebo} other dates in this record differ at least "
        f"as much as {write_date(result.event)}, where the ratio of observed to expected is "
        f"{write_ratio(effect.rr)}. {result.contents_sentence}"
    )


def _draw_heard(result: StudyResult, palette: Palette) -> alt.LayerChart:
    """Both regions' exposure as a share of its own mean, so that a step in either shows."""
    series = result.series
    rows = _share_rows(series.days, series.exposure_origin, f"in {result.origin_label}")
    other = f"in {result.destination_label}"
    rows += _share_rows(series.days, series.exposure_destination, other)
    shares = [row["share"] for row in rows if row["share"] is not None]
    peak = math.ceil(max([1.0, *shares]) * 10.5) / 10
    scale = alt.Scale(domain=[0, peak], range=[TOTAL, TOTAL - HEARD], nice=False)
    axis = alt.Axis(orient="left", format="%", tickCount=3, domain=False, ticks=False, title=None)
    legend = alt.Legend(title=None, orient="bottom", symbolType="stroke", symbolStrokeWidth=1.5)
    dashes = alt.Scale(domain=list(dict.fromkeys(r["end"] for r in rows)), range=[[1, 0], [4, 3]])
    lines = layer_of(rows).mark_line(color=palette.quiet, strokeWidth=1.2)
    drawn = lines.encode(
        utc_x(),
        alt.Y("share:Q", scale=scale, axis=axis),
        # A legend of nothing would make the picture infinitely high.
        strokeDash=alt.StrokeDash("end:N", scale=dashes, legend=legend if rows else None),
    )
    return layered(drawn, _head_heard(palette))


def _head_heard(palette: Palette) -> alt.Chart:
    heading = [{"text": "All traffic heard, share of its own mean"}]
    mark = layer_of(heading).mark_text(
        align="left", baseline="bottom", color=palette.quiet, fontSize=12
    )
    return mark.encode(alt.XValue(0), alt.YValue(TOTAL - HEARD - 6), text="text:N")


def _share_rows(days: Sequence[date], heard: Sequence[float | None], end: str) -> list[Row]:
    """Rows of one end, none where nothing is known of it."""
    known = [n for n in heard if n is not None]
    mean = sum(known) / len(known) if known else 0.0
    if not mean:
        return []
    return [
        {"day": stamp(day, 12), "share": None if n is None else round(n / mean, 4), "end": end}
        for day, n in zip(days, heard, strict=True)
    ]


def _dot_rows(effect: Effect) -> list[Row]:
    """Placebo dates piled in columns by their statistic, nearest zero lowest."""
    reach = max(abs(s) for s in (effect.s, *(p.s for p in effect.placebos)))
    column = max(2 * reach / _COLUMNS, 1e-9)
    piled: Counter[int] = Counter()
    rows = []
    for placebo in sorted(effect.placebos, key=lambda p: (abs(p.s), p.day)):
        place = round(placebo.s / column)
        piled[place] += 1
        as_large = abs(placebo.s) >= abs(effect.s) - 1e-9
        rows.append(
            {
                "s": round(place * column, 4),
                "high": piled[place],
                "kind": "as large or larger" if as_large else "smaller",
                "date": write_date(placebo.day),
                "ratio": write_ratio(placebo.rr),
            }
        )
    return rows


def _draw_dots(rows: list[Row], palette: Palette, top: float) -> alt.Chart:
    looks = {"smaller": palette.missing, "as large or larger": palette.observed}
    kinds = alt.Scale(domain=list(looks), range=list(looks.values()))
    title = "← fewer flights than expected · more flights than expected →"
    axis = alt.Axis(grid=False, labels=False, ticks=False, title=title, titleFontWeight="normal")
    return (
        layer_of(rows)
        .mark_circle(size=22, opacity=1)
        .encode(
            alt.X("s:Q", axis=axis, scale=alt.Scale(padding=8)),
            alt.Y("high:Q", axis=None, scale=alt.Scale(domain=[0, top], nice=False)),
            color=alt.Color("kind:N", scale=kinds, legend=alt.Legend(title=None, orient="top")),
            tooltip=[alt.Tooltip("date:N"), alt.Tooltip("ratio:N")],
        )
    )


def _mark_dot(effect: Effect, palette: Palette) -> list[alt.Chart]:
    """The event's line, and above the plot its date and ratio."""
    label = f"{write_date(effect.event)} {write_ratio(effect.rr)}"
    row = {"s": effect.s, "label": label}
    align: Any = "right" if effect.s > 0 else "left"
    rule = layer_of([row]).mark_rule(color=palette.event, strokeWidth=1.5, strokeDash=[4, 3])
    text = layer_of([row]).mark_text(
        color=palette.event,
        fontWeight=600,
        fontSize=12,
        baseline="bottom",
        align=align,
        dx=4 if effect.s > 0 else -4,
    )
    return [rule.encode(alt.X("s:Q")), text.encode(alt.X("s:Q"), alt.YValue(-4), text="label:N")]

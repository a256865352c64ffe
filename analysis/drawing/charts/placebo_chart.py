"""Every ordinary date (placebo date) as a dot by how much it differs, with the event marked."""

from collections import Counter
from typing import Any

import altair as alt

from analysis.drawing.captions import SIMULATED
from analysis.drawing.charts.plotting import Row, compose, layer_of, make_result_title, watermark
from analysis.drawing.palette import Palette, choose_palette
from analysis.study import (
    Effect,
    Placebo,
    StudyResult,
    format_date,
    format_limit,
    format_p,
    format_ratio,
)

_STRIP = 150
_COLUMNS = 44


def draw_placebos(
    result: StudyResult, *, dark: bool = False, width: int | None = None
) -> alt.LayerChart | None:
    """Every ordinary date (placebo date) as a dot by how much it differs, the event marked.

    None if the study has no such dates.
    """
    effect = result.lower
    if effect is None or not effect.placebos:
        return None
    palette = choose_palette(dark)
    dots = _dot_rows(effect)
    top = max(row["high"] for row in dots) + 1
    layers = [_draw_dots(dots, palette, top), *_mark_dot(effect, palette)]
    if result.simulated:
        layers.insert(0, watermark(palette, 28, _STRIP))
    heading = f"{format_date(result.event)} among ordinary dates (placebo dates)"
    return compose(
        layers,
        palette,
        title=make_result_title(result, heading, *describe_ranks(result)),
        words=describe_placebos(result),
        size=(_STRIP, width),
    )


def describe_placebos(result: StudyResult) -> str:
    """Text for readers who cannot see `draw_placebos`."""
    effect = result.lower
    if effect is not None and effect.n_controls and not effect.placebos:
        return (
            "This record is too short to compare the event with ordinary dates. It is compared "
            f"with {effect.n_controls:,} other routes from {result.origin_label} in the same days."
        )
    if effect is None or not effect.placebos:
        return "There are no ordinary dates in this record to compare the event with."
    made_up = f"{SIMULATED} data. " if result.simulated else ""
    ratios = sorted(each.rr for each in effect.placebos)
    larger = sum(_is_as_large(each, effect) for each in effect.placebos)
    middle = ratios[len(ratios) // 20], ratios[-1 - len(ratios) // 20]
    return (
        f"{made_up}{larger:,} of {len(ratios):,} ordinary dates in this record differ at least "
        f"as much as {format_date(result.event)}, where the ratio of observed to expected is "
        f"{format_ratio(effect.rr)}. Nine in ten of the ordinary dates are between "
        f"{format_ratio(middle[0])} and {format_ratio(middle[1])}. "
        f"{'. '.join(describe_ranks(result))}. {result.contents_sentence}"
    )


def describe_ranks(result: StudyResult) -> list[str]:
    """r, n, p and φ of both bounds; one line if they are equal."""
    lower, upper = result.lower, result.upper
    if lower is None:
        return []
    if upper is None or _rank(lower) == _rank(upper):
        return [_rank(lower)]
    return [f"Counted for certain: {_rank(lower)}", f"With possible ones: {_rank(upper)}"]


def _rank(effect: Effect) -> str:
    others = "other routes" if effect.n_controls else "ordinary dates"
    return (
        f"{effect.r:,} of {effect.n_compared:,} {others} differ as much, "
        f"p = {format_p(effect.p)}, "
        f"φ = {format_limit(effect.phi)}"
    )


def _is_as_large(placebo: Placebo, effect: Effect) -> bool:
    return abs(placebo.s) >= abs(effect.s) - 1e-9


def _dot_rows(effect: Effect) -> list[Row]:
    """Placebo dates stacked in columns by their statistic, nearest to zero lowest."""
    reach = max(abs(s) for s in (effect.s, *(p.s for p in effect.placebos)))
    column = max(2 * reach / _COLUMNS, 1e-9)
    stacked: Counter[int] = Counter()
    rows = []
    for placebo in sorted(effect.placebos, key=lambda p: (abs(p.s), p.day)):
        place = round(placebo.s / column)
        stacked[place] += 1
        as_large = _is_as_large(placebo, effect)
        rows.append(
            {
                "s": round(place * column, 4),
                "high": stacked[place],
                "kind": "as large or larger" if as_large else "smaller",
                "date": format_date(placebo.day),
                "ratio": format_ratio(placebo.rr),
            }
        )
    return rows


def _draw_dots(rows: list[Row], palette: Palette, top: float) -> alt.Chart:
    """Smaller ones as circles, the others as diamonds, so that they differ also in grey."""
    kinds = ["smaller", "as large or larger"]
    colours = alt.Scale(domain=kinds, range=[palette.missing, palette.observed])
    shapes = alt.Scale(domain=kinds, range=["circle", "diamond"])
    legend = alt.Legend(title=None, orient="top")
    title = "← fewer flights than expected · more flights than expected →"
    axis = alt.Axis(grid=False, labels=False, ticks=False, title=title, titleFontWeight="normal")
    drawn: alt.Chart = (
        layer_of(rows)
        .mark_point(size=22, opacity=1, filled=True)
        .encode(
            alt.X("s:Q", axis=axis, scale=alt.Scale(padding=8)),
            alt.Y("high:Q", axis=None, scale=alt.Scale(domain=[0, top], nice=False)),
            color=alt.Color("kind:N", scale=colours, legend=legend),
            shape=alt.Shape("kind:N", scale=shapes, legend=legend),
            tooltip=[alt.Tooltip("date:N"), alt.Tooltip("ratio:N")],
        )
    )
    return drawn


def _mark_dot(effect: Effect, palette: Palette) -> list[alt.Chart]:
    """The event's line, and above the plot its date and ratio."""
    label = f"{format_date(effect.event)} {format_ratio(effect.rr)}"
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
    return [rule.encode(alt.X("s:Q")), text.encode(alt.X("s:Q"), y=alt.value(-4), text="label:N")]

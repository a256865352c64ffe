"""Ratios with their intervals in rows on a log axis, for sensitivity and forest charts.

Bounds differ by shape and dash; the row of the study has a bold label and a thick line; an arrow
marks an end outside the picture. So no meaning depends on colour alone.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from analysis.drawing.captions import format_interval
from analysis.drawing.charts.plotting import Row, layer_of, watermark
from analysis.drawing.palette import CERTAIN, WITH_POSSIBLE, Palette
from analysis.study import Effect, Stack, format_limit, format_ratio

OBSERVED, UPPER, TOGETHER = CERTAIN, WITH_POSSIBLE, "all dates combined"

_ROW_PX = {1: 19, 2: 28}
"""Height of a row by its number of ratios [px]."""

_APART_PX = 10
"""Distance of two ratios in one row [px]."""

_GAP_PX = 16
_LABEL_PX = 160
_TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
_WIDEST = 64.0
"""The axis shows ratios from 1/64 to 64 at most; arrows mark larger and smaller ones."""

_SHAPES = {OBSERVED: "circle", UPPER: "square", TOGETHER: "diamond"}
_DASHES = {OBSERVED: [1, 0], UPPER: [4, 2], TOGETHER: [1, 0]}


@dataclass(frozen=True)
class Ratio:
    """One ratio of a row; `lo` and `hi` are NaN if there is no interval."""

    kind: str
    rr: float
    lo: float = math.nan
    hi: float = math.nan

    @property
    def has_interval(self) -> bool:
        """True if both ends are known."""
        return not (math.isnan(self.lo) or math.isnan(self.hi))

    def format(self) -> str:
        """The ratio with its interval, if it has one.

        >>> Ratio(OBSERVED, 2.312, 1.5, math.inf).format()
        '×2.31 (1.50–no upper limit)'
        """
        interval = f" ({format_interval(self.lo, self.hi)})" if self.has_interval else ""
        return format_ratio(self.rr) + interval


@dataclass(frozen=True)
class Entry:
    """A row: its label and ratios. `is_asked` makes it bold; `after_gap` adds space above."""

    label: str
    ratios: tuple[Ratio, ...]
    is_asked: bool = False
    after_gap: bool = False


def pair_bounds(lower: Effect | Stack | None, upper: Effect | Stack | None) -> tuple[Ratio, ...]:
    """Both bounds of an effect; only one if they are the same."""
    bounds = ((OBSERVED, lower), (UPPER, upper))
    found = tuple(Ratio(kind, e.rr, e.lo, e.hi) for kind, e in bounds if e is not None)
    same = len(found) == 2 and _key(found[0]) == _key(found[1])
    return found[:1] if same else found


def _key(ratio: Ratio) -> tuple[str, str]:
    return f"{ratio.rr:.9g}", f"{ratio.lo:.9g} {ratio.hi:.9g}"


def describe_interval_sides(entries: Sequence[Entry]) -> str:
    """On which side of ×1 the intervals are."""
    stated = [r for entry in entries for r in entry.ratios if r.has_interval]
    above, below = sum(r.lo > 1 for r in stated), sum(r.hi < 1 for r in stated)
    if not stated:
        return ""
    if above == len(stated):
        return "All intervals are above ×1."
    if below == len(stated):
        return "All intervals are below ×1."
    if not above + below:
        return "All intervals contain ×1."
    sides = [f"{above} above ×1"] * bool(above) + [f"{below} below ×1"] * bool(below)
    rest = f"{len(stated) - above - below} contain ×1"
    return f"Of {len(stated)} intervals, {', '.join(sides)}; {rest}."


def draw_entries(
    entries: Sequence[Entry], palette: Palette, *, simulated: bool
) -> tuple[list[alt.Chart], float]:
    """The rows as layers, first on top, each with its own y axis, and their height [px]."""
    places, height = _place_rows(entries)
    axes = _Axes(_reach(entries), height)
    rows = [
        row
        for entry, place in zip(entries, places, strict=True)
        for row in _list_ratios(entry, place, axes.reach, palette)
    ]
    layers = [
        *([watermark(palette, 28, height)] if simulated else []),
        _draw_one(palette, axes),
        *_draw_spans(rows, axes),
        *_draw_points(rows, palette, axes),
        _draw_labels([(entry.label, entry.is_asked) for entry in entries], places, palette, axes),
        _draw_labels(
            [(_format_first(e), e.is_asked) for e in entries], places, palette, axes, side="right"
        ),
    ]
    return layers, height


@dataclass(frozen=True)
class _Axes:
    """Both ends of the ratio axis, and the height [px]."""

    reach: tuple[float, float]
    height: float

    def x(self, field: str) -> alt.X:
        """A ratio on the log axis."""
        low, high = self.reach
        axis = alt.Axis(
            values=[tick for tick in _TICKS if low <= tick <= high],
            labelExpr="'×' + format(datum.value, '~r')",
            labelOverlap=True,
            ticks=False,
            domain=False,
        )
        scale = alt.Scale(type="log", domain=[low, high], nice=False)
        return alt.X(f"{field}:Q", scale=scale, axis=axis, title=None)

    def y(self, axis: alt.Axis | None = None) -> alt.Y:
        """A place from the top [px]."""
        scale = alt.Scale(domain=[0, self.height], range=[0, self.height], nice=False)
        return alt.Y("y:Q", scale=scale, axis=axis)


def _place_rows(entries: Sequence[Entry]) -> tuple[list[float], float]:
    """Middle of each row, and the total height [px]."""
    places, top = [], 4.0
    for entry in entries:
        top += _GAP_PX if entry.after_gap else 0
        tall = _ROW_PX[min(max(len(entry.ratios), 1), 2)]
        places.append(top + tall / 2)
        top += tall
    return places, top + 4


def _reach(entries: Sequence[Entry]) -> tuple[float, float]:
    """Both ends of the axis: the finite values with some room."""
    values = [v for e in entries for r in e.ratios for v in (r.rr, r.lo, r.hi)]
    finite = [v for v in values if math.isfinite(v) and v > 0]
    low, high = min([0.7, *finite]) / 1.15, max([1.4, *finite]) * 1.15
    return max(low, 1 / _WIDEST), min(high, _WIDEST)


def _list_ratios(
    entry: Entry, place: float, reach: tuple[float, float], palette: Palette
) -> list[Row]:
    low, high = reach
    tone = palette.observed if entry.is_asked else palette.missing
    rows: list[Row] = []
    for number, ratio in enumerate(entry.ratios):
        row: Row = {"label": entry.label, "kind": ratio.kind, "ratio": ratio.format()}
        row["y"] = place + (number - (len(entry.ratios) - 1) / 2) * _APART_PX
        row |= {"stroke": tone, "fill": palette.surface if ratio.kind == UPPER else tone}
        row |= {"width": 2.4 if entry.is_asked else 1.4, "rr": None, "lo": None, "hi": None}
        if not math.isnan(ratio.rr):
            row["rr"] = min(max(ratio.rr, low), high)
        if ratio.has_interval:
            row |= {"lo": min(max(ratio.lo, low), high), "hi": max(min(ratio.hi, high), low)}
            row["cut"] = [ratio.lo < low, ratio.hi > high]
        rows.append(row)
    return rows


def _draw_one(palette: Palette, axes: _Axes) -> alt.Chart:
    """The line of no difference."""
    drawn: alt.Chart = (
        layer_of([{"one": 1.0}]).mark_rule(color=palette.ink, strokeWidth=1).encode(axes.x("one"))
    )
    return drawn


def _draw_spans(rows: list[Row], axes: _Axes) -> list[alt.Chart]:
    """A line per interval, dashed for the upper bound, and arrows."""
    spans = [row for row in rows if row["lo"] is not None]
    drawn = []
    # The dash belongs to the mark: as a scale it would remove the legend of the shapes.
    for kind, dash in _DASHES.items():
        lines_of_kind = [_leave_out_cut(row) for row in spans if row["kind"] == kind]
        if lines_of_kind:
            lines = layer_of(lines_of_kind).mark_rule(strokeDash=dash)
            tone = alt.Stroke("stroke:N", scale=None)
            width = alt.StrokeWidth("width:Q", scale=None)
            drawn.append(
                lines.encode(axes.x("lo"), axes.y(), x2="hi:Q", stroke=tone, strokeWidth=width)
            )
    return drawn + _draw_arrows(spans, axes)


def _draw_arrows(spans: list[Row], axes: _Axes) -> list[alt.Chart]:
    """Arrows for intervals that continue outside the picture."""
    drawn = []
    for side, (end, arrow) in enumerate((("lo", "◀"), ("hi", "▶"))):
        cut = [{k: row[k] for k in ("y", "stroke", end)} for row in spans if row["cut"][side]]
        if cut:
            arrows = layer_of(cut).mark_text(text=arrow, fontSize=12, baseline="middle")
            tone = alt.Color("stroke:N", scale=None)
            drawn.append(arrows.encode(axes.x(end), axes.y(), color=tone))
    return drawn


def _leave_out_cut(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "cut"}


def _draw_points(rows: list[Row], palette: Palette, axes: _Axes) -> list[alt.Chart]:
    points = [_leave_out_cut(row) for row in rows if row["rr"] is not None]
    if not points:
        return []
    kinds = [kind for kind in _SHAPES if any(row["kind"] == kind for row in points)]
    shapes = alt.Scale(domain=kinds, range=[_SHAPES[kind] for kind in kinds])
    look: dict[str, Any] = {"symbolStrokeColor": palette.quiet, "symbolFillColor": palette.surface}
    named = [kind for kind in kinds if kind != TOGETHER]
    legend = alt.Legend(title=None, orient="top", offset=8, values=named, **look)
    mark = layer_of(points).mark_point(size=52, strokeWidth=1.8, opacity=1)
    drawn = mark.encode(
        axes.x("rr"),
        axes.y(),
        shape=alt.Shape("kind:N", scale=shapes, legend=legend if len(named) > 1 else None),
        stroke=alt.Stroke("stroke:N", scale=None),
        fill=alt.Fill("fill:N", scale=None),
        tooltip=[alt.Tooltip(f"{name}:N") for name in ("label", "kind", "ratio")],
    )
    return [drawn]


def _format_first(entry: Entry) -> str:
    said = entry.ratios[0].format() if entry.ratios else "no ratio"
    return said.replace(format_limit(math.inf), "∞")


def _draw_labels(
    labels: list[tuple[str, bool]],
    places: list[float],
    palette: Palette,
    axes: _Axes,
    *,
    side: str = "left",
) -> alt.Chart:
    """Labels of the rows, as an axis: only an axis makes room for its text."""
    asked = [place for place, (_, is_asked) in zip(places, labels, strict=True) if is_asked]
    texts = json.dumps([text for text, _ in labels], ensure_ascii=False)
    words = f"{texts}[indexof({json.dumps(places)}, datum.value)]"
    test = f"indexof({json.dumps(asked)}, datum.value) >= 0"
    axis = alt.Axis(
        orient=side,  # type: ignore[arg-type]
        values=places,
        labelExpr=words,
        labelFontWeight={"condition": {"test": test, "value": 700}, "value": 400},
        labelColor={
            "condition": {"test": test, "value": palette.ink},
            "value": palette.quiet,
        },
        labelLimit=_LABEL_PX,
        labelPadding=8,
        labelFontSize=11,
        grid=False,
        ticks=False,
        domain=False,
        title=None,
    )
    drawn: alt.Chart = layer_of([{"y": places[0]}]).mark_point(opacity=0).encode(axes.y(axis))
    return drawn

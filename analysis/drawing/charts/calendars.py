"""The ledger as a calendar: one square per UTC day, one row of months per year."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import altair as alt

from analysis.drawing.captions import SIMULATED, format_quantity
from analysis.drawing.charts.plotting import apply_theme, layer_of, layered
from analysis.drawing.palette import STATUS_MARKS, Palette, choose_palette
from analysis.study import format_date
from flights.records import LedgerEntry

_ROW = 15
"""Height of a square with the space below it [px]."""


def draw_calendar(
    entries: Mapping[date, LedgerEntry], *, simulated: bool = False, dark: bool = False
) -> alt.LayerChart:
    """Status of every day by colour and mark; reason and files in the tooltip."""
    palette = choose_palette(dark)
    years = range(min(entries).year, max(entries).year + 1)
    height = _ROW * 8 * len(years)
    picture = layered(*_draw_squares(years, entries, palette)).properties(
        height=height,
        title=alt.TitleParams(
            f"{SIMULATED} · days in the archive" if simulated else "Days in the archive"
        ),
        description=describe_calendar(entries, simulated=simulated),
        usermeta={"embedOptions": {"renderer": "svg"}},
    )
    return apply_theme(picture, palette)


def describe_calendar(entries: Mapping[date, LedgerEntry], *, simulated: bool = False) -> str:
    """Number of days by status, in words."""
    counted = Counter(entry.status for entry in entries.values())
    said = ", ".join(f"{count:,} {status}" for status, count in counted.most_common())
    made_up = f"{SIMULATED} data. " if simulated else ""
    first, last = format_date(min(entries)), format_date(max(entries))
    return f"{made_up}{format_quantity(len(entries), 'day')} from {first} to {last}: {said}."


def _draw_squares(
    years: range, entries: Mapping[date, LedgerEntry], palette: Palette
) -> list[alt.Chart]:
    """One year below the other, each under a row with its number."""
    rows = [_square(day, entries.get(day), years[0]) for year in years for day in _days_of(year)]
    marked = [row for row in rows if row["status"] not in ("complete", "not asked")]
    heads = [{"week": 0, "row": 8 * k, "text": str(year)} for k, year in enumerate(years)]
    weeks = alt.Scale(domain=list(range(54)), padding=0.14)
    lines = alt.Scale(domain=list(range(8 * len(years))), padding=0.14)
    x = alt.X("week:O", axis=_month_axis(years[0]), scale=weeks)
    y = alt.Y("row:O", axis=_weekday_axis(), scale=lines)
    tips = [alt.Tooltip(f"{name}:N") for name in ("date", "status", "flights", "files", "why")]
    squares = layer_of(rows).mark_rect(cornerRadius=1.5)
    marks = layer_of(marked).mark_text(color=palette.ink, fontSize=10)
    names = layer_of(heads).mark_text(
        color=palette.ink, fontSize=13, fontWeight=600, align="left", dx=-8
    )
    drawn = [squares.encode(x, y, color=_status_colour(palette), tooltip=tips)]
    if marked:
        drawn.append(marks.encode(x, y, text="mark:N", tooltip=tips))
    return [*drawn, names.encode(x, y, text="text:N")]


def _status_colour(palette: Palette) -> alt.Color:
    looks = {
        "complete": palette.observed,
        "partial": palette.possible,
        "missing": palette.missing,
        "failed": palette.event,
        "not asked": palette.grid,
    }
    legend = alt.Legend(title=None, orient="bottom", symbolType="square")
    names = [f"{STATUS_MARKS[status]} {status}" for status in looks]
    return alt.Color(
        "shown:N", scale=alt.Scale(domain=names, range=list(looks.values())), legend=legend
    )


def _days_of(year: int) -> list[date]:
    first, last = date(year, 1, 1), date(year, 12, 31)
    return [first + timedelta(k) for k in range((last - first).days + 1)]


def _square(day: date, entry: LedgerEntry | None, first_year: int) -> dict[str, Any]:
    status = entry.status if entry else "not asked"
    files = ", ".join(each.name for each in entry.inputs[:3]) if entry else ""
    more = len(entry.inputs) - 3 if entry else 0
    return {
        "week": _week(day),
        "row": 8 * (day.year - first_year) + 1 + day.weekday(),
        "date": format_date(day),
        "status": status,
        "shown": f"{STATUS_MARKS[status]} {status}",
        "mark": STATUS_MARKS[status],
        "flights": f"{entry.counts.get('flights', 0):,}" if entry and entry.is_complete else "–",
        "files": (files + (f" and {more} more" if more > 0 else "")) or "–",
        "why": " ".join(entry.reasons) if entry and entry.reasons else "–",
    }


def _week(day: date) -> int:
    """Column of a day: weeks begin on Monday, the year's first days are in column 0."""
    first = date(day.year, 1, 1)
    return (day.timetuple().tm_yday - 1 + first.weekday()) // 7


def _month_axis(year: int) -> alt.Axis:
    starts = {_week(date(year, month, 1)): f"{date(year, month, 1):%b}" for month in range(1, 13)}
    names = " : ".join(f"datum.value == {week} ? '{name}'" for week, name in starts.items())
    return alt.Axis(
        title=None,
        values=list(starts),
        labelExpr=f"{names} : ''",
        labelAngle=0,
        labelAlign="left",
        ticks=False,
        domain=False,
        orient="top",
    )


def _weekday_axis() -> alt.Axis:
    shown = ((1, "Mon"), (3, "Wed"), (5, "Fri"), (7, "Sun"))
    names = " : ".join(f"datum.value % 8 == {k} ? '{name}'" for k, name in shown)
    return alt.Axis(title=None, labelExpr=f"{names} : ''", ticks=False, domain=False)

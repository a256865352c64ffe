"""Draw the ledger as a calendar: one square per UTC day, one row of months per year."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import altair as alt

from analysis.captions import SIMULATED, count_noun
from analysis.palette import STATUS_MARKS, Palette, choose
from analysis.plotting import dress, layer_of, layered, watermark
from analysis.wording import write_date
from flights.ledger import LedgerEntry

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def draw_calendar(
    entries: Mapping[date, LedgerEntry], *, simulated: bool = False, dark: bool = False
) -> alt.VConcatChart:
    """Status of every day by colour and mark; the reason and the files on hover."""
    palette = choose(dark)
    years = range(min(entries).year, max(entries).year + 1)
    rows = [_draw_year(year, entries, palette, simulated) for year in years]
    picture = alt.vconcat(*rows, spacing=12).properties(
        description=describe_calendar(entries, simulated=simulated),
        usermeta={"embedOptions": {"renderer": "svg"}},
    )
    return dress(picture, palette)


def describe_calendar(entries: Mapping[date, LedgerEntry], *, simulated: bool = False) -> str:
    """How many days stand at which status, in words."""
    counted = Counter(entry.status for entry in entries.values())
    said = ", ".join(f"{count:,} {status}" for status, count in counted.most_common())
    made_up = f"{SIMULATED} data. " if simulated else ""
    first, last = write_date(min(entries)), write_date(max(entries))
    return f"{made_up}{count_noun(len(entries), 'day')} from {first} to {last}: {said}."


def _draw_year(
    year: int, entries: Mapping[date, LedgerEntry], palette: Palette, simulated: bool
) -> alt.LayerChart:
    rows = _square_rows(year, entries)
    marked = [row for row in rows if row["status"] not in ("complete", "not asked")]
    x = alt.X(
        "week:O", axis=_month_axis(year), scale=alt.Scale(domain=list(range(54)), padding=0.12)
    )
    y = alt.Y(
        "weekday:O", axis=_weekday_axis(), scale=alt.Scale(domain=list(range(7)), padding=0.12)
    )
    tips = [alt.Tooltip(f"{name}:N") for name in ("date", "status", "flights", "files", "why")]
    squares = layer_of(rows).mark_rect(cornerRadius=1.5)
    marks = layer_of(marked).mark_text(color=palette.ink, fontSize=10)
    layers = [
        squares.encode(x, y, color=_status_colour(palette), tooltip=tips),
        marks.encode(x, y, text="mark:N", tooltip=tips),
    ]
    if simulated:
        layers.append(watermark(palette, 40))
    title = alt.TitleParams(f"{SIMULATED} · {year}" if simulated else str(year), fontSize=13)
    return layered(*layers).properties(height=112, title=title)


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


def _square_rows(year: int, entries: Mapping[date, LedgerEntry]) -> list[dict[str, Any]]:
    first, last = date(year, 1, 1), date(year, 12, 31)
    days = (first + timedelta(k) for k in range((last - first).days + 1))
    return [_square(day, entries.get(day)) for day in days]


def _square(day: date, entry: LedgerEntry | None) -> dict[str, Any]:
    status = entry.status if entry else "not asked"
    files = ", ".join(each.name for each in entry.inputs[:3]) if entry else ""
    more = len(entry.inputs) - 3 if entry else 0
    return {
        "week": _week(day),
        "weekday": day.weekday(),
        "date": write_date(day),
        "status": status,
        "shown": f"{STATUS_MARKS[status]} {status}",
        "mark": STATUS_MARKS[status],
        "flights": f"{entry.counts.get('flights', 0):,}" if entry and entry.is_complete else "–",
        "files": (files + (f" and {more} more" if more > 0 else "")) or "–",
        "why": " ".join(entry.reasons) if entry and entry.reasons else "–",
    }


def _week(day: date) -> int:
    """Column of a day: weeks begin on Monday, the year's first days stand in column 0."""
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
    names = " : ".join(f"datum.value == {k} ? '{_WEEKDAYS[k]}'" for k in (0, 2, 4, 6))
    return alt.Axis(title=None, labelExpr=f"{names} : ''", ticks=False, domain=False)

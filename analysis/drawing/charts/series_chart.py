"""Draw a study's counts per day and what was heard underneath, and say in words what they show.

Marks are few enough to stay SVG. Every picture carries the contents sentence, and SIMULATED
where its data are made up: in the picture itself, so that no screenshot can lose it.
"""

import altair as alt

from analysis.drawing.captions import (
    SIMULATED,
    describe_figures,
    format_days,
    format_route,
)
from analysis.drawing.charts.counts_panel import HEIGHT, draw_counts
from analysis.drawing.charts.plotting import compose, make_result_title
from analysis.drawing.charts.reception_panel import draw_reception
from analysis.drawing.palette import choose_palette
from analysis.study import StudyResult, format_date

HEARD = 72
"""Height of the lower part, what was heard [px]."""

TOTAL = HEIGHT + 64 + HEARD
"""Height of both parts and what lies between [px]."""


def draw_series(
    result: StudyResult, *, dark: bool = False, width: int | None = None
) -> alt.LayerChart:
    """Flights per UTC day with both bounds, what was expected, and what was heard underneath.

    Both parts are one view with one time axis. `width` in px makes it a picture for paper;
    None leaves it to the page, with hover.
    """
    palette = choose_palette(dark)
    counts = draw_counts(result, palette, hover=width is None)
    heard = draw_reception(result, palette, top=TOTAL - HEARD, bottom=TOTAL)
    return compose(
        (counts, heard),
        palette,
        title=make_result_title(result, "Flights per UTC day"),
        words=describe_series(result),
        size=(TOTAL, width),
        independent_y="scale",
    )


def describe_series(result: StudyResult) -> str:
    """What a sighted reader takes away from `draw_series`, in words."""
    days = result.series.days
    made_up = f"{SIMULATED} data. " if result.simulated else ""
    return (
        f"{made_up}Flights per UTC day, {format_route(result)}, {format_date(days[0])} to "
        f"{format_date(days[-1])}. From {format_date(result.event)}, "
        f"{'; '.join(describe_figures(result))}.{_tell_others(result)} {_tell_gaps(result)} "
        f"{result.contents_sentence}"
    )


def _tell_others(result: StudyResult) -> str:
    """The other events drawn, "" where there are none."""
    if not result.others:
        return ""
    return f" Also marked: {format_days(sorted(each.event for each in result.others))}."


def _tell_gaps(result: StudyResult) -> str:
    """Days hatched, and days on which the receivers were down."""
    missing = [day for day, status, _ in result.days_missing if status != "outage"]
    outages = [day for day, status, _ in result.days_missing if status == "outage"]
    said = f"Days missing: {format_days(missing)}." if missing else "No day is missing."
    if outages:
        said += f" Left out, for receivers heard hardly anyone: {format_days(outages)}."
    return said

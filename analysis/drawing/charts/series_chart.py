"""A study's counts per day and, below, the traffic that was heard; as a chart and in words.

Every picture contains the contents sentence and, for simulated data, SIMULATED: inside the
picture, so that every screenshot shows it.
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
"""Height of the lower part [px]."""

TOTAL = HEIGHT + 64 + HEARD
"""Height of both parts with the space between them [px]."""


def draw_series(
    result: StudyResult, *, dark: bool = False, width: int | None = None
) -> alt.LayerChart:
    """Flights per UTC day with both bounds and the expectation; below, the traffic heard.

    Both parts are one view with one time axis. With a `width` [px] it is a picture for paper;
    with None it has the width of the page, and tooltips.
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
    """Text for readers who cannot see `draw_series`."""
    days = result.series.days
    made_up = f"{SIMULATED} data. " if result.simulated else ""
    return (
        f"{made_up}Flights per UTC day, {format_route(result)}, {format_date(days[0])} to "
        f"{format_date(days[-1])}. From {format_date(result.event)}, "
        f"{'; '.join(describe_figures(result))}.{_describe_others(result)} "
        f"{_describe_missing(result)} {result.contents_sentence}"
    )


def _describe_others(result: StudyResult) -> str:
    """The other events in the chart; "" if there are none."""
    if not result.others:
        return ""
    return f" Also marked: {format_days(sorted(each.event for each in result.others))}."


def _describe_missing(result: StudyResult) -> str:
    """Missing days, and days on which the receivers were down."""
    missing = [day for day, status, _ in result.days_missing if status != "outage"]
    outages = [day for day, status, _ in result.days_missing if status == "outage"]
    said = f"Days missing: {format_days(missing)}." if missing else "No day is missing."
    if outages:
        said += f" Left out because receivers heard hardly any traffic: {format_days(outages)}."
    return said

"""How dates, counts and ratios are written, and the sentences made of them."""

import math
from collections.abc import Sequence
from datetime import date, datetime

from analysis.results import StudyResult

SIMULATED = "SIMULATED"


def format_day(day: date) -> str:
    """A day as 13 Jun 2025, whatever the machine's locale.

    >>> format_day(date(2025, 6, 3))
    '3 Jun 2025'
    """
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{day.day} {months[day.month - 1]} {day.year}"


def format_instant(instant: datetime) -> str:
    """A time as 13 Jun 2025 14:02 UTC; the instant must carry UTC."""
    return f"{format_day(instant)} {instant:%H:%M} UTC"


def format_number(value: float | None) -> str:
    """A count or a ratio with no more digits than it deserves.

    >>> [format_number(v) for v in (None, 0.237, 9.41, 12695.5, float("inf"))]
    ['–', '0.24', '9.4', '12,696', '∞']
    """
    if value is None or math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞"
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) < 2 else f"{value:.1f}"


def count_noun(number: int, noun: str) -> str:
    """A number and its noun.

    >>> count_noun(1, "day"), count_noun(1200, "day")
    ('1 day', '1,200 days')
    """
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def name_route(result: StudyResult) -> str:
    """The route in words."""
    return f"{result.origin_label} → {result.destination_label}"


def describe_figures(result: StudyResult) -> list[str]:
    """The line of key figures under a verdict, as short phrases."""
    missing = f"{count_noun(len(result.days_missing), 'day')} missing"
    lower, upper = result.lower, result.upper
    if lower is None or upper is None:
        heard = f"{result.flights_lower:,} observed, up to {result.flights_upper:,} possible"
        return [f"{heard} on {count_noun(result.days_used, 'day')}", missing]
    after = f"in {lower.window} days: {format_number(lower.n1)} observed"
    if upper.n1 > lower.n1:
        after += f", up to {format_number(upper.n1)} possible"
    return [
        after,
        f"{format_number(lower.expected)} expected",
        f"{lower.r} of {lower.n_placebo} other dates differ as much",
        missing,
    ]


def list_days(days: Sequence[date]) -> str:
    """Days as runs: 28 May 2025 – 10 Jun 2025, 12 Jun 2025.

    >>> list_days([date(2025, 5, 28), date(2025, 5, 29), date(2025, 6, 2)])
    '28 May 2025 – 29 May 2025, 2 Jun 2025'
    """
    runs: list[list[date]] = []
    for day in days:
        if runs and (day - runs[-1][1]).days == 1:
            runs[-1][1] = day
        else:
            runs.append([day, day])
    return ", ".join(
        format_day(a) if a == b else f"{format_day(a)} – {format_day(b)}" for a, b in runs
    )

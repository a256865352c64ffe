"""Text of charts and pages: key figures, runs of days, escaping, the word SIMULATED."""

import math
import re
from collections.abc import Sequence
from datetime import date

from analysis.study import (
    Effect,
    ListResult,
    Stack,
    StudyResult,
    format_count,
    format_date,
    format_limit,
    format_number,
    format_p,
    format_ratio,
)

SIMULATED = "SIMULATED"
_ISO_DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_ADDRESS = re.compile(r"(https?://[^\s`|<>\"“”]*[^\s`|<>\"“”.,;:!?)\]])", re.IGNORECASE)

BOUNDS_SENTENCE = (
    "Both numbers count only flights that receivers heard. Flights that no receiver heard are in "
    "neither; other traffic shows how well the receivers heard in these days."
)

EXCLUDED_SENTENCE = (
    "No receiver heard where these flights began or ended. The aircraft was heard somewhere else "
    "too soon before or after, so it had no time to land where the question asks. These flights "
    "are in neither number."
)


def format_known(value: float | None) -> str:
    """A number of flights, or a dash if it is not known: missing is not zero.

    >>> format_known(None), format_known(0), format_known(3.0), format_known(9.41)
    ('–', '0', '3', '9.4')
    """
    if value is None or math.isnan(value):
        return "–"
    return format_count(value) if value == int(value) else format_number(value)


def format_interval(low: float, high: float) -> str:
    """Both ends of an interval.

    >>> format_interval(0.6, 2.814)
    '0.60–2.81'
    """
    return f"{format_limit(low)}–{format_limit(high)}"


def format_quantity(number: int, noun: str) -> str:
    """A number and its noun.

    >>> format_quantity(1, "day"), format_quantity(1200, "day")
    ('1 day', '1,200 days')
    """
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def escape_text(text: object) -> str:
    """Text from outside (a callsign, a column's name) without effect as Markdown.

    >>> print(escape_text("![x](http://a)"))
    \\!\\[x\\]\\(http\\://a\\)
    """
    return "".join(f"\\{c}" if c in r"\`*_{}[]()<>#+-.!|$~:" else c for c in str(text))


def escape_sentence(text: object) -> str:
    """One of our sentences that may quote text from outside (a file's name), safe in Markdown.

    Characters that could make a link, a picture, a colour or a formula are escaped; the rest is
    unchanged. Web addresses become code, so that they are never links.

    >>> print(escape_sentence("At 14:00 (UTC) [x](http://a) was 5 $."))
    At 14:00 (UTC) \\[x\\](`http://a`) was 5 \\$.
    """
    pieces = _ADDRESS.split(str(text))
    return "".join(f"`{each}`" if n % 2 else _escape(each) for n, each in enumerate(pieces))


def _escape(text: str) -> str:
    plain = re.sub(r"([\\`*{}\[\]<>|$~])", r"\\\1", text)
    return re.sub(r":(?=//|[a-z])|(?<=www)\.", r"\\\g<0>", plain)


def rewrite_days(text: str) -> str:
    """A sentence with its ISO days in the form that pages use.

    >>> rewrite_days("3 flights, 2025-06-13 to 2025-06-17.")
    '3 flights, 13 Jun 2025 to 17 Jun 2025.'
    """
    return _ISO_DAY.sub(lambda found: format_date(date.fromisoformat(found[0])), text)


def format_route(result: StudyResult) -> str:
    """The route in words."""
    return f"{result.origin_label} → {result.destination_label}"


def format_contents(result: StudyResult | ListResult) -> str:
    """The contents sentence; for simulated data, SIMULATED before it."""
    made_up = f"{SIMULATED}: made-up flights, not observations. "
    return (made_up if result.simulated else "") + result.contents_sentence


def describe_figures(result: StudyResult) -> list[str]:
    """The key figures under a verdict, as short phrases."""
    missing = f"{format_quantity(len(result.days_missing), 'day')} missing"
    lower, upper = result.lower, result.upper
    if lower is None or upper is None:
        days = format_quantity(result.days_used, "day")
        counted = f"{result.flights_lower:,} flights counted for certain on {days}"
        return [f"{counted}, at most {result.flights_upper:,}", missing]
    after = f"{format_known(lower.n1)} flights counted for certain in {_format_window(result)}"
    if upper.n1 > lower.n1:
        after += f", at most {format_known(upper.n1)}"
    neither = sum(each or 0 for each in result.series.neither_end[_window(result)])
    unknown = [f"{neither:,.0f} with both ends unknown, included in “at most”"] if neither else []
    return [
        after,
        *unknown,
        f"{format_known(lower.expected)} expected ({format_ratio(lower.rr)})",
        f"{lower.r:,} of {lower.n_compared:,} {lower.compared_with} differ as much",
        missing,
    ]


def describe_effects(lower: Effect | None, upper: Effect | None) -> str:
    """Both bounds of an event in short; "" if there is no estimate."""
    if lower is None or upper is None:
        return ""
    said = [_describe_effect("counted for certain", lower)]
    if (lower.n1, lower.n0) != (upper.n1, upper.n0):
        said.append(_describe_effect("at most", upper))
    return " · ".join(said)


def _describe_effect(kind: str, effect: Effect) -> str:
    return (
        f"{kind} {format_known(effect.n1)}, expected {format_known(effect.expected)}: "
        f"{format_ratio(effect.rr)} ({format_interval(effect.lo, effect.hi)}), "
        f"{effect.r:,} of {effect.n_compared:,} {effect.compared_with} differ as much"
    )


def describe_detectable(found: Effect | Stack | None) -> str:
    """The size of change that would probably be noticed; "" if there are no other dates."""
    if found is None or not (found.sets if isinstance(found, Stack) else found.n_compared):
        return ""
    short = isinstance(found, Effect) and found.is_short
    dates = format_quantity(found.n_placebo, "date")
    before = f"Estimated from only {dates}; with enough history a" if short else "A"
    if math.isinf(found.mde_up):
        return f"{before} rise of any size would not reliably be noticed."
    down = found.mde_down
    fall = "" if math.isnan(down) else f", and a fall to {format_ratio(down)} or less"
    return f"{before} rise of {format_ratio(found.mde_up)} or more would probably be noticed{fall}."


def describe_holm(result: StudyResult, event: date) -> str:
    """The p of one event, adjusted for all dates of its question; "" if it is the only one."""
    days = [result.event, *(other.event for other in result.others)]
    members = result.family.members if result.family else ()
    if result.family is None or len(members) != len(days) or len(days) < 2:
        return ""
    member = members[days.index(event)]
    kept = "still below 0.05" if member.holds else "not below 0.05"
    return (
        f"p = {format_p(member.p)} for this date alone. Adjusted for all {len(days)} dates "
        f"({result.family.method}), p = {format_p(member.p_adjusted)}: {kept}."
    )


def _window(result: StudyResult) -> slice:
    """The days of the window after the event, as places in the series."""
    start = (result.event - result.series.days[0]).days
    return slice(start, start + int(result.study["window"]))


def _format_window(result: StudyResult) -> str:
    """The length of the window, and how many of its days are complete."""
    window = _window(result)
    whole, complete = window.stop - window.start, result.series.status[window].count("complete")
    return f"{whole} days" if complete == whole else f"{complete} complete days of {whole}"


def describe_no_flights(result: StudyResult) -> str:
    """Why a verdict lists no flights: none was heard, or no day is complete."""
    if "complete" not in result.series.status[_window(result)]:
        return "None of these days is complete, so the number of flights is not known."
    return f"No flight was heard in {_format_window(result)}."


def format_days(days: Sequence[date]) -> str:
    """Days as runs.

    >>> format_days([date(2025, 5, 28), date(2025, 5, 29), date(2025, 6, 2)])
    '28 May 2025 – 29 May 2025, 2 Jun 2025'
    """
    runs: list[list[date]] = []
    for day in days:
        if runs and (day - runs[-1][1]).days == 1:
            runs[-1][1] = day
        else:
            runs.append([day, day])
    return ", ".join(
        format_date(a) if a == b else f"{format_date(a)} – {format_date(b)}" for a, b in runs
    )

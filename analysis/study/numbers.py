"""How numbers, dates and kinds of verdict are written in every text."""

import math
from datetime import date

HEADINGS = {
    "change": "CHANGE",
    "no detectable change": "NO DETECTABLE CHANGE",
    "too thin": "TOO THIN",
    "no verdict (coverage)": "NO VERDICT (coverage)",
    "no verdict (history)": "NO VERDICT (history)",
    "no verdict (source)": "NO VERDICT (source)",
}


def format_heading(kind: str, direction: str = "") -> str:
    """The heading of a verdict.

    >>> format_heading("change", "increase")
    'CHANGE (increase)'
    """
    return f"{HEADINGS[kind]} ({direction})" if direction else HEADINGS[kind]


def format_ratio(ratio: float) -> str:
    """A ratio with a multiplication sign.

    >>> format_ratio(3.7233), format_ratio(0.04), format_ratio(41.26), format_ratio(float("inf"))
    ('×3.72', '×0.04', '×41', 'any size')
    """
    if math.isnan(ratio):
        return "no ratio"
    if math.isinf(ratio):
        return "any size"
    return "×" + format_limit(ratio)


def format_limit(value: float) -> str:
    """One end of an interval.

    >>> format_limit(0.85843), format_limit(17.25), format_limit(212.4), format_limit(float("inf"))
    ('0.86', '17', '212', 'no upper limit')
    """
    if math.isnan(value):
        return "not known"
    if math.isinf(value):
        return "no upper limit"
    if value >= 9.995:
        return f"{value:,.0f}"
    return f"{value:.2f}" if value else "0"


def format_number(value: float) -> str:
    """An expected or mean number of flights.

    >>> format_number(16.92), format_number(0.034), format_number(1204.2), format_number(0)
    ('16.9', '0.03', '1,204', '0')
    """
    if value == 0:
        return "0"
    if value < 0.95:
        return f"{value:.2f}"
    return f"{value:,.1f}" if value < 99.95 else f"{value:,.0f}"


def format_count(value: float) -> str:
    """A whole number of flights or days.

    >>> format_count(1234.0)
    '1,234'
    """
    return f"{value:,.0f}"


def format_p(p: float) -> str:
    """A calibrated p.

    >>> format_p(0.00792), format_p(0.0496), format_p(0.92788)
    ('0.008', '0.050', '0.93')
    """
    return f"{p:.3f}" if p < 0.0995 else f"{p:.2f}"


def format_date(day: date) -> str:
    """A date as text, the same in every locale.

    >>> format_date(date(2025, 6, 13))
    '13 Jun 2025'
    """
    month = "JanFebMarAprMayJunJulAugSepOctNovDec"[3 * day.month - 3 : 3 * day.month]
    return f"{day.day} {month} {day.year}"

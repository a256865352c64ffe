"""Spans of time, sizes, moments, heights and positions as people read them. One place for all."""

import math
from datetime import datetime

_DAY_S = 86_400


def format_span(seconds: float) -> str:
    """A length of time; minutes are rounded down.

    >>> [format_span(seconds) for seconds in (0.2, 40, 1_500, 3_600, 24_720, 345_600)]
    ['1 s', '40 s', '25 min', '1 h', '6 h 52 min', '4 days']
    """
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if seconds > 2 * _DAY_S:
        return f"{seconds / _DAY_S:,.0f} days"
    hours, minutes = divmod(int(seconds // 60), 60)
    parts = [f"{hours} h" if hours else "", f"{minutes} min" if minutes else ""]
    return " ".join(filter(None, parts))


def format_size(size_bytes: float) -> str:
    """A number of bytes, in powers of ten.

    >>> [format_size(size) for size in (0, 4_400, 999_600, 4_510_000, 30_100_000_000)]
    ['0 kB', '4 kB', '1.0 MB', '4.5 MB', '30 GB']
    """
    for unit, name in ((1e9, "GB"), (1e6, "MB")):
        value = size_bytes / unit
        # As soon as it would be rounded up to one of this unit.
        if value >= 0.9995:
            return f"{value:,.0f} {name}" if value >= 9.95 else f"{value:.1f} {name}"
    return f"{math.ceil(size_bytes / 1e3) if size_bytes < 1e3 else round(size_bytes / 1e3):,} kB"


def format_moment(moment: datetime) -> str:
    """A time in UTC, to the minute.

    >>> from datetime import UTC
    >>> format_moment(datetime(2026, 2, 28, 9, 22, 48, tzinfo=UTC))
    '28 Feb 2026 09:22 UTC'
    """
    return f"{moment.day} {moment:%b %Y %H:%M} UTC"


def format_height(altitude_ft: float | None) -> str:
    """A height with its preposition; NaN or None = not known.

    >>> format_height(33_000.0), format_height(None)
    ('at 33,000 ft', 'at unknown height')
    """
    return f"at {altitude_ft:,.0f} ft" if _is_known(altitude_ft) else "at unknown height"


def format_position(latitude: float | None, longitude: float | None) -> str:
    """A position [deg] with its preposition; NaN or None = not known.

    >>> format_position(38.04, -58.3)
    'over 38.0 N 58.3 W'
    """
    if latitude is None or longitude is None or not (_is_known(latitude) and _is_known(longitude)):
        return "at an unknown place"
    north, east = "N" if latitude >= 0 else "S", "E" if longitude >= 0 else "W"
    return f"over {abs(latitude):.1f} {north} {abs(longitude):.1f} {east}"


def _is_known(value: float | None) -> bool:
    """False for None, NaN and pandas' own mark of a missing value, which is no number."""
    try:
        return value is not None and math.isfinite(value)
    except TypeError:
        return False

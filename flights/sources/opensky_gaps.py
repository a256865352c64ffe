"""Permanent gaps: hours that the OpenSky Network did not record, from its own list.

They are missing in every table, list and reply of OpenSky.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta


@dataclass(frozen=True)
class PermanentGap:
    """From `start` (inclusive) to `stop` (exclusive), whole hours UTC."""

    start: datetime
    stop: datetime

    def touches(self, day: date) -> bool:
        """True if the gap contains an hour of the UTC day."""
        midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
        return self.start < midnight + timedelta(days=1) and midnight < self.stop

    def __str__(self) -> str:
        return f"{self.start:%Y-%m-%d %H:00} to {self.stop:%Y-%m-%d %H:00} UTC"


def _gap(start: str, stop: str) -> PermanentGap:
    return PermanentGap(
        *(datetime.strptime(each, "%Y-%m-%d %H").replace(tzinfo=UTC) for each in (start, stop))
    )


GAPS = (
    _gap("2023-01-02 23", "2023-01-03 10"),
    _gap("2023-01-18 11", "2023-01-23 07"),
    _gap("2023-06-21 13", "2023-06-21 22"),
    _gap("2023-11-15 06", "2023-11-16 08"),
    _gap("2023-11-20 01", "2023-11-20 03"),
    _gap("2023-12-02 08", "2023-12-05 03"),
    _gap("2024-05-20 10", "2024-05-21 05"),
    _gap("2026-01-02 19", "2026-01-03 18"),
    _gap("2026-01-24 08", "2026-01-24 17"),
)
"""As listed in OpenSky's documentation of its Trino database (docs/free/trino.rst), July 2026."""


def gap_sentences(day: date) -> tuple[str, ...]:
    """One sentence per permanent gap that touches the UTC day: such a day is `partial`.

    >>> gap_sentences(date(2023, 6, 21))
    ('OpenSky recorded nothing from 2023-06-21 13:00 to 2023-06-21 22:00 UTC (permanent gap).',)
    """
    return tuple(
        f"OpenSky recorded nothing from {gap} (permanent gap)." for gap in GAPS if gap.touches(day)
    )


def is_wholly_unheard(day: date) -> bool:
    """True if the whole UTC day is inside one gap: a day without rows is then correct."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return any(g.start <= midnight and midnight + timedelta(days=1) <= g.stop for g in GAPS)


KNOWN_HOLES = (
    "Permanent gaps of OpenSky (UTC), never counted: " + "; ".join(map(str, GAPS)) + ".",
)
"""For `SourceSpec.known_holes` of every source with data of OpenSky."""

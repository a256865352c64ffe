"""How many days a verdict needs: comparison dates, and the days that give them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

DAYS_LIKE_EVENT = 28
"""At least so many days from an event on are never used for comparison: the event may still have
an effect. The longest window."""

WINDOWS = (7, 14, 28)
BASELINES = tuple(range(28, 113, 7))
DEFAULT_WINDOW, DEFAULT_BASELINE = 14, 56
"""Days from an event on, and days before it, that are compared: two whole weeks and eight."""


def count_needed_dates(window: int) -> int:
    """Least number of comparison dates for a calibrated p value of 0.05.

    >>> [count_needed_dates(window) for window in (7, 14, 28)]
    [54, 89, 159]
    """
    return math.ceil(20 * (1 + window / 4) - 1)


def count_needed_days(window: int, baseline: int) -> int:
    """Days before the event that give so many comparison dates.

    >>> [count_needed_days(window, 56) for window in (7, 14, 28)]
    [116, 158, 242]
    """
    return count_needed_dates(window) + window + baseline - 1


@dataclass(frozen=True)
class DaySpan:
    """UTC days from `first` to `last`, both inclusive."""

    first: date
    last: date

    def __len__(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def days(self) -> list[date]:
        """Every day, in order."""
        return [self.first + timedelta(days=n) for n in range(len(self))]


def plan_span(
    events: Sequence[date], window: int, baseline: int, *, available: DaySpan | None = None
) -> DaySpan | None:
    """The shortest run of days with enough comparison dates, preferably before the events.

    `available` limits the days (None = no limit). Where there are too few before the first
    event, dates after the last event are used too. None where `available` is too short.

    >>> span = plan_span([date(2025, 6, 13)], 14, 56)
    >>> str(span.first), str(span.last), len(span)
    ('2025-01-06', '2025-06-26', 172)
    """
    opening, closing, own = min(events), max(events), window + baseline - 1
    between = DaySpan(opening - timedelta(days=baseline), closing + timedelta(days=window - 1))
    needed = count_needed_dates(window) - _count_dates(between, events, window, baseline)
    before = max(0, needed)
    if available is not None:
        before = min(before, max(0, (opening - available.first).days - own))
    after = max(0, needed - before)
    to_last = max(window, DAYS_LIKE_EVENT) + after + own if after else window
    first = opening - timedelta(days=before + own if before else baseline)
    last = closing + timedelta(days=to_last - 1)
    if available is not None and not (available.first <= first and last <= available.last):
        return None
    return DaySpan(first, last)


def _count_dates(span: DaySpan, events: Sequence[date], window: int, baseline: int) -> int:
    """Number of dates whose windows are in the span and do not overlap days of an event."""
    own = max(window, DAYS_LIKE_EVENT)
    places = [(event - span.first).days for event in events]
    return sum(
        all(day + window <= at or day - baseline >= at + own for at in places)
        for day in range(baseline, len(span) - window + 1)
    )

"""How many days an answer needs: comparable dates, and the days that give them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

DAYS_LIKE_EVENT = 28
"""The event's own days, at least this many, never serve as comparison."""

WINDOWS = (7, 14, 28)
BASELINES = tuple(range(28, 113, 7))
DEFAULT_WINDOW, DEFAULT_BASELINE = 14, 56
"""Days from an event on, and days before it, that are compared."""


def count_needed_dates(window: int) -> int:
    """Least number of comparable dates that a calibrated p of 0.05 can rest on.

    >>> [count_needed_dates(window) for window in (7, 14, 28)]
    [54, 89, 159]
    """
    return math.ceil(20 * (1 + window / 4) - 1)


def count_needed_days(window: int, baseline: int) -> int:
    """Days before the event that give so many comparable dates.

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
        """Every day of it."""
        return [self.first + timedelta(days=n) for n in range(len(self))]


def plan_span(
    events: Sequence[date], window: int, baseline: int, *, held: DaySpan | None = None
) -> DaySpan | None:
    """The shortest run of days with enough comparable dates, those before the events first.

    `held` bounds the days there can be (None = any). Where too few lie before the first event,
    dates after the last one's own days fill up. None where `held` cannot give enough.

    >>> span = plan_span([date(2025, 6, 13)], 14, 56)
    >>> str(span.first), str(span.last), len(span)
    ('2025-01-06', '2025-06-26', 172)
    """
    opening, closing, own = min(events), max(events), window + baseline - 1
    between = DaySpan(opening - timedelta(days=baseline), closing + timedelta(days=window - 1))
    needed = count_needed_dates(window) - _count_dates(between, events, window, baseline)
    before = max(0, needed)
    if held is not None:
        before = min(before, max(0, (opening - held.first).days - own))
    after = max(0, needed - before)
    to_last = max(window, DAYS_LIKE_EVENT) + after + own if after else window
    first = opening - timedelta(days=before + own if before else baseline)
    last = closing + timedelta(days=to_last - 1)
    if held is not None and not (held.first <= first and last <= held.last):
        return None
    return DaySpan(first, last)


def _count_dates(span: DaySpan, events: Sequence[date], window: int, baseline: int) -> int:
    """Dates whose windows lie in the span and touch no event's own days."""
    own = max(window, DAYS_LIKE_EVENT)
    places = [(event - span.first).days for event in events]
    return sum(
        all(day + window <= at or day - baseline >= at + own for at in places)
        for day in range(baseline, len(span) - window + 1)
    )

"""How many days an answer needs, held to what the estimator then finds."""

from datetime import date, timedelta

import numpy as np
import pytest

from analysis.numerics import DailySeries, Design, find_placebo_dates
from flights.planning.needed_days import DaySpan, count_needed_dates, count_needed_days, plan_span

EVENT = date(2025, 6, 13)


def _find_dates(span: DaySpan, events: list[date], window: int, baseline: int) -> int:
    """Comparable dates the estimator finds in complete days of a span."""
    days = len(span)
    series = DailySeries(
        np.ones(days), np.ones(days), np.arange(days) % 7, np.zeros(days, dtype=bool)
    )
    at, *others = ((event - span.first).days for event in events)
    return len(find_placebo_dates(series, Design(at, window, baseline, tuple(others))))


@pytest.mark.parametrize("baseline", [28, 56, 112])
@pytest.mark.parametrize("window", [7, 14, 28])
@pytest.mark.parametrize("apart", [(), (9,), (40,), (150, 200)])
@pytest.mark.parametrize("from_before", [None, 0, 60, 130])
def test_planned_days_hold_just_enough_comparable_dates(
    window: int, baseline: int, apart: tuple[int, ...], from_before: int | None
) -> None:
    events = [EVENT, *(EVENT + timedelta(days=each) for each in apart)]
    if from_before is None:
        held = None
    else:
        held = DaySpan(EVENT - timedelta(days=baseline + from_before), date(2030, 1, 1))
    span = plan_span(events, window, baseline, available=held)
    assert span is not None
    needed = count_needed_dates(window)
    found = _find_dates(span, events, window, baseline)
    assert found >= needed
    assert found == needed or span.first == EVENT - timedelta(days=baseline)
    assert held is None or held.first <= span.first


def test_all_days_before_the_event_are_as_many_as_the_design_says() -> None:
    for window in (7, 14, 28):
        span = plan_span([EVENT], window, 56)
        assert span is not None
        assert (EVENT - span.first).days == count_needed_days(window, 56)
        assert (span.last - EVENT).days == window - 1


def test_source_that_ends_or_begins_too_near_cannot_serve() -> None:
    assert plan_span([EVENT], 14, 56, available=DaySpan(date(2020, 1, 1), EVENT)) is None
    near = DaySpan(EVENT - timedelta(days=55), date(2030, 1, 1))
    assert plan_span([EVENT], 14, 56, available=near) is None

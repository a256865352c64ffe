"""OpenSky's permanent gaps: which days they touch, and what is said of those."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from flights.sources.opensky_gaps import GAPS, KNOWN_HOLES, gap_sentences, is_wholly_unheard


def _days(first: date, last: date) -> set[date]:
    return {first + timedelta(days=n) for n in range((last - first).days + 1)}


def test_exactly_the_listed_days_are_touched() -> None:
    touched = {day for day in _days(date(2016, 1, 1), date(2026, 12, 31)) if gap_sentences(day)}
    assert touched == (
        _days(date(2023, 1, 2), date(2023, 1, 3))
        | _days(date(2023, 1, 18), date(2023, 1, 23))
        | {date(2023, 6, 21)}
        | _days(date(2023, 11, 15), date(2023, 11, 16))
        | {date(2023, 11, 20)}
        | _days(date(2023, 12, 2), date(2023, 12, 5))
        | _days(date(2024, 5, 20), date(2024, 5, 21))
        | _days(date(2026, 1, 2), date(2026, 1, 3))
        | {date(2026, 1, 24)}
    )


def test_the_sentence_names_both_ends_of_the_gap() -> None:
    (sentence,) = gap_sentences(date(2023, 1, 20))
    assert "2023-01-18 11:00 to 2023-01-23 07:00 UTC" in sentence


def test_gaps_are_in_order_and_do_not_overlap() -> None:
    for earlier, later in pairwise(GAPS):
        assert earlier.start < earlier.stop < later.start


@pytest.mark.parametrize(
    ("day", "unheard"),
    [
        (date(2023, 1, 18), False),
        (date(2023, 1, 19), True),
        (date(2023, 1, 22), True),
        (date(2023, 1, 23), False),
        (date(2023, 6, 21), False),
        (date(2023, 12, 4), True),
    ],
)
def test_a_day_is_wholly_unheard_only_inside_a_gap(day: date, unheard: bool) -> None:
    assert is_wholly_unheard(day) is unheard


def test_every_gap_stands_among_the_known_holes_of_a_spec() -> None:
    assert all(str(gap) in KNOWN_HOLES[0] for gap in GAPS)

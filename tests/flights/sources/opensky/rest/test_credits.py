"""What a request costs, and a budget that several processes share."""

import json
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

import pytest

from flights.errors import InvalidInput, RateLimited
from flights.sources.opensky.rest.credits import CreditBudget, count_credits, read_budget

NOON = datetime(2025, 7, 1, 12, tzinfo=UTC)
DAY = 86_400


def at_noon() -> datetime:
    return NOON


@pytest.mark.parametrize(
    ("days", "credits"),
    [
        (1, 30),
        (2, 30),
        (3, 180),
        (10, 600),
        (11, 1320),
        (15, 1800),
        (16, 3840),
        (20, 4800),
        (21, 10_080),
        (25, 12_000),
        (26, 24_960),
    ],
)
def test_span_costs_by_the_days_it_touches(days: int, credits: int) -> None:
    assert count_credits(100 * DAY, (100 + days) * DAY - (0 if days == 1 else 1)) == credits


def test_under_a_day_is_cheapest_even_over_midnight() -> None:
    assert count_credits(100 * DAY, 101 * DAY - 1) == 4
    assert count_credits(100 * DAY + DAY // 2, 101 * DAY + DAY // 2 - 1) == 4
    assert count_credits(100 * DAY + 7200, 100 * DAY + 14_399) == 4
    assert count_credits(100 * DAY, 101 * DAY) == 30


def test_budget_is_a_number_that_pays_for_one_request_at_least() -> None:
    assert read_budget(None) == 4000
    assert read_budget("8000") == 8000
    for wrong in ("many", "3", "-1", "4.5"):
        with pytest.raises(InvalidInput):
            read_budget(wrong)


def test_buckets_are_counted_apart_and_start_anew_each_day(tmp_path: Path) -> None:
    budget = CreditBudget(tmp_path, 10, at_noon)
    budget.take("flights", 8)
    assert (budget.left("flights"), budget.left("tracks")) == (2, 10)
    with pytest.raises(RateLimited) as caught:
        budget.take("flights", 4)
    assert caught.value.wait_seconds == 12 * 3600
    assert "00:00 UTC, in 12.0 h" in str(caught.value)
    assert CreditBudget(tmp_path, 10, lambda: NOON + timedelta(hours=12)).left("flights") == 10


def test_request_that_was_turned_away_is_given_back(tmp_path: Path) -> None:
    budget = CreditBudget(tmp_path, 10, at_noon)
    budget.take("flights", 8)
    budget.give_back("flights", 8)
    assert budget.left("flights") == 10


def test_balance_told_by_opensky_counts_for_an_hour(tmp_path: Path) -> None:
    budget = CreditBudget(tmp_path, 4000, at_noon)
    budget.record_remaining("flights", 3)
    budget.record_remaining("flights", None)
    with pytest.raises(RateLimited, match="This OpenSky account has 3 credits left"):
        budget.take("flights", 4)
    budget.take("tracks", 4)
    later = CreditBudget(tmp_path, 4000, lambda: NOON + timedelta(minutes=61))
    later.take("flights", 4)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"day": 3}'])
def test_damaged_figures_begin_at_zero(tmp_path: Path, text: str) -> None:
    (tmp_path / "credits.json").write_text(text)
    budget = CreditBudget(tmp_path, 10, at_noon)
    budget.take("flights", 4)
    assert json.loads((tmp_path / "credits.json").read_text())["flights"]["spent"] == 4


def spend(folder: str) -> int:
    """Take what can be had; how often it worked."""
    budget, taken = CreditBudget(Path(folder), 400, at_noon), 0
    for _ in range(80):
        try:
            budget.take("flights", 4)
        except RateLimited:
            continue
        taken += 1
    return taken


def test_processes_together_spend_no_more_than_the_budget(tmp_path: Path) -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        assert sum(executor.map(spend, [str(tmp_path)] * 2)) == 100

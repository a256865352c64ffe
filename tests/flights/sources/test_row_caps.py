"""Cut lists are told from chance and from timetables, and no day of them is complete."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from flights.records import InputFile
from flights.sources.own_table.days import CoveredDays, TableDays
from flights.sources.own_table.staging import Findings
from flights.sources.row_limits import find_cut_days, find_flat_days, find_thin_days, is_round_cap

FIRST = date(2050, 1, 1)
DAYS = [FIRST + timedelta(days=n) for n in range(365)]
WEEK = np.array([1, 1.05, 1.1, 1.05, 1.1, 0.8, 0.7])[np.arange(365) % 7]


@pytest.mark.parametrize("rows", [1000, 2000, 2500, 5000, 10_000, 50_000, 100_000, 250_000])
def test_round_numbers_of_rows_are_limits_with_and_without_a_line_of_heads(rows: int) -> None:
    assert is_round_cap(rows) and is_round_cap(rows - 1)
    assert not is_round_cap(rows + 1) and not is_round_cap(rows - 2)


@pytest.mark.parametrize("rows", [65_535, 65_536, 1_048_575, 1_048_576])
def test_full_spreadsheets_are_limits(rows: int) -> None:
    assert is_round_cap(rows)


@pytest.mark.parametrize("rows", [0, 1, 10, 100, 500, 730, 3000, 12_000, 123_456])
def test_other_numbers_are_none(rows: int) -> None:
    assert not is_round_cap(rows)


@pytest.mark.parametrize("mean", [20, 40, 100, 1000])
@pytest.mark.parametrize("share", [0.6, 0.9, 1.05])
def test_days_cut_at_a_limit_are_found_and_the_days_before_stay(mean: int, share: float) -> None:
    rng = np.random.default_rng(mean)
    true = rng.poisson(mean * WEEK)
    cut = np.where(np.arange(365) < 200, true, np.minimum(true, round(mean * share)))
    found = find_flat_days(cut)
    assert found[cut < true].all()
    assert not found[:190].any()


@pytest.mark.parametrize("mean", [0.3, 1, 5, 20, 100])
def test_chance_is_not_taken_for_a_limit(mean: float) -> None:
    rng = np.random.default_rng(5)
    flagged = [find_flat_days(rng.poisson(mean * WEEK)).mean() for _ in range(40)]
    assert np.mean(flagged) < 0.001


@pytest.mark.parametrize("mean", [1, 4, 14, 30])
def test_steady_timetable_is_not_taken_for_a_limit(mean: int) -> None:
    rng = np.random.default_rng(6)
    for scheduled in (np.full(365, mean), np.ceil(mean * WEEK).astype(int)):
        assert not find_flat_days(rng.binomial(scheduled, 0.985)).any()
    assert not find_flat_days(np.full(365, mean)).any()


def test_unknown_days_are_never_flagged_and_break_nothing() -> None:
    counts = np.full(100, 80.0)
    counts[40:60] = np.nan
    found = find_flat_days(counts)
    assert found[:40].all() and not found[40:60].any() and found[60:].all()
    assert not find_flat_days(np.full(9, np.nan)).any() and not find_flat_days([]).any()


def test_single_day_at_a_round_number_that_no_day_exceeds_is_cut() -> None:
    flights = {day: 700 + n % 37 for n, day in enumerate(DAYS)}
    assert find_cut_days(flights) == {}
    flights[DAYS[9]] = 1000
    assert list(find_cut_days(flights)) == [DAYS[9]]
    flights[DAYS[50]] = 1001
    assert find_cut_days(flights) == {}


def test_days_behind_the_end_of_a_busy_list_are_not_empty_but_unknown() -> None:
    flights = dict.fromkeys(DAYS[:50], 120) | {DAYS[50]: 11}
    assert list(find_thin_days(flights, DAYS[:60])) == DAYS[50:60]
    assert "a usual day here has 120" in find_thin_days(flights, DAYS[:60])[DAYS[55]]
    assert find_thin_days(dict.fromkeys(DAYS[:50], 3), DAYS[:60]) == {}
    assert find_thin_days({}, DAYS[:3]) == {}


def table_of(counts: np.ndarray, *, rows: int | None = None, **more) -> TableDays:
    """A table with so many flights a day, declared to cover them all."""
    days = dict(zip(DAYS, counts.tolist(), strict=False))
    held = {day: count for day, count in days.items() if count}
    found = Findings(Path(), "ab" * 32, 1, rows=rows or int(counts.sum()), days=held)
    cover = CoveredDays(DAYS[0], DAYS[len(counts) - 1])
    return TableDays("table.x", found, InputFile("x.csv", 1, "ab" * 32), cover, **more)


@pytest.mark.parametrize("bad_rows", ["doubt", "no-flights"])
def test_table_cut_at_a_limit_a_day_has_partial_days(bad_rows: str) -> None:
    true = np.random.default_rng(2).poisson(60 * WEEK)
    cut = np.where(np.arange(365) < 300, true, np.minimum(true, 45))
    table = table_of(cut, bad_rows=bad_rows)
    told = [table.judge(day) for day in DAYS]
    assert {status for status, _ in told[:290]} == {"complete"}
    for n in np.flatnonzero(cut < true):
        assert told[n][0] == "partial" and "cut off at a limit" in told[n][1][0]


def test_table_of_a_round_number_of_rows_has_no_complete_day() -> None:
    counts = np.random.default_rng(3).poisson(30, 300)
    assert table_of(counts).judge(DAYS[7])[0] == "complete"
    for day in (DAYS[0], DAYS[150], DAYS[299]):
        status, reasons = table_of(counts, rows=9_999).judge(day)
        assert status == "partial" and "ends at exactly 9,999 rows" in reasons[0]
        assert "--row-limit none" in reasons[0]


def test_whoever_knows_of_no_limit_may_say_so_and_it_is_written_down() -> None:
    counts = np.random.default_rng(3).poisson(30, 300)
    status, reasons = table_of(counts, rows=9_999, row_limit="none").judge(DAYS[7])
    assert status == "complete"
    assert "no row limit cut it off" in reasons[-1]


def test_table_that_breaks_off_has_no_days_without_flights_behind_its_end() -> None:
    counts = np.random.default_rng(4).poisson(90, 100)
    counts[80] = 3
    counts[81:] = 0
    table = table_of(counts)
    assert [table.judge(day)[0] for day in DAYS[78:100]] == ["complete"] * 2 + ["partial"] * 20
    thin = table_of(np.where(np.arange(100) < 80, 2, 0))
    assert thin.judge(DAYS[90])[0] == "complete"  # two a day may well stop

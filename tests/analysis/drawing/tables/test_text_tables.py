"""Tables of text: the numbers of the result, whole and harmless."""

from dataclasses import replace

import made_results as made
import pytest

from analysis.drawing.tables import text_tables
from analysis.drawing.tables.text_tables import TextTable, render_table
from analysis.study import CheckResult, StudyResult, format_ratio

EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def full() -> StudyResult:
    return made.with_everything(made.make_result("upper only"))


def _cells(table: TextTable, column: str) -> list[str]:
    place = table.columns.index(column)
    return [row[place] for row in table.rows]


def test_every_table_is_as_wide_as_its_head(full: StudyResult) -> None:
    tables = [
        *text_tables.tabulate_windows(full),
        *text_tables.tabulate_powers(full),
        *text_tables.tabulate_controls(full),
        *text_tables.tabulate_events(full),
        *text_tables.tabulate_shifts(full),
        *text_tables.list_tables(full),
        text_tables.tabulate_days(full),
        text_tables.tabulate_placebos(full),
    ]
    for table in tables:
        assert table.rows, table.title
        assert {len(row) for row in table.rows} == {len(table.columns)}, table.title
        assert set(table.words) <= set(table.columns), table.title
    titles = [table.title for table in tables]
    assert len(titles) == len(set(titles))


def test_windows_hold_both_bounds_and_only_the_one_asked_answers(full: StudyResult) -> None:
    (table,) = text_tables.tabulate_windows(full)
    assert _cells(table, "window") == [f"{w} days" for w in (7, 7, 14, 14, 28, 28)]
    assert [said == "this study" for said in _cells(table, "verdict would be")] == [
        *(False, False, True, True, False, False),
    ]
    assert full.lower is not None and full.upper is not None
    assert _cells(table, "ratio")[2:4] == [format_ratio(full.lower.rr), format_ratio(full.upper.rr)]


def test_bounds_that_are_the_same_stand_once(full: StudyResult) -> None:
    same = replace(full, upper=full.lower, sensitivity=())
    (table,) = text_tables.tabulate_windows(same)
    assert _cells(table, "bound") == ["both"]


def test_days_left_out_are_no_zeros() -> None:
    result = made.make_result("missing")
    table = text_tables.tabulate_days(result)
    assert len(table.rows) == len(result.series.days)
    gone = [row for row in table.rows if row[-1]]
    assert len(gone) == len(result.days_missing)
    assert {row[1] for row in gone} == {"–"}
    assert any("Only 31 of 48 heatmaps are there." in row[-1] for row in gone)


def test_placebos_begin_with_the_event_and_go_on_by_size(full: StudyResult) -> None:
    table = text_tables.tabulate_placebos(full)
    assert full.lower is not None
    assert len(table.rows) == full.lower.n_placebo + 1
    assert table.rows[0][0] == "20 Jul 2050 (the event)"
    sizes = [
        abs(float(each)) for each in _cells(table, "difference score (signed root deviance)")[1:]
    ]
    assert sizes == sorted(sizes, reverse=True)


def test_failed_checks_bring_their_tables_too() -> None:
    row = {"left out": "XQX", "flights": 9, "rr": 1.25, "p": 0.2, "holds": False, "lo": None}
    check = CheckResult("leave_out_x", "Without X", "failed", "It goes.", (row,))
    result = replace(made.make_result("null"), checks=(check,))
    (table,) = text_tables.tabulate_checks(result)
    assert table.note == "Failed. It goes."
    assert table.rows == (("XQX", "9", "×1.25", "0.20", "no", "–"),)
    assert table.columns[2] == "ratio" and "left out" in table.words


def test_leave_one_out_and_weekdays_are_among_the_numbers() -> None:
    titles = [table.title for table in text_tables.list_tables(made.make_result("change"))]
    wanted = ("Weekday factors", "Without the largest day", "Without the largest aircraft")
    assert set(wanted) <= set(titles)


def test_holm_stands_beside_the_events(full: StudyResult) -> None:
    events, family = text_tables.tabulate_events(full)
    assert "20 Jul 2050 Something made up" in _cells(events, "event")
    assert "Holm" in family.title
    assert _cells(family, "below 0.05") == ["yes", "no", "no"]


def test_shifts_are_called_exploratory(full: StudyResult) -> None:
    (table,) = text_tables.tabulate_shifts(full)
    assert "Exploratory" in table.note and "no verdict" in table.note
    assert table.rows == (("1 Jul 2050", "1.2", "2.9", "-19"),)


def test_empty_fields_give_no_tables() -> None:
    plain = made.make_result("unasked")
    for make in (
        text_tables.tabulate_windows,
        text_tables.tabulate_powers,
        text_tables.tabulate_controls,
        text_tables.tabulate_events,
        text_tables.tabulate_shifts,
        text_tables.tabulate_shapes,
    ):
        assert make(plain) == []


def test_text_is_escaped_and_numbers_stand_to_the_right() -> None:
    table = TextTable(EVIL, ("name", "n"), ((EVIL, "1"),), ("name",), EVIL)
    text = render_table(table, scrolls=True)
    assert EVIL not in text and text.count("&lt;img") == 4
    assert '<td class="n">1</td>' in text and 'tabindex="0"' in text

"""The ledger as a calendar."""

from datetime import date, timedelta

from analysis.drawing.charts.calendars import describe_calendar, draw_calendar
from analysis.reports.study_report import render_svg
from flights.records import InputFile, LedgerEntry

FIRST = date(2049, 12, 30)


def _entries() -> dict[date, LedgerEntry]:
    files = tuple(InputFile(f"heatmap/{k:02d}.bin.ttf", 10, "0") for k in range(5))
    entries = {
        FIRST + timedelta(k): LedgerEntry("readsb", FIRST + timedelta(k), "complete", inputs=files)
        for k in range(4)
    }
    day = date(2050, 1, 2)
    entries[day] = LedgerEntry("readsb", day, "partial", ("Cut <short>.",), inputs=files[:1])
    return entries


def _squares(chart: object) -> dict[str, dict]:
    spec = chart.to_dict()  # type: ignore[attr-defined]
    (rows,) = [rows for rows in spec["datasets"].values() if len(rows) > 700]
    return {row["date"]: row for row in rows}


def test_every_day_of_the_years_has_a_square_on_its_weekday() -> None:
    squares = _squares(draw_calendar(_entries()))
    assert len(squares) == 730
    assert squares["30 Dec 2049"]["row"] == 1 + 3  # a Thursday
    assert squares["1 Jan 2050"]["row"] == 8 + 1 + 5  # a Saturday of the second year
    assert squares["1 Jan 2050"]["week"] == 0 and squares["3 Jan 2050"]["week"] == 1


def test_square_says_status_reason_and_files() -> None:
    squares = _squares(draw_calendar(_entries()))
    assert squares["2 Jan 2050"]["status"] == "partial"
    assert squares["2 Jan 2050"]["why"] == "Cut <short>."
    assert squares["30 Dec 2049"]["files"].endswith("and 2 more")
    assert squares["5 May 2050"]["status"] == "not asked"


def test_simulated_stands_in_the_picture() -> None:
    assert render_svg(draw_calendar(_entries(), simulated=True)).count("SIMULATED") >= 1
    assert "SIMULATED" not in render_svg(draw_calendar(_entries()))


def test_words_count_the_days_by_status() -> None:
    words = describe_calendar(_entries())
    assert words == "4 days from 30 Dec 2049 to 2 Jan 2050: 3 complete, 1 partial."

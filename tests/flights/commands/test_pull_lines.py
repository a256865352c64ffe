"""The lines of a pull: calm on a terminal, one per day elsewhere."""

import io
import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
import worlds
from made_source import SPEC, Source, day

from flights.archive import Archive
from flights.commands.pull_lines import DayLines, ProgressBar, describe_pull, format_progress_line
from flights.pull import DayProgress, PullProgress, plan_pull
from flights.records import InputFile

FIRST = date(2050, 3, 1)
RUNNING = DayProgress(FIRST + timedelta(days=1), "running", 0.5, "heatmap 24 of 48", 2_000_000)
PROGRESS = PullProgress(
    "1-a",
    "made-up",
    "running",
    bytes_done=3_000_000,
    bytes_total=4_000_000,
    positions=1_234_567,
    flights=8_000,
    rate_bytes_s=5_200_000.0,
    seconds_left=4_800.0,
    days=(
        DayProgress(FIRST, "complete", 1.0, "", 2_000_000, 1_234_567, 8_000),
        RUNNING,
        DayProgress(FIRST + timedelta(days=2), "skipped", 1.0, "complete already"),
    ),
)


def test_line_tells_how_far_the_whole_is_and_what_is_done_now() -> None:
    assert format_progress_line(PROGRESS) == (
        "1 of 2 days · 1 h 20 min left · 3.0 MB of 4.0 MB · 5.2 MB/s · 8,000 flights · "
        "1,234,567 positions · 2050-03-02 heatmap 24 of 48"
    )


@pytest.mark.parametrize("width", [90, 60, 20])
def test_figures_give_way_to_a_wait_on_a_narrow_terminal(width: int) -> None:
    waits = replace(RUNNING, message="waiting 40 s: example.org answered 429")
    said = format_progress_line(replace(PROGRESS, days=(waits,)), width)
    assert len(said) <= width
    assert said.startswith("0 of 1 day · ")
    assert width == 20 or "waiting 40 s" in said
    assert ("1 h 20 min left" in said) == (width == 90)


def test_wait_goes_before_what_other_days_do() -> None:
    waits = replace(RUNNING, day=FIRST, message="waiting 40 s: example.org answered 429")
    said = format_progress_line(replace(PROGRESS, days=(RUNNING, waits)))
    assert said.endswith("2050-03-01 waiting 40 s: example.org answered 429")


def test_names_from_files_cannot_move_the_cursor() -> None:
    nasty = replace(RUNNING, message="\x1b[2Jname\r\n")
    assert format_progress_line(replace(PROGRESS, days=(nasty,))).endswith("?[2Jname??")


def test_bar_is_drawn_in_place_a_few_times_a_second(monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    screen, now = io.StringIO(), [0.0]
    with ProgressBar(screen, lambda: now[0]) as bar:
        for _ in range(100):
            bar(PROGRESS)
            now[0] += 0.01
        drawn = screen.getvalue()
        bar(replace(PROGRESS, state="finished"))
    assert drawn.count("2050-03-01 complete: 8,000 flights, 1,234,567 positions") == 1
    assert 4 <= drawn.count("1 of 2 days") <= 7
    assert "75%" in drawn
    assert screen.getvalue().endswith("\x1b[2K")  # nothing of the bar is left


def test_bar_has_no_colour_where_the_user_wants_none(monkeypatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    screen = io.StringIO()
    with ProgressBar(screen, lambda: 0.0) as bar:
        bar(PROGRESS)
    assert not re.search(r"\x1b\[[\d;]*m", screen.getvalue())


def test_elsewhere_each_day_is_one_line_and_nothing_is_drawn_anew() -> None:
    told: list[str] = []
    lines = DayLines(told.append)
    for _ in range(3):
        lines(PROGRESS)
    assert len(told) == 1
    assert not re.search(r"[\r\x1b]", told[0])


def test_day_without_data_gets_its_reason_and_no_zeros() -> None:
    told: list[str] = []
    gone = DayProgress(FIRST, "missing", 1.0, "The source has nothing for this day.")
    DayLines(told.append)(replace(PROGRESS, days=(gone,), seconds_left=None))
    assert told == ["2050-03-01 missing: The source has nothing for this day."]


@pytest.fixture
def archive(tmp_path) -> Archive:
    return Archive(tmp_path)


def test_plan_names_days_reasons_and_known_trouble(archive) -> None:
    old = worlds.entry(day(0), fingerprint="v1", inputs=(InputFile("a", 10, "ab" * 32),))
    archive.write_day(worlds.records(2, of=old))
    plan = plan_pull(Source(12, published="v2"), archive, day(0), day(13))
    offers = tuple(replace(each, problem="The tar is cut.") for each in plan.offers)
    text = "\n".join(describe_pull(replace(plan, offers=offers, seconds=700.0)))
    assert "11 days to read: 22 requests, 11 MB, 44 credits, about 11 min." in text
    assert f"Known problem: {day(1)}: The tar is cut." in text
    assert "… and 5 more days with a known problem." in text
    assert "Left out: 1 day complete already; published again since (pulled 2050-04-01)" in text
    assert f"Not in the source: 2 days ({day(12)} to {day(13)})." in text


def test_time_nobody_measured_is_an_assumption_and_said_to_be_one(archive) -> None:
    far = plan_pull(Source(90, spec=replace(SPEC, remote=True)), archive)
    assert "90 MB, 360 credits, about 18 s at an assumed 5.0 MB a second." in next(
        describe_pull(far)
    )
    assert "about" not in next(describe_pull(plan_pull(Source(90), archive)))


def test_plan_with_nothing_to_read_speaks_of_no_room(archive) -> None:
    archive.write_day(worlds.records(2, of=worlds.entry(day(0))))
    said = list(describe_pull(plan_pull(Source(1), archive)))
    assert len(said) == 2
    assert "Left out: 1 day complete already" in said[1]

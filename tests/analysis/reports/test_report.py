"""What is written: whole, harmless, the same twice."""

import csv
import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import made_results as made
import pandas as pd
import pytest

from analysis.drawing.charts.forest_chart import describe_events, describe_routes
from analysis.drawing.charts.placebo_chart import describe_placebos
from analysis.drawing.charts.sensitivity_chart import describe_sensitivity
from analysis.reports import write_outputs
from analysis.reports.study_report import OUTPUTS, render_report, render_study, restore_study
from analysis.study import CheckResult, StudyResult, study_hash
from analysis.study.question import parse_study
from flights import CONTENTS_SENTENCE
from flights.errors import ArchiveError

pytestmark = pytest.mark.slow

EVIL = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def result() -> StudyResult:
    return made.make_result("missing")


@pytest.fixture(scope="module")
def flights() -> pd.DataFrame:
    frame = made.make_evidence(made.CASES["missing"]).flights.copy()
    inside = frame.index[frame["day"] >= made.EVENT]
    frame.loc[inside[0], ["callsign", "registration"]] = [EVIL, "=HYPERLINK(1)"]
    frame.loc[inside[1], "callsign"] = "@SUM(A1)"
    return frame


@pytest.fixture(scope="module")
def written(
    result: StudyResult, flights: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("out")
    assert {path.name for path in write_outputs(result, flights, folder)} == set(OUTPUTS)
    return folder


class Page(HTMLParser):
    """Tags, references and text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.outside: list[str] = []
        self.ids: list[str] = []
        self.said = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name in ("src", "href", "xlink:href", "action") and value:
                self.outside.append(value)
            if name == "id" and value:
                self.ids.append(value)

    def handle_data(self, data: str) -> None:
        self.said += data


def test_every_file_carries_the_sentence_and_simulated(written: Path) -> None:
    for name in OUTPUTS:
        if name.endswith(".png"):
            continue
        text = (written / name).read_text("utf-8")
        assert "SIMULATED" in text, name
        parts = CONTENTS_SENTENCE.split(". ")
        assert all(part.rstrip(".") in text for part in parts), name


def test_observed_data_are_not_called_simulated(result: StudyResult, flights: pd.DataFrame) -> None:
    real = replace(result, simulated=False)
    for name, make in OUTPUTS.items():
        made_of = make(real, flights)
        if isinstance(made_of, bytes) and name.endswith(".png"):
            continue
        text = made_of if isinstance(made_of, str) else made_of.decode()
        assert "SIMULATED" not in text, name


def test_report_holds_everything_the_design_asks(result: StudyResult, written: Path) -> None:
    page = Page((written / "report.html").read_text("utf-8"))
    said = " ".join(page.said.split())
    wanted = [
        result.verdict.sentence,
        CONTENTS_SENTENCE,
        result.sources[0].licence,
        result.sources[0].attribution,
        result.cargo_rule,
        result.study_hash,
        result.input_hash,
        result.program_version,
        "windows: 1, dates: 1",
        "Only 31 of 48 heatmaps are there.",
        "lower",
        "upper",
        *(check.title for check in result.checks),
        *(check.outcome for check in result.checks),
    ]
    assert [each for each in wanted if " ".join(each.split()) not in said] == []


def test_report_refers_to_nothing_outside_and_holds_no_script(written: Path) -> None:
    text = (written / "report.html").read_text("utf-8")
    page = Page(text)
    assert "script" not in page.tags and "link" not in page.tags and "img" not in page.tags
    assert page.outside == []
    assert not re.search(r"url\((?!#)", text)
    assert "@import" not in text
    assert len(page.ids) == len(set(page.ids))


def test_text_from_a_radio_is_escaped_in_html(written: Path) -> None:
    text = (written / "report.html").read_text("utf-8")
    assert EVIL not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_text_from_people_is_escaped_in_html(result: StudyResult, flights: pd.DataFrame) -> None:
    hurt = replace(
        result,
        event_name=EVIL,
        origin_label=EVIL,
        study={**result.study, "title": EVIL},
        notes=(EVIL,),
        checks=(CheckResult("x", EVIL, "failed", EVIL),),
    )
    text = render_report(hurt, flights)
    assert EVIL not in text
    assert "script" not in Page(text).tags


def test_text_a_spreadsheet_would_run_is_guarded(written: Path) -> None:
    rows = list(csv.DictReader(io.StringIO((written / "flights.csv").read_text("utf-8"))))
    assert "'=HYPERLINK(1)" in {row["registration"] for row in rows}
    assert "'@SUM(A1)" in {row["callsign"] for row in rows}
    assert not [
        value for row in rows for value in row.values() if value.startswith(("=", "@", "\t"))
    ]


def test_counts_leave_missing_days_empty(result: StudyResult, written: Path) -> None:
    rows = list(csv.DictReader(io.StringIO((written / "counts.csv").read_text("utf-8"))))
    assert len(rows) == len(result.series.days)
    gone = {day.isoformat() for day, _, _ in result.days_missing}
    for row in rows:
        assert (row["lower"] == "") == (row["day"] in gone)


def test_same_study_gives_the_same_bytes(
    result: StudyResult, flights: pd.DataFrame, written: Path, tmp_path: Path
) -> None:
    write_outputs(made.make_result("missing"), flights, tmp_path)
    for name in OUTPUTS:
        assert (tmp_path / name).read_bytes() == (written / name).read_bytes(), name


def test_time_stamp_is_all_that_differs(result: StudyResult, flights: pd.DataFrame) -> None:
    later = replace(result, made_at="2051-01-01T00:00:00Z")
    for name, make in OUTPUTS.items():
        before, after = make(result, flights), make(later, flights)
        if name in ("result.json", "report.html"):
            assert before != after
            text = after if isinstance(after, str) else after.decode()
            text = text.replace("2051-01-01T00:00:00Z", result.made_at)
            assert text.encode() == (before if isinstance(before, bytes) else before.encode())
        else:
            assert before == after, name


def test_study_file_asks_the_same_again(result: StudyResult) -> None:
    study = parse_study(render_study(result))
    assert study == restore_study(result)
    assert study_hash(study) == result.study_hash


def test_json_holds_no_nan(written: Path) -> None:
    plain = json.loads((written / "result.json").read_text(), parse_constant=pytest.fail)
    assert plain["verdict"]["sentence"]
    assert plain["note"].startswith("SIMULATED")


def test_png_is_a_picture_of_some_size(written: Path) -> None:
    data = (written / "chart.png").read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width = int.from_bytes(data[16:20], "big")
    assert width >= 1800


@pytest.mark.parametrize("name", sorted(made.CASES))
def test_every_kind_of_answer_can_be_written(name: str) -> None:
    answer = made.make_result(name)
    page = Page(render_report(answer, made.make_evidence(made.CASES["null"]).flights))
    assert " ".join(answer.verdict.sentence.split()) in " ".join(page.said.split())


def test_folder_that_cannot_be_written_gets_a_sentence(
    result: StudyResult, flights: pd.DataFrame, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ArchiveError, match="cannot be written"):
        write_outputs(result, flights, tmp_path / "file")


def test_lost_flights_that_cannot_have_been_there_are_counted_by_reason(
    result: StudyResult, flights: pd.DataFrame
) -> None:
    whys = (("destination: heard again too soon for a landing in Iran", 7), ("origin: <far>", 2))
    text = render_report(replace(result, excluded=whys), flights)
    assert "Lost flights that cannot have been in the region (9)" in text
    assert "too soon for a landing in Iran</td>" in text and "origin: &lt;far&gt;" in text
    assert "cannot have been there" not in render_report(result, flights)


def test_report_says_what_lies_outside_both_bounds(written: Path) -> None:
    text = " ".join((written / "report.html").read_text("utf-8").split())
    assert "Both numbers count only flights that receivers heard." in text
    assert "stand outside both" not in text


def test_report_holds_everything_behind_an_answer(flights: pd.DataFrame) -> None:
    full = made.with_everything(made.make_result("missing"))
    text = render_report(full, flights)
    page = Page(text)
    said = " ".join(page.said.split())
    wanted = [
        "would probably be noticed",
        "Other windows, other adjustments",
        "Not adjusted, adjusted, adjusted twice",
        "Weekday factors",
        "Routes from China in the same days",
        "Place 39",
        "All dates combined: NO DETECTABLE CHANGE.",
        "Adjusted for all dates (Holm)",
        "Quasi-Poisson regression",
        "Exploratory: changes of level",
        "Tried in this session",
        describe_placebos(full),
        describe_sensitivity(full),
        describe_routes(full),
        describe_events(full),
        *(other.verdict.sentence for other in full.others),
        *(check.title for check in full.checks if check.table),
    ]
    assert [each for each in wanted if " ".join(each.split()) not in said] == []
    assert text.count("<svg") == 6 and len(page.ids) == len(set(page.ids))
    plain = render_report(made.make_result("missing"), flights)
    assert "Other dates of this question" not in plain and "Exploratory" not in plain


def test_counts_hold_what_was_expected_and_which_days_were_outages(
    result: StudyResult, flights: pd.DataFrame
) -> None:
    day = result.series.days[50]
    hurt = replace(result, days_missing=(*result.days_missing, (day, "outage", "down")))
    text = OUTPUTS["counts.csv"](hurt, flights).decode()  # type: ignore[union-attr]
    rows = {row["day"]: row for row in csv.DictReader(io.StringIO(text))}
    assert [name for name, row in rows.items() if row["outage"] == "True"] == [day.isoformat()]
    assert result.lower is not None
    expected = result.lower.expected_per_day[60]
    assert float(rows[result.series.days[60].isoformat()]["expected_lower"]) == expected
    gone = result.days_missing[0][0].isoformat()
    assert rows[gone]["expected_lower"] == rows[gone]["expected_upper"] == ""


def test_report_says_who_flies_the_route_and_did_before(written: Path) -> None:
    page = (written / "report.html").read_text()
    head, _, said = page.partition("<h2>Who flies this route</h2>")
    assert head and "complete days of the year before in this study." in said
    assert "<caption>Operators" in said
    assert EVIL not in page

"""Ratios in rows: other windows, other routes, several events."""

import json
import math
from dataclasses import replace
from pathlib import Path

import altair as alt
import made_results as made
import pytest

from analysis.drawing.charts.forest_chart import (
    ROWS,
    describe_events,
    describe_routes,
    draw_events,
    draw_routes,
    draw_studies,
)
from analysis.drawing.charts.interval_rows import (
    OBSERVED,
    Entry,
    Ratio,
    describe_interval_sides,
    draw_entries,
)
from analysis.drawing.charts.sensitivity_chart import NEVER, describe_sensitivity, draw_sensitivity
from analysis.drawing.palette import LIGHT
from analysis.event_study import list_results
from analysis.reports import write_list
from analysis.reports.study_report import render_svg
from analysis.study import StudyResult
from flights import CONTENTS_SENTENCE

pytestmark = pytest.mark.slow

DRAW = {"sensitivity": draw_sensitivity, "routes": draw_routes, "events": draw_events}


@pytest.fixture(scope="module")
def full() -> StudyResult:
    return made.with_everything(made.make_result("upper only"))


def _points(chart: alt.LayerChart) -> list[dict]:
    """Rows of the ratios, each with its place on the axis."""
    spec = chart.to_dict()
    (layer,) = [each for each in spec["layer"] if "shape" in each["encoding"]]
    return spec["datasets"][layer["data"]["name"]]


def _axes(chart: alt.LayerChart, side: str) -> str:
    layers = chart.to_dict()["layer"]
    axes = [
        layer["encoding"]["y"].get("axis") or {} for layer in layers if "y" in layer["encoding"]
    ]
    return next(axis["labelExpr"] for axis in axes if axis.get("orient") == side)


@pytest.mark.parametrize("name", sorted(DRAW))
@pytest.mark.parametrize("dark", [False, True])
def test_contents_sentence_and_simulated_stand_in_the_picture(
    full: StudyResult, name: str, dark: bool
) -> None:
    svg = render_svg(DRAW[name](full, dark=dark, width=560))
    for half in ("ADS-B shows where an aircraft was heard.", "What it carried cannot be inferred"):
        assert half in svg
    assert svg.count("SIMULATED") >= 2
    real = render_svg(DRAW[name](replace(full, simulated=False), dark=dark, width=560))
    assert "SIMULATED" not in real


@pytest.mark.parametrize("name", sorted(DRAW))
def test_pictures_read_without_colour(full: StudyResult, name: str) -> None:
    svg = render_svg(DRAW[name](full, width=700))
    assert 'font-weight="700"' in svg  # what was asked
    assert "stroke-dasharray" in svg  # ends only possible
    spec = DRAW[name](full).to_dict()
    shapes = [x["encoding"]["shape"]["scale"] for x in spec["layer"] if "shape" in x["encoding"]]
    assert len(set(shapes[0]["range"])) == len(shapes[0]["domain"]) >= 2
    assert "counted for certain" in svg and "with possible ones" in svg  # the legend of the shapes


def test_what_was_asked_is_drawn_strong_and_the_others_grey(full: StudyResult) -> None:
    points = _points(draw_sensitivity(full))
    assert {row["label"] for row in points} == {
        *("7 days", "14 days", "28 days"),
        *("not adjusted", "adjusted", "adjusted twice"),
    }
    strong = {row["label"] for row in points if row["stroke"] == LIGHT.observed}
    assert strong == {"14 days", "adjusted"}
    assert {row["stroke"] for row in points if row["label"] not in strong} == {LIGHT.missing}
    by_label = {(row["label"], row["kind"]): row["rr"] for row in points}
    assert full.lower is not None and full.upper is not None
    assert by_label["14 days", "counted for certain"] == pytest.approx(full.lower.rr)
    assert by_label["not adjusted", "with possible ones"] == pytest.approx(
        full.upper.rr_by_power[0]
    )


def test_powers_have_the_interval_of_the_check_that_tried_them() -> None:
    result = made.make_result("change")
    (check,) = [each for each in result.checks if each.name == "exposure_power"]
    raw = next(row for row in check.table if row["exposure to the power"] == 0)
    spans = [
        row
        for rows in draw_sensitivity(result).to_dict()["datasets"].values()
        for row in rows
        if row.get("label") == "not adjusted" and row.get("lo") is not None
    ]
    assert (raw["lo"], raw["hi"]) in {(row["lo"], row["hi"]) for row in spans}


def test_ends_outside_the_picture_are_arrows(full: StudyResult) -> None:
    svg = render_svg(draw_events(full, width=700))
    assert "◀" in svg and "▶" in svg
    assert "–∞" in _axes(draw_events(full), "right")
    closed = replace(full, others=full.others[:0], stack=None)
    assert draw_events(closed) is None
    assert "▶" not in render_svg(draw_sensitivity(full, width=700))


def test_axis_is_logarithmic_with_a_line_at_no_difference(full: StudyResult) -> None:
    spec = draw_routes(full).to_dict()
    scales = [x["encoding"]["x"]["scale"] for x in spec["layer"] if "x" in x["encoding"]]
    assert {scale["type"] for scale in scales} == {"log"}
    assert any({"one": 1.0} in rows for rows in spec["datasets"].values())


def test_many_routes_are_cut_to_those_that_differ_most_and_the_one_asked(full: StudyResult) -> None:
    points = _points(draw_routes(full))
    labels = {row["label"] for row in points}
    assert len(labels) == ROWS and "Iran" in labels
    assert (
        "11 more routes, which differ less, are not drawn"
        in draw_routes(full).to_dict()["title"]["subtitle"]
    )
    drawn = [each for each in full.controls if each.label in labels]
    left = [each for each in full.controls if each.label not in labels]
    assert min(abs(each.s) for each in drawn) >= max(abs(each.s) for each in left)
    ratios = [row["rr"] for row in sorted(points, key=lambda r: r["y"]) if row["kind"] == OBSERVED]
    assert ratios == sorted(ratios, reverse=True)


def test_events_are_sorted_and_end_in_all_of_them_together(full: StudyResult) -> None:
    rows = sorted(_points(draw_events(full)), key=lambda row: row["y"])
    labels = list(dict.fromkeys(row["label"] for row in rows))
    assert labels[0] == "10 Jun 2050" and labels[-1] == "all together"
    assert rows[-2]["kind"] == "all dates combined"
    without = draw_events(replace(full, stack=None))
    assert "all together" not in json.dumps(without.to_dict())


def test_nothing_to_draw_draws_nothing() -> None:
    plain = made.make_result("null")
    assert draw_routes(plain) is None and draw_events(plain) is None
    assert describe_routes(plain) == "There are no other routes to compare with."
    assert describe_events(plain) == "There is only one event."
    unasked = made.make_result("unasked")
    assert unasked.lower is None
    assert draw_sensitivity(unasked) is None
    assert describe_sensitivity(unasked) == "There is no estimate to compare."


def test_words_say_what_the_pictures_show(full: StudyResult) -> None:
    for words in (describe_sensitivity(full), describe_routes(full), describe_events(full)):
        assert words.startswith("SIMULATED data.")
        assert words.endswith(CONTENTS_SENTENCE)
    assert "14 days (this study) ×" in describe_sensitivity(full) and NEVER in describe_sensitivity(
        full
    )
    larger = sum(abs(each.s) >= abs(full.lower.s) for each in full.controls)  # type: ignore[union-attr]
    assert f"{larger} of the others differ as much" in describe_routes(full)
    assert "40 other routes from China" in describe_routes(full)
    assert "10 Jun 2050 ×1.50 (0.70–no upper limit) counted for certain" in describe_events(full)
    assert "all together ×1.25 (0.90–1.60) all dates combined" in describe_events(full)


def test_routes_of_a_list_stand_in_one_picture() -> None:
    results = [made.make_result("change"), made.make_result("null")]
    named = [replace(results[0], destination_label="Here"), results[1]]
    chart = draw_studies(named, width=560)
    assert chart is not None
    assert [row["label"] for row in _points(chart) if row["kind"] == OBSERVED] == [
        *("China → Here", "China → Iran"),
    ]
    assert "SIMULATED" in render_svg(chart)
    assert draw_studies([made.make_result("unasked")]) is None


def test_a_list_of_studies_writes_its_picture(tmp_path: Path) -> None:
    results = [made.make_result("change"), made.make_result("null")]
    flights = made.make_evidence(made.CASES["null"]).flights.iloc[:1]
    found = list_results(results)
    written = write_list(found, [flights, flights], tmp_path, ["a", "b"])
    assert [path.name for path in written] == ["list.json", "summary.csv", "routes.svg"]
    svg = (tmp_path / "routes.svg").read_text("utf-8")
    assert "SIMULATED" in svg and "ADS-B shows where an aircraft was heard." in svg


def test_labels_of_strangers_stay_labels() -> None:
    evil = "'];alert(1)//\"</script>"
    entry = Entry(evil, (Ratio(OBSERVED, 1.2, 0.9, 1.5),))
    layers, height = draw_entries([entry], LIGHT, simulated=False)
    svg = render_svg(
        alt.LayerChart(
            layer=layers, height=height, width=400, resolve={"axis": {"y": "independent"}}
        )
    )
    assert "alert(1)" in svg and "</script>" not in svg


@pytest.mark.parametrize(
    ("spans", "says"),
    [
        ([(1.1, 2.0), (1.2, 3.0)], "All intervals are above ×1."),
        ([(0.1, 0.5)], "All intervals are below ×1."),
        ([(0.5, 2.0)], "All intervals contain ×1."),
        (
            [(1.1, 2.0), (0.5, 2.0), (0.1, 0.9)],
            "Of 3 intervals, 1 above ×1, 1 below ×1; 1 contain ×1.",
        ),
        ([(math.nan, math.nan)], ""),
    ],
)
def test_side_of_no_difference_in_words(spans: list[tuple[float, float]], says: str) -> None:
    assert (
        describe_interval_sides([Entry("x", (Ratio(OBSERVED, 1.0, *each),)) for each in spans])
        == says
    )


def test_pictures_are_small(full: StudyResult) -> None:
    for draw in DRAW.values():
        assert len(json.dumps(draw(full).to_dict())) < 30_000

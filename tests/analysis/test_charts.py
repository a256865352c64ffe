"""What the charts hold, read from their Vega-Lite."""

import json
from dataclasses import replace
from datetime import date

import made_results as made
import pytest

from analysis.charts import describe_placebos, describe_series, draw_placebos, draw_series
from analysis.plotting import hatch, stamp
from analysis.report import render_svg
from analysis.results import StudyResult
from flights import CONTENTS_SENTENCE


@pytest.fixture(scope="module")
def missing() -> StudyResult:
    return made.make_result("missing")


def _rows(spec: dict, *fields: str) -> list[dict]:
    """Rows of the one dataset that has these fields."""
    found = [rows for rows in spec["datasets"].values() if rows and set(fields) <= set(rows[0])]
    assert len(found) == 1, f"{len(found)} datasets hold {fields}"
    return found[0]


def test_bars_hold_both_bounds_of_every_counted_day(missing: StudyResult) -> None:
    rows = _rows(draw_series(missing).to_dict(), "kind", "low", "high")
    series = missing.series
    assert sum(r["high"] - r["low"] for r in rows if r["kind"] == "observed") == sum(
        n for n in series.lower if n is not None
    )
    assert sum(r["high"] - r["low"] for r in rows) == sum(n for n in series.upper if n is not None)


def test_missing_days_are_hatched_and_never_drawn_as_zero(missing: StudyResult) -> None:
    spec = draw_series(missing).to_dict()
    strokes = [r["day"] for r in _rows(spec, "k", "high")]
    gone = [day for day, _, _ in missing.days_missing]
    assert gone
    for day in gone:
        assert any(stamp(day) <= at <= stamp(day, 24) for at in strokes)
    kept = date(2050, 3, 1)
    assert kept not in gone
    assert not any(stamp(kept) < at < stamp(kept, 24) for at in strokes)
    bars = {r["day"] for r in _rows(spec, "kind", "low", "high")}
    assert not bars & {stamp(day, 2) for day in gone}


def test_hover_gives_the_reason_of_a_missing_day(missing: StudyResult) -> None:
    rows = _rows(draw_series(missing).to_dict(), "date", "why")
    assert len(rows) == len(missing.series.days)
    reasons = {r["why"] for r in rows if r["status"] == "partial"}
    assert reasons == {"Only 31 of 48 heatmaps are there."}
    assert {r["observed"] for r in rows if r["status"] == "partial"} == {"–"}


def test_time_is_utc_for_every_reader(missing: StudyResult) -> None:
    text = json.dumps(draw_series(missing).to_dict())
    assert text.count('"type": "temporal"') == text.count('"type": "utc"') > 3
    assert stamp(date(2050, 7, 20)) == 2541888000000


def test_expected_line_breaks_where_days_are_missing(missing: StudyResult) -> None:
    rows = _rows(draw_series(missing).to_dict(), "expected", "low", "high")
    by_day = {row["day"]: row["expected"] for row in rows}
    for day, _, _ in missing.days_missing:
        assert by_day[stamp(day, 12)] is None
    assert any(value is not None for value in by_day.values())


@pytest.mark.parametrize("name", ["series", "placebos"])
@pytest.mark.parametrize("dark", [False, True])
def test_contents_sentence_and_simulated_stand_in_the_picture(name: str, dark: bool) -> None:
    result = made.make_result("null")
    draw = {"series": draw_series, "placebos": draw_placebos}[name]
    svg = render_svg(draw(result, dark=dark, width=700))
    for half in ("ADS-B shows where an aircraft was heard.", "What it carried cannot be inferred"):
        assert half in svg
    assert svg.count("SIMULATED") >= 2
    real = render_svg(draw(replace(result, simulated=False), dark=dark, width=700))
    assert "SIMULATED" not in real
    assert "ADS-B shows where an aircraft was heard." in real


def test_marks_stay_few_enough_for_svg() -> None:
    spec = draw_series(made.make_result("change")).to_dict()
    assert spec["usermeta"]["embedOptions"]["renderer"] == "svg"
    assert sum(len(rows) for rows in spec["datasets"].values()) < 5000


def test_a_record_with_most_days_missing_still_draws() -> None:
    result = made.make_result("unasked")
    svg = render_svg(draw_series(result, width=700))
    assert "China" in svg
    assert draw_placebos(result) is None
    assert "no comparable dates" in describe_placebos(result)


def test_placebo_strip_has_a_dot_per_date_and_marks_the_event() -> None:
    result = made.make_result("change")
    effect = result.lower
    assert effect is not None
    spec = draw_placebos(result).to_dict()
    rows = _rows(spec, "kind", "ratio")
    assert len(rows) == effect.n_placebo
    assert sum(r["kind"] == "as large or larger" for r in rows) == effect.r
    (event,) = _rows(spec, "s", "label")
    assert event["s"] == pytest.approx(effect.s)
    assert "20 Jul 2050" in event["label"]


def test_words_say_what_the_picture_shows(missing: StudyResult) -> None:
    words = describe_series(missing)
    assert words.startswith("SIMULATED data.")
    assert "China → Iran" in words and "Days missing: " in words
    assert words.endswith(CONTENTS_SENTENCE)


def test_strokes_stay_inside_their_days_and_below_the_limit() -> None:
    points = hatch([(10, 12), (40, 41)], days=100, height=220, top=5)
    places = [at for at, _ in points]
    values = [value for _, value in points if value is not None]
    assert all(10 <= at <= 12 or 40 <= at <= 41 for at in places)
    assert min(values) >= 0 and max(values) <= 5
    many = hatch([(k, k + 1) for k in range(0, 700, 2)], days=700, height=220, top=5)
    assert len(many) / 3 < 1100

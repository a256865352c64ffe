"""What the charts hold, read from their Vega-Lite."""

import json
from dataclasses import replace
from datetime import date

import made_results as made
import pytest

from analysis.drawing.charts.placebo_chart import describe_placebos, draw_placebos
from analysis.drawing.charts.plotting import HATCH_LIMIT, hatch, rule_bars, stamp
from analysis.drawing.charts.series_chart import describe_series, draw_series
from analysis.reports.study_report import render_svg
from analysis.study import StudyResult
from flights import CONTENTS_SENTENCE

DAY_MS = 86_400_000


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
    assert sum(r["high"] - r["low"] for r in rows if r["kind"] == "counted for certain") == sum(
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


def test_possible_flights_are_ruled_and_observed_ones_never(missing: StudyResult) -> None:
    series = missing.series
    rules = [row for row in _rows(draw_series(missing).to_dict(), "rule", "level") if row["level"]]
    assert rules
    first = stamp(series.days[0])
    for row in rules:
        place = int((row["day"] - first) // 86_400_000)
        lower, upper = series.lower[place], series.upper[place]
        assert lower is not None and upper is not None
        assert lower < row["level"] < upper


def test_rules_share_levels_and_stay_below_the_limit() -> None:
    points = rule_bars([(0, 1.0, 3.0), (1, 2.0, 4.0), (3, 0.0, 1.0)], height=220, top=4.0)
    strokes = [(a, b) for a, b, lift in zip(points[::3], points[1::3], points[2::3], strict=True)]
    assert all(a[1] == b[1] and a[0] < b[0] for a, b in strokes)
    assert any(b[0] - a[0] > 1.5 for a, b in strokes)  # one stroke over both neighbours
    many = [(day, 0.0, 100.0 * (day % 2 + 1)) for day in range(0, 1096, 2)]
    assert len(rule_bars(many, height=220, top=200.0)) <= 3 * HATCH_LIMIT
    assert rule_bars([], height=220, top=4.0) == []


def test_hover_gives_the_reason_of_a_missing_day(missing: StudyResult) -> None:
    rows = _rows(draw_series(missing).to_dict(), "date", "why")
    assert len(rows) == len(missing.series.days)
    reasons = {r["why"] for r in rows if r["status"] == "partial"}
    assert reasons == {"Only 31 of 48 heatmaps are there."}
    assert {r["counted for certain"] for r in rows if r["status"] == "partial"} == {"–"}


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


def test_days_judged_and_days_compared_with_are_marked(missing: StudyResult) -> None:
    spec = draw_series(missing).to_dict()
    spans = {
        (row["day"], row["until"])
        for rows in spec["datasets"].values()
        for row in rows
        if set(row) == {"day", "until"}
    }
    event = stamp(missing.event)
    assert spans == {(event - 56 * DAY_MS, event), (event, event + 14 * DAY_MS)}
    words = {row["label"] for rows in spec["datasets"].values() for row in rows if "label" in row}
    assert {"56 days before", "14 days"} <= words


def test_every_event_has_its_line_and_its_name_a_row_of_its_own() -> None:
    result = made.with_everything(made.make_result("null"))
    rows = [
        row
        for rows in draw_series(result).to_dict()["datasets"].values()
        for row in rows
        if "level" in row and "label" in row
    ]
    assert {row["day"] for row in rows} == {
        stamp(day) for day in (result.event, *(other.event for other in result.others))
    }
    by_day = sorted(rows, key=lambda row: row["day"])
    assert len({row["level"] for row in by_day}) > 1  # close dates do not overprint
    assert "Also marked: 1 May 2050, 10 Jun 2050." in describe_series(result)
    assert "Also marked" not in describe_series(made.make_result("null"))


def test_overflights_stand_beside_the_traffic_where_they_are_known(missing: StudyResult) -> None:
    ends = {row["end"] for row in _rows(draw_series(missing).to_dict(), "end", "share")}
    assert ends == {"in China", "in Iran"}
    known = tuple(None if each is None else 4.0 for each in missing.series.lower)
    series = replace(missing.series, overhead_origin=known, overhead_destination=known)
    rows = _rows(draw_series(replace(missing, series=series)).to_dict(), "end", "share")
    assert {row["end"] for row in rows} - ends == {"overflights, China", "overflights, Iran"}
    assert "overflights" in render_svg(draw_series(replace(missing, series=series), width=700))


def test_outages_are_crossed_out_and_not_called_missing(missing: StudyResult) -> None:
    day = date(2050, 3, 3)
    outage = (day, "outage", "Receivers heard hardly anyone.")
    result = replace(missing, days_missing=(*missing.days_missing, outage))
    crosses = [
        row
        for rows in draw_series(result).to_dict()["datasets"].values()
        for row in rows
        if set(row) == {"day", "date", "why"}
    ]
    assert [row["date"] for row in crosses] == ["3 Mar 2050"]
    words = describe_series(result)
    assert "hardly any traffic: 3 Mar 2050." in words
    assert "3 Mar 2050" not in words.partition("Days missing: ")[2].partition("Left out")[0]


def test_placebo_strip_states_ranks_of_both_bounds() -> None:
    result = made.make_result("upper only")
    subtitle = " ".join(draw_placebos(result).to_dict()["title"]["subtitle"])
    for effect in (result.lower, result.upper):
        assert effect is not None
        assert f"{effect.r} of {effect.n_placebo} ordinary dates differ as much" in subtitle
    assert subtitle.count("φ = ") == 2
    same = replace(result, upper=result.lower)
    assert " ".join(draw_placebos(same).to_dict()["title"]["subtitle"]).count("φ = ") == 1


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
    assert "no ordinary dates" in describe_placebos(result)


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


def test_strip_of_a_short_record_says_that_routes_were_compared() -> None:
    result = made.make_result("null")
    assert result.lower is not None
    short = replace(result, lower=replace(result.lower, n_controls=23, r=2), upper=None)
    (line,) = [x for x in draw_placebos(short).to_dict()["title"]["subtitle"] if "φ" in x]
    assert line.startswith("2 of 23 other routes differ as much")
    larger = sum(abs(each.s) >= abs(result.lower.s) - 1e-9 for each in result.lower.placebos)
    told = describe_placebos(short)
    assert f"{larger} of {result.lower.n_placebo} ordinary dates in this record differ" in told

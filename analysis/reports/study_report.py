"""Write a study's result: a report in one file, the charts, the tables, the study file.

Every file contains the contents sentence, and SIMULATED where the data are made up. Two runs of
one study differ in `made_at` only.
"""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import altair as alt
import jinja2
import orjson
import pandas as pd

from analysis.drawing.captions import (
    BOUNDS_SENTENCE,
    EXCLUDED_SENTENCE,
    SIMULATED,
    describe_detectable,
    describe_effects,
    describe_figures,
    describe_holm,
    describe_no_flights,
    format_contents,
    format_route,
)
from analysis.drawing.charts.forest_chart import (
    describe_events,
    describe_routes,
    draw_events,
    draw_routes,
)
from analysis.drawing.charts.placebo_chart import describe_placebos, draw_placebos
from analysis.drawing.charts.sensitivity_chart import describe_sensitivity, draw_sensitivity
from analysis.drawing.charts.series_chart import describe_series, draw_series
from analysis.drawing.maps.route_map import describe_route, load_ground
from analysis.drawing.maps.still_map import draw_still
from analysis.drawing.palette import LIGHT, OUTCOME_MARKS, style_verdict
from analysis.drawing.tables import data_tables, text_tables
from analysis.drawing.tables.route_habit_table import count_route_habits, tabulate_flyers
from analysis.study import (
    LIST_FILE,
    Event,
    Study,
    StudyResult,
    format_date,
    format_heading,
    format_study,
    to_json,
)
from flights.errors import ArchiveError
from flights.reference.countries import BORDERS_SENTENCE
from flights.routes import describe_route_habits

TEMPLATE = Path(__file__).with_name("study_report.html.j2")
ROWS = 400
"""Most flights listed in the report, which keeps it small; flights.csv has all."""

_WIDTH = 900


def render_report(result: StudyResult, flights: pd.DataFrame) -> str:
    """The whole result as one HTML page without external files.

    `flights` are those of `RouteEvidence`. All text is escaped.
    """
    loader = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    loader.filters["day"] = format_date
    loader.globals["headline"] = format_heading
    template = loader.from_string(TEMPLATE.read_text(encoding="utf-8"))
    return template.render(**_facts(result, flights), **_pictures(result, flights))


def write_outputs(result: StudyResult, flights: pd.DataFrame, folder: Path) -> list[Path]:
    """Write every file of the result to `folder` and return their paths.

    With a cargo list of the user's own, its copy is one of them, so that `study.toml` runs again.

    Raises
    ------
    ArchiveError
        The folder cannot be made or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        outputs = {name: make(result, flights) for name, make in OUTPUTS.items()}
        outputs |= {LIST_FILE: result.cargo_list} if result.cargo_list else {}
        return [_write(folder / name, content) for name, content in outputs.items()]
    except OSError as error:
        raise ArchiveError(f"{folder} cannot be written: {error.strerror or error}.") from error


def render_json(result: StudyResult) -> bytes:
    """The result as JSON with sorted keys."""
    plain = to_json(result) | {"note": format_contents(result)}
    return orjson.dumps(plain, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"


def draw_map(result: StudyResult, flights: pd.DataFrame) -> dict[str, Any]:
    """The route's map for print, as Vega-Lite."""
    asked = result.study
    ground = load_ground(asked["origin"], asked["destination"], asked["source"])
    return draw_still(result, flights, ground)


def render_svg(chart: alt.LayerChart | dict[str, Any], name: str = "chart") -> str:
    """A chart as SVG whose ids start with `name`, so that one page can contain several."""
    import vl_convert

    svg = vl_convert.vegalite_to_svg(chart if isinstance(chart, dict) else chart.to_dict())
    # The converter numbers ids through a whole process; new numbers make equal charts equal bytes.
    found = dict.fromkeys(re.findall(r'\bid="([^"]+)"', svg))
    ids = {old: f"{name}-{number}" for number, old in enumerate(found, start=1)}
    return re.sub(r'(\bid="|url\(#)([^")]+)', lambda m: m[1] + ids.get(m[2], m[2]), svg)


def render_png(result: StudyResult) -> bytes:
    """The series chart as PNG at twice its size."""
    import vl_convert

    return vl_convert.vegalite_to_png(draw_series(result, width=_WIDTH).to_dict(), scale=2)


def render_study(result: StudyResult) -> str:
    """The study file, with the note as a comment in the first line."""
    return f"# {format_contents(result)}\n" + format_study(restore_study(result))


def restore_study(result: StudyResult) -> Study:
    """The study of a result."""
    plain: dict[str, Any] = dict(result.study)
    events = [Event(date.fromisoformat(e["day"]), e["name"]) for e in plain["events"]]
    span = {key: date.fromisoformat(plain[key]) for key in ("first", "last")}
    return Study(**{**plain, **span, "events": tuple(events)})


PICTURES: dict[str, tuple[Callable[..., alt.LayerChart | None], Callable[..., str]]] = {
    "series": (draw_series, describe_series),
    "placebos": (draw_placebos, describe_placebos),
    "sensitivity": (draw_sensitivity, describe_sensitivity),
    "routes": (draw_routes, describe_routes),
    "events": (draw_events, describe_events),
}
"""The report's charts and their descriptions; a result without the numbers has no chart."""

Make = Callable[[StudyResult, pd.DataFrame], str | bytes]

OUTPUTS: dict[str, Make] = {
    "result.json": lambda result, _: render_json(result),
    "chart.png": lambda result, _: render_png(result),
    "chart.svg": lambda result, _: render_svg(draw_series(result, width=_WIDTH)),
    "map.svg": lambda result, flights: render_svg(draw_map(result, flights), "map"),
    "flights.csv": data_tables.format_flights_csv,
    "counts.csv": lambda result, _: data_tables.format_counts_csv(result),
    "report.html": render_report,
    "study.toml": lambda result, _: render_study(result),
}
"""Every file of a result by name, and the function that makes it."""


def _write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def _facts(result: StudyResult, flights: pd.DataFrame) -> dict[str, Any]:
    look = style_verdict(result.verdict.kind)
    inside = data_tables.select_window(result, flights)
    shown = data_tables.format_flights(result, inside.head(ROWS))
    flyers = count_route_habits(result, flights)
    return {
        "result": result,
        "palette": LIGHT,
        "look": look,
        "heading": format_heading(result.verdict.kind, result.verdict.direction),
        "colour": look.colour(LIGHT),
        "marks": OUTCOME_MARKS,
        "made_up": f"{SIMULATED} · " if result.simulated else "",
        "route": format_route(result),
        "figures": describe_figures(result),
        "detectable": describe_detectable(result.lower),
        "holm": {day: describe_holm(result, day) for day in _list_event_days(result)},
        "other_figures": {o.event: describe_effects(o.lower, o.upper) for o in result.others},
        "tables": _tables(result),
        "flyers": describe_route_habits(flyers),
        "flyer_tables": [text_tables.render_table(table) for table in tabulate_flyers(flyers)],
        "none_heard": describe_no_flights(result),
        "effects": [effect for effect in (result.lower, result.upper) if effect],
        "effect_rows": data_tables.tabulate_effects(result),
        "neither_known": any(each is not None for each in result.series.neither_end),
        "bounds_sentence": BOUNDS_SENTENCE,
        "excluded_sentence": EXCLUDED_SENTENCE,
        "excluded_total": sum(count for _, count in result.excluded),
        "missing": data_tables.group_missing(result),
        "columns": list(shown.columns),
        "rows": shown.to_numpy().tolist(),
        "rows_left_out": max(len(inside) - ROWS, 0),
    }


def _list_event_days(result: StudyResult) -> list[date]:
    return [result.event, *(other.event for other in result.others)]


def _pictures(result: StudyResult, flights: pd.DataFrame) -> dict[str, Any]:
    drawn = {
        name: (render_svg(picture, name), describe(result))
        for name, (draw, describe) in PICTURES.items()
        if (picture := draw(result, width=_WIDTH)) is not None
    }
    drawn["map"] = render_svg(draw_map(result, flights), "map"), describe_route(result, flights)
    return {"pictures": drawn, "borders": BORDERS_SENTENCE}


def _tables(result: StudyResult) -> dict[str, Any]:
    """Tables by the name of their section, as HTML."""
    made = {
        "windows": text_tables.tabulate_windows(result) + text_tables.tabulate_powers(result),
        "routes": text_tables.tabulate_controls(result),
        "events": text_tables.tabulate_events(result),
        "numbers": text_tables.list_tables(result),
        "shifts": text_tables.tabulate_shifts(result),
    }
    return {name: [text_tables.render_table(table) for table in made[name]] for name in made}

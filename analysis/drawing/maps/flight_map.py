"""One flight on a map: where it was heard, the gaps, and where it could have been."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pydeck as pdk
from shapely.geometry import mapping

from analysis.drawing.captions import SIMULATED
from analysis.drawing.maps.places_on_map import Point, fit_view, shorten
from analysis.drawing.maps.reach_outline import enclose, trace_edge
from analysis.drawing.maps.reception_shading import shade_ahead
from analysis.drawing.maps.route_map import (
    CompactDeck,
    Ground,
    draw_dots,
    draw_ground,
    draw_lost,
    make_deck,
)
from analysis.drawing.palette import FONT, Palette, choose_palette, rgba
from flights import CONTENTS_SENTENCE
from flights.evidence import EndGap, FlightReport, outline
from flights.evidence.flight_report import ENDS
from flights.evidence.sentences import NAMED
from flights.records.amounts import format_span
from flights.reference.airports import load_airports
from flights.reference.countries import country_name

FIELDS = 250
"""Airports in reach drawn at most, most likely first."""

SURE_SILENCE_S = 3_600.0
"""Every track keeps at least one position per hour heard, so a longer step is a silence [s]."""

_LEAST_SILENCE_S, _SAME_S = 600.0, 2.0

Row = dict[str, Any]


@dataclass(frozen=True)
class InspectedFlight:
    """A flight's report and what its map needs.

    `neighbour_tracks`: tracks of the flights on the other side of the gaps. `heard`: for each gap
    the cells beyond it, as `load_reception_beyond` gives them.
    """

    report: FlightReport
    neighbour_tracks: tuple[pd.DataFrame, ...] = ()
    heard: tuple[pd.DataFrame, ...] = ()


def draw_flight(
    seen: InspectedFlight, ground: Ground, *, simulated: bool = False, dark: bool = False
) -> CompactDeck:
    """Solid where it was heard, dotted in the gaps, an open circle at each lost end.

    Below them: the area it could have reached, the airports in it, and the cells beyond its ends,
    darker if fewer aircraft were heard there.
    """
    palette, report = choose_palette(dark), seen.report
    path, lost = _path(_whole_track(report)), _lost_places(report)
    named = [
        row
        for gap in report.gaps
        if gap.trend.leads_down(gap.end)
        for row in _candidate_rows(gap)[:NAMED]
    ]
    airports = _end_rows(report)
    far = [p for gap in report.gaps for p in _far_side(gap)]
    points = [*path, *(each["p"] for each in (*lost, *named[:1], *airports)), *far]
    view = fit_view(points)
    shaded = pd.concat(seen.heard) if seen.heard else pd.DataFrame()
    layers = [
        *draw_ground(ground, palette),
        _draw_reach(report.gaps, palette),
        *([] if shaded.empty else [shade_ahead(shaded.drop_duplicates("cell"), palette)]),
        _draw_candidates(report.gaps, palette),
        _draw_likeliest(named[:1], palette),
        *(
            _draw_heard(_segments(t), palette, f"neighbour-{n}", 0.45)
            for n, t in enumerate(seen.neighbour_tracks)
        ),
        _draw_heard(_segments(_whole_track(report), _longest_s(report)), palette, "track", 1.0),
        draw_dots([*_unheard(report), *_inner_silences(report), *_bare(report)], view, palette),
        draw_lost([*lost, *({"p": p, "label": "Heard again here"} for p in far)], palette),
        _draw_ends(airports, palette),
        _draw_names(airports, named, view, palette),
    ]
    return make_deck(layers, view, simulated=simulated, palette=palette)


def describe_flight(seen: InspectedFlight, *, simulated: bool = False) -> str:
    """Text for readers who cannot see `draw_flight`."""
    report = seen.report
    made_up = f"{SIMULATED} data. " if simulated else ""
    known = [row["text"] for row in _end_rows(report)]
    ends = f" Ends known: {' and '.join(known)}." if known else ""
    ends += " The archive keeps no position of it." if _whole_track(report).empty else ""
    gaps = " ".join(_describe_gap(gap) for gap in report.gaps)
    inside = len(_inner_silences(report))
    silences = f" Gaps on the way: {inside}." if inside else ""
    said = f"{made_up}Map of one flight.{ends}{silences}"
    return " ".join(filter(None, (said, gaps, CONTENTS_SENTENCE)))


def _describe_gap(gap: EndGap) -> str:
    place = "its destination" if gap.end == "destination" else "its origin"
    found = gap.candidates
    if not gap.stretch.is_placed[0]:
        return f"{place[0].upper()}{place[1:]} is not known; every airport is possible."
    down = len(found) and gap.trend.leads_down(gap.end)
    likeliest = f", most likely {found['name'].iloc[0]}" if down else ""
    return f"No receiver heard {place}: {len(found):,} airports were in reach{likeliest}."


def count_drawn(gap: EndGap) -> int:
    """Airports in reach that the map draws; 0 if every airport is possible."""
    return min(len(gap.candidates), FIELDS) if gap.stretch.is_placed[0] else 0


def _whole_track(report: FlightReport) -> pd.DataFrame:
    """The kept positions together with the flight's first and last one, often not among them."""
    flight = report.flight
    ends = pd.DataFrame(
        {
            "seen_at": [flight["firstseen"], flight["lastseen"]],
            "latitude": [flight["first_latitude"], flight["last_latitude"]],
            "longitude": [flight["first_longitude"], flight["last_longitude"]],
        }
    ).dropna()
    kept = report.tracks[list(ends.columns)]
    start, stop = kept["seen_at"].min(), kept["seen_at"].max()
    beyond = ends[~ends["seen_at"].between(start, stop)] if len(kept) else ends
    whole = pd.concat([kept.astype({"latitude": float, "longitude": float}), beyond])
    return whole.sort_values("seen_at", ignore_index=True)


def _path(tracks: pd.DataFrame) -> list[list[float]]:
    spots = zip(tracks["longitude"], tracks["latitude"], strict=True)
    return [[shorten(x), shorten(y)] for x, y in spots]


def _is_silent(seconds: float, longest_s: float) -> bool:
    """Whether nothing was heard between two kept positions; most of those heard are not kept."""
    if abs(seconds - longest_s) <= _SAME_S and longest_s >= _LEAST_SILENCE_S:
        return True
    return seconds >= SURE_SILENCE_S and not longest_s < seconds - _SAME_S


def _steps(tracks: pd.DataFrame) -> Iterable[tuple[list[float], list[float], float]]:
    """Neighbouring positions and the seconds between them."""
    spent = tracks["seen_at"].diff().dt.total_seconds().iloc[1:]
    return ((a, b, s) for (a, b), s in zip(itertools.pairwise(_path(tracks)), spent, strict=True))


def _segments(tracks: pd.DataFrame, longest_s: float = np.nan) -> list[Row]:
    return [
        {"s": a, "t": b, "label": "Heard"}
        for a, b, spent in _steps(tracks)
        if not _is_silent(spent, longest_s)
    ]


def _inner_silences(report: FlightReport) -> list[Row]:
    return [
        {"s": a, "t": b, "label": f"Not heard for {format_span(spent)}"}
        for a, b, spent in _steps(_whole_track(report))
        if _is_silent(spent, _longest_s(report))
    ]


def _longest_s(report: FlightReport) -> float:
    longest = report.flight["longest_silence_s"]
    return float(longest) if pd.notna(longest) else np.nan


def _lost_places(report: FlightReport) -> list[Row]:
    rows = []
    for gap in report.gaps:
        edge = ENDS[gap.end]
        x, y = report.flight[f"{edge}_longitude"], report.flight[f"{edge}_latitude"]
        if pd.notna(x) and pd.notna(y):
            rows.append({"p": [shorten(x), shorten(y)], "label": f"{edge.title()} heard here"})
    return rows


def _far_side(gap: EndGap) -> list[Point]:
    """Where the airframe was heard on the other side of a gap."""
    if gap.neighbour is None or not gap.stretch.is_placed[0]:
        return []
    side = "back" if gap.end == "destination" else "left"
    longitude, latitude = (
        getattr(gap.stretch, f"{side}_{n}")[0] for n in ("longitude", "latitude")
    )
    return [(shorten(longitude), shorten(latitude))]


def _unheard(report: FlightReport) -> list[Row]:
    return [
        {"s": here["p"], "t": list(there), "label": "Not heard in between"}
        for gap in report.gaps
        for there in _far_side(gap)
        for here in _lost_places(report)
        if here["label"].startswith(ENDS[gap.end].title())
    ]


def _bare(report: FlightReport) -> list[Row]:
    """A line from end to end if the archive keeps no position."""
    spots = [row["p"] for row in _end_rows(report)]
    if len(spots) < len(ENDS) or not _whole_track(report).empty:
        return []
    return [{"s": spots[0], "t": spots[1], "label": "The archive keeps no position"}]


def is_drawable(report: FlightReport) -> bool:
    """Whether any place of the flight is known."""
    return bool(len(_whole_track(report)) or _end_rows(report))


def _end_rows(report: FlightReport) -> list[Row]:
    """Airports that are its ends."""
    fields, rows = load_airports(), []
    for end in ENDS:
        code = report.flight[end]
        if report.flight[f"{end}_evidence"] != "lost" and code in fields.index:
            place = fields.loc[code]
            spot = [shorten(place["longitude"]), shorten(place["latitude"])]
            rows.append({"p": spot, "text": str(code), "label": f"{code} {place['name']}"})
    return rows


def _candidate_rows(gap: EndGap) -> list[Row]:
    return [
        {
            "p": [shorten(each.longitude), shorten(each.latitude)],
            "text": f"{each.code} {each.name}",
            "label": _label(each),
        }
        for each in gap.candidates.head(count_drawn(gap)).itertuples(index=False)
    ]


def _label(place: Any) -> str:
    stay = f", at most {format_span(place.stay_s)} on the ground" if place.stay_s > 0 else ""
    where = f"{place.code} {place.name}, {country_name(place.country)}"
    return f"{where}: {place.away_km:,.0f} km away{stay}"


def _draw_reach(gaps: tuple[EndGap, ...], palette: Palette) -> pdk.Layer:
    features: list[Row] = []
    for gap in gaps:
        if not gap.stretch.is_placed[0]:
            continue
        inside = float(gap.stretch.left_longitude[0]), float(gap.stretch.left_latitude[0])
        area = enclose(*outline(gap.stretch), inside)
        if not area.is_empty:
            flat = area.simplify(0.02)
            shapes = filter(lambda shape: not shape.is_empty, (flat, trace_edge(flat)))
            features += [
                {"type": "Feature", "geometry": mapping(shape), "properties": {}}
                for shape in shapes
            ]
    return pdk.Layer(
        "GeoJsonLayer",
        {"type": "FeatureCollection", "features": features},
        id="reach",
        stroked=False,  # of areas; their edges are lines of their own
        get_fill_color=rgba(palette.possible, 0.24),
        get_line_color=rgba(palette.observed, 0.55),
        line_width_min_pixels=1,
    )


def _draw_candidates(gaps: tuple[EndGap, ...], palette: Palette) -> pdk.Layer:
    return pdk.Layer(
        "ScatterplotLayer",
        [
            {"p": r["p"], "label": r["label"]}
            for gap in gaps
            for r in reversed(_candidate_rows(gap))
        ],
        id="candidates",
        get_position="p",
        get_fill_color=rgba(palette.quiet, 0.75),
        radius_min_pixels=2,
        radius_max_pixels=2,
        pickable=True,
    )


def _draw_likeliest(named: list[Row], palette: Palette) -> pdk.Layer:
    return pdk.Layer(
        "ScatterplotLayer",
        [{"p": row["p"], "label": row["label"]} for row in named],
        id="likeliest",
        get_position="p",
        get_fill_color=rgba(palette.ink),
        radius_min_pixels=4,
        radius_max_pixels=4,
        pickable=True,
    )


def _draw_heard(segments: list[Row], palette: Palette, name: str, alpha: float) -> pdk.Layer:
    return pdk.Layer(
        "GreatCircleLayer",
        segments,
        id=name,
        get_source_position="s",
        get_target_position="t",
        get_source_color=rgba(palette.observed, alpha),
        get_target_color=rgba(palette.observed, alpha),
        get_width=2.5,
    )


def _draw_ends(airports: list[Row], palette: Palette) -> pdk.Layer:
    return pdk.Layer(
        "ScatterplotLayer",
        [{"p": row["p"], "label": row["label"]} for row in airports],
        id="ends",
        get_position="p",
        get_fill_color=rgba(palette.observed),
        radius_min_pixels=5,
        radius_max_pixels=5,
        pickable=True,
    )


def _draw_names(
    airports: list[Row], named: list[Row], view: pdk.ViewState, palette: Palette
) -> pdk.Layer:
    """Names of the ends and of the most likely airport, on the side with room."""
    rows = [
        {"p": row["p"], "text": row["text"], "a": "end" if east else "start", "o": [side * 9, down]}
        for row, down in (*((each, -11) for each in airports), *((each, 13) for each in named[:1]))
        for east in (_is_east(row["p"][0], view),)
        for side in (-1 if east else 1,)
    ]
    return pdk.Layer(
        "TextLayer",
        rows,
        id="names",
        get_position="p",
        get_text="text",
        get_size=13,
        get_color=rgba(palette.ink),
        get_text_anchor="a",
        get_pixel_offset="o",
        font_family=f"'{FONT}'",
        font_weight=600,
        background=True,
        get_background_color=rgba(palette.surface, 0.72),
        background_padding=[3, 1],
    )


def _is_east(longitude: float, view: pdk.ViewState) -> bool:
    return bool((longitude - view.longitude + 180) % 360 > 180)

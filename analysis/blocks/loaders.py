"""Cached loaders of the pages: archive, ledger, answers, charts, the route's map.

Loaders are keyed on plain requests and on the ledger's state, never on a DataFrame: hashing a
large frame uses a sample of it, so the cache could miss a change and give an old result.
"""

import math
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from analysis.blocks.own_list import find_list
from analysis.blocks.session import count_tries, is_dark
from analysis.drawing.charts.forest_chart import draw_events, draw_routes
from analysis.drawing.charts.placebo_chart import draw_placebos
from analysis.drawing.charts.sensitivity_chart import draw_sensitivity
from analysis.drawing.charts.series_chart import draw_series
from analysis.drawing.maps.route_map import CompactDeck, draw_route, load_ground
from analysis.event_study import Outlook, Usual, Windows, measure_usual, outlook, run_study
from analysis.study import Study, StudyResult
from flights.archive import Archive
from flights.config import read_settings
from flights.errors import FlightDataError
from flights.evidence import (
    load_usual_reception,
)
from flights.records import LedgerEntry
from flights.regions import parse_region
from flights.routes import Route, cover, load_route
from flights.sources import SOURCES, find_spec


@st.cache_resource(show_spinner=False)
def open_archive_at(root: str) -> Archive:
    """The archive in a folder, one object for all sessions."""
    return Archive(Path(root))


def open_archive() -> Archive:
    """The archive of the settings, one object for all sessions."""
    return open_archive_at(str(read_settings().archive.absolute()))


def digest_ledger(archive: Archive, source: str) -> str:
    """A text that changes with every entry of the source: entries are replaced by new files."""
    folder = archive.root / "ledger" / source
    return str(folder.stat().st_mtime_ns) if folder.is_dir() else ""


@st.cache_data(max_entries=16, show_spinner=False)
def _load_ledger(root: str, source: str, digest: str) -> dict[date, LedgerEntry]:
    return open_archive_at(root).read_ledger(source)


def load_ledger(archive: Archive, source: str) -> dict[date, LedgerEntry]:
    """Entry per day that was ever requested from a source."""
    return _load_ledger(str(archive.root), source, digest_ledger(archive, source))


def list_series(archive: Archive) -> list[str]:
    """Keys of all sources, each followed by its parts in the archive."""
    known = archive.sources()
    return [
        key
        for source in SOURCES
        for key in (source, *(each for each in known if each.startswith(f"{source}.")))
    ]


def find_scope(archive: Archive, source: str) -> str:
    """What a series is limited to, "" if it is the whole source."""
    if "." not in source:
        return ""
    entries = load_ledger(archive, source).values()
    return next((entry.scope for entry in entries if entry.scope), "")


def format_series(archive: Archive, source: str) -> str:
    """Title of a source, or of a part of it with its limits."""
    key = source.partition(".")[0]
    if key not in SOURCES:
        return source
    scope = find_scope(archive, source)
    is_part = scope.partition(":")[0] in ("regions", "icao24")
    return cover.format_series_title(find_spec(key if is_part else source).title, scope)


def is_simulated(source: str) -> bool:
    """True if a source is simulated; False for unknown sources."""
    return source.partition(".")[0] in SOURCES and find_spec(source).simulated


def find_complete_span(archive: Archive, source: str) -> tuple[date, date] | None:
    """First and last complete day of a source; None if there is none."""
    days = [day for day, entry in load_ledger(archive, source).items() if entry.is_complete]
    return (min(days), max(days)) if days else None


@st.cache_data(max_entries=24, show_spinner=False)
def _load_answer(
    root: str, digest: str, study: Study
) -> tuple[StudyResult, pd.DataFrame, pd.DataFrame]:
    origin, destination = parse_region(study.origin), parse_region(study.destination)
    evidence = load_route(
        open_archive_at(root),
        Route(origin, destination, study.min_grade, find_list(study.cargo_sha256)),
        source=study.source,
        first=study.first,
        last=study.last,
    )
    result = run_study(study, evidence, spec=find_spec(study.source))
    return result, evidence.flights, evidence.excluded


def load_answer(archive: Archive, study: Study) -> tuple[StudyResult, pd.DataFrame]:
    """The study's result and the flights of its route."""
    digest = digest_ledger(archive, study.source)
    result, flights, _ = _load_answer(str(archive.root), digest, study)
    return replace(result, tries=count_tries(study)), flights


def load_usual(archive: Archive, study: Study) -> Usual:
    """Flights per week and variation of the study's route in the archive; NaN without days."""
    nothing = Usual(math.nan, 0, None)
    span = find_complete_span(archive, study.source)
    if span is None or study.first > span[1] or study.last < span[0]:
        return nothing
    digest = digest_ledger(archive, study.source)
    try:
        return measure_usual(_load_answer(str(archive.root), digest, study)[0])
    except FlightDataError:  # a part of a source without the route, or a missing cargo list
        return nothing


@st.cache_data(max_entries=64, show_spinner=False)
def load_outlook(per_week: float, study: Study, *, phi: float, notice: float) -> Outlook:
    """The change that the study could show on a route with this many flights per week."""
    windows = Windows(study.window, study.baseline)
    return outlook.estimate_outlook(per_week, windows=windows, phi=phi, notice=notice)


def load_excluded(archive: Archive, study: Study) -> pd.DataFrame:
    """Flights with a lost end that cannot have been in the regions of the route."""
    return _load_answer(str(archive.root), digest_ledger(archive, study.source), study)[2]


Spec = dict[str, Any]
"""A chart as Vega-Lite."""

_DRAW = {
    "series": draw_series,
    "placebos": draw_placebos,
    "sensitivity": draw_sensitivity,
    "routes": draw_routes,
    "events": draw_events,
}


@st.cache_data(max_entries=96, show_spinner=False)
def _load_picture(root: str, digest: str, study: Study, dark: bool, name: str) -> Spec | None:
    result, _, _ = _load_answer(root, digest, study)
    picture = _DRAW[name](result, dark=dark)
    # Tests check the schema; here the check would take as long as the drawing.
    return picture.to_dict(validate=False) if picture else None


def load_picture(archive: Archive, study: Study, name: str) -> Spec | None:
    """A chart of the study by its name in `_DRAW`; None if the result has nothing to draw."""
    digest = digest_ledger(archive, study.source)
    return _load_picture(str(archive.root), digest, study, is_dark(), name)


@st.cache_resource(max_entries=24, show_spinner=False)
def _load_deck(root: str, digest: str, study: Study, dark: bool) -> CompactDeck:
    result, flights, _ = _load_answer(root, digest, study)
    ground = load_ground(study.origin, study.destination, study.source)
    first, last = result.event, result.event + timedelta(days=study.window - 1)
    heard = load_usual_reception(open_archive_at(root), study.source, first, last)
    return draw_route(result, flights, ground, dark=dark, heard=heard)


def load_deck(archive: Archive, study: Study) -> CompactDeck:
    """The route's map."""
    digest = digest_ledger(archive, study.source)
    return _load_deck(str(archive.root), digest, study, is_dark())

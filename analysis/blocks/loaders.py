"""What the pages share: cached loaders, the study in the session and in the address.

Loaders are keyed on plain requests and on the ledger's state, never on a DataFrame: hashing a
large frame samples it, and a changed cell would be answered with the stale result.
"""

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from analysis.blocks.flight_request import FlightRequest
from analysis.blocks.own_list import find_list, usual_list
from analysis.drawing.charts.forest_chart import draw_events, draw_routes
from analysis.drawing.charts.placebo_chart import draw_placebos
from analysis.drawing.charts.sensitivity_chart import draw_sensitivity
from analysis.drawing.charts.series_chart import draw_series
from analysis.drawing.maps.flight_map import Inspected, draw_flight
from analysis.drawing.maps.route_map import CompactDeck, draw_route, load_ground
from analysis.event_study import Outlook, Usual, Windows, measure_usual, outlook, run_study
from analysis.study import Event, Study, StudyResult, from_query, read_study, record_list, to_query
from flights.archive import Archive
from flights.config import read_settings
from flights.errors import FlightDataError
from flights.evidence import (
    Habits,
    count_habits,
    last_known,
    load_flight_report,
    load_reception_beyond,
    load_usual_reception,
)
from flights.query import DuckDBEngine
from flights.records import LedgerEntry
from flights.reference.countries import load_country_names
from flights.reference.editions import newest_edition
from flights.reference.standing_routes import Routes, read_routes
from flights.regions import parse_region
from flights.routes import Route, cover, load_route
from flights.sources import SOURCES, find_spec
from flights.sources.simulated import EXAMPLES, Example

WORLD = "simulated"
"""The source a first visit is shown."""

WORLDWIDE = "world:"
"""Spec of the region that is everywhere."""

EARLIEST, LATEST = date(2005, 1, 1), date(2060, 12, 31)
"""Days a calendar offers."""

STUDIES = Path(__file__).parents[1] / "study" / "studies"


@st.cache_resource(show_spinner=False)
def _open_archive(root: str) -> Archive:
    return Archive(Path(root))


def open_archive() -> Archive:
    """The archive of the environment, one object for all sessions."""
    return _open_archive(str(read_settings().archive.absolute()))


def digest_ledger(archive: Archive, source: str) -> str:
    """Changes whenever an entry of the source does: entries are replaced by renaming files."""
    folder = archive.root / "ledger" / source
    return str(folder.stat().st_mtime_ns) if folder.is_dir() else ""


@st.cache_data(max_entries=16, show_spinner=False)
def _load_ledger(root: str, source: str, digest: str) -> dict[date, LedgerEntry]:
    return _open_archive(root).read_ledger(source)


def load_ledger(archive: Archive, source: str) -> dict[date, LedgerEntry]:
    """Entry per day that was ever asked of a source."""
    return _load_ledger(str(archive.root), source, digest_ledger(archive, source))


def list_series(archive: Archive) -> list[str]:
    """Keys of all sources, each followed by the parts of it that the archive holds."""
    held = archive.sources()
    return [
        key
        for source in SOURCES
        for key in (source, *(each for each in held if each.startswith(f"{source}.")))
    ]


def find_scope(archive: Archive, source: str) -> str:
    """What a series was narrowed to, "" where it is the whole of its source."""
    if "." not in source:
        return ""
    entries = load_ledger(archive, source).values()
    return next((entry.scope for entry in entries if entry.scope), "")


def name_series(archive: Archive, source: str) -> str:
    """Title of a source, or of a part of it by what it was narrowed to."""
    key = source.partition(".")[0]
    if key not in SOURCES:
        return source
    scope = find_scope(archive, source)
    is_part = scope.partition(":")[0] in ("regions", "icao24")
    return cover.format_series_title(find_spec(key if is_part else source).title, scope)


def held_span(archive: Archive, source: str) -> tuple[date, date] | None:
    """First and last complete day of a source; None where there is none."""
    days = [day for day, entry in load_ledger(archive, source).items() if entry.is_complete]
    return (min(days), max(days)) if days else None


@st.cache_data(max_entries=24, show_spinner=False)
def _load_answer(
    root: str, digest: str, study: Study
) -> tuple[StudyResult, pd.DataFrame, pd.DataFrame]:
    origin, destination = parse_region(study.origin), parse_region(study.destination)
    evidence = load_route(
        _open_archive(root),
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
    """What the days held say of the study's route; nothing where none of them is."""
    nothing = Usual(math.nan, 0, None)
    held = held_span(archive, study.source)
    if held is None or study.first > held[1] or study.last < held[0]:
        return nothing
    digest = digest_ledger(archive, study.source)
    try:
        return measure_usual(_load_answer(str(archive.root), digest, study)[0])
    except FlightDataError:  # a part of a source that does not hold the route, a list that is gone
        return nothing


@st.cache_data(max_entries=64, show_spinner=False)
def look_ahead(per_week: float, study: Study, *, phi: float, notice: float) -> Outlook:
    """What the study could show of a route of so many flights a week."""
    windows = Windows(study.window, study.baseline)
    return outlook.estimate_outlook(per_week, windows=windows, phi=phi, notice=notice)


def load_excluded(archive: Archive, study: Study) -> pd.DataFrame:
    """Flights with a lost end that cannot have been where the study's route asks."""
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
    # Their schema is held by tests; here it would take as long as the drawing.
    return picture.to_dict(validate=False) if picture else None


def load_picture(archive: Archive, study: Study, name: str) -> Spec | None:
    """A chart of the study by its name in `_DRAW`; None where the result has nothing to draw."""
    digest = digest_ledger(archive, study.source)
    return _load_picture(str(archive.root), digest, study, is_dark(), name)


@st.cache_resource(max_entries=24, show_spinner=False)
def _load_deck(root: str, digest: str, study: Study, dark: bool) -> CompactDeck:
    result, flights, _ = _load_answer(root, digest, study)
    ground = load_ground(study.origin, study.destination, study.source)
    first, last = result.event, result.event + timedelta(days=study.window - 1)
    heard = load_usual_reception(_open_archive(root), study.source, first, last)
    return draw_route(result, flights, ground, dark=dark, heard=heard)


def load_deck(archive: Archive, study: Study) -> CompactDeck:
    """The route's map."""
    digest = digest_ledger(archive, study.source)
    return _load_deck(str(archive.root), digest, study, is_dark())


def _digest_all(archive: Archive) -> str:
    """Changes whenever an entry of any source does: a chain is made of all of them."""
    folders = sorted((archive.root / "ledger").glob("*"))
    return " ".join(f"{each.name}:{each.stat().st_mtime_ns}" for each in folders)


@st.cache_data(max_entries=64, show_spinner=False)
def _load_story(root: str, digest: str, source: str, icao24: str, around: datetime) -> Inspected:
    archive = _open_archive(root)
    story = load_flight_report(archive, source, icao24, around)
    beside = tuple(
        archive.load_tracks(far["source"], icao24, far["firstseen"], last_known(far))
        for far in (gap.neighbour for gap in story.gaps)
        if far is not None
    )
    heard = tuple(load_reception_beyond(archive, story, gap) for gap in story.gaps)
    return Inspected(story, beside, heard)


def load_story(archive: Archive, asked: FlightRequest) -> Inspected:
    """The story of a flight, with what its map needs; raises `InvalidInput` where there is none."""
    digest = _digest_all(archive)
    return _load_story(str(archive.root), digest, asked.source, asked.icao24, asked.around)


@st.cache_resource(max_entries=32, show_spinner=False)
def _load_flight_deck(
    root: str, digest: str, source: str, icao24: str, around: datetime, region: str, dark: bool
) -> CompactDeck:
    seen = _load_story(root, digest, source, icao24, around)
    ground = load_ground(region or WORLDWIDE, WORLDWIDE)
    return draw_flight(seen, ground, simulated=is_simulated(source), dark=dark)


def load_flight_deck(archive: Archive, asked: FlightRequest) -> CompactDeck:
    """The map of a flight, the region asked about outlined."""
    plain = (asked.source, asked.icao24, asked.around, asked.region)
    return _load_flight_deck(str(archive.root), _digest_all(archive), *plain, is_dark())


@st.cache_resource(show_spinner=False)
def _open_engine(root: str) -> DuckDBEngine:
    return DuckDBEngine(_open_archive(root))


@st.cache_data(max_entries=64, show_spinner=False)
def _load_habits(
    root: str, digest: str, source: str, icao24: str, around: datetime, routes: str
) -> Habits:
    flight = _load_story(root, digest, source, icao24, around).story.flight.to_dict()
    known = _read_routes(routes) if routes and not is_simulated(source) else None
    return count_habits(_open_engine(root), flight, known)


def load_habits(archive: Archive, asked: FlightRequest) -> Habits:
    """What callsign, operator and airframe of a flight did in the year before."""
    edition = newest_edition(read_settings().cache, "routes")
    routes = str(edition.folder) if edition else ""
    plain = (asked.source, asked.icao24, asked.around, routes)
    return _load_habits(str(archive.root), _digest_all(archive), *plain)


@st.cache_resource(max_entries=2, show_spinner=False)
def _read_routes(folder: str) -> Routes:
    return read_routes(Path(folder))


@st.cache_resource(show_spinner=False)
def list_regions() -> dict[str, str]:
    """Regions offered by name: spec to label."""
    named = sorted(load_country_names().items(), key=lambda item: item[1])
    return {WORLDWIDE: "anywhere"} | {f"country:{code}": name for code, name in named}


@st.cache_data(show_spinner=False)
def name_region(spec: str) -> str:
    """The label of a region; raises `InvalidInput` where the spec is none."""
    return parse_region(spec).label


@st.cache_resource(show_spinner=False)
def list_examples() -> dict[str, Study]:
    """Ready questions by title: those of the simulated world, then the study files."""
    made_up = [_read_example(example) for example in EXAMPLES]
    kept = [read_study(path) for path in sorted(STUDIES.glob("*.toml"))]
    return {study.title: study for study in (*made_up, *kept)}


def _read_example(example: Example) -> Study:
    events = tuple(Event(day, name) for day, name in example.events)
    return Study(**{**example.study_fields(), "events": events})


def default_study(archive: Archive, source: str) -> Study:
    """A first question to a source: any cargo flight, two weeks before the last day held.

    Of a series narrowed to regions: from there to anywhere.
    """
    for study in list_examples().values():
        if study.source == source:
            return study
    first, last = held_span(archive, source) or (date(2025, 1, 1), date(2025, 12, 31))
    event = max(first, date.fromordinal(last.toordinal() - 13))
    kind, _, text = find_scope(archive, source).partition(":")
    origin = text if kind == "regions" else WORLDWIDE
    return Study(source, first, last, origin, WORLDWIDE, (Event(event),))


def take_study(archive: Archive) -> Study:
    """The study of the address where that is new, else of the session, else the first one.

    Raises
    ------
    InvalidInput
        The address holds no study that can be followed.
    """
    query = dict(st.query_params)
    if "source" in query and query != st.session_state.get("address"):
        study = from_query(query)
        st.session_state["address"] = query
        keep_study(study, spread=True)
    elif "study" not in st.session_state:
        held = archive.sources()
        first = default_study(archive, WORLD if WORLD in held else held[0])
        keep_study(record_list(first, usual_list()), spread=True)
    return st.session_state["study"]


def keep_study(study: Study, *, spread: bool = False) -> None:
    """Make this the session's study; `spread` has the controls take its values."""
    st.session_state["study"] = study
    if spread:
        st.session_state["spread"] = True


def move_study(study: Study, first: date, last: date) -> None:
    """Ask the same of other days; events outside them move to two weeks before their end."""
    inside = tuple(event for event in study.events if first <= event.day <= last)
    fallback = max(first, date.fromordinal(last.toordinal() - study.window + 1))
    events = inside or (Event(fallback),)
    keep_study(replace(study, first=first, last=last, events=events), spread=True)


def write_address(study: Study) -> None:
    """The page's address restores the view."""
    query = to_query(study)
    if dict(st.query_params) != query:
        st.query_params.from_dict(query)
    st.session_state["address"] = query


def count_tries(study: Study) -> dict[str, int]:
    """How many windows, grades, regions and dates this session has looked at, this one too."""
    seen = st.session_state.setdefault("tries", {})
    looked = {
        "windows": [(study.window, study.baseline)],
        "grades": [(study.min_grade, study.cargo_sha256)],
        "regions": [(study.origin, study.destination)],
        "dates": [event.day for event in study.events],
    }
    for name, values in looked.items():
        seen.setdefault(name, set()).update(values)
    return {name: len(values) for name, values in seen.items()}


def is_dark() -> bool:
    """True where the reader's theme is dark."""
    return st.context.theme.type == "dark"


def is_simulated(source: str) -> bool:
    """True where a source is made up; a source nobody knows is not."""
    return source.partition(".")[0] in SOURCES and find_spec(source).simulated


def read_clock() -> datetime:
    """Now; pages and pulls alone may ask."""
    return datetime.now(UTC)

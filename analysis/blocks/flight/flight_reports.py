"""Cached reports of single flights, with their maps and habits."""

from datetime import datetime
from pathlib import Path

import streamlit as st

from analysis.blocks.choices import WORLDWIDE
from analysis.blocks.flight_request import FlightRequest
from analysis.blocks.loaders import is_simulated, open_archive_at
from analysis.blocks.session import is_dark
from analysis.drawing.maps.flight_map import InspectedFlight, draw_flight
from analysis.drawing.maps.route_map import CompactDeck, load_ground
from flights.archive import Archive
from flights.config import read_settings
from flights.evidence import (
    Habits,
    count_habits,
    last_known,
    load_flight_report,
    load_reception_beyond,
)
from flights.query import DuckDBEngine
from flights.reference.editions import newest_edition
from flights.reference.standing_routes import Routes, read_routes


def _digest_all(archive: Archive) -> str:
    """Changes when an entry of any source changes: a chain uses all sources."""
    folders = sorted((archive.root / "ledger").glob("*"))
    return " ".join(f"{each.name}:{each.stat().st_mtime_ns}" for each in folders)


@st.cache_data(max_entries=64, show_spinner=False)
def _load_report(
    root: str, digest: str, source: str, icao24: str, around: datetime
) -> InspectedFlight:
    archive = open_archive_at(root)
    report = load_flight_report(archive, source, icao24, around)
    neighbour_tracks = tuple(
        archive.load_tracks(far["source"], icao24, far["firstseen"], last_known(far))
        for far in (gap.neighbour for gap in report.gaps)
        if far is not None
    )
    heard = tuple(load_reception_beyond(archive, report, gap) for gap in report.gaps)
    return InspectedFlight(report, neighbour_tracks, heard)


def load_report(archive: Archive, asked: FlightRequest) -> InspectedFlight:
    """The report of a flight, with the data of its map; raises `InvalidInput` if there is none."""
    digest = _digest_all(archive)
    return _load_report(str(archive.root), digest, asked.source, asked.icao24, asked.around)


@st.cache_resource(max_entries=32, show_spinner=False)
def _load_deck(
    root: str, digest: str, source: str, icao24: str, around: datetime, region: str, dark: bool
) -> CompactDeck:
    seen = _load_report(root, digest, source, icao24, around)
    ground = load_ground(region or WORLDWIDE, WORLDWIDE)
    return draw_flight(seen, ground, simulated=is_simulated(source), dark=dark)


def load_deck(archive: Archive, asked: FlightRequest) -> CompactDeck:
    """The map of a flight, with an outline of the region in question."""
    plain = (asked.source, asked.icao24, asked.around, asked.region)
    return _load_deck(str(archive.root), _digest_all(archive), *plain, is_dark())


@st.cache_resource(show_spinner=False)
def _open_engine(root: str) -> DuckDBEngine:
    return DuckDBEngine(open_archive_at(root))


@st.cache_data(max_entries=64, show_spinner=False)
def _load_habits(
    root: str, digest: str, source: str, icao24: str, around: datetime, routes: str
) -> Habits:
    flight = _load_report(root, digest, source, icao24, around).report.flight.to_dict()
    known = _read_routes(routes) if routes and not is_simulated(source) else None
    return count_habits(_open_engine(root), flight, known)


def load_habits(archive: Archive, asked: FlightRequest) -> Habits:
    """Flights of the same callsign, operator and airframe in the year before."""
    edition = newest_edition(read_settings().cache, "routes")
    routes = str(edition.folder) if edition else ""
    plain = (asked.source, asked.icao24, asked.around, routes)
    return _load_habits(str(archive.root), _digest_all(archive), *plain)


@st.cache_resource(max_entries=2, show_spinner=False)
def _read_routes(folder: str) -> Routes:
    return read_routes(Path(folder))

"""Sources in figures, as the public ones have them, and a study to plan."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from flights.planning import StudyNeed
from flights.planning.needed_days import DaySpan
from flights.regions import parse_region
from flights.sources import Cost, Option, SourceSpec

_BASE = SourceSpec(
    key="none",
    title="none",
    gives="flights",
    needs="nothing",
    licence="none",
    attribution="none",
    terms="none",
    remote=True,
)
HEATMAPS = replace(
    _BASE,
    key="heatmaps",
    title="Heatmaps of the world",
    first_day=date(2023, 2, 16),
    cost=Cost(bytes_per_day=700_000_000),
    positions=True,
)
AIRPORTS = replace(
    _BASE,
    key="airports",
    title="Flights by airport",
    options=(Option("regions", "Airports to ask for.", "regions"),),
    cost=Cost(
        requests_per_day=2,
        credits_per_day=8,
        credits_budget=4000,
        per_airport=True,
        next_day=0.5,
    ),
    account="free",
)
EUROPE = replace(
    _BASE,
    key="europe",
    title="A list of Europe",
    first_day=date(2022, 1, 1),
    box=(26.74617, -25.86653, 70.25976, 49.65699),
    cost=Cost(bytes_per_day=3_000_000, file_months=1, delay_days=60),
)
LISTS = replace(
    _BASE,
    key="lists",
    title="Lists of four years",
    first_day=date(2019, 1, 1),
    last_day=date(2022, 12, 31),
    cost=Cost(bytes_per_day=4_500_000, file_months=1, next_day=1.0),
)
CLUSTER = replace(
    _BASE,
    key="cluster",
    title="A cluster",
    options=(Option("regions", "Where.", "regions", required=True),),
    cost=Cost(requests_per_day=1, next_day=1.0),
    account="granted",
)
SAMPLES = replace(_BASE, key="samples", title="Samples", serves_frequency=False)
OWN = replace(
    _BASE,
    key="own",
    title="Own files",
    remote=False,
    options=(Option("path", "Where.", "path", required=True),),
)
MADE_UP = replace(_BASE, key="made-up", title="Made up", remote=False, simulated=True)

SPECS = {
    spec.key: spec for spec in (HEATMAPS, AIRPORTS, EUROPE, LISTS, CLUSTER, SAMPLES, OWN, MADE_UP)
}

STUDY = """
title = "A claim"
source = "{source}"
first = {first}
last = {last}
origin = "{origin}"
destination = "{destination}"
window = {window}

[[events]]
day = {event}
"""
USUAL = {
    "source": "own",
    "first": "2025-01-06",
    "last": "2025-06-26",
    "origin": "country:CN",
    "destination": "airport:ELLX",
    "window": "14",
    "event": "2025-06-13",
}


def write_study(folder: Path, **changes: str) -> Path:
    """A study file of the usual claim with some words changed."""
    path = folder / "study.toml"
    path.write_text(STUDY.format(**{**USUAL, **changes}), "utf-8")
    return path


def make_need(**changes: str) -> StudyNeed:
    """What the usual study needs, with some values changed."""
    study = {**USUAL, **changes}
    return StudyNeed(
        source=study["source"],
        days=DaySpan(date.fromisoformat(study["first"]), date.fromisoformat(study["last"])),
        origin=parse_region(study["origin"]),
        destination=parse_region(study["destination"]),
        events=(date.fromisoformat(study["event"]),),
        window=int(study["window"]),
        title="A claim",
    )

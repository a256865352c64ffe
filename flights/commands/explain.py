"""`python -m flights explain`: one flight, its gaps in reception, where it may have been."""

import argparse
import json
import re
import sys
from datetime import UTC, datetime

import pandas as pd

from flights import CONTENTS_SENTENCE
from flights.archive import Archive
from flights.commands.base import (
    DONE,
    add_archive,
    note_for,
    only_source,
    open_archive,
    settings_of,
    write_message,
)
from flights.errors import InvalidInput
from flights.evidence import (
    FlightReport,
    count_habits,
    describe_flight_report,
    describe_habits,
    describe_region_reception,
    load_flight_report,
)
from flights.query import DuckDBEngine
from flights.reference.editions import newest_edition
from flights.reference.standing_routes import read_routes
from flights.regions import parse_region
from flights.regions.base import Region

EXAMPLE = "explain 4d0113 --around 2026-02-28T09:00 --region country:IR"
MOST_CANDIDATES = 50
"""Candidate airports per gap in the JSON report."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Aircraft, time and region."""
    parser.add_argument("icao24", help="ICAO 24-bit address of the aircraft, six hex digits")
    parser.add_argument(
        "--around", required=True, metavar="TIME", help="a time during the flight (UTC)"
    )
    parser.add_argument("--source", help="key of the source (default: the only one in the archive)")
    add_archive(parser)
    parser.add_argument(
        "--region", metavar="REGION", help="whether it may have landed there, e.g. country:IR"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(asked: argparse.Namespace) -> int:
    """Print the report of the flight nearest to the time."""
    icao24 = asked.icao24.lower()
    if not re.fullmatch(r"~?[0-9a-f]{6}", icao24):
        raise InvalidInput(
            f"{asked.icao24!r} is not an address: write six hex digits, for example 4d0113."
        )
    archive = open_archive(asked)
    source = asked.source or only_source(archive)
    region = parse_region(asked.region) if asked.region else None
    report = load_flight_report(archive, source, icao24, _moment(asked.around))
    lines = describe_flight_report(report, region)
    lines += _describe_context(asked, archive, report, region)
    if asked.format == "json":
        sys.stdout.write(json.dumps(_plain(report, lines, note_for([source])), indent=2) + "\n")
    else:
        sys.stdout.write("\n".join(map(_printable, lines)) + "\n")
    write_message(note_for([source]))
    return DONE


def _describe_context(
    asked: argparse.Namespace, archive: Archive, report: FlightReport, region: Region | None
) -> list[str]:
    """Reception over the region that day, and how usual the flight is."""
    flight = report.flight
    made_up = note_for([report.source]) != CONTENTS_SENTENCE
    edition = None if made_up else newest_edition(settings_of(asked).cache, "routes")
    engine = DuckDBEngine(archive)
    try:
        routes = read_routes(edition.folder) if edition else None
        habits = count_habits(engine, flight.to_dict(), routes)
    finally:
        engine.close()
    there = (
        [describe_region_reception(archive, flight["source"], region, flight["day"])]
        if region
        else []
    )
    return [*(there if report.gaps else ()), *describe_habits(habits)]


def _printable(text: str) -> str:
    """Without control characters: text that was sent by radio must not steer a terminal."""
    return "".join(each if each.isprintable() else "?" for each in text)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(
            f"{text!r} is not a time; write it as 2026-02-28T09:00 (UTC)."
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _plain(report: FlightReport, lines: list[str], note: str) -> dict[str, object]:
    """The report as JSON values, with the likeliest candidates only."""
    return {
        "contents": note,
        "source": report.source,
        "sentences": lines,
        "flight": _rows(report.chain.flights.iloc[[report.at]])[0],
        "chain": _rows(report.chain.flights),
        "witnesses": _rows(report.chain.witnesses[report.at]),
        "disagreements": list(report.chain.disagreements[report.at]),
        "gaps": [
            {
                "end": gap.end,
                "possible_airports": len(gap.candidates),
                "candidates": _rows(gap.candidates.head(MOST_CANDIDATES)),
                "reception": gap.silence.kind,
                "heard": gap.silence.heard,
                "ordinary": gap.silence.ordinary,
                "height": gap.silence.height,
                "integrity": gap.integrity.sentence if gap.integrity else None,
                "days_not_complete": [str(day) for day in gap.days_missing],
            }
            for gap in report.gaps
        ],
    }


def _rows(frame: pd.DataFrame) -> list[dict[str, object]]:
    """Rows as JSON values: null where unknown, times in ISO 8601."""
    rows: list[dict[str, object]] = json.loads(frame.to_json(orient="records", date_format="iso"))
    return rows

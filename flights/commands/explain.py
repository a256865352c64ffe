"""`python -m flights explain`: the story of one flight, and what its silences leave open."""

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


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which airframe, when, and which region is asked about."""
    parser.add_argument("icao24", help="address of the airframe, six hex digits")
    parser.add_argument(
        "--around", required=True, metavar="TIME", help="a moment of the flight, UTC"
    )
    parser.add_argument("--source", help="key of the source (else the only one in the archive)")
    parser.add_argument("--region", help="could it have landed there? e.g. country:IR")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(asked: argparse.Namespace) -> int:
    """Print the story of the flight nearest to the moment."""
    icao24 = asked.icao24.lower()
    if not re.fullmatch(r"~?[0-9a-f]{6}", icao24):
        raise InvalidInput(f"{asked.icao24!r} is no address: six hex digits, as in 4d0113.")
    archive = open_archive(asked)
    source = asked.source or only_source(archive)
    region = parse_region(asked.region) if asked.region else None
    story = load_flight_report(archive, source, icao24, _moment(asked.around))
    lines = [*describe_flight_report(story, region), *_tell_more(asked, archive, story, region)]
    if asked.format == "json":
        sys.stdout.write(json.dumps(_plain(story, lines, note_for([source])), indent=2) + "\n")
    else:
        sys.stdout.write("\n".join(map(_printable, lines)) + "\n")
    write_message(note_for([source]))
    return DONE


def _tell_more(
    asked: argparse.Namespace, archive: Archive, story: FlightReport, region: Region | None
) -> list[str]:
    """How well the region was heard that day, and whether the flight is ordinary."""
    flight = story.flight
    made_up = note_for([story.source]) != CONTENTS_SENTENCE
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
    return [*(there if story.gaps else ()), *describe_habits(habits)]


def _printable(text: str) -> str:
    """Text of a radio may not steer a terminal."""
    return "".join(each if each.isprintable() else "?" for each in text)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(f"{text!r} is no time; write 2026-02-28T09:00 (UTC).") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _plain(story: FlightReport, lines: list[str], note: str) -> dict[str, object]:
    """The story as JSON values; candidates are cut to the likeliest."""
    return {
        "contents": note,
        "source": story.source,
        "sentences": lines,
        "flight": _rows(story.chain.flights.iloc[[story.at]])[0],
        "chain": _rows(story.chain.flights),
        "witnesses": _rows(story.chain.witnesses[story.at]),
        "disagreements": list(story.chain.disagreements[story.at]),
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
            for gap in story.gaps
        ],
    }


def _rows(frame: pd.DataFrame) -> list[dict[str, object]]:
    """Rows as JSON values: null for what is not known, times in ISO form."""
    return json.loads(frame.to_json(orient="records", date_format="iso"))

"""`python -m flights track`: fetch the track of one flight from OpenSky."""

import argparse
import json
import sys
from datetime import UTC, datetime

from flights import CONTENTS_SENTENCE
from flights.commands.base import DONE, IN_PART, add_archive, settings_of, write_message
from flights.errors import InvalidInput
from flights.pull import utc_now
from flights.records import Header, open_writer
from flights.sources import contents_note, find_spec
from flights.sources.opensky.rest.client import Api
from flights.sources.opensky.rest.credits import CreditBudget, read_budget
from flights.sources.opensky.rest.tracks import Track, fetch_track, read_track

EXAMPLE = "track 4d0103 --at 2026-11-20T14:30 --format csv"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Aircraft, time and format."""
    parser.add_argument("icao24", help="ICAO 24-bit address of the aircraft, six hex digits")
    parser.add_argument(
        "--at",
        metavar="TIME",
        required=True,
        help="a time during the flight (UTC), YYYY-MM-DDTHH:MM; at most 30 days ago",
    )
    parser.add_argument("--format", choices=("csv", "json"), default="csv")
    parser.add_argument(
        "--budget", help="credits a day for tracks on this computer (default: 4000)"
    )
    add_archive(parser)


def run(asked: argparse.Namespace) -> int:
    """Fetch the track and write its points; exit code 1 where OpenSky has none."""
    settings, at = settings_of(asked), _moment(asked.at)
    budget = CreditBudget(settings.cache / "opensky", read_budget(asked.budget), utc_now)
    api = Api(settings, budget, report=lambda said, _: write_message(said))
    spec = find_spec("opensky-rest")
    note = contents_note(spec)
    body = fetch_track(api, asked.icao24, at, now=utc_now())
    if body is None:
        write_message(
            f"OpenSky has no track of {asked.icao24} at {at:%Y-%m-%d %H:%M} UTC. "
            "It may have flown without being received."
        )
        write_message(note)
        return IN_PART
    track = read_track(body, f"track of {asked.icao24}")
    _write(track, asked.format, note)
    write_message(
        f"{len(track.points)} points of {track.callsign or track.icao24}. {spec.attribution}."
    )
    write_message(spec.terms)
    write_message(note)
    return DONE


def _write(track: Track, kind: str, note: str) -> None:
    points = track.points.assign(icao24=track.icao24, callsign=track.callsign)
    if kind == "csv":
        writer = open_writer("csv", sys.stdout.buffer, Header(note, {}, ()))
        writer.write(points)
        writer.close()
        return
    times = points["seen_at"].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    rows = points.assign(seen_at=times).astype(object)
    content = {
        "contents": CONTENTS_SENTENCE,
        "note": note,
        "attribution": find_spec("opensky-rest").attribution,
        "icao24": track.icao24,
        "callsign": track.callsign,
        "start": track.start.isoformat(),
        "stop": track.stop.isoformat(),
        "points": rows.where(rows.notna(), None).to_dict("records"),
    }
    sys.stdout.write(json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def _moment(text: str) -> datetime:
    """A time; UTC unless it has a time zone."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise InvalidInput(
            f"{text!r} is not a time; write it as 2026-11-20T14:30 (UTC)."
        ) from error
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)

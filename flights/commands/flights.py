"""`python -m flights flights`: export flights of the archive, all or those of a route."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

import pandas as pd

from flights.archive import Archive
from flights.cargo import Overrides, read_overrides
from flights.commands.base import (
    DONE,
    IN_PART,
    add_archive,
    add_days,
    check_days,
    each_day,
    note_for,
    only_source,
    open_archive,
    settings_of,
    write_message,
)
from flights.errors import ArchiveError, InvalidInput
from flights.legs import join_departures
from flights.records import Header, LedgerEntry, judge_departures, not_asked, open_writer
from flights.records.atomic_files import replace_whole
from flights.regions.base import Region

EXAMPLE = (
    "flights --from 2025-06-01 --to 2025-06-30 --origin country:CN "
    "--destination country:LU --min-grade likely --format csv"
)
FORMATS = ("csv", "json", "parquet")
CHUNK_DAYS = 5
"""Days loaded at once; this limits the memory of a long export."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Days, route, cargo grade, and the output."""
    parser.usage = f"{parser.prog} --from DAY --to DAY [options]"
    parser.add_argument("--source", help="key of the source (default: the only one in the archive)")
    add_days(parser, required=True)
    add_archive(parser)
    parser.add_argument("--origin", metavar="REGION", help="e.g. country:CN, airport:ELLX")
    parser.add_argument("--destination", metavar="REGION", help="e.g. circle:25.25,55.36,100km")
    parser.add_argument(
        "--min-grade",
        choices=("certain", "likely", "possible"),
        help="only cargo flights of at least this grade",
    )
    parser.add_argument(
        "--cargo", metavar="FILE", help="your own cargo list; its rows replace the rules"
    )
    parser.add_argument("--format", choices=FORMATS, default="csv")
    parser.add_argument("--out", metavar="FILE", help="output file (default: standard output)")


def run(asked: argparse.Namespace) -> int:
    """Write flights by day of `firstseen`; only those of a route where one is given."""
    archive = open_archive(asked)
    check_days(asked.first, asked.last)
    source = asked.source or only_source(archive)
    overrides = _own_list(asked)
    known = judge_departures(archive.read_ledger(source))
    days = [known.get(day) or not_asked(source, day) for day in each_day(asked.first, asked.last)]
    notes = _check_places(asked, source, days)
    header = Header(note_for([source]), _question(asked, source, overrides), days)
    count = 0
    with _output(asked) as stream:
        writer = open_writer(asked.format, stream, header)
        for frame in _frames(asked, archive, source, overrides):
            writer.write(frame)
            count += len(frame)
        writer.close()
    for note in notes:
        write_message(note)
    if overrides:
        write_message(f"Cargo list used: {overrides.describe()}.")
    return _report_written(count, days, header.note)


def _check_places(
    asked: argparse.Namespace, source: str, days: list[LedgerEntry]
) -> tuple[str, ...]:
    """What the series lacks of the route; `NotCovered` where it has nothing of it."""
    if not (asked.origin or asked.destination):
        return ()
    from flights.regions import parse_region
    from flights.routes import Route, check_cover

    origin, destination = (parse_region(t or "world:") for t in (asked.origin, asked.destination))
    return check_cover(Route(origin, destination), source, days).notes


def _own_list(asked: argparse.Namespace) -> Overrides | None:
    """The cargo list of `--cargo`; else that of the environment, where flights are graded."""
    graded = asked.origin or asked.destination or asked.min_grade
    path = asked.cargo or (settings_of(asked).cargo if graded else None)
    return read_overrides(path) if path else None


def _report_written(count: int, days: list[LedgerEntry], note: str) -> int:
    lacking = [entry for entry in days if not entry.is_complete]
    write_message(f"{count} flights written.")
    if lacking:
        listed = ", ".join(f"{entry.day} {entry.status}" for entry in lacking[:5])
        more = f" and {len(lacking) - 5} more" if len(lacking) > 5 else ""
        write_message(
            f"{len(lacking)} of {len(days)} days are not complete ({listed}{more}): "
            "flights may be missing."
        )
    write_message(note)
    return IN_PART if lacking else DONE


def _question(
    asked: argparse.Namespace, source: str, overrides: Overrides | None
) -> dict[str, Any]:
    own = {"name": overrides.name, "sha256": overrides.sha256} if overrides else None
    return {
        "source": source,
        "from": asked.first.isoformat(),
        "to": asked.last.isoformat(),
        "origin": asked.origin,
        "destination": asked.destination,
        "min_grade": asked.min_grade,
        "cargo_list": own,
    }


def _frames(
    asked: argparse.Namespace, archive: Archive, source: str, overrides: Overrides | None
) -> Iterator[pd.DataFrame]:
    """Flights, a few days at a time; at least one table, so that the columns are always written."""
    if asked.origin or asked.destination or asked.min_grade or overrides:
        yield _match(asked, archive, source, overrides)
        return
    start = asked.first
    while start <= asked.last:
        stop = min(start + timedelta(days=CHUNK_DAYS - 1), asked.last)
        yield archive.load_flights(source, start, stop, join=join_departures)
        start = stop + timedelta(days=1)


def _match(
    asked: argparse.Namespace, archive: Archive, source: str, overrides: Overrides | None
) -> pd.DataFrame:
    """Flights of the upper bound of a route, each with a sentence that says why it counts."""
    from flights.evidence import explain_flights
    from flights.query import DuckDBEngine, RouteQuestion
    from flights.regions import parse_region
    from flights.routes import resolve_bounds

    origin, destination = (parse_region(t or "world:") for t in (asked.origin, asked.destination))
    grade = asked.min_grade
    question = RouteQuestion(
        source,
        asked.first,
        asked.last,
        _airports(origin),
        _airports(destination),
        min_grade=grade,
        overrides=overrides,
    )
    found = resolve_bounds(DuckDBEngine(archive), question).counted
    why = explain_flights(found, origin.label, destination.label)
    return found.assign(why=pd.Series(why, found.index, dtype="str"))


def _airports(region: Region) -> frozenset[str] | None:
    from flights.reference.airports import all_codes
    from flights.regions import is_anywhere

    return None if is_anywhere(region) else all_codes(region.airports())


@contextmanager
def _output(asked: argparse.Namespace) -> Iterator[IO[bytes]]:
    """Standard output, or a file that appears only when it is complete."""
    if not asked.out:
        if asked.format == "parquet" and sys.stdout.isatty():
            raise InvalidInput("Parquet cannot be shown on a terminal; add --out FILE.")
        yield sys.stdout.buffer
        return
    target = Path(asked.out)
    try:
        with replace_whole(target) as stream:
            yield stream
    except OSError as error:
        raise ArchiveError(f"{target} cannot be written: {error}.") from error
